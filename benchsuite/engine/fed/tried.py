"""What a component's object does with a few numbers, outside of any graph: so that two of them can be compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchsuite import noise
from benchsuite.components import Component, Optimizer
from benchsuite.components.regularization import AfterStep, Batch, Kernels, Masks, Step, averages
from benchsuite.engine.few_numbers import Bowl, names_kept, numbers, stream, variables
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

    with names_kept(), tf.device("/CPU:0"):
        act = _ACTS.get(component.kind, _regularization)
        return [np.asarray(number, "float64") for number in act(component, make, move)]


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


def _optimizer(component: Component, make: Callable[[], Any], move: Callable[[], None]) -> list[Any]:
    import tensorflow as tf

    assert isinstance(component, Optimizer)
    trained = variables()
    made = _started(make, lambda optimizer: optimizer.build(trained), move)
    closure = Bowl(trained, [abs(numbers(v.shape, 7)) + 0.5 for v in trained])
    found: list[Any] = []
    for step in range(STEPS):
        if "learning_rate" in component.space:
            made.learning_rate = tf.constant(RATE)
        with stream(step, noise.Owner.OPTIMIZER):
            if "closure" in component.wants:
                made.step(closure, trained)
            else:
                made.apply(closure()[1], trained)
        found += [np.array(variable.numpy()) for variable in trained]
    if "evaluation_weights" in component.wants:
        found += made.evaluation_values(trained)
    elif finalizes(made):
        found += finalized(made, trained)
    return found


def _transform(component: Component, make: Callable[[], Any], move: Callable[[], None]) -> list[Any]:
    made = make()
    move()
    if made is None:
        return []
    trained = variables()
    gradients = [numbers(v.shape, 3 + seed) for seed, v in enumerate(trained)]
    with stream(2):
        return list(made(gradients, trained))


def _loss(component: Component, make: Callable[[], Any], move: Callable[[], None]) -> list[Any]:
    import tensorflow as tf

    made = make()
    move()
    if getattr(component, "targets", "") == "classes":
        return [made(tf.constant([0, 2, 1, 1]), numbers((4, 3), 4))]
    return [made(numbers((4, 3), 5), 2 * numbers((4, 3), 4))]


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
        return [made(numbers(SHAPES[0], 4))]
    for shape in ((12, 12),) if getattr(component, "on", "") == "kernel" else SHAPES:
        try:
            x = numbers(shape, 4)
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
        variable.assign(tf.cast(0.5 + abs(numbers(variable.shape, seed)), variable.dtype))
    found = []
    for training in (True, False):
        with stream(0):
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
        trained = variables()
        averaging = _started(make, lambda one: one.build(trained, trained[:1]), move)
        for step in range(STEPS):
            before = [tf.convert_to_tensor(variable) for variable in trained]
            for variable in trained:
                variable.assign(1.5 * variable + 0.1)
            number, epoch, total = (tf.constant(count, tf.int64) for count in (step, 1, 4))
            averaging.after_step(Step(number, epoch, total, tf.constant(RATE), before))
            found += [np.array(variable.numpy()) for variable in trained]
        found += averaging.evaluation_values(trained) if averages(averaging) else []
    move()
    if isinstance(made, keras.Regularizer | keras.constraints.Constraint):
        found.append(made(numbers((4, 3), 4)))
    if isinstance(made, Masks):
        with stream(0):
            found.append(made.mask([3, 4, 12] if made.each_step else [4, 12]))
    if isinstance(made, Kernels):
        with stream(0):
            found += made.in_training([numbers((4, 3), 4)])
    if isinstance(made, Batch):
        with stream(0, noise.Owner.BATCHES):
            found += made.batch(numbers((6, 9, 9, 3), 4), tf.constant([0, 1, 2, 0, 1, 2]), 3)
    return found


_ACTS = {
    "optimizer": _optimizer,
    "gradient_transform": _transform,
    "loss": _loss,
    "normalization": _layer,
    "activation": _layer,
}
