"""How a trial ends: what is known of it so far, and what each sort of error means."""

from __future__ import annotations

import sys
import time
import traceback

from benchsuite.curves import Curves
from benchsuite.engine.epochs import Diverged
from benchsuite.engine.keep import Keeper
from benchsuite.engine.ran import Ran
from benchsuite.engine.ready import ReadyTrial
from benchsuite.engine.results import Logbook
from benchsuite.errors import BenchsuiteError, Unsupported
from benchsuite.outcomes import Outcome
from benchsuite.record import Costs, Ending, Environment, Failure, Results

REASON_LENGTH = 300


class Account:
    """What is known of a trial so far. Filled on its way, so that it can be told after an error.

    Args:
        device: Name of the device that it runs on.
    """

    def __init__(self, device: str) -> None:
        self._started = time.perf_counter()
        self._device = device
        self.checksum = ""
        """Of the task's data, once they were read."""
        self.ready: ReadyTrial | None = None
        self.compile_seconds: float | None = None
        """What compiling took, once it was done."""
        self.logbook: Logbook | None = None
        self.keeper: Keeper | None = None
        self.results = Results()

    def completed(self) -> Ran:
        """Return what became of a trial that trained to its end."""
        return self._closed(Outcome.COMPLETED)

    def failed(self, error: BaseException) -> Ran:
        """Return what became of a trial that an error ended."""
        steps = self.logbook.steps if self.logbook else 0
        if isinstance(error, Unsupported):
            return self._closed(Outcome.UNSUPPORTED, str(error))
        if isinstance(error, Diverged):
            return self._closed(Outcome.DIVERGED, str(error), Failure(step=steps, traceback=""))
        of_memory = isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"
        outcome = Outcome.OUT_OF_MEMORY if of_memory else Outcome.CRASHED
        failure = Failure(step=steps, traceback="".join(traceback.format_exception(error)))
        return self._closed(outcome, _one_line(error), failure)

    def _closed(self, outcome: Outcome, reason: str = "", failure: Failure | None = None) -> Ran:
        found, ready = self.results, self.ready
        ending = Ending(
            outcome=outcome,
            reason=reason,
            curves=self.logbook.curves() if self.logbook else Curves(),
            results=Results(
                final=found.final,
                best=found.best,
                targets=found.targets,
                steps_per_epoch=ready.plan.steps if ready else None,
                failure=failure,
            ),
            costs=self._costs(),
            environment=Environment(device=self._device, xla=ready.program.xla if ready else None),
            fingerprints={"data": self.checksum} if self.checksum else {},
        )
        return Ran(ending, self.keeper.probed if self.keeper else None)

    def _costs(self) -> Costs:
        wall = time.perf_counter() - self._started
        ready, logbook = self.ready, self.logbook
        if ready is None or self.compile_seconds is None or logbook is None:
            return Costs(wall_seconds=wall)
        program = ready.program
        return Costs(
            wall_seconds=wall,
            # A used program traces again only if the shape of an epoch changed; then the time is compilation as well.
            compile_seconds=ready.built_seconds + self.compile_seconds,
            program_reused=ready.reused,
            initialize_seconds=ready.initialize_seconds,
            parameters=program.network.parameters,
            state_bytes=program.optimizer.state_bytes,
            peak_memory_bytes=_peak_memory(),
            **logbook.timings(),
        )


def _one_line(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if len(text) > REASON_LENGTH:
        text = text[:REASON_LENGTH] + " …"
    return text if isinstance(error, BenchsuiteError) else f"{type(error).__name__}: {text}"


def _peak_memory() -> int:
    """Return the largest resident size of this process so far, in bytes."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
