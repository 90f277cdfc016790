"""A few fixed numbers, on which a component's objects are tried outside of any program."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from benchsuite import noise


@contextmanager
def names_kept() -> Iterator[None]:
    """Leave no trace in the names that Keras gives to the next layers."""
    from keras.src.backend.common import global_state

    counted = global_state.get_global_attribute("object_name_uids")
    kept = None if counted is None else counted.copy()
    try:
        yield
    finally:
        global_state.set_global_attribute("object_name_uids", kept)


def numbers(shape: Sequence[int], seed: int, scale: float = 1.0) -> Any:
    """Return a float32 tensor of normal numbers, the same each time."""
    import tensorflow as tf

    return tf.constant((scale * np.random.default_rng(seed).normal(size=tuple(shape))).astype("float32"))


@contextmanager
def stream(step: Any = 0, owner: noise.Owner = noise.Owner.TRAINING, key: int = 1) -> Iterator[None]:
    """Let what is drawn inside come from a trial's noise stream."""
    import tensorflow as tf

    with noise.stream(tf.constant(key, tf.int64), tf.cast(step, tf.int64), owner):
        yield


def variables() -> list[Any]:
    """Return two variables to train: a kernel and a bias."""
    import keras

    return [
        keras.Variable(numbers(shape, seed), name=name)
        for seed, (name, shape) in enumerate({"kernel": (4, 3), "bias": (3,)}.items())
    ]


class Bowl:
    """A closure whose loss is a bowl around 0.3.

    Args:
        trained: The variables.
        curvatures: Of the bowl along each axis, a tensor for each variable.
    """

    def __init__(self, trained: list[Any], curvatures: list[Any]) -> None:
        self._trained, self._curvatures = trained, curvatures

    def __call__(self) -> tuple[Any, list[Any]]:
        """Return the loss and its gradients."""
        import tensorflow as tf

        values = [tf.convert_to_tensor(variable) for variable in self._trained]
        gradients = [c * (v - 0.3) for c, v in zip(self._curvatures, values, strict=True)]
        return tf.add_n([tf.reduce_sum(g * (v - 0.3)) / 2 for g, v in zip(gradients, values, strict=True)]), gradients

    def hessian_vector(self, vectors: list[Any]) -> list[Any]:
        """Return the product of its Hessian with some vectors."""
        return [c * v for c, v in zip(self._curvatures, vectors, strict=True)]
