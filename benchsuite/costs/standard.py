"""The network that costs are measured on where no task is named: a million numbers, so that a step is the optimizer's work."""

from __future__ import annotations

from typing import Any

from benchsuite.components import Arrays, HoldOut, Task

BATCH = 64
WIDTH = 512


def _data() -> Arrays:
    import numpy as np

    rng = np.random.default_rng(0)
    return Arrays(rng.normal(size=(3 * BATCH, WIDTH)).astype("float32"), rng.integers(0, 10, 3 * BATCH).astype("int32"))


def _model(blocks: Any, inputs: Any) -> Any:
    return blocks.output(10)(blocks.dense(660)(blocks.dense(850)(inputs)))


def standard() -> Task:
    """Return it as a task: 512 inputs, layers of 850, 660 and 10; the training part is one batch, for methods that need it whole."""
    return Task(
        name="million",
        data=_data,
        split=HoldOut(BATCH, BATCH, BATCH),
        model=_model,
        loss="cross_entropy",
        primary="loss",
        batch_size=BATCH,
        epochs=1,
        steps_per_epoch=4,
        summary="A perceptron of a million parameters on noise: what costs are measured on where no task is named.",
    )
