"""``trials.parquet``: one row for each trial with its spec, outcome, final results and costs. Derived; may be deleted."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from benchsuite.kinds import RECIPE_KINDS
from benchsuite.record import Record


def write_trials(records: Iterable[Record], path: Path) -> None:
    """Write the table of all trials, whole or not at all.

    Args:
        records: The records, whether they count in a report or not.
        path: The file.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    held = list(records)
    columns = {name: pa.array(values, type=_type(pa, name)) for name, values in _columns(held).items()}
    temporary = path.with_name(f".{path.name}")
    pq.write_table(pa.table(columns), temporary)
    temporary.replace(path)


def _columns(records: list[Record]) -> dict[str, list[Any]]:
    """Return name → values, ``None`` where a trial has none; the same columns in the same order for equal records."""
    columns: dict[str, list[Any]] = {
        "id": [record.id for record in records],
        "task": [record.trial.task for record in records],
    }
    for name in ("task_version", "seed", "epochs", "batch_size", "precision", "device", "engine"):
        columns[name] = [getattr(record.trial, name) for record in records]
    columns["fold"] = [record.trial.fold[0] if record.trial.fold else None for record in records]
    columns["folds"] = [record.trial.fold[1] if record.trial.fold else None for record in records]
    columns["streams"] = [json.dumps(dict(record.trial.streams)) for record in records]
    texts: dict[str, dict[str, str]] = {}
    for record in records:
        if record.trial.recipe.text not in texts:
            recipe = record.trial.recipe.to_json()
            texts[record.trial.recipe.text] = {kind: json.dumps(held, sort_keys=True) for kind, held in recipe.items()}
    for kind in RECIPE_KINDS:
        columns[kind] = [texts[record.trial.recipe.text].get(kind) for record in records]
    columns["outcome"] = [record.outcome.value for record in records]
    columns["reason"] = [record.reason for record in records]
    for which in ("final", "best"):
        values: list[Mapping[str, Any]] = [getattr(record.results, which) or {} for record in records]
        for name in sorted({name for one in values for name in one}):
            columns[f"{which}_{name}"] = [one.get(name) for one in values]
    for name in COSTS:
        columns[name] = [getattr(record.costs, name) for record in records]
    columns["numerics"] = [record.environment.numerics for record in records]
    columns["finished_at"] = [record.environment.finished_at for record in records]
    return columns


COSTS = (
    "wall_seconds", "compile_seconds", "initialize_seconds", "train_seconds", "evaluate_seconds", "step_milliseconds",
    "cpu_share", "program_reused", "parameters", "state_bytes", "peak_memory_bytes",
)  # fmt: skip
WHOLE = ("task_version", "seed", "epochs", "batch_size", "engine", "fold", "folds", "parameters", "state_bytes", "peak_memory_bytes",
         "final_epoch", "final_step", "best_epoch", "best_step")  # fmt: skip
TEXTS = ("id", "task", "precision", "device", "streams", *RECIPE_KINDS, "outcome", "reason", "numerics", "finished_at")


def _type(pa: Any, name: str) -> Any:
    """Return the type of a column, which must not depend on the values that happen to be there."""
    if name in TEXTS:
        return pa.string()
    if name in WHOLE:
        return pa.int64()
    return pa.bool_() if name == "program_reused" else pa.float64()
