"""What random layers cost: a step with one of them on both hidden layers relative to a step without, in turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from benchmarks.ours import Ours, make_program
from benchsuite.components import Arrays, HoldOut, Task
from benchsuite.recipe import Setting
from benchsuite.registry import Registry
from benchsuite.selection import baseline

BATCH = 64
STEPS = 40
ROUNDS = 15
RATE = 0.2  # Keras' layer gets what is the default of ours
# spatial_dropout leaves fully connected layers alone: there is nothing to measure.
REGULARIZATIONS = ("none", "dropout", "dropconnect", "gaussian_noise")
# Network → epochs in a round, percent that dropout may add to a step.
NETWORKS = {"digits_mlp": (5, 45), "mnist_mlp": (1, 20)}


def data() -> Arrays:
    rng = np.random.default_rng(0)
    examples = (STEPS + 2) * BATCH
    return Arrays(rng.normal(size=(examples, 784)).astype("float32"), rng.integers(0, 10, examples).astype("int32"))


def model(blocks: Any, inputs: Any) -> Any:
    return blocks.output(10)(blocks.dense(128)(blocks.dense(256)(inputs)))


MNIST_MLP = Task(
    name="mnist_mlp",
    data=data,
    split=HoldOut(STEPS * BATCH, BATCH, BATCH),
    model=model,
    loss="cross_entropy",
    primary="loss",
    batch_size=BATCH,
    epochs=1,
)


def with_keras_dropout(task: Task) -> Task:
    """Return the task with Keras' own layer behind each hidden block: the bad example."""
    import keras

    class Dropping:
        """Blocks whose dense layers are followed by Keras' dropout."""

        def __init__(self, blocks: Any) -> None:
            self.output = blocks.output
            self._dense = blocks.dense

        def dense(self, units: int) -> Callable[[Any], Any]:
            block = self._dense(units)
            return lambda x: keras.layers.Dropout(RATE)(block(x))

    return replace(task, model=lambda blocks, inputs: task.model(Dropping(blocks), inputs))


def contestants(task: Task, registry: Registry) -> dict[str, Ours]:
    """Return a warm program of each kind."""
    recipe = baseline(task, registry)
    made = {}
    for name in REGULARIZATIONS:
        setting = Setting.of(registry.component("regularization", name))
        made[name] = make_program(task, recipe.replaced("regularization", (setting,)), registry)
    made["Keras' Dropout"] = make_program(with_keras_dropout(task), recipe, registry)
    for one in made.values():
        one.epochs(1)
    return made


@pytest.mark.benchmark(group="random layers")
@pytest.mark.parametrize("network", NETWORKS)
def test_random_layers(network: str, registry: Registry, benchmark: Any, table: Callable[[str, str], None]) -> None:
    epochs, wanted = NETWORKS[network]
    field = contestants(MNIST_MLP if network == "mnist_mlp" else registry.task(network), registry)
    times: dict[str, list[float]] = {name: [] for name in field}

    def one_round() -> None:
        # All in turns, so that whatever else the machine does hits them alike.
        for name, one in field.items():
            started = time.perf_counter()
            one.epochs(epochs)
            times[name].append(1000 * (time.perf_counter() - started) / (epochs * one.steps))

    benchmark.pedantic(one_round, rounds=ROUNDS)
    benchmark.extra_info.update(milliseconds_a_step=times)
    plain = times["none"]
    for name, mine in times.items():
        best = min(mine) / min(plain)
        median = statistics.median(a / b for a, b in zip(mine, plain, strict=True))
        limit = f"≤ {1 + wanted / 100:.2f}" if name == "dropout" else ""
        table("random layers", f"{network:12} {name:16} {min(mine):9.4f} {best:7.2f} ({median:6.2f}) {limit:>8}")
