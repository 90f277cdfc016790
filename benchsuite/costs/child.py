"""What happens inside the measuring process: programs are made and warmed, then all take turns, one thread on one device."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np

from benchsuite.components import Task
from benchsuite.costs.request import Contest, Contestant, Order
from benchsuite.costs.runner import Runner
from benchsuite.costs.said import AllTimed, ContestTimed, Preparing, Refused, Timed
from benchsuite.costs.standard import standard
from benchsuite.engine.session import Session
from benchsuite.errors import BenchsuiteError
from benchsuite.processes import connected
from benchsuite.registry import Registry, load_registry
from benchsuite.text import reason_of
from benchsuite.trial import Trial

TURN_SECONDS = 0.05
"""The yardstick's turn takes so long where nobody says how many steps a turn has: a call costs less than a hundredth of it."""
FEWEST_STEPS, MOST_STEPS = 4, 2_000
TRIED_STEPS = 16
WARM_TURNS = 2


def serve(descriptor: int) -> None:
    """Measure what comes through a pipe, and tell what came of it.

    Args:
        descriptor: Of this end of the pipe.
    """
    connection = connected(descriptor)
    order: Order = connection.recv()
    try:
        for course in _courses(order, connection.send):
            connection.send(course)
    except BenchsuiteError as error:
        connection.send(Refused(str(error)))
        return
    connection.send(AllTimed())


def _courses(order: Order, tell: Callable[[Any], None]) -> Any:
    from benchsuite.engine.device import Device, configure

    device = Device.parse(order.device).of_worker(0)
    configure(device)
    registry = load_registry(order.plugins)
    for contest in order.contests:
        yield Measuring(order, contest, registry, device.kind).course(tell)


class Measuring:
    """One contest.

    Args:
        order: What is asked.
        contest: The contest.
        registry: Where components are looked up.
        device: ``cpu`` or ``gpu``.
    """

    def __init__(self, order: Order, contest: Contest, registry: Registry, device: str) -> None:
        self._order, self._contest, self._registry, self._device = order, contest, registry, device
        self._task: Task = standard() if contest.task is None else registry.task(contest.task)
        self._session = Session(registry, lambda _: self._task)
        self._holders: dict[int, Runner] = {}
        """Whose values and state a program has; there is none in one that was only warmed."""

    def course(self, tell: Callable[[Any], None]) -> ContestTimed:
        """Time all contestants in turns.

        Args:
            tell: Is told which one is being prepared.

        Raises:
            BenchsuiteError: If the yardstick cannot be timed.
        """
        steps = self._order.steps
        runners: list[Runner] = []
        failed: dict[str, str] = {}
        for number, who in enumerate(self._contest.contestants):
            tell(Preparing(self._contest.title, number, len(self._contest.contestants), who.label))
            try:
                if steps is None:
                    steps = self._steps(who)
                runners.append(self._runner(who, steps))
            except Exception as error:  # a plugin may raise anything
                failed[who.label] = reason_of(error)
                if number == 0:
                    raise BenchsuiteError(
                        f"{who.label} cannot be timed on {self._contest.title}: {failed[who.label]}. "
                        "Name another yardstick with --against."
                    ) from None
        tell(Preparing(self._contest.title, len(self._contest.contestants), len(self._contest.contestants), ""))
        begun, processor = time.perf_counter(), time.process_time()
        for _ in range(self._order.rounds):
            # All in turns, so that whatever else the machine does hits them alike.
            for runner in [one for one in runners if one.who.label not in failed]:
                try:
                    runner.seconds.append(self._turn(runner))
                except Exception as error:
                    failed[runner.who.label] = reason_of(error)
        share = (time.process_time() - processor) / (time.perf_counter() - begun)
        if (first := self._contest.contestants[0].label) in failed:
            raise BenchsuiteError(f"{first} cannot be timed on {self._contest.title}: {failed[first]}.")
        timed = {one.who.label: _timed(one) for one in runners}
        assert steps is not None
        return ContestTimed(
            contest=self._contest,
            steps=steps,
            cpu_share=share if self._device == "cpu" else None,
            timed=tuple(
                Timed(who.label, reason=failed[who.label]) if who.label in failed else timed[who.label]
                for who in self._contest.contestants
            ),
            environment=_environment(self._device, self._order.precision),
        )

    def _turn(self, runner: Runner) -> float:
        """Let a contestant train with values and state of its own, whoever else uses its program; return what a step took."""
        program = id(runner.ready.program)
        holder = self._holders.get(program)
        if holder is not runner:
            if holder is not None:
                holder.leave()
            runner.enter()
            self._holders[program] = runner
        return runner.turn()

    def _runner(self, who: Contestant, steps: int) -> Runner:
        task = self._task
        trial = Trial(
            task.name, task.version, who.recipe, 0, task.epochs, task.batch_size, self._order.precision, self._device
        )
        ready = self._session.ready(trial)
        compiled = ready.program.compile(ready.feed, steps)
        numbers = np.arange(steps, dtype="int64")
        program = ready.program
        changed = [*program.network.model.variables, *program.optimizer.made.variables, *program.after.variables]
        runner = Runner(
            who=who,
            ready=ready,
            compile_seconds=None if ready.reused else ready.built_seconds + compiled,
            fed=dict(program.feeding.values),
            start=[(variable, np.array(variable.numpy())) for variable in changed],
            order=ready.plan.order(numbers),
            rates=np.resize(ready.plan.epoch(0)[1], steps),
            # One thread: its own time says what a step costs, whoever else uses the core. On a GPU the wall clock does.
            clock=time.process_time if self._device == "cpu" else time.perf_counter,
        )
        for _ in range(WARM_TURNS):
            runner.turn()
        runner.leave()
        return runner

    def _steps(self, yardstick: Contestant) -> int:
        """Return how many steps a turn has, and leave no trace: the yardstick is made anew for them."""
        runner = self._runner(yardstick, TRIED_STEPS)
        seconds = statistics.median(runner.turn() for _ in range(3))
        self._session = Session(self._registry, lambda _: self._task)
        return int(np.clip(round(TURN_SECONDS / seconds), FEWEST_STEPS, MOST_STEPS))


def _timed(runner: Runner) -> Timed:
    program = runner.ready.program
    return Timed(
        label=runner.who.label,
        seconds=tuple(runner.seconds),
        state_bytes=program.optimizer.state_bytes,
        parameters=program.network.parameters,
        compile_seconds=runner.compile_seconds,
    )


def _environment(device: str, precision: str) -> dict[str, Any]:
    """Return where and with what it was measured; nothing that names a person or a host."""
    import os
    import platform

    from benchsuite.engine.numerics import numerics
    from benchsuite.execution.machine import processor_name
    from benchsuite.execution.worker import device_name

    rounding = numerics(device)
    return {
        "device": device,
        "device_name": device_name(device),
        "precision": precision,
        "processor": processor_name(),
        "cores": os.cpu_count(),
        "machine": f"{platform.system()} {platform.machine()}",
        "numerics": rounding.fingerprint,
        "versions": {"python": platform.python_version(), **rounding.facts["versions"]},
    }
