"""The layers of Transformers that no recipe chooses: attention without weights, positions, tied outputs.

This module imports Keras: others import it inside a function, never at their top.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from benchsuite.engine.determinism import without_scatters
from benchsuite.errors import BenchsuiteError

AT_ONCE = 256
"""On a GPU so many places of a causal sequence are queries at once: their scores with places behind them are never made."""
ALIGNED = 64
"""Symbols of a tied output come in multiples of this on a GPU: reading rows of 50,257 numbers its products take several times as long."""


@keras.saving.register_keras_serializable("benchsuite")
class Attention(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    r"""Scaled dot-product attention of several heads, :math:`\mathrm{softmax}(QK^T/\sqrt{d})V` for each.

    Vaswani et al. 2017, arXiv:1706.03762. The projections are layers of their own, which recipes initialize. The softmax is
    computed in float32.

    Args:
        heads: Number of heads.
        causal: Whether a place sees only itself and those before.
        arguments: Keras' own, such as ``name``.

    Raises:
        BenchsuiteError: If heads do not divide the features.
    """

    def __init__(self, heads: int, causal: bool = False, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.heads, self.causal = heads, causal

    def build(self, input_shape: Any) -> None:
        """Check the number of heads."""
        if input_shape[0][-1] % self.heads:
            raise BenchsuiteError(
                f"attention needs heads that divide the features. Received: {self.heads} heads, {input_shape[0][-1]} features."
            )

    def call(self, inputs: Any) -> Any:
        """Return ``[batch, places, features]`` for queries, keys and values of that shape."""
        batch, places, features = tf.shape(inputs[0])[0], inputs[0].shape[1], inputs[0].shape[2]
        attend = _with_blocks if without_scatters() else _attended
        size = features // self.heads
        query, key, value = (
            tf.transpose(tf.reshape(one, (batch, places, self.heads, size)), (0, 2, 1, 3)) for one in inputs
        )
        found = attend(query, key, value, self.causal)
        return tf.reshape(tf.transpose(found, (0, 2, 1, 3)), (batch, places, features))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the queries' shape."""
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        """Return what a saved model needs to make the layer again."""
        return {**super().get_config(), "heads": self.heads, "causal": self.causal}


def _attended(query: Any, key: Any, value: Any, causal: bool) -> Any:
    """Return what attention gives, ``[batch, heads, places, size]`` as are all three."""
    scores = tf.cast(tf.matmul(query, key, transpose_b=True), tf.float32) / query.shape[-1] ** 0.5
    if causal:
        seen = tf.linalg.band_part(tf.ones(scores.shape[-2:], tf.bool), -1, 0)
        scores = tf.where(seen, scores, -1e9)
    return tf.matmul(tf.cast(tf.nn.softmax(scores, axis=-1), value.dtype), value)


def _with_blocks(query: Any, key: Any, value: Any, causal: bool) -> Any:
    """Return the same for a GPU, which such scores keep busy with its memory: fewer of them, and none kept in float32."""
    places = query.shape[2]
    at_once = min(places, AT_ONCE) if causal else places
    found = []
    for start in range(0, places, at_once):
        stop = min(start + at_once, places)
        # A place of this block sees all before the block and its own part of the block.
        reach, ahead = (stop, start) if causal else (places, -1)
        scores = tf.matmul(query[:, :, start:stop], key[:, :, :reach], transpose_b=True)
        found.append(tf.matmul(_weights(scores, query.shape[-1] ** -0.5, ahead), value[:, :, :reach]))
    return found[0] if len(found) == 1 else tf.concat(found, axis=2)


def _weights(scores: Any, scale: float, ahead: int) -> Any:
    """Return the softmax of scores, computed in float32, of which nothing but itself is kept for the gradient.

    Args:
        scores: ``[…, queries, places]``.
        scale: Multiplies them.
        ahead: How many places beyond its own number a query sees; −1 for all.
    """

    @tf.custom_gradient  # type: ignore[untyped-decorator]  # TensorFlow has no types
    def weigh(scores: Any) -> Any:
        scaled = tf.cast(scores, tf.float32) * scale
        if ahead >= 0:
            scaled = tf.where(tf.linalg.band_part(tf.ones(scores.shape[-2:], tf.bool), -1, ahead), scaled, -1e9)
        found = tf.cast(tf.nn.softmax(scaled, axis=-1), scores.dtype)

        def back(upstream: Any) -> Any:
            weights, given = tf.cast(found, tf.float32), tf.cast(upstream, tf.float32)
            mean = tf.reduce_sum(weights * given, axis=-1, keepdims=True)
            return tf.cast(weights * (given - mean) * scale, scores.dtype)

        return found, back

    return weigh(scores)


@keras.saving.register_keras_serializable("benchsuite")
class Positions(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Adds a trained vector for each place of a sequence, starting from N(0, 0.02²)."""

    def build(self, input_shape: Any) -> None:
        """Create the vectors."""
        start = keras.initializers.RandomNormal(stddev=0.02)
        self.vectors = self.add_weight(shape=tuple(input_shape[1:]), initializer=start, name="vectors")

    def call(self, inputs: Any) -> Any:
        """Add them."""
        return inputs + tf.convert_to_tensor(self.vectors, inputs.dtype)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the same shape."""
        return input_shape


def _sizes(tensor: Any) -> list[Any]:
    """Return the shape, as tensors where it is not known beforehand."""
    known = tensor.shape.as_list()
    return [tf.shape(tensor)[axis] if size is None else size for axis, size in enumerate(known)]


@keras.saving.register_keras_serializable("benchsuite")
class TiedOutput(keras.layers.Layer):  # type: ignore[misc]  # Keras has no types
    """Multiplies with the transposed weights of an embedding (Press & Wolf 2017, arXiv:1608.05859).

    Args:
        embedding: The ``keras.layers.Embedding``.
        arguments: Keras' own, such as ``name``.
    """

    def __init__(self, embedding: Any, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.embedding = embedding

    def call(self, inputs: Any) -> Any:
        """Return one number for each symbol."""
        table = tf.convert_to_tensor(self.embedding.embeddings, inputs.dtype)
        if not without_scatters():
            return tf.matmul(inputs, table, transpose_b=True)
        # On a GPU as one product of matrices: as one for each example, the gradient is a table for each before their sum.
        symbols = table.shape[0]
        table = tf.pad(table, ((0, -symbols % ALIGNED), (0, 0)))
        flat = tf.matmul(tf.reshape(inputs, (-1, inputs.shape[-1])), table, transpose_b=True)
        return tf.reshape(flat[:, :symbols], (*_sizes(inputs)[:-1], symbols))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return ``[…, symbols]``."""
        return (*input_shape[:-1], self.embedding.input_dim)

    def get_config(self) -> dict[str, Any]:
        """Return what a saved model needs to make the layer again."""
        return {**super().get_config(), "embedding": keras.saving.serialize_keras_object(self.embedding)}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> TiedOutput:
        """Build the layer from its configuration."""
        return cls(**{**config, "embedding": keras.saving.deserialize_keras_object(config["embedding"])})
