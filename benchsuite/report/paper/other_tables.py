"""The tables that are no leaderboard: tasks, what was searched, what was chosen, and failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from benchsuite.analysis import Column, ColumnHead
from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.report.paper.facts import BoardFacts, PaperFacts, grouped
from benchsuite.report.paper.latex_table import LatexCell, LatexTable, cells
from benchsuite.report.paper.works import Bibliography, works_in
from benchsuite.report.tables.numbers import count_of, outcome_word, whole
from benchsuite.report.tables.ranking_words import joined
from benchsuite.report.tables.tune_table import names_of
from benchsuite.report.tables.values import value_text
from benchsuite.searches import Search
from benchsuite.text import shortened

MOST_BROKEN_ROWS = 20
"""Rows of one float where cells have several lines."""
LONGEST_REASON = 120
"""Letters of the reason of a failure."""


def task_table(facts: PaperFacts, bibliography: Bibliography) -> LatexTable:
    """Return what each task is: one row for each of its budgets."""
    heads = {head.column: head for one in facts.boards for head in one.board.columns}
    by_column: dict[Column, Record] = {}
    for one in facts.boards:
        for row in one.board.rows:
            for head, entry in zip(one.board.columns, row.entries, strict=True):
                if entry and entry.seeds and head.column not in by_column:
                    record = next((held for held in facts.trained if held.id == entry.seeds[0].id), None)
                    if record is not None:
                        by_column[head.column] = record
    sizes = facts.contents.parts.sizes if facts.contents.parts else {}
    rows = []
    for column in sorted(heads):
        rows.append(_task_row(heads[column], by_column.get(column), sizes, bibliography))
    changed = any(column.change for column in heads)
    return LatexTable(
        slug="tasks",
        caption="Tasks"
        + (", with what was changed in their baselines" if changed else "")
        + ". Examples: of the training, validation and test part, where known.",
        heads=("Task", "Version", "What it is", "Measure", "Epochs", "Batch", "Steps", "Examples", "License"),
        align=("l", "r", ">{\\raggedright\\arraybackslash}p{0.3\\linewidth}", "l", "r", "r", "r", "r", "l"),
        rows=tuple(rows),
        most=MOST_BROKEN_ROWS,
    )


def _task_row(
    head: ColumnHead, record: Record | None, sizes: Mapping[str, tuple[int, int, int]], bibliography: Bibliography
) -> tuple[LatexCell, ...]:
    column = head.column
    parts = sizes.get(column.task)
    name = (
        head.column.task
        + (f", {column.folds} folds" if column.folds else "")
        + (f", with {column.change}" if column.change else "")
    )
    cite = bibliography.cite(works_in(record.task.citation)) if record else ""
    return (
        LatexCell(name, cite=cite),
        *cells(
            (
                str(column.task_version),
                shortened(record.task.summary, 300) if record else "",
                f"{head.primary} {'↑' if head.direction == 'max' else '↓'}",
                whole(column.epochs),
                whole(column.batch_size),
                whole(head.budget_steps) if head.steps_per_epoch else "–",
                " / ".join(whole(part) for part in parts) if parts else "–",
                (record.task.license if record else "") or "–",
            )
        ),
    )


def space_table(facts: PaperFacts) -> LatexTable | None:
    """Return from which ranges each row of the tuned tables was searched; ``None`` where nothing was searched."""
    rows: list[tuple[LatexCell, ...]] = []
    groups = set()
    for one in facts.boards:
        for selection, searches in grouped(one.searches.values(), lambda search: search.selection).items():
            groups.add(len(rows))
            rows += [cells(line) for line in _space_rows(one, selection, searches, facts)]
    if not rows:
        return None
    return LatexTable(
        slug="spaces",
        caption="What was searched. A range is the one in which the search began, of several tasks the narrowest and widest ends; widened: "
        "in how many searches it was left.",
        heads=("Kind", "Row", "Hyperparameter", "Range", "Default", "Searches", "Widened", "At an edge"),
        align=("l", "l", "l", "l", "l", "r", "r", "r"),
        rows=tuple(rows),
        groups=frozenset(groups),
    )


def _space_rows(one: BoardFacts, selection: str, searches: list[Search], facts: PaperFacts) -> list[tuple[str, ...]]:
    names = names_of({name for search in searches for name in search.searched})
    lines: list[tuple[str, ...]] = []
    for name, shown in names.items():
        held = [search for search in searches if name in search.searched]
        kind = name.partition(".")[0] if "." in name else "task"
        lines.append(
            (
                one.noun,
                selection,
                shown if kind in (one.board.kind, "task") else f"{shown} of the {kind.replace('_', ' ')}",
                _range(name, held, facts, selection),
                joined(sorted({value_text(search.tried[0].values[name]) for search in held if search.tried}), 4) or "–",
                str(len(held)),
                str(sum(name in search.widened for search in held)),
                str(sum(name in search.edges for search in held)),
            )
        )
    return lines


def _range(name: str, searches: list[Search], facts: PaperFacts, selection: str) -> str:
    known = [search.ranges[name] for search in searches if name in search.ranges]
    if known:
        low, high = sorted({low for low, _ in known}), sorted({high for _, high in known})
        ends = [
            value_text(held[0]) if len(held) == 1 else f"{value_text(held[0])}…{value_text(held[-1])}"
            for held in (low, high)
        ]
        return " to ".join(ends)
    kind, _, rest = name.partition(".")
    spaces = facts.declared.spaces.get((kind, selection.partition("[")[0]), {})
    return shortened(spaces.get(rest.rpartition(".")[2], "as declared"), 100)


def setting_table(facts: PaperFacts) -> LatexTable | None:
    """Return which setting each search chose, and what it was worth on the validation part; ``None`` without searches."""
    rows: list[tuple[LatexCell, ...]] = []
    groups = set()
    for one in facts.boards:
        columns = {head.column: head for head in one.board.columns}
        of_rows = {row.label: row for row in one.board.rows}
        for (selection, column), search in sorted(one.searches.items(), key=lambda item: (item[0][0], item[0][1])):
            head, row = columns.get(column), of_rows.get(selection)
            if head is None or row is None:
                continue
            if not rows or rows[-1][1].text != selection:
                groups.add(len(rows))
            at = list(columns).index(column)
            sign = 1.0 if head.direction == "max" else -1.0
            scores = [
                None if place is None or place >= len(search.tried) else search.tried[place].score
                for place in (0, search.chosen)
            ]
            without = "unsupported" if one.unsupported(search) else "failed"
            rows.append(
                cells(
                    (
                        one.noun,
                        selection,
                        head.short,
                        (row.chosen[at] if row.chosen else "") or "nothing was searched",
                        *(without if score is None else f"{sign * score:.4g}" for score in scores),
                        f"{search.spent:.3g}",
                    )
                )
            )
    if not rows:
        return None
    return LatexTable(
        slug="settings",
        caption="What the searches chose: the setting, the validation measure with the default and with it, and what the search "
        "spent, in trainings.",
        heads=("Kind", "Row", "Task", "Setting", "Default", "Chosen", "Spent"),
        align=("l", "l", "l", ">{\\raggedright\\arraybackslash}p{0.42\\linewidth}", "r", "r", "r"),
        rows=tuple(rows),
        groups=frozenset(groups),
        most=MOST_BROKEN_ROWS,
    )


def failure_table(facts: PaperFacts) -> LatexTable | None:
    """Return which evaluations failed, how often and why; ``None`` where none did."""
    rows = []
    for one in facts.boards:
        by_id = {record.id: record for record in (*one.records, *one.tuning)}
        for number, row in enumerate(one.board.rows):
            behind = [(held.label, held.position, held.entry) for held in one.merged if held.row == number]
            for label, at, entry in [*((row.label, at, entry) for at, entry in enumerate(row.entries)), *behind]:
                failed = [seed for seed in entry.seeds if seed.failed] if entry else []
                if not entry or not failed:
                    continue
                outcomes = Counter(seed.outcome for seed in failed)
                first = next(
                    (by_id[id] for seed in failed for id in seed.ids if id in by_id and by_id[id].outcome.failed), None
                )
                told = [
                    f"{outcome_word(outcome.value)} {outcomes[outcome]}" for outcome in Outcome if outcomes[outcome]
                ]
                reason = shortened(first.reason, LONGEST_REASON) if first else ""
                rows.append(
                    cells(
                        (
                            one.noun,
                            label,
                            one.board.columns[at].short,
                            f"{entry.failed} of {entry.counted}",
                            ", ".join(told),
                            reason,
                        )
                    )
                )
    if not rows:
        return None
    return LatexTable(
        slug="failures",
        caption=f"Failures of evaluation: {count_of(len(rows), 'entry', 'entries')} with at least one seed that gave no number. The reason "
        "is that of the first.",
        heads=("Kind", "Row", "Task", "Seeds", "Outcome", "Reason"),
        align=("l", "l", "l", "l", "l", ">{\\raggedright\\arraybackslash}p{0.4\\linewidth}"),
        rows=tuple(rows),
        notes=("Each counts as worse than any number.",),
        most=MOST_BROKEN_ROWS,
    )
