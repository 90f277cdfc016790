"""The rules version: scores compare only within one, and within one version of each task.

Engine, protocol and record format are raised each for itself, when the same trial would give other numbers, when the same
numbers would give other verdicts, and when a record says other things.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from benchsuite.record import FORMAT, Record
from benchsuite.trial import ENGINE_VERSION

PROTOCOL = 1
"""Raised whenever the same records would be judged otherwise: budgets, seeds of tuning and evaluation, what a test compares."""

NAME = re.compile(r"engine(\d{1,6})-protocol(\d{1,6})-format(\d{1,6})")


@dataclass(frozen=True, order=True)
class RulesVersion:
    """The versions that decide whether two scores may be compared.

    Args:
        engine: Of the engine that gave the numbers.
        protocol: Of what makes scores and verdicts of them.
        record_format: Of the records.
    """

    engine: int
    protocol: int
    record_format: int

    @property
    def name(self) -> str:
        """One word that a folder may be named by, such as ``engine3-protocol1-format2``."""
        return f"engine{self.engine}-protocol{self.protocol}-format{self.record_format}"

    @classmethod
    def named(cls, name: str) -> RulesVersion | None:
        """Return the version that a word names; ``None`` if it names none."""
        found = NAME.fullmatch(name)
        return cls(*map(int, found.groups())) if found else None

    def differs(self, other: RulesVersion) -> str:
        """Return in words where another version differs, ours first; empty if it does not."""
        pairs = (
            ("engine", self.engine, other.engine),
            ("protocol", self.protocol, other.protocol),
            ("record format", self.record_format, other.record_format),
        )
        return ", ".join(f"{what} {ours} against {theirs}" for what, ours, theirs in pairs if ours != theirs)


def rules_now(engine: int = ENGINE_VERSION) -> RulesVersion:
    """Return the version of this benchsuite.

    Args:
        engine: The one that gave the numbers; that of today unless given.
    """
    return RulesVersion(engine, PROTOCOL, FORMAT)


def newest_rules(records: Iterable[Record]) -> tuple[int, dict[str, int]]:
    """Return the newest engine among records, and of each task of that engine the newest version: what they can be compared by.

    Args:
        records: Some; of none the engine is that of today.
    """
    held = list(records)
    engine = max((record.trial.engine for record in held), default=ENGINE_VERSION)
    tasks: dict[str, int] = {}
    for record in held:
        if record.trial.engine == engine:
            tasks[record.trial.task] = max(tasks.get(record.trial.task, 0), record.trial.task_version)
    return engine, dict(sorted(tasks.items()))
