"""A comparison of what searches chose: their evaluation trials, of searches of one protocol for both sides."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from benchsuite.analysis.comparison import About, compared
from benchsuite.analysis.comparison_beyond import compared_beyond
from benchsuite.analysis.reference import reference_of
from benchsuite.analysis.test_part import right_from
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.certificates import part_sizes
from benchsuite.errors import BenchsuiteError
from benchsuite.freshness import judge_of
from benchsuite.selection import written
from benchsuite.store import DamagedRecord, Store
from benchsuite.studies.comparing import Comparing
from benchsuite.studies.comparison import contest
from benchsuite.studies.plan import tasks_of

if TYPE_CHECKING:
    from benchsuite.analysis.verdict import Verdict
    from benchsuite.damage import Damage
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.searches import Search

ALIKE = (
    "task_version", "epochs", "batch_size", "precision", "device", "engine", "lanes", "change", "tuner", "tuner_version", "budget",
    "tuning_seeds", "folds",
)  # fmt: skip
"""What the searches of both sides must share: nobody is tuned harder than the other."""


def tuned_verdict(asked: Comparing, known: Registry, instances: Mapping[str, Sequence[str]] | None = None) -> Verdict:
    """Return the verdict on two selections as searches of equal budget chose their settings.

    Args:
        asked: The options.
        known: The plugins that were found.
        instances: Task → its other instances among the tasks, each of which was tuned by itself.

    Raises:
        BenchsuiteError: If there are no such searches, or a name does not exist.
    """
    measure = TrialMeasure.named(asked.measure)
    one = contest(asked, known)
    tasks = [task.name for task in tasks_of(asked.task, asked.tier, known) if asked.task or one.kind in task.compares]
    store = Store(asked.results.resolve(), create=False)
    damaged: list[Damage] = []
    names = written(one.a, known), written(one.b, known)
    device = asked.device.partition(":")[0]
    searches = [
        search
        for search in store.searches(damaged)
        if (search.kind, search.track, search.device, search.precision)
        == (one.kind, asked.track, device, asked.precision)
        and search.task in tasks
    ]
    pairs = pairs_of(searches, *names)
    if not pairs or (asked.task and len(pairs) < len(tasks)):
        lacking = [task for task in tasks if task not in pairs]
        flag = one.kind.replace("_", "-")
        what = shlex.quote(",".join(names))
        raise BenchsuiteError(
            f"there are no searches of one budget for both {names[0]} and {names[1]} on {', '.join(lacking) or 'any task'}. "
            f"Run `benchsuite run --track {asked.track} --{flag} {what} --task {','.join(lacking)}` first."
        )
    judge = judge_of(known, store.extras)
    of_a: list[Record] = []
    of_b: list[Record] = []
    stale = 0
    edges: dict[tuple[str, str], Mapping[str, str]] = {}
    for task, (first, second) in sorted(pairs.items()):
        for held, search, name in ((of_a, first, one.names[0]), (of_b, second, one.names[1])):
            records = list(_records(store, search.evaluated))
            fresh = [record for record in records if judge(record.trial, record).counts]
            stale += len(records) - len(fresh)
            held += fresh
            if search.edges:
                edges[name, task] = search.edges
    about = About(
        one.kind, *one.names, measure, track=asked.track or "default", sizes=part_sizes(pairs, known),
        reference=reference_of(store.folder),
        right=right_from(store.extras.predicted), edges=edges, stale=stale,
    )  # fmt: skip
    return compared_beyond(of_a, of_b, about, instances) if instances else compared(of_a, of_b, about)


def pairs_of(searches: Iterable[Search], a: str, b: str) -> dict[str, tuple[Search, Search]]:
    """Return for each task the searches of both sides that were made alike, those of the largest budget.

    Args:
        searches: Of one kind.
        a: The selection of one side, as searches name it.
        b: That of the other.
    """
    held: dict[tuple[object, ...], dict[str, Search]] = {}
    for search in searches:
        if search.selection in (a, b):
            key = (search.task, *(getattr(search, name) for name in ALIKE))
            held.setdefault(key, {})[search.selection] = search
    both = [(found[a], found[b]) for found in held.values() if len(found) == 2]
    both.sort(key=lambda pair: (pair[0].budget, pair[0].id))
    return {first.task: (first, second) for first, second in both}


def _records(store: Store, ids: Sequence[str]) -> Iterable[Record]:
    for trial_id in ids:
        try:
            record = store.read(trial_id)
        except DamagedRecord:
            continue
        if record is not None:
            yield record
