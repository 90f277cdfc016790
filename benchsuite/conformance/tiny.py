"""Tiny generated tasks on which promises are tried in seconds; they are not registered and appear in no report."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from benchsuite.components import Arrays, HoldOut, Task

MEASURES = {"classes": ("accuracy",), "values": ("rmse",)}
"""What regularizations and schedules may look at between epochs, as on any other task of such targets."""


def _data(classes: bool) -> Arrays:
    import numpy as np

    generator = np.random.default_rng(0)
    x = generator.normal(size=(240, 6)).astype("float32")
    score = x @ generator.normal(size=(6, 3))
    if classes:
        return Arrays(x, score.argmax(axis=1).astype("int32"))
    return Arrays(x, score[:, :1].astype("float32"))


def _model(outputs: int) -> Any:
    def model(blocks: Any, inputs: Any) -> Any:
        x = blocks.dense(8)(inputs)
        x = blocks.dense(8)(x)
        return blocks.output(outputs)(x)

    return model


def tiny_tasks(losses: dict[str, str], full_batch: bool = False) -> list[Task]:
    """Return one task for each sort of targets.

    Args:
        losses: ``"classes"`` and ``"values"`` → name of a loss for them; a sort without one is left out.
        full_batch: Whether each batch is the whole training part.
    """
    return [
        Task(
            name=f"tiny_{targets}",
            data=lambda targets=targets: _data(targets == "classes"),  # type: ignore[misc]  # mypy infers no lambda defaults
            split=HoldOut(160, 40, 40),
            model=_model(3 if targets == "classes" else 1),
            loss=loss,
            metrics=MEASURES[targets],
            primary="loss",
            batch_size=160 if full_batch else 16,
            epochs=2,
        )
        for targets, loss in losses.items()
    ]


def tiny_images(loss: str) -> Task:
    """Return a task of 4 × 4 images with a convolution, for components that the others are nothing for.

    Args:
        loss: Name of a loss of classes.
    """

    def data() -> Arrays:
        import numpy as np

        generator = np.random.default_rng(0)
        x = generator.normal(size=(240, 4, 4, 1)).astype("float32")
        score = x.reshape(240, 16) @ generator.normal(size=(16, 3))
        return Arrays(x, score.argmax(axis=1).astype("int32"))

    def model(blocks: Any, inputs: Any) -> Any:
        x = blocks.conv(4)(inputs)
        return blocks.output(3)(blocks.flatten()(x))

    return Task(
        name="tiny_images",
        data=data,
        split=HoldOut(160, 40, 40),
        model=model,
        loss=loss,
        metrics=MEASURES["classes"],
        primary="loss",
        batch_size=16,
        epochs=2,
        xla=False,
    )


def tiny_sequences(loss: str) -> Task:
    """Return a task of 3 time steps with an LSTM; at each the class is that of the sum so far.

    Args:
        loss: Name of a loss of classes.
    """

    def data() -> Arrays:
        import numpy as np

        x = np.random.default_rng(0).normal(size=(240, 3, 2)).astype("float32")
        return Arrays(x, (x.sum(axis=2).cumsum(axis=1) > 0).astype("int32"))

    def model(blocks: Any, inputs: Any) -> Any:
        return blocks.output(2)(blocks.lstm(8)(inputs))

    return Task(
        name="tiny_sequences",
        data=data,
        split=HoldOut(160, 40, 40),
        model=model,
        loss=loss,
        metrics=MEASURES["classes"],
        primary="loss",
        batch_size=16,
        epochs=2,
        xla=False,  # as a graph: XLA takes seconds to compile an LSTM
    )


def tiny_attention(loss: str) -> Task:
    """Return the task of sequences with a Transformer block.

    Args:
        loss: Name of a loss of classes.
    """

    def model(blocks: Any, inputs: Any) -> Any:
        x = blocks.transformer(2, 2, causal=True)(blocks.dense(8)(inputs))
        return blocks.output(2)(blocks.normalize()(x))

    return replace(tiny_sequences(loss), name="tiny_attention", model=model)


def tiny_residual(loss: str) -> Task:
    """Return the task of classes with two residual blocks.

    Args:
        loss: Name of a loss of classes.
    """

    def model(blocks: Any, inputs: Any) -> Any:
        x = blocks.dense(8)(inputs)
        for _ in range(2):
            inner, last = blocks.dense(8), blocks.dense(8, activate=False)
            x = blocks.residual(lambda y, inner=inner, last=last: last(inner(y)))(x)
        return blocks.output(3)(x)

    return replace(tiny_tasks({"classes": loss})[0], name="tiny_residual", model=model)
