"""Write the records of a plan without training, so that a run of it finds everything done.

python benchmarks/many_trials.py FOLDER 20000
time benchsuite run FOLDER/study.toml --no-local --results FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path
from random import Random

from benchsuite.curves import Curves
from benchsuite.execution.run import task_facts
from benchsuite.outcomes import Outcome
from benchsuite.provenance import fingerprints, made_by
from benchsuite.record import Costs, Ending, Environment, Reached, Record, Results
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.store import Store
from benchsuite.studies.plan import plan
from benchsuite.study import Study
from benchsuite.trial import Trial

TASKS = ("digits_mlp", "diamonds_mlp", "digits_cnn")
OPTIMIZERS, SEEDS = ("sgd", "adam", "rmsprop", "lion"), 10


def ending(trial: Trial, registry: Registry) -> Ending:
    """Make up what a trial might have given; equal trials give equal numbers."""
    task, chance = registry.task(trial.task), Random(trial.id)
    steps = task.steps_per_epoch or 33
    names = [f"{part}_{measure}" for part in ("train", "validation", "test") for measure in task.measures]
    epochs = range(trial.epochs + 1)
    reached = [1 - 0.5 ** (epoch / 3) * chance.uniform(0.5, 1) for epoch in epochs]
    curves: dict[str, list[float | int | None]] = {
        "epoch": list(epochs),
        "step": [epoch * steps for epoch in epochs],
        "running_loss": [None, *(1 - value for value in reached[1:])],
        **{name: [value + chance.gauss(0, 0.01) for value in reached] for name in names},
    }
    final = {name: values[-1] for name, values in curves.items() if name != "running_loss"}
    targets = {repr(float(target)): Reached(epoch=3, step=3 * steps) for target in task.targets}
    return Ending(
        outcome=Outcome.COMPLETED,
        curves=Curves(curves),
        results=Results(final=final, best=final, targets=targets, steps_per_epoch=steps),
        costs=Costs(
            wall_seconds=1.0, compile_seconds=0.5, train_seconds=0.4, evaluate_seconds=0.1, step_milliseconds=0.03,
            train_seconds_at=tuple(0.02 * epoch for epoch in epochs), cpu_share=0.99, program_reused=True,
            parameters=8970, state_bytes=71760, peak_memory_bytes=900_000_000, initialize_seconds=0.01,
        ),
        environment=Environment(device="cpu", worker=0, xla=True, numerics="0" * 16),
        fingerprints={"data": "0" * 16},
    )  # fmt: skip


def main(folder: Path, count: int) -> None:
    """Write the study file and the records of its plan, ``count`` or a few more."""
    registry = load_registry(PluginSearch(local=False))
    rates = -(-count // (len(TASKS) * len(OPTIMIZERS) * SEEDS))
    words = ",".join(f"{10 ** (-4 + 3 * number / rates):.6g}" for number in range(rates))
    selections = tuple(f"{name}[learning_rate={words}]" for name in OPTIMIZERS)
    folder.mkdir(parents=True, exist_ok=True)
    quoted = ", ".join(f'"{selection}"' for selection in selections)
    tasks = ", ".join(f'"{task}"' for task in TASKS)
    (folder / "study.toml").write_text(f"task = [{tasks}]\noptimizer = [{quoted}]\nseeds = {SEEDS}\n", encoding="utf-8")
    store = Store(folder)
    for trial in plan(Study(task=TASKS, components={"optimizer": selections}, seeds=SEEDS), registry).trials.values():
        came = ending(trial, registry)
        known = {**fingerprints(trial, registry), **came.fingerprints}
        store.write(
            Record.of(trial, came, task_facts(registry.task(trial.task), registry), made_by(trial, registry), known)
        )


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
