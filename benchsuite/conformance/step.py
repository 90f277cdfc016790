"""A promise as it is tried: one step of a course, and what came of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from benchsuite.components import Component, Task
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.trying import Trying


@dataclass(frozen=True)
class TriedOn:
    """What came of training a component on one tiny task.

    Args:
        task: The task's name.
        trained: Whether it trained to the end.
        finding: Why it did not, where it did not.
    """

    task: str
    trained: bool
    finding: Finding = field(default_factory=lambda: Finding(""))


@dataclass(frozen=True)
class Looked:
    """What came of a step.

    Args:
        findings: What became of its promises; none where it had nothing to look at.
        tried: Where the step is to train a tiny task: what came of it.
        over: Whether what needs this step has nothing to look at.
    """

    findings: tuple[Finding, ...] = ()
    tried: TriedOn | None = None
    over: bool = False


@dataclass(frozen=True)
class PromiseStep:
    """One step.

    Args:
        key: Names it within the course, such as ``saved:tiny_classes``.
        promise: What it tries, in words: for the finding where it raises, or ends its process.
        look: Tries it.
        trains: The tiny task that the step is to train; empty for any other.
        needs: The key of a step without which this one has nothing to look at.
        about: The author's function that it is about; what makes the component unless given.
        apart: Whether it starts a process of its own: ``benchsuite check`` and ``benchsuite.testing`` take such steps, and
            :func:`~benchsuite.conformance.checked` does not.
    """

    key: str
    promise: str
    look: Callable[[], Looked]
    trains: str = ""
    needs: str = ""
    about: Any = None
    apart: bool = False


@dataclass(frozen=True)
class OnATask:
    """A promise that is tried on every tiny task on which the component trains.

    Args:
        name: Of the promise, an identifier.
        words: The promise, in words.
        look: Tries it; ``None`` where it is none for this component.
        once: Whether it says the same whatever task was trained: it is tried on the first alone.
        dear: Whether it takes as long as all the rest: it is tried on the first task alone, and only where that is asked for.
        apart: Whether it starts a process of its own.
        kinds: Of components that it is a promise of; all unless given.
    """

    name: str
    words: str
    look: Callable[[Trying], Finding | list[Finding] | None]
    once: bool = False
    dear: bool = False
    apart: bool = False
    kinds: tuple[str, ...] = ()

    def concerns(self, component: Component | Task) -> bool:
        """Whether it is a promise of a component."""
        return not self.kinds or component.kind in self.kinds


def listed(found: Finding | list[Finding] | None) -> tuple[Finding, ...]:
    """Return findings as a tuple."""
    if found is None:
        return ()
    return tuple(found) if isinstance(found, list) else (found,)
