"""Whether stored results may stand beside those of now: the rules they were made by, and the code."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from benchsuite.bundle.manifest import BundleRules
from benchsuite.record import Record
from benchsuite.registry import Registry
from benchsuite.rules import rules_now
from benchsuite.trial import Trial

MOST_NAMED = 5


def other_rules(rules: BundleRules, tasks: Iterable[str], known: Registry) -> str:
    """Return which rules of stored results are not those of now, in words; empty if none.

    Args:
        rules: Theirs.
        tasks: Those that are compared.
        known: The plugins that were found.
    """
    if found := rules_now().differs(rules.version):
        return f"they follow other rules ({found}, here against there)"
    other = [
        f"task {name} has version {known.task(name).version} here against {rules.tasks[name]}"
        for name in sorted(set(tasks))
        if name in rules.tasks and rules.tasks[name] != known.task(name).version
    ]
    return f"they are of other tasks ({', '.join(other)})" if other else ""


def other_code(
    records: Iterable[Record],
    fingerprints: Callable[[Trial], Mapping[str, str]],
    data: Callable[[str], str | None],
) -> str:
    """Return what of the code or data that made records is other now, in words; empty if nothing.

    Args:
        records: Stored ones.
        fingerprints: Returns ``kind:name`` → hash of the source code now, for what a trial uses and is known.
        data: Returns the checksum of a task's data now; ``None`` if nobody can say.
    """
    changed = set()
    known: dict[tuple[str, str], Mapping[str, str]] = {}
    for record in records:
        trial, had = record.trial, record.fingerprints
        key = trial.task, trial.recipe.text
        now = known[key] if key in known else known.setdefault(key, fingerprints(trial))
        changed |= {name.replace(":", " ") for name, value in now.items() if had.get(name) != value}
        if "data" in had and data(trial.task) not in (None, had["data"]):
            changed.add(f"the data of task {trial.task}")
    if not changed:
        return ""
    listed = sorted(changed)
    more = f" and {len(listed) - MOST_NAMED} more" if len(listed) > MOST_NAMED else ""
    return f"what made them changed since: {', '.join(listed[:MOST_NAMED])}{more}"
