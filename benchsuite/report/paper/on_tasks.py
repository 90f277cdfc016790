"""What a methods section says of the tasks: which they are, what of them is fixed, how their data are divided."""

from __future__ import annotations

from collections.abc import Iterator

from benchsuite.report.paper.facts import BoardFacts, PaperFacts, and_joined, grouped, listed, tables_of
from benchsuite.report.paper.known_works import benchsuite_itself
from benchsuite.report.paper.works import Bibliography
from benchsuite.report.tables.latex import escaped
from benchsuite.report.tables.numbers import count_of


def tasks(facts: PaperFacts, bibliography: Bibliography) -> Iterator[str]:
    """Say what was compared on which tasks."""
    itself = bibliography.cite([benchsuite_itself(facts.declared.version, facts.declared.home)])
    held = and_joined([f"{_settings(one, first=not at)} ({one.table})" for at, one in enumerate(facts.boards)])
    count = len(facts.tasks)
    yield (
        f"With benchsuite{itself} we compared {held} on {count_of(count, 'task')} (Table~\\ref{{tab:tasks}})"
        f"{': ' + listed(facts.tasks) if 1 < count <= 12 else ''}."
    )
    yield from _twins(facts)
    yield (
        "A task fixes its data, network, loss, batch size, number of epochs and the component of every kind that is not compared: "
        "within a table two rows differ in what the table compares, and in nothing else"
        + (", except for the settings that their searches chose." if any(one.searches for one in facts.boards) else ".")
    )
    yield from _changed(facts)
    yield from _budgets(facts)
    yield from _division(facts)


def _twins(facts: PaperFacts) -> Iterator[str]:
    """Say which components have no row of their own, since they are the same method as another."""
    twins = sorted({label for one in facts.boards for row in one.board.rows for label, _ in row.twins})
    if twins:
        entries = [entry for one in facts.boards for row in one.board.rows for entry in row.entries if entry]
        shown = {id for entry in entries for seed in entry.seeds for id in seed.ids}
        behind = {record.id for one in facts.boards for held in one.merged for record in held.records} - shown
        yield (
            f"{listed(twins, 8)} {'is' if len(twins) == 1 else 'are'} in the row of another component: one says that both are the same "
            "method, and the results show it, so that both count once in the ranks"
            + (
                f"; {count_of(len(behind), 'training')} of evaluation {'was' if len(behind) == 1 else 'were'} made for such rows beyond "
                "those whose values the tables show."
                if behind
                else "."
            )
        )


def _changed(facts: PaperFacts) -> Iterator[str]:
    for change, boards in grouped(facts.boards, lambda one: one.board.change).items():
        if change:
            yield f"In {tables_of(boards)} the tasks' own baseline was changed: {escaped(change)}."


def _budgets(facts: PaperFacts) -> Iterator[str]:
    """Say of tasks that stand in a table with several budgets what tells their columns apart."""
    for one in facts.boards:
        for task, heads in grouped(one.board.columns, lambda head: head.column.task).items():
            if len(heads) > 1:
                budgets = sorted({head.column.epochs for head in heads})
                if len(budgets) > 1:
                    told = f"for {listed(budgets)} epochs"
                    yield f"In {one.table}, {escaped(task)} was trained {told}, each budget being a column of its own."


def _division(facts: PaperFacts) -> Iterator[str]:
    folds = grouped([column for column in facts.columns if column.folds], lambda column: column.folds)
    for count, columns in sorted(folds.items()):
        names = listed(sorted({column.task for column in columns}))
        yield (
            f"On {names} results are those of a {count}-fold cross-validation: of each seed the mean over its folds, all of which must "
            "have been trained."
        )
    if all(column.folds for column in facts.columns):
        return
    sizes = facts.contents.parts.sizes if facts.contents.parts else {}
    known = sum(task in sizes for task in facts.tasks)
    told = (
        ""
        if not known
        else f" (sizes in Table~\\ref{{tab:tasks}}{'' if known == len(facts.tasks) else ', where known'})"
    )
    start = "On the other tasks, examples are divided" if folds else "Where a task has examples, they are divided"
    yield (
        f"{start} once into a training, a validation and a test part{told}. Preprocessing is fitted on the training part alone; what is "
        "chosen within a training, such as its best epoch, is chosen on the validation part."
    )


def _settings(one: BoardFacts, *, first: bool) -> str:
    """Return how many rows a table has, in words: of the first one with what they are."""
    count = len(one.board.rows)
    track = one.board.protocol.track
    how = "" if track == "default" else f", {track.replace('_', '-')}"
    return f"{count_of(count, 'setting') if first else count} of the {one.noun}{how}"
