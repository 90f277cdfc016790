"""The figures of two: on which tasks, and on which instances of one, one is better than the other, and by how much."""

from __future__ import annotations

import shlex

from benchsuite.analysis import Leaderboard, Row
from benchsuite.analysis.comparison import About, compared
from benchsuite.analysis.row_beyond import rows_beyond
from benchsuite.analysis.row_verdicts import BesideBoard, BoardVerdicts
from benchsuite.analysis.test_part import TestParts
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.analysis.verdict import Verdict
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from benchsuite.report.drawings.forest import forest_picture
from benchsuite.report.drawings.instances import instances_picture
from benchsuite.report.drawings.picture import Picture
from benchsuite.report.figures.asked import FigureChoice, FigureSource, chosen_names

WHAT = {"forest": "a forest plot", "instances": "a figure of instances"}


def forests(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return the forest plot of two rows of each leaderboard.

    Raises:
        BenchsuiteError: If these are not two.
    """
    found = []
    for board in source.boards(asked):
        a, b = _two(asked, board)
        verdict = verdict_of(source, board, a, b, asked.measure or "test")
        found.append(
            forest_picture(
                verdict, f"forest {board.key} {a.label} {b.label}", f"{board.title}: {a.label} minus {b.label}"
            )
        )
    return found


def instances(source: FigureSource, asked: FigureChoice) -> list[Picture]:
    """Return, of each leaderboard and each task with variants, the difference of two rows on every instance.

    Raises:
        BenchsuiteError: If these are not two, or no variant has both.
    """
    found = []
    parts = source.contents.parts or TestParts()
    beside = BesideBoard(source.records, source.contents.searches, parts, source.contents.reference)
    every = [BoardVerdicts(board, beside) for board in source.contents.by_test]
    boards = source.boards(asked)
    for board in boards:
        a, b = _two(asked, board, "instances")
        held = next(one for one in every if one.board is board)
        verdict = held.of(a, b)
        for one in rows_beyond(held, every, a, b, verdict) if verdict is not None else ():
            if asked.task in ("", one.task, one.published.task):
                title = f"{board.title}: {a.label} minus {b.label} on the instances of {one.task}"
                found.append(
                    instances_picture(
                        one, a.label, b.label, f"instances {board.key} {one.task} {a.label} {b.label}", title
                    )
                )
    if not found:
        of = f" of {asked.task}" if asked.task else ""
        both = " ".join(shlex.quote(name) for name in asked.components)
        raise BenchsuiteError(
            f"no variant{of} has trials of both. Run some: `benchsuite compare {both} --task {asked.task or 'TASK'} --variants 5`."
        )
    return found


def verdict_of(source: FigureSource, board: Leaderboard, a: Row, b: Row, measure: str = "test") -> Verdict:
    """Return the verdict on two rows of a leaderboard, by all their evaluation seeds.

    Args:
        source: What there is.
        board: The leaderboard.
        a: The first.
        b: The second.
        measure: What is compared.
    """
    parts = source.contents.parts
    about = About(
        board.kind, a.label, b.label, TrialMeasure.named(measure), track=board.protocol.track,
        sizes=parts.sizes if parts else {}, right=parts.right if parts else None, reference=source.contents.reference,
    )  # fmt: skip
    return compared(_records(source, a), _records(source, b), about)


def _records(source: FigureSource, row: Row) -> list[Record]:
    return [source.records[id] for entry in row.entries if entry for seed in entry.seeds for id in seed.ids]


def _two(asked: FigureChoice, board: Leaderboard, figure: str = "forest") -> tuple[Row, Row]:
    if len(asked.components) != 2:
        given = ", ".join(asked.components) or "none"
        raise BenchsuiteError(
            f"{WHAT[figure]} is of two {board.kind.replace('_', ' ')}s. Received: {given}. Name two: `benchsuite plot {figure} adam sgd`."
        )
    chosen_names(asked, board)  # says which name is that of no row
    by_label = {row.label: row for row in board.rows}
    rows = []
    for name in asked.components:
        of_name = [row for row in board.rows if name in row.names]
        if name not in by_label and len(of_name) > 1:
            raise BenchsuiteError(
                f"{name!r} is {len(of_name)} rows: {', '.join(row.label for row in of_name)}. Name one of them."
            )
        rows.append(by_label.get(name) or of_name[0])
    if rows[0] is rows[1]:
        raise BenchsuiteError(f"{WHAT[figure]} is of two. Received: {rows[0].label!r} twice. Name another one.")
    return rows[0], rows[1]
