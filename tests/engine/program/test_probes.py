"""Probes: each measure against NumPy float64, the course notes' figures of deep networks, and that probing changes nothing."""

import dataclasses

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.conformance.tiny import tiny_images, tiny_sequences
from benchsuite.data import load
from benchsuite.engine.program.probes import MEASURES, PROBE_EXAMPLES
from benchsuite.engine.ran import Probed
from benchsuite.extras import Extras


def program_of(session):
    return session._programs.values[-1]


def ready(bench, seed=0, **chosen):
    return bench.session.ready(bench.trial(seed, preprocessing="none", **chosen))


def probed(started):
    """Return measure → values of the layers, as probes find them."""
    return started.program.probe(started.feed)


def close(found, expected, rtol=1e-4):
    np.testing.assert_allclose(np.array(found, "float64"), expected, rtol=rtol, atol=1e-7)


# ---------------------------------------------------------------- the measures against NumPy


EPSILON = 1e-5
FUNCTIONS = {
    "tanh": (np.tanh, lambda z: 1 - np.tanh(z) ** 2),
    "relu": (lambda z: np.maximum(z, 0), lambda z: (z > 0) * 1.0),
    "maxout": (lambda z: np.maximum(z[:, ::2], z[:, 1::2]), lambda z: np.stack(
        [z[:, ::2] > z[:, 1::2], z[:, 1::2] > z[:, ::2]], axis=2).reshape(z.shape) * 1.0),
}  # fmt: skip


def forward(variables, x, function, norm):
    """Return what enters and what leaves each activation, and the outputs."""
    h, inside = x, []
    for name in ("dense_1", "dense_2"):
        z = h @ variables[f"{name}/kernel"] + variables.get(f"{name}/bias", 0.0)
        if norm:
            prefix = "batch_normalization" + ("_2" if name == "dense_2" else "")
            z = (z - z.mean(0)) / np.sqrt(z.var(0) + EPSILON)
            z = variables[f"{prefix}/gamma"] * z + variables[f"{prefix}/beta"]
        h = function(z)
        inside.append((z, h))
    return inside, h @ variables["output_1/kernel"] + variables["output_1/bias"]


def loss_of(variables, x, y, function, norm, strength):
    _, z = forward(variables, x, function, norm)
    z = z - z.max(1, keepdims=True)
    loss = (np.log(np.exp(z).sum(1)) - z[np.arange(len(z)), y]).mean()
    return loss + strength / 2 * sum((variables[f"{name}/kernel"] ** 2).sum() for name in LAYERS)


LAYERS = ("dense_1", "dense_2", "output_1")


@pytest.mark.parametrize(
    ("activation", "normalization", "strength", "compiled"),
    [("tanh", "none", 0.05, False), ("relu", "batch", 0.0, True), ("maxout", "none", 0.0, False)],
)
def test_every_measure_is_that_of_numpy(bench, activation, normalization, strength, compiled):
    """More examples than are probed; units that saturate, one that never moves, entries that are next to nothing.

    Batch normalization takes the statistics of the batch, as in training: its moving averages are still 0 and 1.
    """

    def data():
        generator = np.random.default_rng(0)
        y = generator.integers(3, size=400).astype("int32")
        return bs.Arrays(generator.normal(0.5, 1.0, size=(400, 6)).astype("float32"), y)

    bench.change_task(data=data, split=bs.HoldOut(300, 50, 50), xla=compiled)
    regularization = ("l2", {"strength": strength}) if strength else "none"
    started = ready(bench, activation=activation, normalization=normalization, regularization=regularization)
    program = started.program
    kernels = {one.name: one.variable for one in program.network.kernel_layers}
    first = kernels["dense_1"].numpy()
    first[:, 0] *= 20
    pieces = first.shape[1] // 8
    first[:, -pieces:] = 0  # the last unit gives its bias, whatever enters
    kernels["dense_1"].assign(first)
    for name, variable in program.network.names.items():
        if name.endswith(("/bias", "/beta")):  # away from the kinks of relu and maxout
            variable.assign(np.linspace(0.2, 0.9, variable.shape[0]))
    last = kernels["output_1"].numpy()
    last[0], last[1] = (share * np.abs(last[2:]).max() for share in (0.9e-3, -1.1e-3))  # on either side of a thousandth
    kernels["output_1"].assign(last)
    variables = {name: v.numpy().astype("float64") for name, v in program.network.names.items()}
    dataset = load(bench.task)
    x, y = dataset.x[:PROBE_EXAMPLES].astype("float64"), dataset.y[:PROBE_EXAMPLES]
    function, slope = FUNCTIONS[activation]
    norm = normalization == "batch"

    found = probed(started)
    assert list(found) == list(MEASURES)
    inside, _ = forward(variables, x, function, norm)
    close(found["activation_mean"][:2], [a.mean() for _, a in inside])
    close(found["activation_std"][:2], [a.std() for _, a in inside])
    close(found["saturated"][:2], [(np.abs(slope(z)) < 0.01).mean() for z, _ in inside])
    close(found["dead"][:2], [(np.ptp(a, axis=0) < 1e-6).mean() for _, a in inside])
    assert 0.02 < found["saturated"][0] < 0.9
    assert program.xla == compiled
    for name, value in variables.items():
        assert np.array_equal(program.network.names[name].numpy(), value), name
    assert found["dead"][0] == 1 / 8
    sizes = {name: np.abs(variables[f"{name}/kernel"]) for name in LAYERS}
    close(found["weight_norm"], [np.sqrt((size**2).sum()) for size in sizes.values()])
    close(found["sparsity"], [(size < 1e-3 * size.max()).mean() for size in sizes.values()])
    assert found["sparsity"][0] >= 1 / 8
    assert found["sparsity"][2] == 1 / 8
    norms = []
    for name in LAYERS:  # central differences in float64
        kernel, gradient = variables[f"{name}/kernel"], []
        for at in np.ndindex(kernel.shape):
            sides = []
            for step in (1e-6, -1e-6):
                moved = kernel.copy()
                moved[at] += step
                sides.append(loss_of({**variables, f"{name}/kernel": moved}, x, y, function, norm, strength))
            gradient.append((sides[0] - sides[1]) / 2e-6)
        norms.append(np.linalg.norm(gradient))
    close(found["gradient_norm"], norms, rtol=1e-3)
    assert min(norms) > 1e-3


def test_a_channel_of_a_convolution_is_dead_only_if_it_is_so_at_every_pixel(bench):
    model = lambda blocks, x: blocks.output(3)(blocks.flatten()(blocks.conv(3)(x)))  # noqa: E731  # as many as no side has
    bench.task = dataclasses.replace(tiny_images("cross_entropy"), name=bench.task.name, model=model, xla=False)
    started = ready(bench, activation="relu")
    first = started.program.network.kernel_layers[0]
    kernel, bias = first.variable.numpy(), first.layer.bias.numpy()
    kernel[..., 0], bias[0] = 0, 0.7  # constant
    bias[1] = -100  # always below zero
    first.variable.assign(kernel)
    first.layer.bias.assign(bias)
    found = probed(started)
    x = load(bench.task).x[:160].astype("float64")
    windows = np.lib.stride_tricks.sliding_window_view(np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)]), (3, 3), axis=(1, 2))
    z = np.einsum("bhwcij,ijco->bhwo", windows, kernel.astype("float64")) + bias
    assert found["dead"] == [pytest.approx(2 / 3), None]
    close(found["saturated"][0], (z <= 0).mean())
    close([found["activation_mean"][0], found["activation_std"][0]], [np.maximum(z, 0).mean(), np.maximum(z, 0).std()])
    assert 0.25 < found["saturated"][0] < 0.75


@pytest.mark.parametrize("normalization", ["weight", "spectral"])
def test_the_kernel_that_is_probed_is_the_one_that_the_layer_computes_with(bench, normalization):
    bench.change_task(xla=False)
    started = ready(bench, normalization=normalization)
    program = started.program
    for kernel, layer in program.network.mapped:
        kernel.assign(3 * kernel)
        for variable in layer.variables:
            if variable.name == "g":
                variable.assign(5 * variable)
    effective = program.weights(started.feed)
    found = probed(started)
    close(found["weight_norm"], [np.linalg.norm(effective[f"{name}/kernel"]) for name in LAYERS])
    trained = np.linalg.norm(program.network.names["dense_1/kernel"].numpy())
    assert abs(found["weight_norm"][0] / trained - 1) > 0.1


def test_a_kernel_of_zeros_is_as_sparse_as_can_be(bench):
    bench.change_task(xla=False)
    started = ready(bench, initializer="zeros")
    assert probed(started)["sparsity"] == [1.0, 1.0, 1.0]


def test_outputs_and_recurrent_cells_have_no_activation_of_their_own(bench):
    bench.task = tiny_sequences("cross_entropy")
    started = ready(bench)
    found = probed(started)
    hidden = np.asarray(started.program.network.kernel_layers[0].layer(load(bench.task).x[:160]), "float64")
    close([found["activation_mean"][0], found["activation_std"][0]], [hidden.mean(), hidden.std()])
    assert found["dead"] == [0.0, None]
    assert found["saturated"] == [None, None]
    for measure in ("activation_mean", "activation_std"):
        assert found[measure][1] is None
    for measure in ("gradient_norm", "weight_norm", "sparsity"):
        assert all(isinstance(value, float) for value in found[measure])


def test_where_there_are_no_kernels_there_is_nothing_to_probe(bench):
    bench.change_task(model=lambda blocks, x: blocks.parameter((3,), 0.0)(x), xla=False)
    bench.session._extras = Extras(probe="all")
    ran = bench.ran(epochs=1)
    assert ran.ending.outcome == "completed", ran.ending.reason
    assert ran.probed == Probed([], [0, 1], {measure: [[], []] for measure in MEASURES})


def test_what_changes_kernels_in_training_is_seen_in_the_activations_too(bench):
    """A network that computes with half of each kernel gives, without biases, a quarter in the second layer."""

    class Half:
        def in_training(self, kernels):
            return [kernel / 2 for kernel in kernels]

    bench.add(bs.Regularization(name="half", make=Half))
    bench.change_task(xla=False)
    plain, halved = (probed(ready(bench, regularization=one, activation="relu")) for one in ("none", "half"))
    factors = np.array(halved["activation_std"][:2]) / plain["activation_std"][:2]
    np.testing.assert_allclose(factors, [1 / 2, 1 / 4], rtol=1e-4)
    assert halved["weight_norm"] == plain["weight_norm"]


# ---------------------------------------------------------------- the figures of the notes


@pytest.fixture(scope="module")
def deep(bundled):
    """A network of ten layers of 100 units before the first step: activation, initializer → what probes find."""
    from tests.engine.conftest import Bench

    bench = Bench(bundled)

    def data():
        generator = np.random.default_rng(0)
        y = generator.integers(10, size=400).astype("int32")
        return bs.Arrays((3 + 2 * generator.normal(size=(400, 100))).astype("float32"), y)

    def model(blocks, x):
        for _ in range(10):
            x = blocks.dense(100)(x)
        return blocks.output(10)(x)

    bench.change_task(data=data, split=bs.HoldOut(300, 50, 50), model=model, xla=False)

    def found(activation, initializer):
        trial = bench.trial(activation=activation, initializer=initializer, preprocessing="standardize")
        return {name: row[:10] for name, row in probed(bench.session.ready(trial)).items()}

    return found


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_activations_die_from_small_gaussian_weights(deep, activation):
    found = deep(activation, ("gaussian", {"deviation": 0.01}))
    stds = np.array(found["activation_std"])
    assert (stds[1:] < 0.2 * stds[:-1]).all()  # a tenth with each layer for tanh, 0.06 for relu
    assert 0.01 < stds[0] < 0.15
    assert stds[3] < 1e-3
    assert stds[9] < 1e-9
    assert found["gradient_norm"][0] < 1e-6


def test_tanh_saturates_from_large_gaussian_weights(deep):
    found = deep("tanh", ("gaussian", {"deviation": 1.0}))
    # z ~ N(0, 100) in the first layer: |tanh'(z)| < 0.01 where |z| > 2.993, in 76.5 % of the entries.
    assert found["saturated"][0] == pytest.approx(0.765, abs=0.02)
    assert min(found["saturated"]) > 0.7
    assert min(found["activation_std"]) > 0.85


@pytest.mark.parametrize("initializer", ["xavier_normal", "xavier_uniform"])
def test_xavier_holds_for_tanh(deep, initializer):
    found = deep("tanh", initializer)
    assert all(0.2 < std < 0.7 for std in found["activation_std"])  # from 0.63 down, ever more slowly
    assert found["activation_std"][9] > 0.7 * found["activation_std"][5]
    assert max(found["saturated"]) < 0.02


def test_he_holds_for_relu_and_xavier_does_not(deep):
    he, xavier = (deep("relu", initializer) for initializer in ("he_normal", "xavier_normal"))
    assert all(0.4 < std < 1.5 for std in he["activation_std"])
    ratios = np.array(xavier["activation_std"]) / he["activation_std"]
    # The same draws but for √2: each layer loses that much, exactly, since relu(c·z) = c·relu(z).
    np.testing.assert_allclose(ratios, 2.0 ** (-np.arange(1, 11) / 2), rtol=1e-4)
    assert xavier["activation_std"][9] < 0.06
    assert all(0.3 < share < 0.7 for share in he["saturated"])  # half of the units are off


# ---------------------------------------------------------------- probing changes nothing


BUSY = {
    "optimizer": ("momentum", {"learning_rate": 0.05}),
    "normalization": "batch",
    "regularization": "dropout",
}


def test_training_is_the_same_with_probes_and_without_and_nothing_is_compiled_where_none_are_asked_for(bench):
    bench.change_task(xla=False)  # compiled in half the time
    without = bench.ran(**BUSY)
    assert without.ending.outcome == "completed", without.ending.results
    assert without.probed is None
    program = program_of(bench.session)
    assert program._probes is None
    traces = program.traces
    # The same program from here on: what a session keeps is no part of it.
    bench.session._extras = Extras(probe="all")
    with_them = bench.ran(**BUSY)
    assert program_of(bench.session) is program
    assert with_them.ending.curves == without.ending.curves
    assert with_them.ending.results == without.ending.results
    assert with_them.probed.layers == list(LAYERS)
    assert with_them.probed.epochs == [0, 1, 2]
    assert list(with_them.probed.measures) == list(MEASURES)
    for rows in with_them.probed.measures.values():
        assert [len(row) for row in rows] == [3, 3, 3]
    for measure in ("activation_std", "gradient_norm", "weight_norm"):
        first, second, third = (row[0] for row in with_them.probed.measures[measure])
        assert first != second != third
    # A used program finds the same again, from the same trace.
    bench.session._extras = Extras(probe="last,1")
    other = bench.ran(seed=1, **BUSY)
    again = bench.ran(**BUSY)
    assert again.probed.epochs == [1, 2]
    for measure, rows in with_them.probed.measures.items():
        assert again.probed.measures[measure] == rows[1:]
    assert other.probed.measures["weight_norm"] != again.probed.measures["weight_norm"]
    # One that diverges is probed as far as it came.
    schedule = lambda step, total: np.where(step == 12, 1e38, 1.0)  # noqa: E731
    bench.add(bs.Schedule(name="explodes", make=lambda: schedule))
    bench.session._extras = Extras(probe="all")
    diverged = bench.ran(schedule="explodes", **BUSY)
    assert diverged.ending.outcome == "diverged"
    assert diverged.probed.epochs == list(diverged.ending.curves["epoch"]) == [0, 1]
    assert program.traces == traces == 2
    assert program._probes._compiled.experimental_get_tracing_count() == 1


def test_the_last_epoch_is_the_one_that_early_stopping_made_the_last(bench):
    bench.change_task(xla=False)
    bench.session._extras = Extras(probe="last")
    stopping = ("early_stopping", {"patience": 1})
    bench.add(bs.Schedule(name="still", make=lambda: lambda step, total: np.zeros(len(step))))
    stopped = bench.ran(epochs=9, regularization=stopping, schedule="still")
    assert stopped.ending.outcome == "completed", stopped.ending.results
    assert stopped.probed.epochs == list(stopped.ending.curves["epoch"][-1:])
    assert stopped.ending.curves["epoch"][-1] < 9


def test_probes_leave_every_variable_as_it_was(bench):
    """Moving averages, the vectors of a power iteration, and the state of a generator that Keras keeps."""
    import keras

    class Both(keras.layers.Layer):
        """Batch normalization, then dropout of Keras' own."""

        def __init__(self):
            super().__init__()
            self.norm, self.drop = keras.layers.BatchNormalization(), keras.layers.Dropout(0.5)

        def call(self, x, training=False):
            return self.drop(self.norm(x, training=training), training=training)

    bench.add(bs.Regularization(name="both", make=Both))
    bench.change_task(xla=False)
    started = ready(bench, normalization="spectral", regularization="both")
    program = started.program
    state = program.network.model.non_trainable_variables
    kinds = {variable.name for variable in state}
    assert {"moving_mean", "moving_variance", "u", "seed_generator_state"} <= kinds
    before = [np.array(v.numpy()) for v in (*program.network.model.variables, *program.optimizer.made.variables)]
    first = probed(started)
    for variable, value in zip(
        (*program.network.model.variables, *program.optimizer.made.variables), before, strict=True
    ):
        assert np.array_equal(variable.numpy(), value), variable.path
    assert probed(started) == first
