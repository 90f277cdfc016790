"""Rankings in files: ``report/tables/`` of a results folder, one file for each format."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchsuite.analysis import Leaderboard, Ranking, Standing
from benchsuite.report.tables.latex import latex
from benchsuite.report.tables.markdown import markdown
from benchsuite.report.tables.ranking_cells import Cells, of_task, overall
from benchsuite.report.tables.ranking_words import said_of
from benchsuite.report.tables.table_files import ALL, typed_lines, write_files

TEXTS = (
    "board",
    "kind",
    "track",
    "change",
    "measure",
    "task",
    "component",
    "also",
    "setting",
    "setting_words",
    "broken",
)
COUNTS = ("budget", "place", "rank_low", "rank_high", "failed", "seeds", "state_bytes", "tasks")


def write_tables(boards: Sequence[Leaderboard], folder: Path, formats: Iterable[str]) -> list[Path]:
    """Write ``rankings.csv`` and its likes and return their paths. Equal records give equal bytes.

    Args:
        boards: The leaderboards.
        folder: Where the files go; made if it is missing. The folder that it lies in must be there.
        formats: Of :data:`~benchsuite.report.tables.table_files.FORMATS`.
    """
    return write_files("rankings", folder, formats, lambda name: _content(boards, name))


def cells_of(boards: Sequence[Leaderboard]) -> list[Cells]:
    """Return the tables of all boards: of each the overall one and one for each task."""
    found = []
    for board in boards:
        found += [overall(board), *(of_task(board, at) for at in range(len(board.columns)))]
    return found


def ranking_lines(board: Leaderboard) -> list[dict[str, Any]]:
    """Return a board as lines, field → value, ``None`` where nothing is known: one for each row over all tasks and on each."""
    lines = []
    for row in board.rows:
        lines.append(
            _line(board, ALL, row.label, row.also, row.place)
            | {
                "broken": row.broken,
                "failed": row.failed,
                "seeds": row.counted,
                "step_ratio": row.step_ratio,
                "state_bytes_per_parameter": row.state_per_parameter,
                "tuning_trials": row.tuning_cost,
                "robust_decades": row.robust_decades,
                "mean_rank": row.mean_rank,
                "tasks": row.ranked,
                "disputed": row.disputed,
            }
        )
    for at, head in enumerate(board.columns):
        for row in board.rows:
            if (entry := row.entries[at]) is not None:
                lines.append(
                    _line(board, head.label, row.label, row.also, entry.place)
                    | {
                        "broken": row.broken,
                        "failed": entry.failed,
                        "seeds": entry.counted,
                        "disputed": entry.disputed,
                        "step_milliseconds": entry.step_milliseconds,
                        "state_bytes": entry.state_bytes,
                        "median": entry.final.estimate if entry.final else None,
                        "low": entry.final.low if entry.final else None,
                        "high": entry.final.high if entry.final else None,
                        "attained_confidence": entry.final.attained if entry.final else None,
                        "setting": dict(row.exact[at]) if row.exact and row.exact[at] else None,
                        "setting_words": row.chosen[at] if row.chosen else "",
                    }
                )
    return lines


_NUMBERS = (
    "failed", "seeds", "median", "low", "high", "attained_confidence", "step_ratio", "step_milliseconds",
    "state_bytes_per_parameter", "state_bytes", "tuning_trials", "robust_decades", "mean_rank", "tasks",
    "disputed",
)  # fmt: skip


def _line(board: Leaderboard, task: str, label: str, also: str, place: Standing | None) -> dict[str, Any]:
    return {
        "board": board.title,
        "kind": board.kind,
        "track": board.protocol.track,
        "change": board.change,
        "budget": board.protocol.budget or None,
        "measure": board.measure,
        "task": task,
        "component": label,
        "also": also,
        "setting": None,
        "setting_words": "",
        "place": place.place if place else None,
        "tied": place.tied if place else None,
        "rank_low": place.low if place else None,
        "rank_high": place.high if place else None,
        "score": place.score if place else None,
        "score_low": place.score_low if place else None,
        "score_high": place.score_high if place else None,
        "broken": "",
        **dict.fromkeys(_NUMBERS),
    }


def _content(boards: Sequence[Leaderboard], name: str) -> bytes:
    if name == "markdown":
        return markdown(cells_of(boards)).encode()
    if name == "latex":
        return latex(cells_of(boards)).encode()
    if name == "json":
        text = json.dumps([_json(board) for board in boards], ensure_ascii=False, indent=1, allow_nan=False)
        return f"{text}\n".encode()
    return _frame(boards, name)


def _frame(boards: Sequence[Leaderboard], name: str) -> bytes:
    lines = [{**line, "setting": _setting_text(line["setting"])} for board in boards for line in ranking_lines(board)]
    return typed_lines(lines, _line_names(), texts=TEXTS, counts=COUNTS, switches=("tied",), parquet=name == "parquet")


def _setting_text(setting: Mapping[str, Any] | None) -> str:
    """Return a setting in a cell: JSON, to the last digit; nothing where none was chosen."""
    return "" if setting is None else json.dumps(setting, ensure_ascii=False)


def _line_names() -> list[str]:
    empty = Leaderboard("", (), (), 0.95)
    return list(_line(empty, "", "", "", None))


def _json(board: Leaderboard) -> dict[str, Any]:
    """Return a board as JSON: numbers that are not finite are words, since JSON has none."""
    beyond = next((head.beyond for head in board.columns), "failed")
    return {
        "board": board.title,
        "kind": board.kind,
        "protocol": asdict(board.protocol),
        "change": board.change,
        "measure": board.measure,
        "confidence": board.confidence,
        "says": list(said_of(board).lines),
        "ranking": _about(board.ranking),
        "rankings_of_tasks": {
            head.label: _about(one) for head, one in zip(board.columns, board.task_rankings, strict=True)
        },
        "other_measures": {
            word: [
                {"component": board.rows[row].label, **asdict(place)}
                for row in one.ranked
                if (place := one.places[row]) is not None
            ]
            for word, one in board.others
        },
        "changes": [
            {
                "what": one.what,
                "name": one.name,
                "first": [board.rows[row].label for row in one.first],
                "rank_of_first": one.rank,
            }
            for one in (board.robustness.changes if board.robustness else ())
        ],
        "beyond_reference": [asdict(one) for one in board.beyond],
        "lines": [{key: _plain(value, beyond) for key, value in line.items()} for line in ranking_lines(board)],
    }


def _about(ranking: Ranking | None) -> dict[str, Any] | None:
    if ranking is None:
        return None
    names = ("tasks", "confidence", "resamples", "tests", "smallest_p", "exact", "decides")
    return {name: getattr(ranking, name) for name in names}


def _plain(value: Any, beyond: str) -> Any:
    # The word that `compare --json` has as well.
    return beyond if isinstance(value, float) and value in (float("inf"), float("-inf")) else value
