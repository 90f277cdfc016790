"""Workers on the nodes of a cluster: cells go there, events come back, and what a node takes with it runs again elsewhere.

One thread does all of it, that of whoever reads the events. Nothing is written by a node: what has not come back by the time
a node goes never happened, so no trial can have two records.
"""

from __future__ import annotations

import re
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from benchsuite.engine.numerics import numerics
from benchsuite.errors import BenchsuiteError, cannot_write
from benchsuite.execution.interface import Cell, Event, Finished, Noticed, Options, Placed, Spread, Started
from benchsuite.execution.log import LogFile
from benchsuite.execution.ray.agreement import compared
from benchsuite.execution.ray.cluster import Cluster, Lost, Node, Share
from benchsuite.execution.ray.facts import CODE
from benchsuite.execution.ray.luggage import packed
from benchsuite.execution.ray.nodes import Nodes
from benchsuite.execution.ray.seat import NodeEvent, NodeEvents
from benchsuite.execution.starting import KILLS_BELIEVED
from benchsuite.execution.waiting import Waiting
from benchsuite.files import extra_file
from benchsuite.folder import Folder
from benchsuite.outcomes import Outcome
from benchsuite.provenance import fingerprints
from benchsuite.record import Costs, Ending, Environment, Failure, Results
from benchsuite.registry import Registry
from benchsuite.trial import Trial

LOOK_SECONDS = 2.0
"""Between two looks at which nodes there are."""
EVENTS_SECONDS = 2.0
"""A node answers after so long though nothing has happened."""
FREE_SECONDS = 60.0
"""So long may all processors of the cluster be taken by others before that is said."""
PENDING_SECONDS = 20.0
"""A worker that waits longer for a free processor keeps no other one from being begun elsewhere."""
END_SECONDS = 4.0


@dataclass
class Seat:
    """A worker on a node, as the driver sees it.

    Args:
        number: Of the worker.
        node: Where it is.
        actor: What stands for it.
        since: When it was begun.
        asked: What stands for the answer that it owes; ``None`` while nothing is asked of it.
    """

    number: int
    node: Node
    actor: Any
    since: float = 0.0
    asked: Any = None
    ready: bool = False
    cell: Cell | None = None
    left: dict[str, Trial] = field(default_factory=dict)
    """Trials of its cell that have not ended."""
    begun: set[str] = field(default_factory=set)
    """Those of them that it has begun."""


class RayExecutor:
    """Runs cells on a cluster, each worker a process of its own on some node.

    Args:
        options: What workers are told, and how they are spread.
        registry: The plugins that were found.
        cluster: Of Ray.

    Raises:
        BenchsuiteError: If a node differs from this machine in what decides numbers, or files cannot travel.
    """

    def __init__(self, options: Options, registry: Registry, cluster: Cluster) -> None:
        self._options, self._registry, self._cluster = options, registry, cluster
        spread = options.spread or Spread("ray")
        self._most, self._per_gpu = spread.most, spread.per_gpu
        self._share = Share(1.0, 1.0 / spread.per_gpu if options.device.startswith("gpu") else 0.0)
        self._luggage = packed(options.plugins, registry)
        self._nodes = Nodes(
            cluster, self._share, compared(registry), numerics("cpu").fingerprint if options.device == "cpu" else ""
        )
        self._waiting = Waiting(options.workers)
        self._queued = self._open = self._numbers = 0
        self._seats: dict[int, Seat] = {}
        self._killed: Counter[str] = Counter()
        self._heard: deque[Event] = deque()
        """What has come back and was not yielded yet."""
        self._told_of: set[str] = set()
        self._begun = self._looked = 0.0
        self._logs: dict[int, LogFile] = {}

    def submit(self, cell: Cell) -> None:
        """Take a cell; see :class:`~benchsuite.execution.interface.Executor`."""
        self._open += len(cell.trials)
        self._put(cell)

    def events(self) -> Iterator[Event]:
        """Yield what happens in the order in which it comes back; before that, what does not travel."""
        self._begun = time.monotonic()
        for line in self._luggage.stays if self._open else ():
            if line not in self._told_of:
                self._told_of.add(line)
                yield Noticed(line)
        while self._open:
            failed: BenchsuiteError | None = None
            try:
                for event in self._round():
                    self._heard.append(event)
            except BenchsuiteError as error:  # what has come back until then counts
                failed = error
            while self._heard:
                yield self._heard.popleft()
            if failed is not None:
                raise failed
        yield from self._nodes.say_gone(at_once=True)

    def more(self) -> bool:
        """Say whether another event has come back already; see :class:`~benchsuite.execution.interface.KnowsMore`."""
        return bool(self._heard)

    def rest(self) -> Iterator[Finished]:
        """Stop all workers; what had come back until then still counts, see
        :class:`~benchsuite.execution.interface.KeepsRest`."""
        self.close()
        while self._heard:
            event = self._heard.popleft()
            if isinstance(event, Finished):
                yield event

    def _round(self) -> Iterator[Event]:
        """See to nodes, workers and cells, and take the answers that have come, all of them together."""
        yield from self._look()
        yield from self._place()
        self._feed()
        owed = {seat.asked: seat for seat in self._seats.values() if seat.asked is not None}
        come = self._cluster.come(list(owed), 0.2)  # never for ever: Ctrl-C must get through
        if not owed:
            time.sleep(0.2)
        for asked in come:
            yield from self._hear(owed[asked], asked)
        yield from self._nodes.say_gone()

    def close(self) -> None:
        """Stop all workers."""
        self._waiting.close()
        ending = [self._cluster.call(seat.actor, "end") for seat in self._seats.values()]
        until = time.monotonic() + END_SECONDS
        with suppress(Lost):
            while ending and time.monotonic() < until:
                done = self._cluster.come(ending, 0.2)
                ending = [each for each in ending if each not in done]
        for seat in self._seats.values():
            self._cluster.kill(seat.actor)
        self._seats.clear()
        for log in self._logs.values():
            log.close()
        self._logs.clear()

    # Nodes

    def _look(self) -> Iterator[Event]:
        """See which nodes have come and gone; a new one is asked what it has, and left out if it differs."""
        now = time.monotonic()
        if now - self._looked < LOOK_SECONDS:
            return
        self._looked = now
        waiting = bool(self._seats) and not any(seat.ready for seat in self._seats.values())
        if waiting and now - self._begun > FREE_SECONDS and "free" not in self._told_of:
            self._told_of.add("free")
            yield Noticed(
                "no processor of the cluster is free, others use all of them: waiting. `ray status` shows who"
            )
        for change in self._nodes.changes():
            if isinstance(change, Node):
                yield from self._clear(change)
            else:
                yield change

    def _clear(self, node: Node) -> Iterator[Event]:
        """Lose all workers of a node."""
        for seat in [seat for seat in self._seats.values() if seat.node.id == node.id]:
            yield from self._lose(seat)

    def _leave_out(self, node: Node, why: str) -> Iterator[Event]:
        """Let a node have no workers, as long as another one is left."""
        said = self._nodes.leave_out(node, why)
        yield from self._clear(node)
        yield said

    # Workers

    def _place(self) -> Iterator[Event]:
        """Have as many workers as there is work for, on the nodes with the fewest of them first."""
        now = time.monotonic()
        while self._at_work(now) < self._waiting.claimed and (self._most is None or len(self._seats) < self._most):
            node = self._nodes.freest(Counter(seat.node.id for seat in self._seats.values()))
            if node is None:
                return
            number = self._numbers
            self._numbers += 1
            actor = self._cluster.seat(node, self._share, self._options_on(node), number, self._luggage)
            seat = Seat(number, node, actor, now)
            seat.asked = self._cluster.call(actor, "ready")
            self._seats[number] = seat
            yield Placed(number, node.name)

    def _at_work(self, now: float) -> int:
        """Return how many workers there are, without those that have waited long for a processor which others use."""
        return sum(seat.ready or now - seat.since < PENDING_SECONDS for seat in self._seats.values())

    def _options_on(self, node: Node) -> Options:
        """Tell a worker with how many others it shares its GPU, or its node."""
        workers = self._per_gpu if self._share.gpus else min(self._share.fit(node), self._most or self._share.fit(node))
        return replace(self._options, workers=workers)

    def _feed(self) -> None:
        """Give a cell to each worker that has none."""
        for seat in self._seats.values():
            if not self._queued:
                return
            if seat.ready and seat.cell is None:
                cell = self._waiting.take(seat.number)
                assert cell is not None
                self._queued -= 1
                seat.cell = cell
                seat.left = {trial.id: trial for trial in cell.trials}
                self._cluster.call(seat.actor, "submit", cell, self._weights_for(cell))
                seat.asked = self._cluster.call(seat.actor, "events", EVENTS_SECONDS)

    def _put(self, cell: Cell) -> None:
        self._waiting.put(cell)
        self._queued += 1

    def _weights_for(self, cell: Cell) -> dict[str, bytes]:
        """Return the stored weights of this folder that a hyperparameter of these trials names by the trial that stored them."""
        folder = Path(self._options.weights)
        found = {}
        for trial in cell.trials:
            for _, settings in trial.recipe.settings:
                for value in (value for setting in settings for _, value in setting.hyperparameters.items()):
                    if isinstance(value, str) and re.fullmatch(r"[0-9a-f]{8,64}", value) and value not in found:
                        with suppress(OSError):  # it has none: the trial says so
                            found[value] = extra_file(folder, value).read_bytes()
        return found

    # Events

    def _hear(self, seat: Seat, asked: Any) -> Iterator[Event]:
        """Take an answer, ask for the next one, and yield what it says."""
        if self._seats.get(seat.number) is not seat:  # its node has gone meanwhile
            return
        seat.asked = None
        try:
            answer = self._cluster.answer(asked)
        except Lost as why:
            yield from self._lose(seat, str(why))
            return
        if not isinstance(answer, NodeEvents):
            rounding, code = answer
            if code != self._nodes.code:  # somebody installs another one while this runs
                yield from self._fail(seat, BenchsuiteError(f"{CODE} was changed there since this command began"))
                return
            seat.ready = True
            yield from self._nodes.tell_rounding(seat.node, rounding)
            return
        self._print(seat, answer.printed)
        failed = next((told.event for told in answer.told if isinstance(told.event, Exception)), None)
        found: list[Event] = []
        try:
            for told in answer.told:
                found += self._tell(seat, told)
        except BenchsuiteError:
            yield from found
            raise
        if failed is not None:
            yield from found
            yield from self._fail(seat, failed)
            return
        if seat.left:
            seat.asked = self._cluster.call(seat.actor, "events", EVENTS_SECONDS)
        else:
            seat.cell = None
            self._waiting.done()
            self._feed()  # it has its next cell before the records of this one are written
        yield from found

    def _tell(self, seat: Seat, told: NodeEvent) -> Iterator[Event]:
        event = told.event
        if isinstance(event, Exception):
            return
        if isinstance(event, Noticed):
            if event.text not in self._told_of:  # each worker of the cluster would say it once
                self._told_of.add(event.text)
                yield event
            return
        if isinstance(event, Started):
            seat.begun.add(event.trial.id)
        elif isinstance(event, Finished):
            self._refuse_other_code(seat.node, event)
            self._keep(told.files)
            self._ended(seat, event.trial)
            self._nodes.keeps_workers(seat.node)
        yield event

    def _ended(self, seat: Seat, trial: Trial) -> None:
        seat.left.pop(trial.id, None)
        seat.begun.discard(trial.id)
        self._killed.pop(trial.id, None)
        self._open -= 1

    def _fail(self, seat: Seat, error: Exception) -> Iterator[Event]:
        """Do without a node on which workers cannot work; where there is no other one, the study ends."""
        if not isinstance(error, BenchsuiteError):
            raise error
        if self._nodes.only_one:
            raise BenchsuiteError(f"on the node {seat.node.name}: {error}")
        yield from self._leave_out(seat.node, str(error))

    def _lose(self, seat: Seat, why: str = "") -> Iterator[Event]:
        """Have what a worker took with it run again: the trials of its cell that had not ended, and none that had."""
        self._seats.pop(seat.number, None)
        self._cluster.kill(seat.actor)
        node = seat.node
        self._nodes.lost_worker(node)
        yield Placed(seat.number, "")
        if log := self._logs.pop(seat.number, None):
            log.close()
        if seat.cell is not None:
            for trial in list(seat.left.values()):
                if trial.id not in seat.begun:
                    continue
                self._killed[trial.id] += 1
                if self._killed[trial.id] >= KILLS_BELIEVED:
                    reason = f"the worker's actor or its node went {KILLS_BELIEVED} times in a row{f': {why}' if why else ''}"
                    self._ended(seat, trial)
                    yield Finished(trial, seat.number, self._lost_ending(seat, reason))
            rest = tuple(trial for trial in seat.cell.trials if trial.id in seat.left)
            if rest:
                self._put(
                    replace(seat.cell, trials=rest, seconds=seat.cell.seconds * len(rest) / len(seat.cell.trials))
                )
            self._waiting.done()
            self._nodes.took(node, len(rest))
        if what := self._nodes.keeps_none(node, why):
            if self._nodes.only_one:
                raise BenchsuiteError(
                    f"the node {node.name}, the only one, cannot keep a worker: {what}. Every record is whole. "
                    "Look at `ray status` and at Ray's own logs, and run the same command again."
                )
            yield from self._leave_out(node, what)

    def _lost_ending(self, seat: Seat, reason: str) -> Ending:
        return Ending(
            outcome=Outcome.CRASHED,
            reason=reason,
            results=Results(failure=Failure(step=None, traceback="")),
            costs=Costs(wall_seconds=0.0),
            environment=Environment(worker=seat.number, device=self._options.device),
        )

    def _refuse_other_code(self, node: Node, event: Finished) -> None:
        """Take no trial of other code than this machine has: its record would be stale at once."""
        there = event.ending.fingerprints
        if not any(name.startswith("task:") for name in there):
            return
        here = fingerprints(event.trial, self._registry)
        other = sorted(name for name in here if there.get(name) != here[name])
        if other:
            raise BenchsuiteError(
                f"the node {node.name} ran other code than is here, of {', '.join(other[:3])}. Its trial was not kept. "
                "Install the same there, and run the same command again."
            )

    def _keep(self, files: Mapping[str, bytes]) -> None:
        """Write what a trial has left beside its record, unless it is there: all of it or nothing."""
        folder = Folder(Path(self._options.weights).parent, self._options.results)
        written: list[str] = []
        try:
            for name, content in files.items():
                if not (folder.path / name).is_file():
                    folder.write(name, content)
                    written.append(name)
        except OSError as error:
            for done in written:
                with suppress(OSError):
                    folder.remove(done)
            raise cannot_write(folder.path / name, error) from None

    def _print(self, seat: Seat, printed: bytes) -> None:
        """Add what a worker printed to its log here; a log that cannot be written costs what was to be written."""
        if not printed:
            return
        if seat.number not in self._logs:
            try:
                self._logs[seat.number] = LogFile(self._options.log(seat.number), self._options.results)
            except OSError:
                return
        self._logs[seat.number].write(printed)
