"""From the records of two selections on several instances of tasks to a verdict, and whether it holds beyond the published ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from benchsuite.analysis.beyond_instance import beyond_instance, judged_instances
from benchsuite.analysis.comparison import About, compared_sides
from benchsuite.analysis.two_sides import TwoSides, two_sides
from benchsuite.analysis.verdict import Verdict
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record


def compared_beyond(
    a: Iterable[Record], b: Iterable[Record], about: About, instances: Mapping[str, Sequence[str]]
) -> Verdict:
    """Return the verdict on the published instances, and for each what its other instances say of it.

    Args:
        a: The records of A: of evaluation seeds, all of which count.
        b: The records of B.
        about: What is known of them.
        instances: Task → the names of its other instances; of a task that has none nothing is said.

    Raises:
        BenchsuiteError: If no published instance has both.
    """
    others = {name for names in instances.values() for name in names}
    of_a, of_b = list(a), list(b)
    sides = two_sides(of_a, of_b, about.measure, about.sizes, about.right)
    published = [one for one in sides if name_of(one) not in others]
    if not published:
        raise BenchsuiteError(
            f"no published instance has records of both {about.a} and {about.b}: there is no verdict that could hold beyond it."
        )
    records = [record for record in (*of_a, *of_b) if record.trial.task not in others]
    verdict = compared_sides(published, records, about)
    by_name = {name_of(one): one for one in sides}
    beyond = []
    for one, task in zip(published, verdict.tasks, strict=True):
        held = [by_name[name] for name in instances.get(name_of(one), ()) if name in by_name]
        if held:
            judged = judged_instances(held, a=about.a, b=about.b, kind=about.kind)
            beyond.append(beyond_instance(name_of(one), task, judged))
    return replace(verdict, beyond=tuple(beyond))


def name_of(sides: TwoSides) -> str:
    """Return the name of the task, whatever its label says of a budget."""
    return sides.column.task if sides.column else sides.task
