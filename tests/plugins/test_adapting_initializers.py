"""Initializers that see data or the weights of another trial: lsuv, layerwise_autoencoder, transfer; and what stored weights are."""

import dataclasses

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.conformance.tiny import tiny_sequences
from benchsuite.data import load
from benchsuite.engine.seeds import Streams
from benchsuite.extras import Extras
from benchsuite.files import extra_file
from tests.engine.conftest import Bench

TRAIN = 256  # as many as lsuv looks at by default: its mini-batch is the whole training part, in some order
FUNCTIONS = {"tanh": np.tanh, "relu": lambda z: np.maximum(z, 0)}


@pytest.fixture
def bench(bundled):
    return Bench(bundled)


def use(bench, name, model, *shape, symbols=False, classes=3):
    """Give the bench a task on inputs of a shape, with means, scales and correlations of their own."""

    def data():
        generator = np.random.default_rng(0)
        y = generator.integers(classes, size=400).astype("int32")
        if symbols:
            return bs.Arrays(generator.integers(7, size=(400, *shape)).astype("int32"), y)
        size = int(np.prod(shape))
        x = 1.5 * generator.normal(size=(400, 4)) @ generator.normal(size=(4, size))
        x += 0.7 * generator.normal(size=(400, size)) + generator.normal(size=size)
        return bs.Arrays(x.reshape(400, *shape).astype("float32"), y)

    bench.task = dataclasses.replace(
        bench.task, name=name, data=data, split=bs.HoldOut(TRAIN, 72, 72), model=model, xla=False
    )


def dense(*widths, outputs=3):
    def model(blocks, x):
        for width in widths:
            x = blocks.dense(width)(x)
        return blocks.output(outputs)(x)

    return model


def convolutions(*layers):
    def model(blocks, x):
        for filters, size, stride, padding in layers:
            x = blocks.conv(filters, size, stride, padding)(x)
        return blocks.output(3)(blocks.flatten()(x))

    return model


def started(bench, initializer, seed=0, session=None, **chosen):
    """Return the program of a trial that has not trained a step."""
    trial = bench.trial(seed, initializer=initializer, preprocessing="none", **chosen)
    return (session or bench.session).ready(trial).program


def values(program):
    """Return a copy of every variable of a network by its stable name."""
    return {name: np.array(variable.numpy()) for name, variable in program.network.names.items()}


def same(one, other):
    assert one.keys() == other.keys()
    return all(np.array_equal(value, other[name]) for name, value in one.items())


def training_inputs(bench):
    dataset = load(bench.task)
    return dataset.x[dataset.part("train")].astype("float64")


def convolved(x, kernel, stride, padding):
    """Cross-correlate images with a kernel [height, width, in, out]; ``same`` only for stride 1 and odd sizes."""
    side = kernel.shape[0] // 2 if padding == "same" else 0
    x = np.pad(x, [(0, 0), (side, side), (side, side), (0, 0)])
    windows = np.lib.stride_tricks.sliding_window_view(x, kernel.shape[:2], axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("bhwcij,ijco->bhwo", windows, kernel)


def linear_outputs(program, x, function, shapes=(), kernel=lambda one: one.layer.kernel.numpy()):
    """Return what each layer gives before its activation, in NumPy float64; shapes: stride and padding of convolutions."""
    found = []
    for number, one in enumerate(program.network.kernel_layers):
        w, b = np.asarray(kernel(one), "float64"), one.layer.bias.numpy().astype("float64")
        if one.layer_type == "convolution":
            found.append(convolved(x, w, *shapes[number]) + b)
        else:
            found.append(x.reshape(len(x), -1) @ w + b)
        x = function(found[-1])
    return found


# ---------------------------------------------------------------- lsuv


DEEP = dense(24, 20, 20, 16, 16, 12)
IMAGES = convolutions((6, 3, 1, "same"), (8, 2, 2, "valid"))


@pytest.mark.parametrize(
    ("model", "shape", "shapes", "activation", "tolerance"),
    [
        (DEEP, (24,), (), "tanh", 0.1),
        (DEEP, (24,), (), "tanh", 0.001),
        (DEEP, (24,), (), "relu", 0.1),
        (IMAGES, (6, 6, 2), [(1, "same"), (2, "valid")], "relu", 0.001),
    ],
    ids=["tanh", "tanh closely", "relu", "convolutions closely"],
)
def test_lsuv_brings_the_output_of_every_layer_to_variance_one(bench, model, shape, shapes, activation, tolerance):
    use(bench, "deep", model, *shape)
    x, function = training_inputs(bench), FUNCTIONS[activation]
    before = linear_outputs(started(bench, "orthogonal", activation=activation), x, function, shapes)
    assert max(abs(z.var() - 1) for z in before) > 0.5  # orthogonal kernels alone do not
    program = started(bench, ("lsuv", {"tolerance": tolerance}), activation=activation)
    variances = [z.var() for z in linear_outputs(program, x, function, shapes)]
    assert len(variances) == len(program.network.kernel_layers)
    assert max(abs(variance - 1) for variance in variances) < tolerance + 1e-5


def test_lsuv_looks_at_as_many_examples_as_it_is_told(bench):
    """At 32 examples their variance is 1, and that of the others is not."""
    use(bench, "deep", dense(20), 24)
    program = started(bench, ("lsuv", {"tolerance": 0.001, "examples": 32}))
    x = training_inputs(bench)
    chosen = Streams.of(0).initial_generator("adapt batch").permutation(TRAIN)[:32]
    for outputs in linear_outputs(program, x, FUNCTIONS["relu"]):
        assert abs(outputs[chosen].var() - 1) < 1e-3 + 1e-5
        assert abs(outputs.var() - 1) > 0.01


@pytest.mark.parametrize(("model", "shape"), [(DEEP, (24,)), (IMAGES, (6, 6, 2))], ids=["dense", "convolutions"])
def test_kernels_of_lsuv_are_orthogonal_but_for_their_scale(bench, model, shape):
    use(bench, "deep", model, *shape)
    scales = []
    for one in started(bench, "lsuv").network.kernel_layers:
        matrix = one.variable.numpy().astype("float64").reshape(-1, one.variable.shape[-1])
        matrix = matrix if matrix.shape[0] >= matrix.shape[1] else matrix.T
        scales.append(np.linalg.norm(matrix[:, 0]))
        np.testing.assert_allclose(matrix.T @ matrix / scales[-1] ** 2, np.eye(matrix.shape[1]), atol=1e-5)
    assert max(abs(scale - 1) for scale in scales) > 0.3  # and they are scaled


def test_lsuv_scales_the_norms_of_weight_normalization_along(bench):
    use(bench, "deep", DEEP, 24)
    program = started(bench, ("lsuv", {"tolerance": 0.001}), normalization="weight")
    norms = [variable.numpy().astype("float64") for variable in program.network.trainable if variable.name == "g"]
    assert len(norms) == 6
    own = {}
    for one, g in zip(program.network.kernel_layers, norms, strict=False):
        v = one.variable.numpy().astype("float64")
        np.testing.assert_allclose(g, np.linalg.norm(v, axis=0), rtol=1e-5)
        own[one.name] = g * v / np.linalg.norm(v, axis=0)
    kernel = lambda one: own.get(one.name, one.variable.numpy())  # noqa: E731
    outputs = linear_outputs(program, training_inputs(bench), FUNCTIONS["relu"], kernel=kernel)
    assert max(abs(z.var() - 1) for z in outputs) < 1e-3 + 1e-5


@pytest.mark.parametrize(
    ("initializer", "normalization"),
    [("lsuv", "weight"), ("lsuv", "batch"), (("layerwise_autoencoder", {"steps": 20}), "weight")],
    ids=["lsuv weight", "lsuv batch", "layerwise_autoencoder weight"],
)
def test_the_same_seed_gives_the_same_bits_and_another_seed_others_in_one_program(bench, initializer, normalization):
    use(bench, "deep", dense(8), 10)
    first = started(bench, initializer, normalization=normalization)
    traces = bench.session.traces  # what it is fed is found by tracing
    start = values(first)
    other = values(started(bench, initializer, seed=1, normalization=normalization))
    for one in first.network.kernel_layers:
        assert not np.array_equal(start[f"{one.name}/kernel"], other[f"{one.name}/kernel"])
    for variable in first.network.model.variables:  # as training would leave it
        variable.assign(variable + 1)
    again = started(bench, initializer, normalization=normalization)
    assert again is first
    assert (bench.session.programs_built, bench.session.traces) == (1, traces)
    assert same(start, values(again))
    assert same(start, values(started(bench, initializer, session=bench.new_session(), normalization=normalization)))


# ---------------------------------------------------------------- layerwise_autoencoder


STEPS = {"steps": 300, "learning_rate": 0.01}


def lost(codes, x):
    """Return the error of the best linear decoder, by least squares, and that of the best code of this size."""
    codes, x = codes.reshape(len(codes), -1), x.reshape(len(x), -1)
    with_bias = np.c_[codes, np.ones(len(codes))]
    decoded = with_bias @ np.linalg.lstsq(with_bias, x, rcond=None)[0]
    spectrum = np.linalg.svd(x - x.mean(0), compute_uv=False)
    return ((x - decoded) ** 2).mean(), (spectrum[codes.shape[1] :] ** 2).sum() / x.size


def test_codes_of_the_first_layer_tell_more_of_the_inputs_than_the_draw_did(bench):
    use(bench, "codes", dense(4), 30)
    x, found, outputs = training_inputs(bench), [], []
    for initializer in ("xavier_uniform", ("layerwise_autoencoder", STEPS)):  # the first one gives the same draw
        program = started(bench, initializer, activation="tanh")
        found.append(lost(np.tanh(linear_outputs(program, x, np.tanh)[0]), x))
        outputs.append(program.network.kernel_layers[-1].variable.numpy())
    (untrained, best), (trained, _) = found
    assert best < trained < 0.5 * untrained  # 0.42, 2.2 and 6.2
    assert np.array_equal(*outputs)  # the last layer keeps its draw
    assert not program.network.kernel_layers[-1].layer.bias.numpy().any()


def test_each_layer_learns_to_encode_what_enters_it_and_leaves_those_before_it_as_they_were(bench):
    found = {}
    for widths in ((8,), (8, 3)):
        use(bench, f"codes_{len(widths)}", dense(*widths), 30)
        found[widths] = started(bench, ("layerwise_autoencoder", STEPS), activation="tanh")
        layer = found[widths].network.kernel_layers[0].layer
        found[widths, "first"] = [layer.kernel.numpy(), layer.bias.numpy()]
    for one, other in zip(found[(8,), "first"], found[(8, 3), "first"], strict=True):
        assert np.array_equal(one, other)
        assert np.any(one)
    x = training_inputs(bench)
    first, second, _ = linear_outputs(found[8, 3], x, np.tanh)
    trained, best = lost(np.tanh(second), np.tanh(first))
    kernel = Streams.of(0).initial_generator("dense_2").uniform(-1, 1, (8, 3)) * np.sqrt(6 / 11)
    untrained, _ = lost(np.tanh(np.tanh(first) @ kernel), np.tanh(first))
    assert best < trained < 0.6 * untrained


def over_time(blocks, x):
    return blocks.output(3)(blocks.flatten()(blocks.conv1d(2, 3, 1, "causal")(x)))


def upwards(blocks, x):
    return blocks.output(3)(blocks.flatten()(blocks.conv_transpose(1, 3, 2)(x)))


@pytest.mark.parametrize(
    ("model", "shape"),
    [
        (convolutions((2, 3, 2, "same")), (7, 7, 1)),  # the decoder gives 8 × 8 pixels: cut
        (convolutions((2, 2, 3, "valid")), (7, 9, 1)),  # 5 × 8 from windows that leave gaps: padded
        (over_time, (8, 5)),
        (upwards, (3, 3, 8)),  # decoded by a convolution that is none of the transposed ones
    ],
    ids=["same", "valid", "causal", "transposed"],
)
def test_convolutions_of_every_kind_learn_to_encode(bench, model, shape):
    import keras
    import tensorflow as tf

    use(bench, "codes", model, *shape)
    x, found = training_inputs(bench), []
    for initializer in ("xavier_uniform", ("layerwise_autoencoder", STEPS)):
        program = started(bench, initializer, activation="tanh")
        encoder = keras.Model(program.network.model.inputs, program.network.kernel_layers[0].outputs)
        found.append(lost(np.asarray(encoder(tf.constant(x, tf.float32)), "float64"), x))
    (untrained, best), (trained, _) = found
    assert best < trained < 0.8 * untrained


def embedded(blocks, x):
    return blocks.output(3)(blocks.dense(4)(blocks.flatten()(blocks.embedding(7, 3)(x))))


def test_symbols_cannot_be_reconstructed(bench):
    use(bench, "symbols", embedded, 5, symbols=True)
    run = bench.run(initializer="layerwise_autoencoder", preprocessing="none")
    assert run.outcome == "unsupported"
    assert run.reason == "layerwise_autoencoder reconstructs numbers; the inputs are symbols"


def test_a_network_of_recurrent_layers_has_nothing_to_pre_train(bench):
    bench.task = tiny_sequences("cross_entropy")
    run = bench.run(initializer="layerwise_autoencoder", preprocessing="none")
    assert run.outcome == "unsupported"
    assert run.reason == "layerwise_autoencoder trains fully connected and convolutional layers; there are none"


# ---------------------------------------------------------------- what any of them is given


class Adapting:
    """Draws ones, and does as a test says."""

    def __init__(self, adapt):
        self.adapt = adapt

    def __call__(self, shape, fan_in, fan_out, gain, generator):
        return np.ones(shape)


def adapting(bench, adapt, **chosen):
    bench.add(bs.Initializer(name="own", make=lambda: Adapting(adapt)))
    return bench.run(initializer="own", preprocessing="none", **chosen)


def test_a_network_gives_values_in_evaluation_mode_and_training_examples_that_cannot_be_changed(bench):
    use(bench, "given", dense(5, 4), 6)
    seen = {}

    def adapt(network):
        seen["examples"] = np.array(network.examples)
        with pytest.raises(ValueError, match="read-only"):
            network.examples[0] = 0
        first, second, _ = network.kernel_layers
        # Dropout stands between the two; more examples than are computed at once.
        often = np.concatenate([network.examples] * 3)
        seen["hidden"], seen["entering"] = network.values(first.outputs, often), network.values(second.inputs, often)
        draws = [network.generator(name).normal(size=3) for name in ("a", "b", "a")]
        assert np.array_equal(draws[0], draws[2])
        assert not np.array_equal(draws[0], draws[1])
        raise bs.Unsupported("seen enough")

    run = adapting(bench, adapt, regularization=("dropout", {"rate": 0.5}))
    assert (run.outcome, run.reason) == ("unsupported", "seen enough"), run.results
    x = training_inputs(bench)
    np.testing.assert_array_equal(seen["examples"], x.astype("float32"))
    expected = np.maximum(np.concatenate([x] * 3) @ np.ones((6, 5)), 0)
    np.testing.assert_allclose(seen["hidden"], expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_array_equal(seen["entering"], seen["hidden"])


def test_values_that_are_not_finite_are_told_with_their_names(bench):
    use(bench, "given", dense(5, 4), 6)
    run = adapting(bench, lambda network: network.assign(network.kernel_layers[1].variable, np.full((5, 4), np.nan)))
    assert run.outcome == "crashed"
    assert run.reason == "the initializer left values that are not finite in dense_2/kernel."


# ---------------------------------------------------------------- stored weights


def stored(folder, trial):
    with np.load(extra_file(folder, trial.id)) as file:
        return dict(file)


def loss_of(weights, bench, part, function=np.tanh, statistics=()):
    """Return the loss of a fully connected network on a part of the data; statistics: prefixes of batch normalizations."""
    dataset = load(bench.task)
    weights = {name: value.astype("float64") for name, value in weights.items() if value.dtype == np.float32}
    rows = dataset.part(part)
    h, y = dataset.x[rows].astype("float64"), dataset.y[rows]
    for name in ("dense_1", "dense_2"):
        h = h @ weights[f"{name}/kernel"] + weights.get(f"{name}/bias", 0.0)
        if statistics:
            norm = statistics[name == "dense_2"]
            h = (h - weights[f"{norm}/moving_mean"]) / np.sqrt(weights[f"{norm}/moving_variance"] + 1e-5)
            h = weights[f"{norm}/gamma"] * h + weights[f"{norm}/beta"]
        h = function(h)
    z = h @ weights["output_1/kernel"] + weights["output_1/bias"]
    z -= z.max(1, keepdims=True)
    return float((np.log(np.exp(z).sum(1)) - z[np.arange(len(z)), y]).mean())


@pytest.mark.parametrize(
    ("chosen", "statistics"),
    [
        (
            {"regularization": ("ema", {"decay": 0.9}), "normalization": "batch"},
            ("batch_normalization", "batch_normalization_2"),
        ),
        ({"regularization": ("swa", {"start": 0.3})}, ()),
        ({"optimizer": ("schedule_free_sgd", {"learning_rate": 0.1})}, ()),
    ],
    ids=["ema", "swa", "schedule_free_sgd"],
)
def test_averaged_weights_are_stored_as_they_are_evaluated(bench, tmp_path, chosen, statistics):
    use(bench, "source", dense(8, 8), 6)
    session = bench.new_session(extras=Extras(weights=True), weights=tmp_path)
    trial = bench.trial(epochs=4, activation="tanh", **{"optimizer": ("sgd", {"learning_rate": 0.1}), **chosen})
    run = session.run(trial).ending
    assert run.outcome == "completed", run.results
    weights = stored(tmp_path, trial)
    for part in ("validation", "test"):
        expected = run.curves[f"{part}_loss"][-1]
        assert loss_of(weights, bench, part, statistics=statistics) == pytest.approx(expected, rel=1e-5)
    (program,) = session._programs.values
    trained = values(program)
    assert trained.keys() == weights.keys()
    assert not np.allclose(weights["dense_1/kernel"], trained["dense_1/kernel"], atol=1e-3)
    assert loss_of(trained, bench, "test", statistics=statistics) != pytest.approx(
        run.curves["test_loss"][-1], rel=1e-3
    )


def test_early_stopping_stores_the_weights_of_the_best_epoch(bench, tmp_path):
    use(bench, "source", dense(8, 8), 6)
    session = bench.new_session(extras=Extras(weights=True), weights=tmp_path)
    chosen = {"activation": "tanh", "optimizer": ("adam", {"learning_rate": 0.03})}
    trial = bench.trial(epochs=40, regularization=("early_stopping", {"patience": 3}), **chosen)
    run = session.run(trial).ending
    losses = run.curves["validation_loss"]
    best = 1 + int(np.argmin(losses[1:]))
    assert 1 <= best == len(losses) - 1 - 3 < 37
    weights = stored(tmp_path, trial)
    for part in ("validation", "test"):
        assert loss_of(weights, bench, part) == pytest.approx(run.curves[f"{part}_loss"][best], rel=1e-5)
        assert run.results.final[f"{part}_loss"] == run.curves[f"{part}_loss"][best]
    assert loss_of(weights, bench, "validation") < losses[-1] - 1e-3


def test_weights_are_stored_only_where_that_was_asked_for_and_training_ended_well(bench, tmp_path):
    use(bench, "source", dense(8, 8), 6)
    session = bench.new_session(extras=Extras(weights=True), weights=tmp_path)
    wild = bench.trial(optimizer=("sgd", {"learning_rate": 10.0}), initializer=("gaussian", {"deviation": 10.0}))
    assert session.run(wild).ending.outcome == "diverged"
    assert bench.session.run(bench.trial(optimizer="sgd", epochs=1)).ending.outcome == "completed"
    assert list(tmp_path.rglob("*")) == []


def test_names_of_weights_do_not_depend_on_the_networks_built_before(bench):
    """Keras numbers layers through the life of a process."""
    use(bench, "names", dense(4, 4), 6)
    chosen = {"normalization": "batch", "activation": "prelu"}
    first = started(bench, "he_normal", session=bench.new_session(), **chosen)
    names, paths = [list(first.network.names)], {variable.path for variable in first.network.model.variables}
    for normalization in ("batch", "weight", "none"):
        started(bench, "he_normal", session=bench.new_session(), normalization=normalization, activation="prelu")
    program = started(bench, "he_normal", session=bench.new_session(), **chosen)
    names.append(list(program.network.names))
    assert names[0] == names[1]
    assert {variable.path for variable in program.network.model.variables} != paths  # Keras' own names do
    norms = ("batch_normalization", "batch_normalization_2")
    slopes = ("channel_p_re_lu", "channel_p_re_lu_2")
    assert sorted(names[0]) == sorted(
        [
            *(f"dense_{number}/kernel" for number in (1, 2)),
            *(f"{norm}/{what}" for norm in norms for what in ("gamma", "beta", "moving_mean", "moving_variance")),
            *(f"{slope}/alpha" for slope in slopes),
            "output_1/kernel",
            "output_1/bias",
        ]
    )


def test_a_kernel_has_one_name_with_weight_normalization_and_without(bench):
    use(bench, "names", dense(4), 6)
    plain = set(started(bench, "he_normal").network.names)
    assert plain == {"dense_1/kernel", "dense_1/bias", "output_1/kernel", "output_1/bias"}
    assert set(started(bench, "he_normal", normalization="weight").network.names) == plain | {"weight_normalization/g"}


# ---------------------------------------------------------------- transfer


@dataclasses.dataclass
class Source:
    """A trial that trained and stored its weights."""

    bench: Bench
    session: object
    trial: object
    run: object
    weights: dict

    def to(self, outputs=False, **chosen):
        """Return the program of a trial on the bench's task that starts from these weights."""
        return started(
            self.bench, ("transfer", {"trial": self.trial.id, "outputs": outputs}), session=self.session, **chosen
        )


@pytest.fixture(scope="module")
def trained(bundled, tmp_path_factory):
    folder = tmp_path_factory.mktemp("weights")
    bench = Bench(bundled)
    use(bench, "source", dense(8, 8), 6)
    session = bench.new_session(extras=Extras(weights=True), weights=folder)
    trial = bench.trial(optimizer=("adam", {"learning_rate": 0.02}), activation="tanh", preprocessing="none")
    run = session.run(trial).ending
    assert run.outcome == "completed", run.results
    return Source(bench, session, trial, run, stored(folder, trial))


@pytest.fixture
def source(trained):
    use(trained.bench, "source", dense(8, 8), 6)
    return trained


def test_what_fits_is_copied_bit_for_bit_and_the_rest_is_drawn(source):
    use(source.bench, "target", dense(8, 5, 8, outputs=4), 6, classes=4)
    found, again = values(source.to()), values(source.to())
    for name, value in found.items():
        assert np.array_equal(value, again[name])
        if name in ("dense_1/kernel", "dense_1/bias"):
            assert np.array_equal(value, source.weights[name])
        else:
            assert value.any() == name.endswith("kernel")
    assert source.weights["dense_1/bias"].all()  # learned, so not the zeros that biases start from


def test_a_bias_is_not_copied_without_its_kernel(source):
    """The second layer has the source's biases in number, and other inputs."""
    use(source.bench, "shifted", dense(5, 8), 6)
    with pytest.raises(bs.Unsupported, match="transfer finds no kernel of trial"):
        source.to()
    use(source.bench, "longer", dense(8, 8, 5), 6)
    found = values(source.to(outputs=True))
    assert np.array_equal(found["dense_2/bias"], source.weights["dense_2/bias"])
    assert source.weights["output_1/bias"].all()
    assert not found["output_1/bias"].any()  # five inputs instead of eight


def test_the_last_layer_is_copied_only_if_that_is_asked_for(source):
    found = values(source.to())
    assert not found["output_1/bias"].any()
    # Not the draw of this seed: the source may have started from it, and what it learned would fit it.
    for seed in range(3):
        drawn = values(started(source.bench, "he_normal", session=source.session, seed=seed))["output_1/kernel"]
        assert abs(np.corrcoef(found["output_1/kernel"].ravel(), drawn.ravel())[0, 1]) < 0.7
    for name in ("dense_1/kernel", "dense_2/kernel"):
        assert np.array_equal(found[name], source.weights[name])
    assert same(values(source.to(outputs=True)), source.weights)


def test_with_the_outputs_the_first_evaluation_is_the_last_one_of_the_source(source):
    chosen = {"optimizer": ("adam", {"learning_rate": 0.02}), "activation": "tanh", "preprocessing": "none"}
    before = source.session.run(source.bench.trial(epochs=1, seed=5, **chosen)).ending
    traces = source.session.traces
    initializer = ("transfer", {"trial": source.trial.id, "outputs": True})
    run = source.session.run(source.bench.trial(epochs=1, seed=5, initializer=initializer, **chosen)).ending
    assert (run.costs.program_reused, source.session.traces) == (True, traces)
    assert run.costs.initialize_seconds > 0
    assert list(run.curves["test_loss"]) != list(before.curves["test_loss"])
    for name in ("train_loss", "validation_loss", "test_loss"):
        assert run.curves[name][0] == source.run.curves[name][-1] != source.run.curves[name][0]


def test_kernels_that_are_copied_bring_their_norms_along(source):
    """The source had no weight normalization: g is the norm of the copied kernel, so the network computes what the source did."""
    program = source.to(outputs=True, normalization="weight", activation="tanh")
    found = values(program)
    for name in ("dense_1", "dense_2"):
        assert np.array_equal(found[f"{name}/kernel"], source.weights[f"{name}/kernel"])
    x = training_inputs(source.bench).astype("float32")
    expected = np.tanh(x @ source.weights["dense_1/kernel"] + source.weights["dense_1/bias"])
    expected = np.tanh(expected @ source.weights["dense_2/kernel"] + source.weights["dense_2/bias"])
    expected = expected @ source.weights["output_1/kernel"] + source.weights["output_1/bias"]
    np.testing.assert_allclose(program.network.model(x), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("kind", "normalization", "target"),
    [
        *(("dense", source, target) for source in ("weight", "spectral") for target in ("none", "weight", "spectral")),
        ("recurrent", "weight", "none"),
        ("recurrent", "weight", "weight"),
    ],
)
def test_a_source_with_mapped_kernels_hands_over_what_its_layers_computed_with(
    bundled, tmp_path, kind, normalization, target
):
    """v and g of weight normalization, or W and its largest singular value, become one kernel that the target starts from."""
    bench = Bench(bundled)
    if kind == "dense":
        use(bench, "source", dense(8, 8), 6)
    else:
        use(bench, "recurrent", lambda blocks, x: blocks.output(3)(blocks.lstm(5, sequences=False)(x)), 6, 4)
    bench.change_task(xla=False)
    session = bench.new_session(extras=Extras(weights=True), weights=tmp_path)
    chosen = {"optimizer": ("adam", {"learning_rate": 0.02}), "preprocessing": "none"}
    trial = bench.trial(normalization=normalization, **chosen)
    run = session.run(trial).ending
    assert run.outcome == "completed", run.results
    initializer = ("transfer", {"trial": trial.id, "outputs": True})
    again = session.run(bench.trial(epochs=1, initializer=initializer, normalization=target, **chosen)).ending
    assert again.outcome == "completed", again.results
    for name in ("validation_loss", "test_loss"):
        tolerance = 0.2 if target == "spectral" else 1e-5  # whose power iteration starts anew
        assert again.curves[name][0] == pytest.approx(run.curves[name][-1], rel=tolerance)
        assert again.curves[name][0] != pytest.approx(run.curves[name][0], rel=0.01)


def test_a_trial_that_stored_no_weights_is_unsupported(source):
    trial = "0123456789abcdef" * 2
    reason = f"trial {trial} stored no weights in the results folder: run it with --store-weights first"
    for session in (source.session, source.bench.new_session()):
        run = session.run(source.bench.trial(initializer=("transfer", {"trial": trial}), preprocessing="none")).ending
        assert (run.outcome, run.reason) == ("unsupported", reason)


def test_a_network_that_has_nothing_in_common_is_unsupported(source):
    use(source.bench, "foreign", dense(7, 6), 9)
    run = source.session.run(
        source.bench.trial(initializer=("transfer", {"trial": source.trial.id}), preprocessing="none")
    ).ending
    assert run.outcome == "unsupported"
    assert run.reason == (
        f"transfer finds no kernel of trial {source.trial.id} that has name and shape of one of this network: "
        "dense_1, dense_2, output_1"
    )


@pytest.mark.parametrize("trial", [None, "", "abc", "0123456789ABCDEF" * 2, "0123456789abcdef" * 2 + "\n", 7])
def test_what_is_no_id_of_a_trial_is_refused(bundled, trial):
    with pytest.raises(bs.BenchsuiteError) as caught:
        bundled.component("initializer", "transfer").hyperparameters({} if trial is None else {"trial": trial})
    assert str(caught.value) == (
        "trial of initializer 'transfer' must be the id of a trial: the 32 hexadecimal digits of its record's name. "
        f"Received: {trial!r}."
    )
