"""What a user writes today: the networks of three bundled tasks with stock layers and `keras.Model.fit`."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np


def model(name: str, shape: tuple[int, ...], learning_rate: float) -> keras.Model:
    """Return a compiled model.

    Args:
        name: Of the task.
        shape: Of one input.
        learning_rate: Of Adam.
    """
    layers = keras.layers
    stacks: dict[str, list[Any]] = {
        "digits_mlp": [
            layers.Dense(64, activation="relu", kernel_initializer="he_normal"),
            layers.Dense(64, activation="relu", kernel_initializer="he_normal"),
            layers.Dense(10),
        ],
        "mnist5k_cnn": [
            *(
                layer
                for filters in (16, 32, 64)
                for layer in (
                    layers.Conv2D(filters, 3, padding="same", activation="relu", kernel_initializer="he_normal"),
                    layers.MaxPooling2D(),
                )
            ),
            layers.Flatten(),
            layers.Dense(10),
        ],
        "kjv_lstm": [layers.Embedding(64, 32), layers.LSTM(64, return_sequences=True), layers.Dense(64)],
    }
    dtype = "int32" if name == "kjv_lstm" else "float32"
    network = keras.Sequential([keras.Input(shape, dtype=dtype), *stacks[name]])
    network.compile(
        optimizer=keras.optimizers.Adam(learning_rate),
        loss=keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    return network


def fit(network: keras.Model, x: np.ndarray, y: np.ndarray, batch_size: int, steps: int, epochs: int) -> None:
    """Train epochs of ``steps`` batches, shuffled; nothing is evaluated, so that only steps are timed."""
    examples = steps * batch_size  # no incomplete batch: it would count as a step and compile once more
    network.fit(x[:examples], y[:examples], batch_size=batch_size, epochs=epochs, shuffle=True, verbose=0)
