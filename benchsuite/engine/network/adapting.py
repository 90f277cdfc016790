"""What initializers that need data see of a network: see :class:`benchsuite.components.initializer.Network`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from benchsuite import noise
from benchsuite.engine.network.kernel_layers import KernelLayer
from benchsuite.engine.seeds import Streams
from benchsuite.errors import Unsupported
from benchsuite.files import extra_file

EXAMPLES_AT_ONCE = 512


class Network:
    """A network with its first starting values.

    Args:
        model: The Keras model.
        kernel_layers: Its layers with kernels.
        variables: Stable name → variable.
        examples: Inputs of the training part.
        streams: The trial's.
        followers: Kernels, each with a layer whose variables start from it.
        weights: Folder of stored weights, or ``None``.
    """

    def __init__(
        self,
        model: Any,
        kernel_layers: Sequence[KernelLayer],
        variables: Mapping[str, Any],
        examples: np.ndarray,
        streams: Streams,
        followers: Sequence[tuple[Any, Any]],
        weights: Path | None,
    ) -> None:
        self.model = model
        self.kernel_layers: Sequence[Any] = list(kernel_layers)
        self.variables = variables
        self.examples = examples.view()
        self.examples.flags.writeable = False
        self._streams = streams
        self._followers = followers
        self._weights = weights
        self._models: dict[int, Any] = {}

    def generator(self, name: str) -> np.random.Generator:
        """Return a generator of the trial's ``initial`` stream, of its own for each name."""
        return self._streams.initial_generator(f"adapt {name}")

    def values(self, tensor: Any, examples: np.ndarray) -> np.ndarray:
        """Return what a tensor of the model is for some examples, float32, in evaluation mode."""
        import keras
        import tensorflow as tf

        if id(tensor) not in self._models:
            self._models[id(tensor)] = keras.Model(self.model.inputs, tensor)
        model = self._models[id(tensor)]
        pieces = [examples[start : start + EXAMPLES_AT_ONCE] for start in range(0, len(examples), EXAMPLES_AT_ONCE)]
        key, found = tf.constant(self._streams.noise_key(), tf.int64), []
        for number, piece in enumerate(pieces):
            with noise.stream(key, tf.constant(number, tf.int64), noise.Owner.EVALUATION):
                outputs = model(tf.constant(piece), training=False)
            found.append(np.asarray(tf.cast(outputs, tf.float32)))
        return np.concatenate(found)

    def assign(self, variable: Any, values: np.ndarray) -> None:
        """Give a variable other values. Those that start from it (norms of weight normalization) start anew."""
        variable.assign(values)
        for source, layer in self._followers:
            if source is variable:
                started = layer.start(np.asarray(values), [np.asarray(v.numpy()) for v in layer.variables])
                for follower, value in zip(layer.variables, started, strict=True):
                    follower.assign(value)

    def stored(self, trial: str) -> Mapping[str, np.ndarray]:
        """Return the weights that a trial with this id stored: name of the variable → array.

        Raises:
            Unsupported: If there are none in the results folder.
        """
        path = extra_file(self._weights, trial) if self._weights else None
        if path is None or not path.is_file():
            raise Unsupported(
                f"trial {trial} stored no weights in the results folder: run it with --store-weights first"
            )
        with np.load(path) as file:
            return dict(file)
