"""What trials might have given, without training: whole endings for benchmarks that need many records. Equal trials give equal ones."""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

sys.path.insert(0, str(Path(__file__).parent.parent))
from benchsuite.components import Task
from benchsuite.curves import Curves
from benchsuite.data_now import DataNow
from benchsuite.outcomes import Outcome
from benchsuite.record import Costs, Ending, Environment, Reached, Results
from benchsuite.registry import Registry
from benchsuite.study import Study
from benchsuite.trial import Trial

TASKS = ("digits_mlp", "diamonds_mlp", "digits_cnn")
OPTIMIZERS, SEEDS = ("sgd", "adam", "rmsprop", "lion"), 10
STEPS = 33
"""Of an epoch, where the task says none."""
VERSIONS = {"python": "3.11.0", "tensorflow": "2.21.0", "keras": "3.15.0", "numpy": "2.0.0"}


def grid(count: int) -> Study:
    """Return a study of ``count`` trials or a few more: three tasks, four optimizers, ten seeds, learning rates."""
    rates = -(-count // (len(TASKS) * len(OPTIMIZERS) * SEEDS))
    words = ",".join(f"{10 ** (-4 + 3 * number / rates):.6g}" for number in range(rates))
    selections = tuple(f"{name}[learning_rate={words}]" for name in OPTIMIZERS)
    return Study(task=TASKS, components={"optimizer": selections}, seeds=str(SEEDS))


class Pretended:
    """Makes up how trials end.

    Args:
        registry: Of the plugins that were found.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._data = DataNow(registry)

    def __call__(self, trial: Trial, worker: int = 0) -> Ending:
        """Return the ending of a trial, as large as a real one: curves of all measures that rise and waver."""
        task, chance = self._registry.task(trial.task), Random(trial.id)
        steps = task.steps_per_epoch or STEPS
        sign = 1.0 if task.direction == "max" else -1.0
        names = [f"{part}_{measure}" for part in ("train", "validation", "test") for measure in task.measures]
        epochs = range(trial.epochs + 1)
        reached = [1 - 0.5 ** (epoch / 3) * chance.uniform(0.5, 1) for epoch in epochs]
        curves: dict[str, list[float | int | None]] = {
            "epoch": list(epochs),
            "step": [epoch * steps for epoch in epochs],
            "running_loss": [None, *(1 - value for value in reached[1:])],
            **{name: [sign * (value + chance.gauss(0, 0.01)) for value in reached] for name in names},
        }
        rows = [{name: values[at] for name, values in curves.items() if name != "running_loss"} for at in epochs]
        judged = [sign * float(row[f"validation_{task.primary}"] or 0.0) for row in rows]
        best = max(epochs[1:], key=lambda at: judged[at])
        return Ending(
            outcome=Outcome.COMPLETED,
            curves=Curves(curves),
            results=Results(
                final=rows[-1], best=rows[best], targets=_targets(task, judged, sign, steps), steps_per_epoch=steps
            ),
            costs=Costs(
                wall_seconds=1.0, compile_seconds=0.5, train_seconds=0.4, evaluate_seconds=0.1, step_milliseconds=0.03,
                train_seconds_at=tuple(0.02 * epoch for epoch in epochs), cpu_share=0.99, program_reused=True,
                parameters=8970, state_bytes=71760, peak_memory_bytes=900_000_000, initialize_seconds=0.01,
            ),
            environment=Environment(
                device="cpu", worker=worker, xla=True, finished_at="2026-11-27T12:00:00+00:00", numerics="0" * 16,
                processor_features="avx512f", versions=VERSIONS, machine="Linux x86_64", processor="simulated", cores=2,
            ),
            fingerprints={"data": self._data(trial.task) or "0" * 16},
        )  # fmt: skip


def _targets(task: Task, judged: list[float], sign: float, steps: int) -> dict[str, Reached | None]:
    """Return when each target was reached first."""
    found: dict[str, Reached | None] = {}
    for target in task.targets:
        at = next((epoch for epoch, value in enumerate(judged) if value >= sign * target), None)
        found[repr(float(target))] = None if at is None else Reached(epoch=at, step=at * steps)
    return found
