"""The layers of Transformers that no recipe chooses: attention without weights, positions, tied outputs.

This module imports Keras: others import it inside a function, never at their top.
"""

from __future__ import annotations

from typing import Any

import keras
import tensorflow as tf

from benchsuite.errors import BenchsuiteError


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
        size = features // self.heads
        query, key, value = (
            tf.transpose(tf.reshape(one, (batch, places, self.heads, size)), (0, 2, 1, 3)) for one in inputs
        )
        scores = tf.cast(tf.matmul(query, key, transpose_b=True), tf.float32) / size**0.5
        if self.causal:
            seen = tf.linalg.band_part(tf.ones((places, places), tf.bool), -1, 0)
            scores = tf.where(seen, scores, -1e9)
        weights = tf.cast(tf.nn.softmax(scores, axis=-1), value.dtype)
        return tf.reshape(tf.transpose(tf.matmul(weights, value), (0, 2, 1, 3)), (batch, places, features))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Return the queries' shape."""
        return input_shape[0]

    def get_config(self) -> dict[str, Any]:
        """Return what a saved model needs to make the layer again."""
        return {**super().get_config(), "heads": self.heads, "causal": self.causal}


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
        return tf.matmul(inputs, tf.convert_to_tensor(self.embedding.embeddings, inputs.dtype), transpose_b=True)

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
