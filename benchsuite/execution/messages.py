"""What a worker process says to the run.

While it starts: one :class:`Importing` for each plugin of its lineage, then :class:`Ready` or :class:`NotImported`. For
each trial: :class:`Begun`, an :class:`EpochMeasured` after each epoch if that is asked for, :class:`Writing` before and after
something is written that is kept of it, then :class:`Answer`. Trials that train side by side are given at once: one
:class:`Begun`, then an :class:`Answer` for each of them, in their order.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from benchsuite.record import Ending, Values


class Starting:
    """What a worker says while it starts."""


@dataclass(frozen=True)
class Importing(Starting):
    """All that is bundled is there, and it begins to import a plugin that is not: what happens now is that plugin's doing.

    Args:
        plugin: Where it comes from.
    """

    plugin: str


@dataclass(frozen=True)
class NotImported(Starting):
    """A plugin of its lineage cannot be imported here, and it ends.

    Args:
        plugin: Where it comes from.
        reason: Why, in one line.
        traceback: The whole traceback.
    """

    plugin: str
    reason: str
    traceback: str


@dataclass(frozen=True)
class Ready(Starting):
    """It has imported what it needs.

    Args:
        problem: Why it cannot run trials, in one line; empty if it can.
        changed: What the import of the plugins of its lineage changed for everybody else in this process.
    """

    problem: str = ""
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Begun:
    """It begins what it was given."""


@dataclass(frozen=True)
class EpochMeasured:
    """An epoch of a trial was trained and measured.

    Args:
        trial: Id of the trial.
        values: ``epoch``, ``step``, ``running_loss`` and all measures.
    """

    trial: str
    values: Values


@dataclass(frozen=True)
class Writing:
    """It has trained, and writes what is to be kept: what the drive takes for that is no time of the trial's.

    Args:
        begins: Whether it begins; it has ended otherwise.
    """

    begins: bool


@dataclass(frozen=True)
class Answer:
    """A trial has ended.

    Args:
        ending: How.
        resident_bytes: The size of the process now.
        probes: What probes found; empty unless asked for.
        problem: Why what is to be kept of it cannot be written, in one line. Then this is no end of the trial: the disk
            failed, not the method, and the study ends.
        changed: What the trial left changed for the next one in this process.
        alone: Why it trained alone though its program was to train several; empty if it was not, or did.
        litter: What trials left so much of in this process that it must go, see :mod:`benchsuite.execution.litter`.
    """

    ending: Ending
    resident_bytes: int
    probes: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""
    changed: tuple[str, ...] = ()
    alone: str = ""
    litter: tuple[str, ...] = ()
