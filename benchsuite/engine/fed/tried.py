"""What a component's object does with a few numbers, outside of any graph: so that two of them can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from benchsuite import noise
from benchsuite.components import Component, Optimizer
from benchsuite.components.regularization import AfterStep, Batch, Kernels, Masks, Step, averages
from benchsuite.engine.finalized import finalized, finalizes

STEPS = 3
RATE = 0.05
SHAPES = ((4, 12), (2, 4, 4, 12), (2, 3, 12))
"""Of what enters layers, transforms and batches: the first that they take."""
Numbers = list[np.ndarray]


def tried(component: Component, make: Callable[[], Any], move: Callable[[], None]) -> Numbers:
    """Return what an object computes from fixed numbers.

    Args:
        component: Its component.
        make: Makes the object.
        move: Called once it stands, before it computes anything; its state starts anew afterwards.

    Raises:
        Exception: Whatever the component raises.
    """
    import tensorflow as tf

    with _names_kept(), tf.device("/CPU:0"):
        act = _ACTS.get(component.kind, _regularization)
        return [np.asarray(number, "float64") for number in act(component, make, move)]


@contextmanager
def _names_kept() -> Iterator[None]:
    """Leave no trace in the names that Keras gives to the next layers."""
    from keras.src.backend.common import global_state

    counted = global_state.get_global_attribute("object_name_uids")
    kept = None if counted is None else counted.copy()
    try:
        yield
    finally:
        global_state.set_global_attribute("object_name_uids", kept)


def _numbers(shape: Sequence[int], seed: int) -> Any:
    import tensorflow as tf

    return tf.constant(np.random.default_rng(seed).normal(size=shape).astype("float32"))


def _variables() -> list[Any]:
    import keras

    return [
        keras.Variable(_numbers(shape, seed), name=name)
        for seed, (name, shape) in enumerate({"kernel": (4, 3), "bias": (3,)}.items())
    ]


@contextmanager
def _stream(step: int, owner: noise.Owner = noise.Owner.TRAINING) -> Iterator[None]:
    import tensorflow as tf

    with noise.stream(tf.constant(1, tf.int64), tf.constant(step, tf.int64), owner):
        yield


def _started(make: Callable[[], Any], build: Callable[[Any], None], move: Callable[[], None]) -> Any:
    """Make and build an object, move its values, and give it the state that a new one starts from."""
    made = make()
    build(made)
    move()
    fresh = make()
    build(fresh)
    for mine, new in zip(made.variables, fresh.variables, strict=True):
        mine.assign(new)
    return made


class _Bowl:
    """A closure whose loss is a bowl with other curvatures along each axis."""

    def __init__(self, variables: list[Any]) -> None:
        self._variables = variables
        self._curvatures = [abs(_numbers(v.shape, 7)) + 0.5 for v in variables]

    def __call__(self) -> tuple[Any, list[Any]]:
        import tensorflow as tf

        values = [tf.convert_to_tensor(variable) for variable in self._variables]
        gradients = [c * (v - 0.3) for c, v in zip(self._curvatures, values, strict=True)]
        return tf.add_n([tf.reduce_sum(g * (v - 0.3)) / 2 for g, v in zip(gradients, values, strict=True)]), gradients

    def hessian_vector(self, vectors: list[Any]) -> list[Any]:
        return [c * v for c, v in zip(self._curvatures, vectors, strict=True)]


def _optimizer(component: Component, make: Callable[[], Any], move: Callable[[], None]) -> list[Any]:
    import tensorflow as tf

    assert isinstance(component, Optimizer)
    variables = _variables()
    made = _started(make, lambda optimizer: optimizer.build(variables), move)
    closure = _Bowl(variables)
    found: list[Any] = []
    for step in range(STEPS):
        if "learning_rate" in component.space:
            made.learning_rate = tf.constant(RATE)
        with _stream(step, noise.Owner.OPTIMIZER):
            if "closure" in component.wants:
                made.step(closure, variables)
            else:
                made.apply(closure()[1], variables)
        found += [np.array(variable.numpy()) for variable in variables]
    if "evaluation_weights" in component.wants:
        found += made.evaluation_values(variables)
    elif finalizes(made):
        found += finalized(made, variables)
    return found


def _transform(component: Component, make: Callable[[], Any], move: Callable[[], None]) -> list[Any]:
    made = make()
    move()
    if made is None:
        return []
    variables = _variables()
    gradients = [_numbers(v.shape, 3 + seed) for seed, v in enumerate(variables)]
    with _stream(2):
        return list(made(gradients, variables))


def _loss(component: Component, make: Callable[[], Any], move: Callable[[], None]) -> list[Any]:
    import tensorflow as tf

    made = make()
    move()
    if getattr(component, "targets", "") == "classes":
        return [made(tf.constant([0, 2, 1, 1]), _numbers((4, 3), 4))]
    return [made(_numbers((4, 3), 5), 2 * _numbers((4, 3), 4))]


def _layer(component: Component, make: Callable[[], Any], move: Callable[[], None]) -> list[Any]:
    """Normalizations and activations: layers, functions or nothing."""
    import keras
    import tensorflow as tf

    made = make()
    if made is None:
        return []
    if not hasattr(made, "build"):
        made(keras.KerasTensor(SHAPES[0]))  # a network is built of these
        move()
        return [made(_numbers(SHAPES[0], 4))]
    for shape in ((12, 12),) if getattr(component, "on", "") == "kernel" else SHAPES:
        try:
            x = _numbers(shape, 4)
            made.build(x.shape)
        except Exception:
            if shape == SHAPES[-1]:
                raise
            made = make()
            continue
        break
    if hasattr(made, "placed"):
        made.placed(1, 2)
    move()
    for seed, variable in enumerate(made.variables):
        variable.assign(tf.cast(0.5 + abs(_numbers(variable.shape, seed)), variable.dtype))
    found = []
    for training in (True, False):
        with _stream(0):
            takes = "training" in made.call.__code__.co_varnames if hasattr(made.call, "__code__") else True
            found.append(made(x, training=training) if takes else made(x))
        found += [np.array(variable.numpy()) for variable in made.variables]
    return found


def _regularization(component: Component, make: Callable[[], Any], move: Callable[[], None]) -> list[Any]:
    import keras
    import tensorflow as tf

    made = make()
    if made is None:
        return []
    if isinstance(made, keras.layers.Layer):
        return _layer(component, make, move)
    found: list[Any] = []
    if isinstance(made, AfterStep):
        variables = _variables()
        averaging = _started(make, lambda one: one.build(variables, variables[:1]), move)
        for step in range(STEPS):
            before = [tf.convert_to_tensor(variable) for variable in variables]
            for variable in variables:
                variable.assign(1.5 * variable + 0.1)
            number, epoch, total = (tf.constant(count, tf.int64) for count in (step, 1, 4))
            averaging.after_step(Step(number, epoch, total, tf.constant(RATE), before))
            found += [np.array(variable.numpy()) for variable in variables]
        found += averaging.evaluation_values(variables) if averages(averaging) else []
    move()
    if isinstance(made, keras.Regularizer | keras.constraints.Constraint):
        found.append(made(_numbers((4, 3), 4)))
    if isinstance(made, Masks):
        with _stream(0):
            found.append(made.mask([3, 4, 12] if made.each_step else [4, 12]))
    if isinstance(made, Kernels):
        with _stream(0):
            found += made.in_training([_numbers((4, 3), 4)])
    if isinstance(made, Batch):
        with _stream(0, noise.Owner.BATCHES):
            found += made.batch(_numbers((6, 9, 9, 3), 4), tf.constant([0, 1, 2, 0, 1, 2]), 3)
    return found


_ACTS = {
    "optimizer": _optimizer,
    "gradient_transform": _transform,
    "loss": _loss,
    "normalization": _layer,
    "activation": _layer,
}
