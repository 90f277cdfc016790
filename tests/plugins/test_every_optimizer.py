"""What every registered optimizer can do outside of the engine; a new one is tested the moment it exists."""

import math
import re
import warnings

import keras
import numpy as np
import pytest
import tensorflow as tf

import benchsuite as bs
from benchsuite import noise
from tests.bundled import REGISTRY
from tests.lowered import as_on_a_gpu, hlo_of, suspects

EVERY = REGISTRY.names("optimizer")
SHAPES = {"kernel": (4, 3), "bias": (3,), "convolution": (3, 3, 2, 4), "embedding": (5, 2)}


def made(name, **chosen):
    component = REGISTRY.component("optimizer", name)
    return component.make(**component.hyperparameters(chosen))


class Bowl:
    """½·Σ a·θ² over four variables of the shapes that networks have; curvatures a from 0.1 to 2."""

    def __init__(self, dtype="float32", shapes=SHAPES, missing=()):
        rng = np.random.default_rng(0)
        self.missing = missing
        self.variables = [
            keras.Variable(rng.normal(size=shape).astype("float32"), dtype=dtype, name=f"{name}_1")
            for name, shape in shapes.items()
        ]
        self.curvatures = [tf.constant(rng.uniform(0.1, 2.0, shape), dtype) for shape in shapes.values()]
        self.transform = None

    def loss(self):
        return tf.add_n(
            [
                0.5 * tf.reduce_sum(tf.cast(a * v.value**2, tf.float32))
                for a, v in zip(self.curvatures, self.variables, strict=True)
            ]
        )

    def __call__(self):
        gradients = [
            None if v.name in self.missing else a * v.value
            for a, v in zip(self.curvatures, self.variables, strict=True)
        ]
        if self.transform is not None:
            gradients = self.transform(gradients, self.variables)
        return self.loss(), gradients

    def hessian_vector(self, vectors):
        return [
            None if v.name in self.missing else a * u
            for a, u, v in zip(self.curvatures, vectors, self.variables, strict=True)
        ]

    def values(self):
        return [np.array(v.value.numpy(), "float64") for v in self.variables]

    def assign(self, values):
        for variable, value in zip(self.variables, values, strict=True):
            variable.assign(value)


def take_step(optimizer, bowl, number):
    """One step as the engine takes it, in whatever mode TensorFlow is."""
    with noise.stream(tf.constant(0, tf.int64), tf.cast(number, tf.int64)):
        if hasattr(optimizer, "step"):
            optimizer.step(bowl, bowl.variables)
        else:
            optimizer.apply(bowl()[1], bowl.variables)


def compiled(optimizer, bowl, xla):
    """Return ``step(number, rate)``, compiled once."""

    def step(number, rate):
        if hasattr(optimizer, "learning_rate"):
            optimizer.learning_rate = rate
        take_step(optimizer, bowl, number)

    signature = [tf.TensorSpec((), tf.int64), tf.TensorSpec((), tf.float32)]
    return tf.function(step, input_signature=signature, autograph=False, jit_compile=xla)


def rate_of(name):
    space = REGISTRY.component("optimizer", name).space
    return space["learning_rate"].default if "learning_rate" in space else 0.0


def built(name, bowl, **chosen):
    optimizer = made(name, **chosen)
    optimizer.build(bowl.variables)
    return optimizer


def _counted(shape):
    return tf.reshape(tf.range(math.prod(shape), dtype=tf.float32), shape)


@pytest.mark.parametrize("name", EVERY)
def test_under_xla_it_descends_and_does_what_a_graph_does_under_every_schedule(name, monkeypatch):
    # XLA draws with Threefry and a graph with Philox; what is compared here is what follows from a draw.
    monkeypatch.setattr(
        noise, "normal", lambda shape, mean=0.0, deviation=1.0: mean + deviation * tf.cos(_counted(shape))
    )
    # A matrix less, and one variable more, of which the loss does not know.
    shapes = {**{name: SHAPES[name] for name in ("kernel", "bias", "convolution")}, "unused": (2,)}
    bowls, losses = {xla: Bowl(shapes=shapes, missing=("unused_1",)) for xla in (True, False)}, {}
    begun = bowls[True].values()
    steps = {xla: compiled(built(name, bowl), bowl, xla) for xla, bowl in bowls.items()}
    for xla, bowl in bowls.items():
        start = float(bowl.loss())
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Gradients do not exist")
            for number in range(12):
                steps[xla](number, rate_of(name))
        losses[xla] = float(bowl.loss())
        assert losses[xla] < start
    if (
        name != "soap"
    ):  # eigenvectors of a factor without full rank are arbitrary; its own test compares where they are not
        assert losses[True] == pytest.approx(losses[False], rel=1e-4)
        for first, one, other in zip(begun, bowls[True].values(), bowls[False].values(), strict=True):
            assert np.abs(one - other).max() <= 1e-3 * np.abs(one - first).max()
    # Nor has a GPU anything to do that it is slow at or cannot repeat: what was traced is shown, and not compiled again.
    with as_on_a_gpu():
        assert suspects(hlo_of(steps[True], tf.constant(0, tf.int64), tf.constant(0.1))) == []
    number, bowl = 12, bowls[True]
    for schedule in REGISTRY.names("schedule"):
        component = REGISTRY.component("schedule", schedule)
        multipliers = np.asarray(component.make(**component.hyperparameters())(np.arange(6), 6))
        for multiplier in multipliers:
            steps[True](number, float(rate_of(name) * multiplier))
            number += 1
        assert np.isfinite(np.concatenate([np.ravel(v) for v in bowl.values()])).all(), schedule


@pytest.mark.parametrize("name", EVERY)
def test_it_takes_every_gradient_transform_and_a_missing_gradient(name):
    for transform in REGISTRY.names("gradient_transform"):
        component = REGISTRY.component("gradient_transform", transform)
        bowl = Bowl(missing=("bias_1",))
        bowl.transform = component.make(**component.hyperparameters())
        optimizer = built(name, bowl)
        start = bowl.values()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "Gradients do not exist")
            for number in range(2):
                take_step(optimizer, bowl, number)
        moved = dict(zip(SHAPES, (np.abs(a - b).max() for a, b in zip(start, bowl.values(), strict=True)), strict=True))
        assert np.isfinite(list(moved.values())).all(), transform
        assert moved["kernel"] > 0, transform
        if "weight_decay" not in REGISTRY.component("optimizer", name).space:
            assert moved["bias"] == 0, transform


@pytest.mark.parametrize("name", EVERY)
def test_its_state_is_as_documented_and_all_in_its_variables(name):
    component = REGISTRY.component("optimizer", name)
    bowl = Bowl()
    optimizer = built(name, bowl)
    size = sum(math.prod(v.shape) for v in bowl.variables)
    counted = sum(math.prod(v.shape) for v in optimizer.variables if tuple(v.shape))
    if component.state is not None:
        assert counted == component.state * size
    else:
        assert "state" in REGISTRY.entry("optimizer", name).plugin.module.__doc__.lower()
    take_step(optimizer, bowl, 0)
    # No state hides in attributes: what is not in `variables` is neither reset nor saved.
    known = {id(v) for v in optimizer.variables}
    hidden = [v for v in _attributes(optimizer) if isinstance(v, keras.Variable) and id(v) not in known]
    assert [v for v in hidden if not any(v is w for w in bowl.variables)] == []


def _attributes(thing, depth=0):
    """Yield what an object holds, lists and dictionaries opened."""
    if depth > 4:
        return
    inside = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list | tuple) else None
    if inside is None:
        yield thing
        inside = vars(thing).values() if depth == 0 else ()
    for value in inside:
        yield from _attributes(value, depth + 1)


@pytest.mark.parametrize("name", EVERY)
def test_saved_in_the_middle_it_goes_on_bit_for_bit(name):
    """Configuration and state make a new optimizer that continues exactly; neither repeats without the other."""
    bowl = Bowl()
    optimizer = built(name, bowl)
    for number in range(3):
        take_step(optimizer, bowl, number)
    weights, store = bowl.values(), {}
    optimizer.save_own_variables(store)
    for number in range(3, 6):
        take_step(optimizer, bowl, number)
    expected = bowl.values()

    again = Bowl()
    again.assign(weights)
    configuration = optimizer.get_config()
    fresh = type(optimizer).from_config(configuration)
    assert fresh.get_config() == configuration
    fresh.build(again.variables)
    fresh.load_own_variables({key: np.array(value) for key, value in store.items()})
    for number in range(3, 6):
        take_step(fresh, again, number)
    for one, other in zip(expected, again.values(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("name", EVERY)
def test_without_a_gradient_nothing_moves_but_what_weight_decay_pulls_to_zero(name):
    """Keras' ``weight_decay`` argument works with every optimizer; a gradient of 0 is no division by 0."""
    found = {}
    for decay in (0.0, 0.5):
        bowl = Bowl(shapes={"kernel": (4, 3)})
        start, bowl.curvatures = bowl.values()[0], [tf.zeros((4, 3))]
        settings = {"weight_decay": decay, "learning_rate": 0.125}
        optimizer = type(made(name)).from_config({**made(name).get_config(), **settings})
        optimizer.build(bowl.variables)
        for number in range(3):
            take_step(optimizer, bowl, number)
        found[decay] = bowl.values()[0]
    np.testing.assert_allclose(found[0.0], start, rtol=1e-6)
    assert (np.abs(found[0.5]) < np.abs(start)).all()
    assert (np.sign(found[0.5]) == np.sign(start)).all()


@pytest.mark.parametrize("name", EVERY)
def test_bfloat16_parameters_move_and_stay_finite(name):
    bowl = Bowl("bfloat16")
    start = float(bowl.loss())
    chosen = {"learning_rate": 0.0625} if rate_of(name) < 0.0625 else {}
    if "d0" in REGISTRY.component("optimizer", name).space:
        chosen["d0"] = 0.01  # steps of a millionth are lost in eight bits, and the distance with them
    optimizer = built(name, bowl, **chosen)
    for number in range(4):
        take_step(optimizer, bowl, number)
    assert float(bowl.loss()) < start


@pytest.mark.parametrize("name", EVERY)
def test_repeated_rows_of_an_embedding_gradient_count_together(name):
    """Rows or dense, ours take them alike. Keras' own take rows too, some squaring each apart; the engine gives them dense."""
    if hasattr(made(name), "step"):
        pytest.skip("takes its gradients from a closure, which gives them dense")
    from benchsuite_plugins.optimizers._base import Ours

    rows, where = np.array([[1.0, -2.0], [0.5, 1.0], [0.25, 4.0]], "float32"), np.array([1, 3, 1])
    dense = np.zeros((5, 2), "float32")
    np.add.at(dense, where, rows)
    found = []
    for gradient in (tf.constant(dense), tf.IndexedSlices(tf.constant(rows), tf.constant(where), tf.constant([5, 2]))):
        bowl = Bowl(shapes={"embedding": (5, 2)})
        optimizer = built(name, bowl)
        for _ in range(2):
            optimizer.apply([gradient], bowl.variables)
        found.append(bowl.values()[0])
    assert np.isfinite(found).all()
    if isinstance(optimizer, Ours):
        np.testing.assert_allclose(found[0], found[1], rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", EVERY)
def test_bad_hyperparameters_are_refused_with_the_range(name):
    component = REGISTRY.component("optimizer", name)
    assert component.space
    for key, space in component.space.items():
        bad = [float("nan"), "much", None]
        if hasattr(space, "low"):
            bad += [space.low - 1, space.high * 2 + 1, -math.inf]
        for value in bad:
            with pytest.raises(bs.BenchsuiteError) as caught:
                component.hyperparameters({key: value})
            assert str(caught.value).startswith(f"{key} of optimizer '{name}' must be {space.describe()}. Received: ")
        if isinstance(space, bs.OneMinusLogUniform):
            with pytest.raises(bs.BenchsuiteError):
                component.hyperparameters({key: 1.0})
    with pytest.raises(bs.BenchsuiteError, match="hyperparameter"):
        component.hyperparameters({"lr": 0.1})


@pytest.mark.parametrize("name", EVERY)
def test_its_rates_are_searched_on_a_log_scale(name):
    for key, space in REGISTRY.component("optimizer", name).space.items():
        if key == "learning_rate":
            assert isinstance(space, bs.LogUniform)
        elif re.fullmatch(r"(beta(_\d)?|rho|momentum)", key) and name != "ftrl":  # whose β is an offset
            assert isinstance(space, bs.OneMinusLogUniform)
