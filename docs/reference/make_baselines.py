"""Write results/reference/baselines.csv, the committed reference numbers, from the records of all baselines.

``make reference`` runs these and calls it. Run ``make_pages.py`` afterwards: the page of baselines is made from the table.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from benchsuite.record import Record
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.selection import baseline
from benchsuite.store import Store
from benchsuite.trial import Trial

TABLE = Path(__file__).parents[2] / "results" / "reference" / "baselines.csv"
COLUMNS = (
    "task", "version", "engine", "seed", "outcome", "epochs", "steps", "primary", "train", "validation", "test", "train_loss",
    "epochs_to_targets", "seconds", "compile_seconds", "peak_megabytes",
)  # fmt: skip
"""Primary metric after the last epoch (that of the restored weights where a recipe stops early); loss of the training part
without penalties; first epoch that reaches each target, - where none does; seconds of the whole trial, compilation
included; the largest size of the worker until then, which trials before it share."""


def rows(records: Iterable[Record], registry: Registry) -> list[dict[str, Any]]:
    """Return a row for each record of a baseline of a bundled task in its present version, by task and seed."""
    found = []
    for record in records:
        trial, results, costs = record.trial, record.results, record.costs
        name = trial.task
        if name not in registry.names("task"):
            continue
        task = registry.task(name)
        usual = Trial(name, task.version, baseline(task, registry), trial.seed, task.epochs, task.batch_size)
        if record.id != usual.id:
            continue
        final = results.final or {}
        primary = task.primary
        hits = [results.targets.get(repr(float(target))) for target in task.targets]
        found.append(
            {
                "task": name,
                "version": trial.task_version,
                "engine": trial.engine,
                "seed": trial.seed,
                "outcome": record.outcome.value,
                "epochs": trial.epochs,
                "steps": int(record.curves["step"][-1]) if "step" in record.curves else None,
                "primary": primary,
                **{part: _short(final.get(f"{part}_{primary}")) for part in ("train", "validation", "test")},
                "train_loss": _short(final.get("train_loss")),
                "epochs_to_targets": " ".join(str(hit.epoch) if hit else "-" for hit in hits),
                "seconds": f"{costs.wall_seconds:.2f}",
                "compile_seconds": f"{costs.compile_seconds or 0.0:.2f}",
                "peak_megabytes": round((costs.peak_memory_bytes or 0) / 1e6),
            }
        )
    return sorted(found, key=lambda row: (row["task"], row["seed"]))


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.6g}"


def main(folder: str) -> None:
    """Write the table from a results folder."""
    found = rows(Store(Path(folder), create=False).records(), load_registry(PluginSearch(local=False)))
    TABLE.parent.mkdir(parents=True, exist_ok=True)
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        writer.writerows(found)
    print(f"wrote {len(found)} rows to {TABLE.relative_to(Path.cwd()) if TABLE.is_relative_to(Path.cwd()) else TABLE}")


if __name__ == "__main__":
    main(sys.argv[1])
