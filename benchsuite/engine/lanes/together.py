"""Trials that train side by side, from the first evaluation to the last: each ends when and how it would alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import numpy as np

from benchsuite.engine.ending import Account
from benchsuite.engine.epochs import Course
from benchsuite.engine.lanes.program import LaneProgram
from benchsuite.engine.program.feed import Feed
from benchsuite.engine.ran import Ran


@dataclass
class Lane:
    """One trial in its lane.

    Args:
        account: What is known of it.
        course: What becomes of it.
        ended: Whether it has trained to its end.
        failure: What became of it if it has failed.
    """

    account: Account
    course: Course
    ended: bool = False
    failure: Ran | None = None

    @property
    def trains(self) -> bool:
        """Whether it has neither ended nor failed."""
        return not self.ended and self.failure is None

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Let an error inside be this trial's end: its neighbours go on."""
        try:
            yield
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plugin may raise anything, SystemExit included
            self.failure = self.account.failed(error)


def train_together(program: LaneProgram, feed: Feed, lanes: Sequence[Lane]) -> None:
    """Train trials until each has ended.

    Args:
        program: Trains them, and has begun with their starting values.
        feed: Inputs and targets of all.
        lanes: The trials, from the first lane on.

    Raises:
        Exception: Whatever a call for all of them raises: nobody's failure yet.
    """
    epoch = 0
    while any(lane.trains for lane in lanes):
        if epoch:
            _train(program, feed, lanes, epoch)
        active = [(lane, number) for number, lane in enumerate(lanes) if lane.trains]
        if not active:
            return
        with ExitStack() as timing:
            for lane, _ in active:
                timing.enter_context(lane.course.logbook.evaluating(1 / len(active)))
            measured = program.evaluate(feed)
        for lane, number in active:
            with lane.guarded():
                if not lane.course.measured(epoch, measured[number]):
                    if not lane.course.pruned:
                        lane.course.keeper.ended(epoch)
                    lane.ended = True
        epoch += 1


def _train(program: LaneProgram, feed: Feed, lanes: Sequence[Lane], epoch: int) -> None:
    """Train one epoch of those that have not ended."""
    plans = {}
    for number, lane in enumerate(lanes):
        if lane.trains:
            with lane.guarded():
                plans[number] = lane.course.plan.epoch(epoch - 1)
    if not plans:
        return
    # A lane that has no trial, or one that has ended, is given the batches of another and trains nothing.
    some = next(iter(plans.values()))
    every = [plans.get(number, some) for number in range(program.lanes)]
    order, rates = (np.stack(of_all, axis=1) for of_all in zip(*every, strict=True))
    trains, bounds = np.zeros(program.lanes, bool), np.full(program.lanes, np.inf)
    for number in plans:
        trains[number], bounds[number] = True, lanes[number].course.bound
    done = lanes[next(iter(plans))].course.logbook.steps
    with ExitStack() as timing:
        for number in plans:
            timing.enter_context(lanes[number].course.logbook.training(1 / len(plans)))
        ends = program.train(feed, order, rates, done, trains, bounds)
    for number in plans:
        with lanes[number].guarded():
            lanes[number].course.trained(
                int(ends.steps[number]), float(ends.running_loss[number]), float(ends.last_loss[number])
            )
