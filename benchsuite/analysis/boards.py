"""Which leaderboards some records make, with hyperparameters as they were declared: one for every kind, instance and changed baseline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from benchsuite.analysis.board_making import BoardLine, make_board
from benchsuite.analysis.leaderboard import Leaderboard
from benchsuite.analysis.sample import Column, Sample, column_labels
from benchsuite.analysis.settings import Settings, joined_name, key_of, labels
from benchsuite.analysis.test_part import TestParts
from benchsuite.analysis.twins import SameAs, one_method_each
from benchsuite.kinds import kind_order
from benchsuite.record import Record
from benchsuite.text import by_numbers


def leaderboards(
    records: Sample | Iterable[Record],
    *,
    confidence: float = 0.95,
    same_as: SameAs | None = None,
    measure: str | None = None,
    parts: TestParts | None = None,
) -> list[Leaderboard]:
    """Build the leaderboard of every kind that has one, and of every changed baseline and every other instance one of its own.

    A record belongs to the leaderboard of kind K if its recipe is the task's baseline except possibly in K, and on its
    column K is a kind that the task compares or some record deviates from the baseline in K. The plain baseline is
    therefore a row in each of them. The order of the records has no influence. Trials of tuning, and of settings that a
    search chose, stand in none of them.

    Args:
        records: The records; one that is given twice counts once.
        confidence: The wanted confidence of the intervals, above 0 and below 1.
        same_as: Which components say that they are the same method as another: where the records show it, both are one
            row and count once in the ranks.
        measure: What is measured; what each kind is judged by unless given.
        parts: What is known of the parts that accuracies are measured on; nothing unless given.

    Raises:
        BenchsuiteError: If the measure means nothing, or nothing to these tasks.
    """
    members: defaultdict[str, dict[Column, list[Record]]] = defaultdict(dict)
    plain: dict[Column, list[Record]] = {}
    wanted: set[tuple[str, Column]] = set()
    for (column, kinds), held in Sample.of(records).by_kinds.items():
        compared = (
            {(record.trial.recipe.kinds, tuple(record.task.compares)) for record in held} if len(kinds) < 2 else ()
        )
        wanted.update((kind, column) for there, compares in compared for kind in compares if kind in there)
        if len(kinds) == 1:
            wanted.add((kinds[0], column))
            members[kinds[0]][column] = held
        elif not kinds:
            plain[column] = held
    boards: defaultdict[tuple[str, str], dict[Column, list[Record]]] = defaultdict(dict)
    for kind, column in wanted:
        if found := members[kind].get(column, []) + plain.get(column, []):
            boards[kind, column.differs][column] = found
    names = column_labels(sorted({column for held in boards.values() for column in held}))
    # The baselines as they are come first.
    order = sorted(boards, key=lambda key: (by_numbers(key[1]), kind_order(key[0])))
    return [
        make_board(
            kind,
            _lines(kind, boards[kind, change], same_as or {}),
            names,
            change=change,
            measure=measure,
            confidence=confidence,
            parts=parts,
        )
        for kind, change in order
    ]


def _lines(kind: str, by_column: Mapping[Column, Sequence[Record]], same_as: SameAs) -> list[BoardLine]:
    columns = sorted(by_column)
    trials: defaultdict[str, defaultdict[Column, list[Record]]] = defaultdict(lambda: defaultdict(list))
    settings: dict[str, Settings] = {}
    for column in columns:
        for record in by_column[column]:
            held = record.trial.recipe.get(kind)
            key = key_of(held)
            settings[key] = held
            trials[key][column].append(record)
    label_of = dict(zip(settings, labels(list(settings.values())), strict=True))
    lines = []
    for keys in one_method_each(kind, settings, trials, same_as):
        # The original's own trials where it has some, else those of its twin.
        whose = {column: next((key for key in keys if column in trials[key]), keys[0]) for column in columns}
        lines.append(
            BoardLine(
                label=label_of[keys[0]],
                name=joined_name(settings[keys[0]]),
                settings=settings[keys[0]],
                of={column: settings[key] for column, key in whose.items()},
                cells={column: trials[key][column] for column, key in whose.items() if column in trials[key]},
                twins=tuple((label_of[key], settings[key]) for key in keys[1:]),
            )
        )
    return sorted(lines, key=lambda line: line.label)
