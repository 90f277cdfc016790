"""What a methods section says of hyperparameters: how they were chosen on each track, by whom, from what, at which price."""

from __future__ import annotations

from collections.abc import Iterator

from benchsuite.analysis import Protocol
from benchsuite.recipe import Setting
from benchsuite.report.paper.facts import BoardFacts, PaperFacts, and_joined, grouped, listed, tables_of
from benchsuite.report.paper.known_works import OPTUNA
from benchsuite.report.paper.works import Bibliography, works_in
from benchsuite.report.tables.latex import escaped
from benchsuite.report.tables.numbers import count_of, whole

OF_OPTUNA = ("tpe", "gp")
MOST_NAMED = 8
"""Rows that a sentence names."""


def hyperparameters(facts: PaperFacts, bibliography: Bibliography) -> Iterator[str]:
    """Say how hyperparameters were chosen."""
    for protocol, boards in grouped(facts.boards, lambda one: one.board.protocol).items():
        tables = tables_of(boards)
        if protocol.track == "default":
            yield from _default(facts, boards, tables)
        elif not protocol.budget:
            yield (
                f"In {tables}, every method chooses its own hyperparameters while it trains: nothing was searched for it, and it had as "
                "many epochs as all others."
            )
        else:
            yield from _tuned(facts, bibliography, protocol, boards, tables)


def _default(facts: PaperFacts, boards: list[BoardFacts], tables: str) -> Iterator[str]:
    """Say which rows have other settings than those that are declared."""
    settings = {
        setting: row.label
        for one in boards
        for row in one.board.rows
        for settings in (row.settings, *row.of)
        for setting in settings
    }
    known = {one: facts.declared.defaults.get((one.kind, one.name)) for one in settings}
    own = sorted({settings[one] for one, default in known.items() if default is not None and _differs(one, default)})
    unknown = sorted({one.name for one, default in known.items() if default is None})
    yield f"In {tables}, nothing was searched."
    if not unknown:
        yield "Hyperparameters are the declared defaults" + (
            f", except in {count_of(len(own), 'row')} ({listed(own, MOST_NAMED)}), whose values were given by hand or by a task's baseline."
            if own
            else "."
        )
    else:
        yield (
            f"Hyperparameters are as declared or as given by hand; what {listed(unknown, MOST_NAMED)} "
            f"{'declares' if len(unknown) == 1 else 'declare'} was not known when this text was written."
        )


def _differs(setting: Setting, default: object) -> bool:
    return setting.hyperparameters != default


def _tuned(
    facts: PaperFacts, bibliography: Bibliography, protocol: Protocol, boards: list[BoardFacts], tables: str
) -> Iterator[str]:
    name = protocol.tuner.partition("[")[0]
    works = works_in(facts.declared.references.get(("tuner", name), ""))
    cite = bibliography.cite([*works, *([OPTUNA] if name in OF_OPTUNA else [])])
    each = _each(protocol)
    searches = [search for one in boards for search in one.searches.values()]
    yield (
        f"In {tables}, every row was tuned on every task by a search of its own, {count_of(len(searches), 'search', 'searches')} in all, "
        f"with an equal budget of {count_of(protocol.budget, 'training')}{each}, the declared default being the first of them and the "
        f"others proposed by {escaped(protocol.tuner)}{cite} or reserved for looking beyond an edge and near the best setting "
        "(ranges in Table~\\ref{tab:spaces}, chosen settings in Table~\\ref{tab:settings})."
    )
    if protocol.knobs:
        yield f"Of each task {listed(protocol.knobs)} {'was' if len(protocol.knobs) == 1 else 'were'} searched as well."
    spent = sorted({search.spent for search in searches})
    if spent and (spent[0] != protocol.budget or spent[-1] != protocol.budget):
        yield (
            f"The searches spent {_span(spent)} trainings each, where what was stopped early counts as its share."
            if spent[0] != spent[-1]
            else f"Each search spent {_number(spent[0])} trainings."
        )
    for rule in sorted({search.rule for search in searches if search.rule}):
        yield f"Of the settings one rule chose: {escaped(rule)}."
    if protocol.folds:
        yield (
            f"Each setting was validated by {protocol.folds}-fold cross-validation of all that does not test, and the chosen one was "
            "trained on all of these."
        )
    yield from _apart(boards)
    edges = sum(bool(search.edges) for search in searches)
    widened = sum(bool(search.widened) for search in searches)
    if edges or widened:
        yield (
            f"In {count_of(widened, 'search', 'searches')} a range was widened, and in {count_of(edges, 'search', 'searches')} the chosen "
            "setting lies at an edge of what was searched, so that the row may be undertuned."
        )
    yield from _without(boards)


def _without(boards: list[BoardFacts]) -> Iterator[str]:
    """Say in how many searches no setting could be chosen, and what stands in the table then."""
    without = [
        (one, search) for one in boards for search in one.searches.values() if search.chosen is None and search.searched
    ]
    unsupported = sum(one.unsupported(search) for one, search in without)
    if unsupported:
        yield (
            f"In {count_of(unsupported, 'search', 'searches')} no setting could be chosen, since the component cannot be applied to the "
            "task: such an entry has no value, and enters no statistic."
        )
    failed = [(one, search) for one, search in without if not one.unsupported(search)]
    judged = sum(bool(search.evaluated) for _, search in failed)
    if judged:
        yield (
            f"In {count_of(judged, 'search', 'searches')} no setting could be chosen, since none gave a number: the declared default was "
            "evaluated in its place."
        )
    if lost := len(failed) - judged:
        yield (
            f"In {count_of(lost, 'search', 'searches')} no setting could be chosen, since none gave a number, and nothing was evaluated: "
            "such an entry counts as failed."
        )


def _each(protocol: Protocol) -> str:
    parts = [f"{protocol.seeds} seeds"] * (protocol.seeds > 1) + [f"{protocol.folds} folds"] * bool(protocol.folds)
    return f", each with {and_joined(parts)}" if parts else ""


def _apart(boards: list[BoardFacts]) -> Iterator[str]:
    """Say whether the seeds that chose are others than those that evaluate: of the records that there are."""
    chose = {record.trial.seed for one in boards for record in one.tuning}
    judged = {record.trial.seed for one in boards for record in one.records}
    if not chose or not judged:
        return
    both = chose & judged
    if both:
        yield f"Beware: {count_of(len(both), 'seed')} both chose settings and evaluated them."
    else:
        yield (
            f"The chosen setting was then trained afresh: none of the {count_of(len(judged), 'seed')} of evaluation is "
            f"{'the one' if len(chose) == 1 else f'among the {len(chose)}'} that settings were chosen with, and no search sees a test part."
            if len(judged) > 1
            else "The chosen setting was then trained afresh with a seed that no setting was chosen with, and no search sees a test part."
        )


def _span(values: list[float]) -> str:
    return f"from {_number(values[0])} to {_number(values[-1])}"


def _number(value: float) -> str:
    return whole(value) if float(value).is_integer() else f"{value:.1f}"
