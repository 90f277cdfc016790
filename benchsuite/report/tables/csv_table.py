"""``leaderboard.csv``: one line per entry of every leaderboard, tidy, with all its numbers.

A failed median or bound is ``-inf`` where larger is better and ``inf`` where smaller is, as in the statistics; a target
that the median seed missed has ``inf`` steps, to be read as "more than ``budget_steps``". An empty field is not known.
``also`` names components that are the same method as ``component`` and share its line; ``name``, ``version`` and
``hyperparameters`` are those of the trials that the line is made of.

A spreadsheet takes a cell that begins with ``=``, ``+``, ``-`` or ``@`` for a formula. No name that a plugin can register
does, but records may come from anywhere: such a text has an apostrophe before it. Numbers are as they are.
"""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Sequence
from typing import Any

from benchsuite.analysis import Entry, Interval, Leaderboard, Row
from benchsuite.analysis.settings import joined_name
from benchsuite.outcomes import Outcome


def leaderboard_csv(boards: Sequence[Leaderboard]) -> str:
    """Return the text of the file, lines ended by ``\\n``."""
    lines = [line for board in boards for line in leaderboard_rows(board)]
    most = max((len(head.targets) for board in boards for head in board.columns), default=0)
    names = list(_FIXED) + [f"target_{number}{part}" for number in range(1, most + 1) for part in _PER_TARGET]
    text = io.StringIO()
    writer = csv.DictWriter(text, names, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: _cell(key, value) for key, value in line.items()} for line in lines)
    return text.getvalue()


def leaderboard_rows(board: Leaderboard) -> list[dict[str, Any]]:
    """Return the lines of one leaderboard, column → value: one for each row and task that has trials."""
    return [
        _line(board, row, position, entry)
        for row in board.rows
        for position, entry in enumerate(row.entries)
        if entry is not None
    ]


_TEXTS = frozenset({"change", "component", "also", "name", "task", "precision", "device", "metric"})


def _cell(column: str, value: Any) -> Any:
    formula = column in _TEXTS and str(value).startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    return f"'{value}" if formula else value


_FIXED = (
    "kind", "component", "also", "name", "version", "hyperparameters", "task", "task_version", "epochs", "batch_size",
    "precision", "device", "lanes", "engine", "folds", "steps_per_epoch", "budget_steps", "metric", "direction", "change",
    "is_baseline",
    "rank", "mean_rank", "ranked_tasks", "seeds", *Outcome, "failed", "attained_confidence",
    "final_median", "final_low", "final_high", "best_epoch_median", "best_epoch_low", "best_epoch_high",
    "seed_numbers", "final_values", "fold_deviations", "best_epoch_values", "step_milliseconds", "timings_counted", "timings_not_counted",
    "state_bytes", "parameters",
)  # fmt: skip
_PER_TARGET = ("", "_steps", "_reached", "_saturated")


def _line(board: Leaderboard, row: Row, position: int, entry: Entry) -> dict[str, Any]:
    head = board.columns[position]
    column, outcomes, settings = head.column, entry.outcomes, row.of[position]
    line: dict[str, Any] = {
        "kind": board.kind,
        "component": row.label,
        "also": ", ".join(label for label, _ in row.twins),
        "name": joined_name(settings),
        "version": " + ".join(str(setting.version) for setting in settings),
        "hyperparameters": json.dumps([setting.hyperparameters for setting in settings]),
        "task": column.task,
        "task_version": column.task_version,
        "epochs": column.epochs,
        "batch_size": column.batch_size,
        "precision": column.precision,
        "device": column.device,
        "lanes": column.lanes,
        "engine": column.engine,
        "folds": column.folds,
        "steps_per_epoch": head.steps_per_epoch,
        "budget_steps": head.budget_steps,
        "metric": head.primary,
        "direction": head.direction,
        "change": board.change,
        "is_baseline": int(entry.is_baseline),
        "rank": _known(entry.rank),
        "mean_rank": _known(row.mean_rank),
        "ranked_tasks": row.ranked,
        "seeds": len(entry.seeds),
        **{outcome.value: outcomes.get(outcome, 0) for outcome in Outcome},
        "failed": entry.failed,
        "attained_confidence": entry.final.attained if entry.final else "",
        **_bounds("final", entry.final),
        **_bounds("best_epoch", entry.best),
        "seed_numbers": _joined([seed.seed for seed in entry.seeds]),
        "final_values": _joined([seed.final for seed in entry.seeds]),
        "fold_deviations": _joined([seed.deviation for seed in entry.seeds]) if column.folds else "",
        "best_epoch_values": _joined([seed.best for seed in entry.seeds]),
        "step_milliseconds": _known(entry.step_milliseconds),
        "timings_counted": entry.timings,
        "timings_not_counted": entry.timings_not_counted,
        "state_bytes": _known(entry.state_bytes),
        "parameters": _known(entry.parameters),
    }
    for number, target in enumerate(entry.targets, start=1):
        line[f"target_{number}"] = target.target
        line[f"target_{number}_steps"] = math.inf if target.median is None else target.median
        line[f"target_{number}_reached"] = target.reached
        line[f"target_{number}_saturated"] = int(target.saturated)
    return line


def _bounds(prefix: str, interval: Interval | None) -> dict[str, Any]:
    if interval is None:
        return {}
    return {f"{prefix}_median": interval.estimate, f"{prefix}_low": interval.low, f"{prefix}_high": interval.high}


def _known(value: float | None) -> float | str:
    return "" if value is None else value


def _joined(values: Sequence[float | None]) -> str:
    return ";".join("" if value is None else repr(value) for value in values)
