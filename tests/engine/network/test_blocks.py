"""Blocks: the trained array and what it starts from."""

from collections import Counter

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.engine.fed.feeding import Feeding
from benchsuite.engine.ingredients import make_ingredients
from benchsuite.engine.network.blocks import Blocks


def started(shape, start):
    """θ as the layer builds it; a parameter needs nothing of a recipe."""
    import keras

    layer = Blocks(None).parameter(shape, start)
    outputs = layer(keras.ops.zeros((3, 1)))
    assert tuple(outputs.shape) == (3, *shape)
    return layer.theta.numpy()


def test_one_number_is_the_start_of_every_entry():
    np.testing.assert_array_equal(started((2, 3), 0.5), np.full((2, 3), 0.5, "float32"))


@pytest.mark.parametrize("start", [[-1.2, 1], (-1.2, 1), np.array([-1.2, 1])], ids=["list", "tuple", "array"])
def test_each_entry_has_its_own_start(start):
    np.testing.assert_array_equal(started((2,), start), np.array([-1.2, 1], "float32"))


def test_nested_lists_have_the_shape_of_the_array():
    np.testing.assert_array_equal(started((2, 2), [[1, 2], [3, 4]]), np.array([[1, 2], [3, 4]], "float32"))


@pytest.mark.parametrize(
    ("start", "shown"),
    [
        ([1, 2, 3], "[1, 2, 3]"),
        ([[1, 2]], "[[1, 2]]"),
        ([[1], [2, 3]], "[[1], [2, 3]]"),
        (float("nan"), "nan"),
        ([1, float("inf")], "[1, inf]"),
        ("here", "'here'"),
        (None, "None"),
    ],
)
def test_a_start_of_another_shape_is_refused(start, shown):
    with pytest.raises(bs.BenchsuiteError) as caught:
        Blocks(None).parameter((2,), start)
    assert str(caught.value) == (
        "the start of a parameter of shape [2] must be one finite number, or nested lists of that shape with one for "
        f"each entry. Received: {shown}."
    )


@pytest.mark.parametrize("shape", [(0,), (2, -1), (1.5,), (True,)])
def test_a_shape_must_be_whole_numbers(shape):
    with pytest.raises(bs.BenchsuiteError, match=r"the shape of a parameter must be whole numbers from 1. Received: "):
        Blocks(None).parameter(shape, 0.0)


def layers_of(bench, model, **chosen):
    """The layers of a task's model, built from a recipe, by name."""
    bench.change_task(model=model)
    model = bench.session.ready(bench.trial(**chosen)).program.network.model
    return {layer.name.replace(".", "_"): layer for layer in model.layers}


def one_block(blocks, inputs):
    return blocks.output(3)(blocks.dense(8)(inputs))


AROUND = ("LayerNormalization", "PReLU", "Dropout")
"""What follows a hidden layer in the recipe of the next test."""
IMAGE, SERIES, VECTOR, CODES = (8, 8, 3), (6, 4), (5,), (6,)
BLOCKS = (
    (lambda b: b.dense(7), VECTOR, (7,), ("dense", "Dense", *AROUND)),
    (lambda b: b.dense(7, activate=False), VECTOR, (7,), ("dense", "Dense", "LayerNormalization")),
    (lambda b: b.dense(7, regularize=False), VECTOR, (7,), ("dense", "Dense", *AROUND[:2])),
    (lambda b: b.conv(5), IMAGE, (8, 8, 5), ("conv", "Conv2D", *AROUND)),
    (lambda b: b.conv(5, 3, 2, "valid", regularize=False), IMAGE, (3, 3, 5), ("conv", "Conv2D", *AROUND[:2])),
    (lambda b: b.conv1d(5), SERIES, (6, 5), ("conv", "Conv1D", *AROUND)),
    (lambda b: b.conv1d(5, 2, 1, "causal", False), SERIES, (6, 5), ("conv", "Conv1D", "LayerNormalization")),
    (lambda b: b.conv_transpose(5), IMAGE, (8, 8, 5), ("conv_transpose", "Conv2DTranspose", *AROUND)),
    (lambda b: b.conv_transpose(5, 2, 2), IMAGE, (16, 16, 5), ("conv_transpose", "Conv2DTranspose", *AROUND)),
    (lambda b: b.lstm(3), SERIES, (6, 3), ("lstm", "LSTM", "Dropout")),
    (lambda b: b.gru(3), SERIES, (6, 3), ("gru", "GRU", "Dropout")),
    (lambda b: b.rnn(3, sequences=False), SERIES, (3,), ("rnn", "SimpleRNN", "Dropout")),
    (lambda b: b.normalize(), SERIES, SERIES, ("", "LayerNormalization")),
    (lambda b: b.embedding(9, 4), CODES, (6, 4), ("embedding", "Embedding")),
    (lambda b: b.positions(), SERIES, SERIES, ("positions", "Positions")),
    (lambda b: b.max_pool(), IMAGE, (4, 4, 3), ("max_pool", "MaxPooling2D")),
    (lambda b: b.max_pool(3, 1), SERIES, (4, 4), ("max_pool", "MaxPooling1D")),
    (lambda b: b.average_pool(), IMAGE, (4, 4, 3), ("average_pool", "AveragePooling2D")),
    (lambda b: b.average_pool(3, 1, "same"), SERIES, SERIES, ("average_pool", "AveragePooling1D")),
    (lambda b: b.average(), IMAGE, (3,), ("average", "GlobalAveragePooling2D")),
    (lambda b: b.average(), SERIES, (4,), ("average", "GlobalAveragePooling1D")),
    (lambda b: b.flatten(), IMAGE, (192,), ("flatten", "Flatten")),
    (lambda b: b.reshape([4, 6]), SERIES, (4, 6), ("reshape", "Reshape")),
    (lambda b: b.output(2), VECTOR, (2,), ("output", "Dense")),
    (lambda b: b.parameter([2], 1.5), VECTOR, (2,), ("parameter", "Parameter")),
    (
        lambda b: b.residual(b.dense(5, activate=False)), VECTOR, (5,),
        ("dense", "Dense", "LayerNormalization", "Add", *AROUND[1:]),
    ),
)  # fmt: skip


def test_each_block_has_the_layers_of_its_recipe_under_its_own_name(bench):
    import keras

    bench.add(bs.Activation(name="gaining", make=lambda: keras.layers.PReLU(), gain=2.0))
    trial = bench.trial(normalization="layer", activation="gaining", regularization="dropout")
    blocks = Blocks(make_ingredients(bench.task, trial.recipe, bench, True, Feeding(trial.numbers, frozenset()), {}))
    counts = Counter()
    for make, shape, gives, (name, *layers) in BLOCKS:
        x = keras.Input(shape, dtype="int32" if shape == CODES else "float32")
        model = keras.Model(x, make(blocks)(x))
        counts[name] += 1
        assert model.output.shape == (None, *gives), name
        assert [type(layer).__name__ for layer in model.layers[1:]] == layers
        assert not name or model.layers[1].name == f"{name}.{counts[name]}"
    found = {one.name: (one.layer_type, one.gain) for one in blocks.assembly.kernel_layers}
    assert set(found.values()) == {("dense", 2.0), ("convolution", 2.0), ("recurrent", 1.0), ("output", 1.0)}


@pytest.mark.parametrize("name", ["none", "batch", "batch_no_affine", "layer", "rms"])
def test_a_bias_is_dropped_where_the_normalization_replaces_it(bench, name):
    layers = layers_of(bench, one_block, normalization=name)
    assert layers["dense_1"].use_bias is (name in ("none", "rms"))
    assert layers["output_1"].use_bias


def test_what_is_made_must_be_a_layer(bench):
    bench.add(bs.Normalization(name="text", make=lambda: "layer"))
    run = bench.run(normalization="text")
    assert run.outcome == "crashed"
    assert run.reason == "make of normalization 'text' must return a keras.Layer or None. Received: str."


def test_a_normalization_may_stand_after_the_activation(bench):
    import keras

    component = bs.Normalization(
        name="minus_one",
        make=lambda: keras.layers.Rescaling(1.0, offset=-1.0, name="minus_one"),
        on="activations",
        replaces_bias=False,
    )
    bench.add(component)
    layers = layers_of(bench, one_block, normalization="minus_one", activation="relu")
    dense, after = (keras.Model(layers["dense_1"].input, layers[name].output) for name in ("dense_1", "minus_one"))
    x = bench.task.data().x
    np.testing.assert_array_equal(after(x), np.maximum(dense(x), 0) - 1)


@pytest.mark.parametrize("name", ["weight", "spectral"])
def test_a_kernel_is_filled_by_the_initializer_and_found_by_penalties_under_its_normalization(bench, name):
    def start(seed, **chosen):
        ready = bench.session.ready(bench.trial(seed, initializer="he_normal", **chosen))
        return ready.program, [one.variable.numpy() for one in ready.program.network.kernel_layers]

    plain, kernels = start(0)
    x = bench.task.data().x[:5]
    outputs = plain.network.model(x).numpy()
    program, same = start(0, normalization=name)
    for kernel, expected in zip(same, kernels, strict=True):
        np.testing.assert_array_equal(kernel, expected)
    assert [kernel.name for kernel in program.network.kernel_layers] == ["dense_1", "dense_2", "output_1"]
    if name == "weight":
        np.testing.assert_allclose(program.network.model(x), outputs, rtol=1e-5, atol=1e-6)
        norms = [variable for variable in program.network.trainable if variable.name == "g"]
        for g, kernel in zip(norms, kernels[:2], strict=True):
            np.testing.assert_allclose(g, np.linalg.norm(kernel.astype("float64"), axis=0), rtol=1e-6)
    state = [variable.numpy() for variable in program.network.model.variables]
    again, other = start(1, normalization=name)
    assert again is program
    assert not np.array_equal(other[0], same[0])
    assert not all(np.array_equal(a, v.numpy()) for a, v in zip(state, program.network.model.variables, strict=True))
    start(0, normalization=name)
    for value, variable in zip(state, program.network.model.variables, strict=True):
        np.testing.assert_array_equal(value, variable)


def one_lstm(blocks, inputs):
    import keras

    return blocks.output(3)(blocks.flatten()(blocks.lstm(2)(keras.layers.Reshape((3, 2))(inputs))))


def test_an_lstm_has_both_of_its_kernels_normalized(bench):
    layers = layers_of(bench, one_lstm, normalization="weight")
    wrapper = layers["lstm_1_reparameterized"]
    for name in ("kernel", "recurrent_kernel"):
        values = getattr(wrapper.layer, name).numpy().astype("float64")
        np.testing.assert_allclose(wrapper.maps[name].g, np.linalg.norm(values, axis=0), rtol=1e-6)
    x = np.random.default_rng(0).normal(size=(4, 3, 2)).astype("float32")
    start = wrapper.layer(x)
    np.testing.assert_allclose(wrapper(x), start, rtol=1e-5, atol=1e-6)
    for name, scale in (("kernel", 2.0), ("recurrent_kernel", 3.0)):
        wrapper.maps[name].g.assign(scale * wrapper.maps[name].g)
    scaled = np.asarray(wrapper(x))
    assert not np.allclose(scaled, start, atol=1e-2)
    for name, scale in (("kernel", 2.0), ("recurrent_kernel", 3.0)):
        getattr(wrapper.layer, name).assign(scale * getattr(wrapper.layer, name))
    np.testing.assert_allclose(scaled, wrapper.layer(x), rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize(("name", "inside"), [("none", 0), ("layer", 3), ("rms", 3)])
def test_an_lstm_keeps_its_bias_and_normalizes_inside(bench, name, inside):
    layer = layers_of(bench, one_lstm, normalization=name)["lstm_1"]
    assert len(layer.normalizations) == inside
    np.testing.assert_array_equal(layer.bias, [0, 0, 1, 1, 0, 0, 0, 0])


@pytest.mark.parametrize(
    ("model", "name", "chosen", "reason"),
    [
        (one_block, "instance", {}, "applies to convolution layers, not to dense ones: its mean and variance are "),
        (one_block, "local_response", {}, "applies to convolution layers, not to dense ones: its neighbours are "),
        (one_block, "group", {"groups": 16}, "8 channels do not divide into 16 equal groups"),
        (one_block, "weight", {}, "weight normalization divides by the norm of a unit's weights, and the initializer "),
        (one_block, "spectral", {}, "spectral normalization divides by the largest singular value of a kernel, and "),
        (
            one_lstm,
            "batch",
            {},
            "applies to dense and convolution and attention layers, not to recurrent ones: the statistics of ",
        ),
        (
            one_lstm,
            "spectral",
            {},
            "applies to dense and convolution and attention layers, not to recurrent ones: a recurrent ",
        ),
    ],
)
def test_a_trial_is_unsupported_where_its_normalization_cannot_be_applied(bench, model, name, chosen, reason):
    bench.change_task(model=model)
    run = bench.run(normalization=(name, chosen), initializer="zeros")
    assert run.outcome == "unsupported"
    assert reason in run.reason


def logistic(blocks, inputs):
    return blocks.output(3)(inputs)


def one_parameter(blocks, inputs):
    return blocks.parameter((3,), 0.0)(inputs)


@pytest.mark.parametrize(
    ("model", "kind", "name", "reason"),
    [
        (logistic, "normalization", "batch", "has no hidden layers to normalize, so normalization 'batch' would "),
        (logistic, "normalization", "weight", "has no hidden layers to normalize, so normalization 'weight' would "),
        (logistic, "activation", "tanh", "has no hidden layers with an activation to choose, so activation 'tanh' "),
        (one_lstm, "activation", "tanh", "has no hidden layers with an activation to choose, so activation 'tanh' "),
        (one_parameter, "initializer", "he_normal", "has no kernels to initialize, so initializer 'he_normal' would "),
    ],
)
def test_what_has_no_place_in_a_network_is_unsupported_and_not_silently_nothing(bench, model, kind, name, reason):
    bench.change_task(model=model, xla=False, baseline={"initializer": "xavier_uniform"})
    run = bench.run(**{kind: name})
    assert run.outcome == "unsupported"
    assert reason in run.reason
    assert bench.run(normalization="none").outcome == "completed"  # the baseline has them all the same


@pytest.mark.parametrize("regularization", ["max_norm", "dropconnect"])
@pytest.mark.parametrize("normalization", ["weight", "spectral"])
def test_what_acts_on_kernels_is_unsupported_where_layers_compute_with_others(bench, regularization, normalization):
    bench.change_task(model=one_block, xla=False)
    run = bench.run(regularization=regularization, normalization=normalization)
    assert run.outcome == "unsupported"
    assert run.reason == (
        f"regularization {regularization!r} acts on kernels, and normalization {normalization!r} computes them from "
        "other arrays"
    )
    assert bench.run(regularization=regularization, normalization="layer").outcome == "completed"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"applies_to": ()}, "applies_to of normalization 'n' must name one or more of dense, convolution, recurrent"),
        (
            {"applies_to": "dense"},
            "applies_to of normalization 'n' must name one or more of dense, convolution, recurr",
        ),
        (
            {"applies_to": ("dens",)},
            "unknown layer type in applies_to of normalization 'n': 'dens'. Did you mean 'dense'?",
        ),
        ({"on": "kernels"}, "unknown place in on of normalization 'n': 'kernels'. Did you mean 'kernel'?"),
        ({"on": "kernel"}, "normalization 'n' cannot replace a bias, since it normalizes the kernel."),
        (
            {"on": "activations", "applies_to": ("recurrent",), "replaces_bias": False},
            "normalization 'n' normalizes activations and applies_to names recurrent layers, whose cells keep their own.",
        ),
    ],
)
def test_a_normalization_is_declared_in_full(fields, message):
    with pytest.raises(bs.BenchsuiteError) as caught:
        bs.Normalization(name="n", make=lambda: None, **fields)
    assert str(caught.value).startswith(message)


def test_layers_that_a_task_makes_itself_never_take_a_blocks_name(bench):
    import keras

    def model(blocks, inputs):
        x = keras.layers.Dense(8)(keras.layers.Dense(8)(blocks.dense(8)(inputs)))
        return blocks.output(3)(keras.layers.Dense(8)(blocks.dense(8)(x)))

    for task in ("first", "second"):  # Keras goes on counting where the first network ended
        bench.change_task(model=model, name=task)
        program = bench.session.ready(bench.trial()).program
        assert [one.name for one in program.network.kernel_layers] == ["dense_1", "dense_2", "output_1"]
        kernels = [name for name in program.network.names if name.endswith("kernel")]
        assert len(kernels) == len(set(kernels)) == 6
        assert {"dense_1/kernel", "output_1/kernel"} <= set(kernels)
