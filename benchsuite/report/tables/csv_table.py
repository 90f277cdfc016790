"""``leaderboard.csv``: one line per entry of every leaderboard, tidy, with all its numbers.

``measure`` is what the values are of, ``test`` unless something else was asked for, and ``direction`` its direction. ``place``,
``rank_low``, ``rank_high`` and ``score`` are those of the row over all tasks, ``task_place`` and its likes those on the
line's own task; empty where there is none. A failed median or bound is ``-inf`` where larger is better and ``inf``
where smaller is, as in the statistics; a target that the median seed missed has ``inf`` steps, to be read as "more than
``budget_steps``". An empty field is not known.
``disputed`` counts the trials of the line of which somebody else has other numbers: ``disputes.html`` beside the file shows them.
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

from benchsuite.analysis import Entry, Interval, Leaderboard, Row, Standing
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


_TEXTS = frozenset({"change", "component", "also", "name", "task", "precision", "device", "metric", "tuner", "broken"})


def _cell(column: str, value: Any) -> Any:
    return safe_cell(value) if column in _TEXTS else value


def safe_cell(value: Any) -> Any:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{value}" if str(value).startswith(("=", "+", "-", "@", "\t", "\r", "\n")) else value


_FIXED = (
    "kind", "component", "also", "name", "version", "hyperparameters", "task", "task_version", "epochs", "batch_size",
    "precision", "device", "lanes", "engine", "folds", "steps_per_epoch", "budget_steps", "metric", "direction", "change",
    "track", "tuner", "budget", "measure", "is_baseline",
    "place", "rank_low", "rank_high", "score", "task_place", "task_rank_low", "task_rank_high", "task_score", "broken",
    "rank", "mean_rank", "ranked_tasks", "seeds", *Outcome, "failed", "attained_confidence",
    "final_median", "final_low", "final_high", "best_epoch_median", "best_epoch_low", "best_epoch_high",
    "seed_numbers", "final_values", "fold_deviations", "best_epoch_values", "step_milliseconds", "timings_counted", "timings_not_counted",
    "state_bytes", "parameters", "step_ratio", "tuning_trials", "robust_decades", "disputed",
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
        "direction": head.better,
        "change": board.change,
        "track": board.protocol.track,
        "tuner": board.protocol.tuner,
        "budget": board.protocol.budget or "",
        "measure": board.measure,
        "is_baseline": int(entry.is_baseline),
        **_place("", row.place),
        **_place("task_", entry.place),
        "broken": row.broken,
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
        "step_ratio": _known(row.step_ratio),
        "tuning_trials": _known(row.tuning_cost),
        "robust_decades": _known(row.robust_decades),
        "disputed": entry.disputed,
    }
    for number, target in enumerate(entry.targets, start=1):
        line[f"target_{number}"] = target.target
        line[f"target_{number}_steps"] = math.inf if target.median is None else target.median
        line[f"target_{number}_reached"] = target.reached
        line[f"target_{number}_saturated"] = int(target.saturated)
    return line


def _place(prefix: str, place: Standing | None) -> dict[str, Any]:
    if place is None:
        return {}
    return {
        f"{prefix}place": place.place,
        f"{prefix}rank_low": place.low,
        f"{prefix}rank_high": place.high,
        f"{prefix}score": place.score,
    }


def _bounds(prefix: str, interval: Interval | None) -> dict[str, Any]:
    if interval is None:
        return {}
    return {f"{prefix}_median": interval.estimate, f"{prefix}_low": interval.low, f"{prefix}_high": interval.high}


def _known(value: float | None) -> float | str:
    return "" if value is None else value


def _joined(values: Sequence[float | None]) -> str:
    return ";".join("" if value is None else repr(value) for value in values)
