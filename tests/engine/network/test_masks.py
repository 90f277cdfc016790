"""What acts on recurrent layers and on residual branches in training: masks, stochastic depth, and the blocks around them."""

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.conformance.tiny import tiny_residual, tiny_sequences
from benchsuite.data import load

RANDOM = np.random.default_rng(0)
BATCH, TIME, FEATURES, UNITS = 3, 4, 5, 8
X = RANDOM.normal(size=(BATCH, TIME, FEATURES)).astype("float32")
NAMES = ("variational_dropout", "per_step_dropout")


def make(bundled, name, **chosen):
    component = bundled.component("regularization", name)
    return component.make(**component.hyperparameters(chosen))


def in_step(function, step=0, key=1):
    """Call a function inside the noise stream of a step."""
    import tensorflow as tf

    with bs.noise.stream(tf.constant(key, tf.int64), tf.constant(step, tf.int64)):
        return function()


def cell(name, *masks):
    """A recurrent layer whose weights are all different from one another."""
    from benchsuite.engine.network import recurrent

    layer = getattr(recurrent, name)(UNITS, masks=masks)
    layer.build(X.shape)
    for number, variable in enumerate(layer.variables):
        variable.assign(np.random.default_rng(number).normal(0.2, 0.5, variable.shape))
    return layer


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def transcribed(name, layer, x, of_x, of_h):
    """The formulas in float64; of_x and of_h: the masks of each time step, [time, batch, ...] or [batch, ...] for all."""
    w, u, b = (v.numpy().astype("float64") for v in (layer.kernel, layer.recurrent_kernel, layer.bias))
    units = u.shape[0]
    of_x, of_h = (np.broadcast_to(m, (x.shape[1], len(x), n)) for m, n in ((of_x, x.shape[2]), (of_h, units)))
    h, c, outputs = np.zeros((len(x), units)), np.zeros((len(x), units)), []
    for t in range(x.shape[1]):
        from_x, from_h = (x[:, t] * of_x[t]) @ w, (h * of_h[t]) @ u
        if name == "LSTM":
            i, f, g, o = np.split(from_x + from_h + b, 4, axis=1)
            c = sigmoid(f) * c + sigmoid(i) * np.tanh(g)
            h = sigmoid(o) * np.tanh(c)
        elif name == "GRU":
            (z, r, g), (z_h, r_h, g_h) = (np.split(one, 3, axis=1) for one in (from_x + b[0], from_h + b[1]))
            kept = sigmoid(z + z_h)
            h = kept * h + (1 - kept) * np.tanh(g + sigmoid(r + r_h) * g_h)  # what is carried on is not masked
        else:
            h = np.tanh(from_x + from_h + b)
        outputs.append(h)
    return np.stack(outputs, axis=1)


class Given:
    """Hands out masks that a test made, and remembers the shapes that it was asked for."""

    def __init__(self, each_step, seed=0):
        self.each_step, self.shapes, self.drawn = each_step, [], []
        self._random = np.random.default_rng(seed)

    def mask(self, shape):
        self.shapes.append([int(size) for size in shape])
        self.drawn.append(self._random.uniform(0, 2, self.shapes[-1]).astype("float32"))
        return self.drawn[-1]


# ---------------------------------------------------------------- masks: where they enter


@pytest.mark.parametrize("each_step", [False, True], ids=["one for all steps", "one for each step"])
@pytest.mark.parametrize("name", ["LSTM", "GRU", "SimpleRNN"])
def test_masks_multiply_inputs_and_previous_outputs_where_they_enter_the_gates(name, each_step):
    masks = Given(each_step)
    layer = cell(name, masks)
    found = layer(X, training=True)
    outer = [TIME, BATCH] if each_step else [BATCH]
    assert masks.shapes == [[*outer, FEATURES], [*outer, UNITS]]
    np.testing.assert_allclose(found, transcribed(name, layer, X, *masks.drawn), rtol=1e-5, atol=1e-6)
    for of_x, of_h in ((1.0, masks.drawn[1]), (masks.drawn[0], 1.0)):  # each of the two counts
        assert np.abs(found - transcribed(name, layer, X, of_x, of_h)).max() > 0.05
    np.testing.assert_allclose(layer(X, training=False), transcribed(name, layer, X, 1.0, 1.0), rtol=1e-5, atol=1e-6)
    assert len(masks.shapes) == 2  # nothing is drawn at evaluation


def test_two_regularizations_multiply_their_masks():
    for_all, for_each = Given(False, 1), Given(True, 2)
    layer = cell("LSTM", for_all, for_each)
    found = layer(X, training=True)
    of_x, of_h = (one * each for one, each in zip(for_all.drawn, for_each.drawn, strict=True))
    np.testing.assert_allclose(found, transcribed("LSTM", layer, X, of_x, of_h), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_factors_keep_the_mean_and_leave_out_as_often_as_the_rate_says(bundled, name):
    masks = make(bundled, name, rate=0.3)
    values = np.asarray(in_step(lambda: masks.mask((100, 30, 20))))
    assert values.dtype == np.float32
    np.testing.assert_allclose(np.unique(values), [0, 1 / 0.7], rtol=1e-6)
    assert abs((values == 0).mean() - 0.3) < 5 * np.sqrt(0.21 / values.size)


@pytest.mark.parametrize("name", NAMES)
def test_variational_masks_are_equal_at_all_time_steps_and_those_of_per_step_dropout_are_not(bundled, name):
    """The masks are drawn once more from the same step of the noise stream, and NumPy computes the layer with them."""
    masks = make(bundled, name, rate=0.5)
    layer = cell("LSTM", masks)
    found = in_step(lambda: layer(X, training=True))
    outer = (TIME, BATCH) if name == "per_step_dropout" else (BATCH,)
    drawn = in_step(lambda: [np.asarray(masks.mask((*outer, size))) for size in (FEATURES, UNITS)])
    np.testing.assert_allclose(found, transcribed("LSTM", layer, X, *drawn), rtol=1e-5, atol=1e-6)
    if name == "per_step_dropout":
        for mask in drawn:
            assert all((mask[t] != mask[0]).any() for t in range(1, TIME))
    assert all((mask[..., 0, :] != mask[..., 1, :]).any() for mask in drawn)  # each sequence has its own


@pytest.mark.parametrize("name", NAMES)
def test_a_step_has_masks_of_its_own_and_has_them_again_when_it_is_repeated(bundled, name):
    layer = cell("LSTM", make(bundled, name, rate=0.5))
    first, again, second = (np.asarray(in_step(lambda: layer(X, training=True), step)) for step in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.allclose(first, second, atol=1e-2)


# ---------------------------------------------------------------- masks: in a trial


@pytest.fixture
def sequences(bench):
    bench.task = tiny_sequences("cross_entropy")
    return bench


def step_of(bench, regularization):
    """Return what a training step computes and what evaluation does: loss, gradients, outputs."""
    import tensorflow as tf

    program = bench.session.ready(bench.trial(regularization=regularization, preprocessing="none")).program
    dataset = load(bench.task)
    x, y, zero = tf.constant(dataset.x[:16]), tf.constant(dataset.y[:16]), tf.constant(0, tf.int64)
    loss, gradients = program.objective.gradients(x, y, zero, zero)
    return [np.asarray(one) for one in (loss, *gradients, program.network.model(x, training=False))]


def test_masks_of_rate_zero_are_none_to_the_bit(sequences):
    idle = step_of(sequences, [(name, {"rate": 0.0}) for name in NAMES])
    plain = step_of(sequences, "none")
    acting = step_of(sequences, NAMES[0])
    assert all(np.array_equal(one, other) for one, other in zip(idle, plain, strict=True))
    assert not any(np.array_equal(one, other) for one, other in zip(acting[:-1], plain[:-1], strict=True))


@pytest.mark.parametrize("normalization", ["none", "weight"])
def test_a_trial_masks_in_training_and_not_at_evaluation(sequences, normalization):
    """With weight normalization the layer is wrapped in another, which must tell it that this is training."""
    chosen = {"regularization": ("variational_dropout", {"rate": 0.5}), "normalization": normalization}
    program = sequences.session.ready(sequences.trial(preprocessing="none", **chosen)).program
    first = program.network.kernel_layers[0]
    x = load(sequences.task).x[:6]
    last = program.network.kernel_layers[-1].layer
    kernel, bias = (v.numpy().astype("float64") for v in (last.kernel, last.bias))
    masks = make(sequences.registry, "variational_dropout", rate=0.5)
    drawn = in_step(lambda: [np.asarray(masks.mask((len(x), size))) for size in (x.shape[2], UNITS)])
    for training, (of_x, of_h) in ((False, (1.0, 1.0)), (True, drawn)):
        found = in_step(lambda training=training: program.network.model(x, training=training))
        expected = transcribed("LSTM", first.layer, x, of_x, of_h) @ kernel + bias
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_where_nothing_is_recurrent_a_trial_with_masks_is_unsupported(bench, name):
    run = bench.run(regularization=name)
    assert run.outcome == "unsupported"
    assert run.reason == f"task 'tiny_classes' has no recurrent layers that regularization {name!r} could mask"


# ---------------------------------------------------------------- residual blocks


def dense_blocks(count):
    def model(blocks, x):
        x = blocks.dense(8)(x)
        for _ in range(count):
            inner, last = blocks.dense(8), blocks.dense(8, activate=False)
            x = blocks.residual(lambda y, inner=inner, last=last: last(inner(y)))(x)
        return blocks.output(3)(x)

    return model


def weights(program):
    """Kernel and bias of each layer by its name, float64."""
    return {
        one.name: [v.numpy().astype("float64") for v in (one.layer.kernel, one.layer.bias)]
        for one in program.network.kernel_layers
    }


def residual_net(layers, x, factors, function):
    """Two blocks in NumPy, each branch times a factor."""

    def linear(h, name):
        return h @ layers[name][0] + layers[name][1]

    h = function(linear(x.astype("float64"), "dense_1"))
    for number, factor in enumerate(factors):
        inner = function(linear(h, f"dense_{2 * number + 2}"))
        h = function(h + factor * linear(inner, f"dense_{2 * number + 3}"))
    return linear(h, "output_1")


def test_a_residual_block_is_the_activation_of_shortcut_plus_branch(bench):
    bench.task = tiny_residual("cross_entropy")
    program = bench.session.ready(bench.trial(activation="tanh", preprocessing="none")).program
    x = load(bench.task).x[:20]
    expected = residual_net(weights(program), x, (1, 1), np.tanh)
    np.testing.assert_allclose(program.network.model(x), expected, rtol=1e-5, atol=1e-6)
    # The last layer of a branch has neither activation nor anything after it.
    assert [one.activation is None for one in program.network.kernel_layers] == [False, False, True, False, True, True]


def test_a_residual_block_projects_its_shortcut_where_shapes_change(bench):
    def model(blocks, x):
        branch = blocks.dense(5, activate=False)
        shortcut = blocks.dense(5, activate=False)
        return blocks.output(3)(blocks.residual(branch, shortcut)(x))

    bench.change_task(model=model)
    program = bench.session.ready(bench.trial(activation="relu", preprocessing="none")).program
    x = load(bench.task).x[:20].astype("float64")
    (w, b), (v, a), (u, c) = weights(program).values()
    expected = np.maximum((x @ w + b) + (x @ v + a), 0) @ u + c
    np.testing.assert_allclose(program.network.model(x.astype("float32")), expected, rtol=1e-5, atol=1e-6)


def test_regularization_layers_stand_after_the_sum_of_a_residual_block_and_not_inside_its_last_layer(bench):
    import keras

    bench.add(bs.Regularization(name="doubled", make=lambda: keras.layers.Rescaling(2.0)))
    bench.task = tiny_residual("cross_entropy")
    program = bench.session.ready(
        bench.trial(activation="tanh", preprocessing="none", regularization="doubled")
    ).program
    x = load(bench.task).x[:20]
    expected = residual_net(weights(program), x, (1, 1), lambda z: 2 * np.tanh(z))
    np.testing.assert_allclose(program.network.model(x), expected, rtol=1e-5, atol=1e-5)


# ---------------------------------------------------------------- stochastic depth


def depth(survival):
    return ("stochastic_depth", {"survival": survival})


@pytest.mark.parametrize("survival", [0.5, 0.0])
def test_survival_falls_linearly_with_depth(bench, survival):
    bench.change_task(model=dense_blocks(4))
    program = bench.session.ready(bench.trial(regularization=depth(survival))).program
    (factory,) = program.objective.ingredients.branches
    expected = [1 - number / 4 * (1 - survival) for number in (1, 2, 3, 4)]
    np.testing.assert_allclose([layer.kept for layer in factory.made], expected, rtol=1e-12)


def test_a_branch_is_left_out_for_the_whole_batch_as_often_as_its_survival_says(bundled):
    import tensorflow as tf

    layer = make(bundled, "stochastic_depth", survival=0.3)
    layer.placed(2, 2)
    x = tf.constant(X)
    kept = []
    for step in range(200):
        found = np.asarray(in_step(lambda: layer(x, training=True), step))
        kept.append(bool(found.any()))
        assert np.array_equal(found, X if kept[-1] else 0 * X)
    assert abs(np.mean(kept) - 0.3) < 5 * np.sqrt(0.21 / 200)
    np.testing.assert_allclose(layer(x, training=False), 0.3 * X.astype("float64"), rtol=1e-6)


@pytest.fixture
def linear(bench):
    """Two residual blocks without a non-linearity, with stochastic depth: branches survive with 0.75 and 0.5."""
    bench.add(bs.Activation(name="identity", make=lambda: lambda x: x))
    bench.task = tiny_residual("cross_entropy")
    chosen = {"activation": "identity", "regularization": depth(0.5), "preprocessing": "none"}
    return bench, bench.session.ready(bench.trial(**chosen)).program


def test_evaluation_takes_each_branch_times_its_survival(bench):
    bench.task = tiny_residual("cross_entropy")
    chosen = {"activation": "tanh", "regularization": depth(0.5), "preprocessing": "none"}
    program = bench.session.ready(bench.trial(**chosen)).program
    x = load(bench.task).x[:20]
    expected = residual_net(weights(program), x, (0.75, 0.5), np.tanh)
    np.testing.assert_allclose(program.network.model(x, training=False), expected, rtol=1e-5, atol=1e-6)


def test_training_leaves_branches_out_and_its_mean_is_the_evaluation_of_a_linear_network(linear):
    import tensorflow as tf

    bench, program = linear
    layers, x = weights(program), load(bench.task).x[:20]
    possible = {factors: residual_net(layers, x, factors, lambda z: z) for factors in ((0, 0), (0, 1), (1, 0), (1, 1))}

    @tf.function(autograph=False)
    def outputs(step):
        with bs.noise.stream(tf.constant(3, tf.int64), step):
            return program.network.model(x, training=True)

    counts, total, steps = dict.fromkeys(possible, 0), 0.0, 400
    for step in range(steps):
        found = np.asarray(outputs(tf.constant(step, tf.int64)), "float64")
        total = total + found
        (which,) = [factors for factors, one in possible.items() if np.allclose(found, one, rtol=1e-4, atol=1e-5)]
        counts[which] += 1
    # Each network as often as the product of its probabilities says, so the branches are independent.
    chances = {(0, 0): 0.25 * 0.5, (0, 1): 0.25 * 0.5, (1, 0): 0.75 * 0.5, (1, 1): 0.75 * 0.5}
    for factors, chance in chances.items():
        assert abs(counts[factors] / steps - chance) < 5 * np.sqrt(chance * (1 - chance) / steps)
    expected = np.asarray(program.network.model(x, training=False), "float64")
    mean = sum(chance * possible[factors] for factors, chance in chances.items())
    np.testing.assert_allclose(expected, mean, rtol=1e-4, atol=1e-5)
    spread = np.sqrt(sum(chance * (possible[factors] - mean) ** 2 for factors, chance in chances.items()))
    assert (np.abs(total / steps - expected) < 5 * spread / np.sqrt(steps) + 1e-5).all()


def test_a_branch_that_is_left_out_gets_no_gradient(linear):
    import tensorflow as tf

    bench, program = linear
    dataset = load(bench.task)
    x, y, key = tf.constant(dataset.x[:16]), tf.constant(dataset.y[:16]), tf.constant(3, tf.int64)
    names = [one.name for one in program.network.kernel_layers]
    seen = set()
    for step in range(12):
        _, gradients = program.objective.gradients(x, y, tf.constant(step, tf.int64), key)
        of = {id(variable): gradient for variable, gradient in zip(program.network.trainable, gradients, strict=True)}
        alive = {
            name: bool(np.any(np.asarray(of[id(one.variable)])))
            for name, one in zip(names, program.network.kernel_layers, strict=True)
        }
        assert alive["dense_1"]
        assert alive["output_1"]
        assert alive["dense_2"] == alive["dense_3"]
        assert alive["dense_4"] == alive["dense_5"]
        seen.add((alive["dense_3"], alive["dense_5"]))
    assert len(seen) > 2


def test_a_survival_of_one_is_none_to_the_bit(bench):
    bench.task = tiny_residual("cross_entropy")
    idle, plain, acting = (step_of(bench, one) for one in (depth(1.0), "none", depth(0.5)))
    assert all(np.array_equal(one, other) for one, other in zip(idle, plain, strict=True))
    assert not np.array_equal(acting[-1], plain[-1])


def test_where_there_are_no_branches_stochastic_depth_is_unsupported(bench):
    run = bench.run(regularization="stochastic_depth")
    assert run.outcome == "unsupported"
    assert run.reason == (
        "regularization 'stochastic_depth' applies to residual branches, of which task 'tiny_classes' has none"
    )
