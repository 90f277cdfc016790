"""Records as pandas frames: one row for each trial, and curves in long form."""

from __future__ import annotations

import math
from collections.abc import Iterable
from itertools import islice
from typing import TYPE_CHECKING, Any

from benchsuite.instance_names import base_of, variant_in
from benchsuite.kinds import COMBINED
from benchsuite.record import Costs, Record

if TYPE_CHECKING:
    import pandas as pd

AT_ONCE = 4096
"""Rows that are held as dictionaries before they become columns: these take a tenth of the memory."""
COST_TYPES = {
    "program_reused": "boolean", "functions_compiled": "int64", "functions_loaded": "int64",
    "parameters": "int64", "state_bytes": "int64", "peak_memory_bytes": "int64",
}  # fmt: skip
COSTS = tuple(name for name in Costs.__dataclass_fields__ if name not in ("train_seconds_at", "lanes"))
ALWAYS = {
    "id": "str", "task": "str", "base": "str", "variant": "int64",
    "task_version": "int64", "seed": "int64", "fold": "object", "folds": "object",
    "epochs": "int64", "batch_size": "int64", "precision": "str", "device": "str", "lanes": "int64", "change": "str",
    "engine": "int64", "outcome": "str", "reason": "str",
    **{name: COST_TYPES.get(name, "float64") for name in COSTS},
    "numerics": "str", "benchsuite": "str",
}  # fmt: skip
"""Column → type, of what every trial has whatever its recipe: the columns of a frame without rows."""


def trials_frame(records: Iterable[Record]) -> pd.DataFrame:
    """Return one row for each trial.

    Columns: what its spec says (``id``, ``task``, ``seed``, ``epochs`` …); of an instance ``t~3`` of a task the task as ``base``
    and 3 as ``variant``, which is 0 for the published one; each kind with the name of its component
    (``optimizer``; several joined by ``+``), each hyperparameter (``optimizer.learning_rate``; of kinds that may be
    combined ``regularization.dropout.rate``); ``outcome`` and ``reason``; ``final.test_accuracy``,
    ``best.test_accuracy`` …; ``reached.0.95``, the steps to a target; costs; ``numerics``, and the version of benchsuite.

    Args:
        records: The records; read one by one.
    """
    import pandas as pd

    frames = []
    rows = map(_row, records)
    while piece := list(islice(rows, AT_ONCE)):
        names = dict.fromkeys(name for row in piece for name in row)
        frames.append(pd.DataFrame({name: _column([row.get(name) for row in piece]) for name in names}))
    if not frames:
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in ALWAYS.items()})
    return _alike(pd.concat(frames, ignore_index=True))


def curves_frame(records: Iterable[Record]) -> pd.DataFrame:
    """Return curves in long form: ``id``, ``task``, ``seed``, ``epoch``, ``step``, ``measure`` and ``value``.

    Args:
        records: The records.
    """
    import numpy as np
    import pandas as pd

    pieces: dict[str, list[Any]] = {name: [] for name in ("epoch", "step", "value")}
    owners: dict[str, list[Any]] = {name: [] for name in ("id", "task", "seed", "measure")}
    lengths = []
    for record in records:
        curves = record.curves
        for measure in curves:
            if measure in ("epoch", "step"):
                continue
            for name, row in (("epoch", curves["epoch"]), ("step", curves["step"]), ("value", curves[measure])):
                pieces[name].append(row)
            lengths.append(len(curves[measure]))
            for name, value in (
                ("id", record.id),
                ("task", record.trial.task),
                ("seed", record.trial.seed),
                ("measure", measure),
            ):
                owners[name].append(value)
    columns: dict[str, Any] = {}
    for name in ("id", "task", "measure"):
        columns[name] = pd.Categorical(owners[name]).repeat(lengths)
    columns["seed"] = np.repeat(np.array(owners["seed"], "int64"), lengths)
    for name, rows in pieces.items():
        joined = np.concatenate(rows) if rows else np.empty(0)
        columns[name] = joined if name == "value" else joined.astype("int64")
    return pd.DataFrame({name: columns[name] for name in ("id", "task", "seed", "epoch", "step", "measure", "value")})


def _row(record: Record) -> dict[str, Any]:
    trial = record.trial
    row: dict[str, Any] = {
        "id": record.id,
        "task": trial.task,
        "base": base_of(trial.task),
        "variant": variant_in(trial.task),
        "task_version": trial.task_version,
        "seed": trial.seed,
        "fold": trial.fold[0] if trial.fold else None,
        "folds": trial.fold[1] if trial.fold else None,
        "epochs": trial.epochs,
        "batch_size": trial.batch_size,
        "precision": trial.precision,
        "device": trial.device,
        "lanes": trial.lanes,
        "change": trial.change,
        "engine": trial.engine,
    }
    for stream, seed in trial.streams:
        row[f"seed.{stream}"] = seed
    for kind, settings in trial.recipe.settings:
        row[kind] = "+".join(setting.name for setting in settings)
        for setting in settings:
            prefix = f"{kind}.{setting.name}" if kind in COMBINED else kind
            row |= {f"{prefix}.{name}": value for name, value in setting.values}
    row |= {"outcome": record.outcome.value, "reason": record.reason}
    for which, values in (("final", record.results.final), ("best", record.results.best)):
        row |= {f"{which}.{name}": value for name, value in (values or {}).items()}
    row |= {f"reached.{name}": at.step if at else None for name, at in record.results.targets.items()}
    row |= {name: getattr(record.costs, name) for name in COSTS}
    row |= {"numerics": record.environment.numerics, "benchsuite": record.made_by.benchsuite}
    return row


def _column(values: list[Any]) -> Any:
    """Return numbers as float64 (whole ones as they are), and everything else as objects."""
    import numpy as np
    import pandas as pd

    known = [value for value in values if value is not None]
    if known and all(type(value) is int for value in known):
        return pd.array(values, dtype="Int64") if len(known) < len(values) else np.array(values, "int64")
    if known and all(type(value) in (int, float) for value in known):
        return np.array([math.nan if value is None else value for value in values], "float64")
    if known and all(type(value) is bool for value in known):
        return pd.array(values, dtype="boolean")
    return np.array(values, dtype=object)


def _alike(frame: pd.DataFrame) -> pd.DataFrame:
    """Give columns that hold texts and numbers a type that a table can have: text."""
    for name in frame.columns:
        if frame[name].dtype == object:
            frame[name] = frame[name].map(
                lambda value: value if value is None or isinstance(value, str) else str(value)
            )
    return frame
