"""The numbers of all leaderboards in files: ``numbers.csv``, ``.json`` and their likes, a line for each row over all tasks and on each."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from benchsuite.analysis import Leaderboard
from benchsuite.analysis.board_numbers import BoardNumbers
from benchsuite.analysis.row_numbers import RowNumbers
from benchsuite.report.tables.latex import latex
from benchsuite.report.tables.markdown import markdown
from benchsuite.report.tables.number_cells import number_cells
from benchsuite.report.tables.table_files import ALL, typed_lines, write_files

ALWAYS = ("csv", "json")
"""Written whenever numbers are asked for."""
_NUMBERS = tuple(field.name for field in fields(RowNumbers) if field.name != "row")
_BEST = tuple(f"best_of_{part}{end}" for part in ("one", "half", "all") for end in ("", "_low", "_high", "_trials"))
_ABOUT = ("board", "kind", "track", "change", "task", "component")
_SCALE = ("floor", "reference", "reference_of", "logarithmic", "baseline")
_TEXTS = frozenset({*_ABOUT, "reference_of", "baseline"})
_WHOLE = frozenset({"runs", "failed", *(name for name in _BEST if name.endswith("_trials"))})
_YES = frozenset({"logarithmic", "on_front"})


def write_numbers(held: Sequence[BoardNumbers], folder: Path, formats: Iterable[str] = ()) -> list[Path]:
    """Write ``numbers.csv``, ``numbers.json`` and other formats and return their paths. Equal records give equal bytes.

    Args:
        held: The numbers of each leaderboard.
        folder: Where the files go; made if it is missing. The folder that it lies in must be there.
        formats: Of :data:`~benchsuite.report.tables.table_files.FORMATS`, besides :data:`ALWAYS`.
    """
    return write_files("numbers", folder, (*ALWAYS, *formats), lambda name: _content(held, name))


def number_lines(numbers: BoardNumbers) -> list[dict[str, Any]]:
    """Return the numbers of a board as lines, field → value, ``None`` where nothing is known.

    Over all tasks a row has what the best of k trials is worth, and on each task the floor and reference of the scores.
    """
    board = numbers.board
    lines = []
    for at, (row, held) in enumerate(zip(board.rows, numbers.rows, strict=True)):
        line = _line(board, ALL, row.label, held)
        for part, best in zip(("one", "half", "all"), numbers.best[at] if numbers.best else (), strict=False):
            line |= {
                f"best_of_{part}": best.expected,
                f"best_of_{part}_low": best.low,
                f"best_of_{part}_high": best.high,
                f"best_of_{part}_trials": best.trials,
            }
        lines.append(line)
    for of_task, scale in zip(numbers.tasks, numbers.scales, strict=True):
        about = {
            "floor": _known(scale.test.floor),
            "reference": _known(scale.test.reference),
            "reference_of": scale.test.source,
            "logarithmic": scale.test.logarithmic,
            "baseline": scale.baseline,
        }
        for row, held in zip(board.rows, of_task, strict=True):
            if held is not None:
                lines.append(_line(board, scale.task, row.label, held) | about)
    return lines


def _line(board: Leaderboard, task: str, label: str, held: RowNumbers | None) -> dict[str, Any]:
    values = asdict(held) if held is not None else {}
    return {
        **dict(zip(_ABOUT, (board.title, board.kind, board.protocol.track, board.change, task, label), strict=True)),
        **{name: _known(values.get(name)) for name in _NUMBERS},
        **dict.fromkeys(_BEST),
        **dict.fromkeys(_SCALE),
    }


def _known(value: Any) -> Any:
    return None if isinstance(value, float) and math.isnan(value) else value


def _content(held: Sequence[BoardNumbers], name: str) -> bytes:
    if name in ("markdown", "latex"):
        tables = [table for numbers in held for table in number_cells(numbers)]
        return (markdown if name == "markdown" else latex)(tables).encode()
    lines = [line for numbers in held for line in number_lines(numbers)]
    if name == "json":
        plain = [{key: _plain(value) for key, value in line.items()} for line in lines]
        return f"{json.dumps(plain, ensure_ascii=False, indent=1, allow_nan=False)}\n".encode()
    columns = [*_ABOUT, *_NUMBERS, *_BEST, *_SCALE]
    return typed_lines(lines, columns, texts=_TEXTS, counts=_WHOLE, switches=_YES, parquet=name == "parquet")


def _plain(value: Any) -> Any:
    return str(value) if isinstance(value, float) and math.isinf(value) else value
