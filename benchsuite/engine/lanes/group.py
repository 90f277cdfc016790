"""Groups: which trials train side by side, and what each of them needs for it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from benchsuite.components import Monitor, Task
from benchsuite.engine.ending import Account
from benchsuite.engine.epochs import AfterEpoch, Course
from benchsuite.engine.keep import Keeper
from benchsuite.engine.lanes.program import LaneProgram, NoLane, Start
from benchsuite.engine.lanes.together import Lane, train_together
from benchsuite.engine.program.program import Program
from benchsuite.engine.ready import ReadyTrial
from benchsuite.engine.results import Logbook, summarize
from benchsuite.extras import Extras


class Group:
    """Trials of one program and the same data, in the order of their lanes.

    Args:
        lanes: How many trials the program trains side by side.
        extras: What to keep of each beside its record.
        after_epoch: Told of each epoch of each, if somebody listens.
    """

    def __init__(self, lanes: int, extras: Extras, after_epoch: AfterEpoch | None = None) -> None:
        self._lanes, self._extras, self._after_epoch = lanes, extras, after_epoch
        self.members: dict[int, Lane] = {}
        """Position of a trial among those that were given → its lane."""
        self._starts: list[Start] = []
        self._ready: ReadyTrial | None = None
        self._closing: list[tuple[Task, bool]] = []

    @property
    def full(self) -> bool:
        """Whether every lane is taken."""
        return len(self.members) == self._lanes

    def takes(self, ready: ReadyTrial) -> bool:
        """Say whether a trial can join those before it: it needs their program and their data."""
        first = self._ready
        return first is None or (ready.program is first.program and ready.feed is first.feed)

    def add(self, number: int, account: Account, ready: ReadyTrial, monitors: Sequence[Monitor], task: Task) -> None:
        """Give a trial the next lane, with the values that the program holds now.

        Args:
            number: Its position among those that were given.
            account: What is known of it.
            ready: It, ready.
            monitors: Of its recipe.
            task: Its task.

        Raises:
            NoLane: If its program trains one trial at a time.
        """
        program = lane_program(ready.program, self._lanes)
        self._ready = self._ready or ready
        restores = any(monitor.restores_best for monitor in monitors)
        logbook = account.logbook = Logbook(task.measures, self._lanes)
        held = partial(program.alone, len(self.members))
        keeper = account.keeper = Keeper(self._extras, ready, restores, held)
        account.lanes = self._lanes
        account.counts = not self.members  # the first began before all others, and sees all that they compile together
        self._starts.append(program.start_of(ready.plan.streams.noise_key(), ready.plan.lengths))
        self.members[number] = Lane(account, Course(ready.plan, monitors, logbook, keeper, self._after_epoch))
        self._closing.append((task, restores))

    def train(self) -> None:
        """Train all to their ends.

        Raises:
            NoLane: If the program cannot be vectorized.
            Exception: Whatever a call for all of them raises.
        """
        ready, lanes = self._ready, list(self.members.values())
        assert ready is not None
        program = lane_program(ready.program, self._lanes)
        program.begin(self._starts)
        try:
            seconds = program.compile(ready.feed, ready.plan.steps)
        except NoLane as reason:
            ready.program.lanes[self._lanes] = reason
            raise
        for lane in lanes:
            lane.account.compile_seconds = seconds / len(lanes)
            lane.account.neighbours = len(lanes)
        train_together(program, ready.feed, lanes)
        for lane, (task, restores) in zip(lanes, self._closing, strict=True):
            if lane.course.pruned:
                lane.account.stopped = lane.course.plan.trial
            elif lane.failure is None:
                with lane.guarded():
                    lane.account.results = summarize(task, lane.course.logbook, restores)
                    lane.course.keeper.take()


def lane_program(program: Program, lanes: int) -> LaneProgram:
    """Return what trains so many trials of a program at once, made at the first call.

    Raises:
        NoLane: If there is no such thing.
    """
    found: Any = program.lanes.get(lanes)
    if found is None:
        found = program.lanes[lanes] = LaneProgram(program, lanes)
    if isinstance(found, NoLane):
        raise found
    assert isinstance(found, LaneProgram)
    return found
