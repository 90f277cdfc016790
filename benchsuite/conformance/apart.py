"""Trying promises in a process of their own: one that crashes, hangs or takes all memory costs only the promise in progress."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass

from benchsuite.conformance.course import it_trains
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.order import AllTaken, CheckOrder, StepBegun, StepTaken, Wanted
from benchsuite.conformance.places import own_of, place_in
from benchsuite.conformance.promises import placed
from benchsuite.conformance.step import Looked, TriedOn
from benchsuite.control_groups import usable_memory
from benchsuite.discovery import PluginSearch
from benchsuite.errors import BenchsuiteError
from benchsuite.execution.channel import Closed, Garbled
from benchsuite.execution.child import GRACE_SECONDS, START_SECONDS, Child
from benchsuite.processes import signal_name
from benchsuite.registry import Registry

SECONDS = 600.0
"""A promise may take so long: TensorFlow compiles a large model in a minute."""
LOOK_EVERY = 0.2


@dataclass(frozen=True)
class Told:
    """What came of one step of a component's or a task's course.

    Args:
        kind: Its kind.
        name: Its name.
        key: Of the step.
        looked: What came of it.
        last: Whether the course ends with it.
    """

    kind: str
    name: str
    key: str
    looked: Looked
    last: bool = False


def tried_apart(
    search: PluginSearch,
    wanted: Sequence[tuple[str, str]],
    registry: Registry,
    dear: bool = True,
    seconds: float = SECONDS,
) -> Generator[Told, None, None]:
    """Try all promises of some components and tasks; yield what comes of each step as soon as it is known.

    Args:
        search: Where plugins are looked for.
        wanted: Kind and name of each.
        registry: What was found there.
        dear: Whether dear promises are tried, which take as long as all others.
        seconds: A promise may take so long.

    Raises:
        BenchsuiteError: If no process can be started.
    """
    left = [Wanted(kind, name) for kind, name in wanted]
    while left:
        process = _Process(CheckOrder(search, tuple(left), dear, seconds, usable_memory() // 2))
        try:
            for kind, name, key, looked in process.told():
                while (left[0].kind, left[0].name) != (kind, name):
                    yield _closed(left.pop(0), registry)
                left[0] = _with(left[0], key, looked)
                yield Told(kind, name, key, looked)
            begun = process.died_in
            if begun is None:
                yield from (_closed(one, registry) for one in left)
                return
            while (left[0].kind, left[0].name) != (begun.kind, begun.name):
                yield _closed(left.pop(0), registry)
            looked = _died(process, begun, registry)
            left[0] = _with(left[0], begun.key, looked)
            yield Told(begun.kind, begun.name, begun.key, looked)
        finally:
            process.close()


def _with(wanted: Wanted, key: str, looked: Looked) -> Wanted:
    return dataclasses.replace(
        wanted,
        taken=wanted.taken | {key},
        over=wanted.over | {key} if looked.over else wanted.over,
        tried=(*wanted.tried, looked.tried) if looked.tried else wanted.tried,
    )


def _closed(wanted: Wanted, registry: Registry) -> Told:
    """Return what is told last of a course: of a component, whether it trains."""
    if wanted.kind in ("task", "claim"):
        return Told(wanted.kind, wanted.name, "end", Looked(), last=True)
    component = registry.component(wanted.kind, wanted.name)
    findings = tuple(placed(one, component) for one in it_trains(component, wanted.tried))
    return Told(wanted.kind, wanted.name, "trains", Looked(findings), last=True)


def _died(process: _Process, begun: StepBegun, registry: Registry) -> Looked:
    """Return what came of a step that ended its process."""
    component = registry.entry(begun.kind, begun.name).component
    dump = process.printed()
    place = place_in(dump, own_of(registry, component), first=True)
    finding = Finding(
        "" if begun.trains else begun.promise,
        process.how,
        dump,
        str(place or ""),
        process.cure,
        place.source if place else "",
    )
    finding = placed(finding, component)
    if begun.trains:
        return Looked((), TriedOn(begun.trains, False, finding), over=True)
    return Looked((finding,), over=True)


class _Process:
    """One process that tries promises.

    Args:
        order: What it is told.
    """

    def __init__(self, order: CheckOrder) -> None:
        self._seconds = order.seconds
        self._from = 0
        self._process = Child("benchsuite.conformance.child", order, "to try promises in")
        self._begun: StepBegun | None = None
        self._finished = False
        self.how = ""
        """How it ended, if it was not asked to."""
        self.cure = ""

    @property
    def died_in(self) -> StepBegun | None:
        """The step during which it ended; ``None`` if it took all."""
        return None if self._finished else self._begun

    def told(self) -> Iterator[tuple[str, str, str, Looked]]:
        """Yield kind, name, key of a step and what came of it, until all are taken or the process ends.

        Raises:
            BenchsuiteError: If it ends before the first step.
        """
        since = time.monotonic()
        while True:
            code = self._process.poll()
            try:
                said = self._process.receive(0 if code is not None else LOOK_EVERY)
            except (Closed, Garbled):
                self._ended(self._process.end(), time.monotonic() - since)
                return
            if isinstance(said, StepBegun):
                self._begun, since = said, time.monotonic()
                self._from = said.printed
            elif isinstance(said, StepTaken):
                since = time.monotonic()
                yield said.kind, said.name, said.key, said.looked
            elif isinstance(said, AllTaken):
                self._finished = True
                return
            elif code is not None:
                self._ended(code, time.monotonic() - since)
                return
            elif time.monotonic() - since > (self._seconds + GRACE_SECONDS if self._begun else START_SECONDS):
                self._process.end()
                self._ended(0, time.monotonic() - since)
                return

    def printed(self) -> str:
        """Return the end of what it printed since the last step began, such as where it was when it crashed."""
        return self._process.printed(self._from)

    def close(self) -> None:
        """End it with all that it has started, and forget what it printed."""
        self._process.close()

    def _ended(self, code: int, seconds: float) -> None:
        if self._begun is None:
            last = (self.printed().strip().splitlines() or [""])[-1]
            raise BenchsuiteError(
                f"the process that tries promises ended with {_said(code)} while it started. It printed last: {last}"
            )
        if seconds >= self._seconds:
            self.how = f"it did not finish within {self._seconds:g} seconds"
            self.cure = "A loop that never ends, or waits for somebody? --seconds sets the limit."
        else:
            self.how = f"it ended the process: {_said(code)}"
            self.cure = CURES.get(signal_name(-code) if code < 0 else "exit", "")


CURES = {
    "SIGSEGV": "Compiled code has a wrong address: look at what your plugin calls through ctypes or an extension module.",
    "SIGABRT": "A library gave up: its last words stand in the file of tracebacks.",
    "SIGKILL": "The system kills so when memory runs out: look for a list or an array that grows.",
    "exit": 'A plugin never calls os._exit or exit(): raise an error instead, or bs.Unsupported("why").',
}
"""How it ended → the likely mistake and its cure."""


def _said(code: int) -> str:
    return f"signal {-code} ({signal_name(-code)})" if code < 0 else f"exit code {code}"
