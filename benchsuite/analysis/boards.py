"""Which leaderboards some records make: one for every kind, track, changed baseline and protocol of tuning."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from benchsuite.analysis.board_making import Line, make_board
from benchsuite.analysis.leaderboard import Leaderboard, Protocol
from benchsuite.analysis.sample import Column, Sample, column_labels
from benchsuite.analysis.search_facts import SearchFacts, column_of_search
from benchsuite.analysis.settings import Settings, joined_name, key_of, labels
from benchsuite.analysis.twins import SameAs, one_method_each
from benchsuite.kinds import kind_order
from benchsuite.record import Record


def leaderboards(
    records: Sample | Iterable[Record],
    *,
    confidence: float = 0.95,
    same_as: SameAs | None = None,
    measure: str | None = None,
) -> list[Leaderboard]:
    """Build the leaderboard of every kind that has one, and of every changed baseline one of its own.

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
            boards[kind, column.change][column] = found
    names = column_labels(sorted({column for held in boards.values() for column in held}))
    order = sorted(boards, key=lambda key: (key[1], kind_order(key[0])))  # the baselines as they are come first
    return [
        make_board(
            kind,
            _lines(kind, boards[kind, change], same_as or {}),
            names,
            change=change,
            measure=measure,
            confidence=confidence,
        )
        for kind, change in order
    ]


def _lines(kind: str, by_column: Mapping[Column, Sequence[Record]], same_as: SameAs) -> list[Line]:
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
            Line(
                label=label_of[keys[0]],
                name=joined_name(settings[keys[0]]),
                settings=settings[keys[0]],
                of={column: settings[key] for column, key in whose.items()},
                cells={column: trials[key][column] for column, key in whose.items() if column in trials[key]},
                twins=tuple((label_of[key], settings[key]) for key in keys[1:]),
            )
        )
    return sorted(lines, key=lambda line: line.label)


def searched_only(searches: Iterable[SearchFacts]) -> frozenset[str]:
    """Return the trials that only a search asked for: those of a chosen setting, unless that is the default one.

    Args:
        searches: The searches. The first setting that a search tries is the default where it says so.
    """
    found: set[str] = set()
    kept: set[str] = set()
    for search in searches:
        chosen = 0 if search.chosen is None else search.chosen
        source = getattr(search.tried[chosen], "source", "tuner") if search.tried else "default"
        (kept if source == "default" else found).update(search.evaluated)
    return frozenset(found - kept)


def tuned_leaderboards(
    records: Sample | Iterable[Record],
    searches: Iterable[SearchFacts],
    *,
    confidence: float = 0.95,
    measure: str | None = None,
) -> list[Leaderboard]:
    """Build the leaderboards of what was tuned: a row for each selection, its values those of the chosen setting.

    Every kind, track, changed baseline and protocol (tuner, budget, folds) has a board of its own: a row must not look
    better because more was spent on it.

    Args:
        records: Among them those of the evaluations.
        searches: The searches.
        confidence: The wanted confidence of the intervals, above 0 and below 1.
        measure: What is measured; what each kind is judged by unless given.

    Raises:
        BenchsuiteError: If the measure means nothing, or nothing to these tasks.
    """
    by_id = {record.id: record for record in Sample.of(records).records}
    boards: defaultdict[tuple[str, str, Protocol], list[SearchFacts]] = defaultdict(list)
    rules: dict[tuple[str, str, Protocol], set[str]] = defaultdict(set)
    for search in searches:
        key = search.kind, search.change, Protocol(search.track, search.tuner, search.budget, search.folds)
        boards[key].append(search)
        rules[key].add(getattr(search, "rule", ""))
    names = column_labels(sorted({_column(search) for held in boards.values() for search in held}))
    found = []
    for key in sorted(boards, key=lambda key: (key[1], kind_order(key[0]), _order(key[2]))):
        kind, change, protocol = key
        lines = _lines_of_searches(kind, boards[key], by_id)
        if lines:
            protocol = replace(protocol, rule="; ".join(sorted(filter(None, rules[key]))))
            found.append(
                make_board(
                    kind, lines, names, change=change, protocol=protocol, measure=measure, confidence=confidence
                )
            )
    return found


def _order(protocol: Protocol) -> tuple[str, int, str, int]:
    return protocol.track, protocol.budget, protocol.tuner, protocol.folds


def _column(search: SearchFacts) -> Column:
    engine = getattr(search, "engine", None)
    column = column_of_search(search)
    return column if engine is None else replace(column, engine=engine)


def _lines_of_searches(kind: str, searches: Sequence[SearchFacts], by_id: Mapping[str, Record]) -> list[Line]:
    rows: defaultdict[str, dict[Column, SearchFacts]] = defaultdict(dict)
    # Of several for one selection and task the last by what it evaluated: any order, one board.
    for search in sorted(searches, key=lambda one: one.evaluated):
        rows[search.selection][_column(search)] = search
    lines = []
    for selection in sorted(rows):
        held = rows[selection]
        cells = {
            column: found
            for column, search in held.items()
            if (found := [by_id[id] for id in search.evaluated if id in by_id])
        }
        failed = {
            column: found
            for column, search in held.items()
            if column not in cells
            and search.chosen is None
            and (found := [by_id[id] for tried in search.tried for id in tried.ids if id in by_id])
        }
        if not cells and not failed:
            continue
        of = {column: found[0].trial.recipe.get(kind) for column, found in {**failed, **cells}.items()}
        lines.append(
            Line(
                label=selection,
                name=joined_name(next(iter(of.values()))),
                settings=of[min(of)],
                of=of,
                cells=cells,
                failed=failed,
                tuning_cost=sum(tried.cost for search in held.values() for tried in search.tried) / len(held),
            )
        )
    return lines
