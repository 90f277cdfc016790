"""How a trial ends: what is known of it so far, and what each sort of error means."""

from __future__ import annotations

import contextlib
import sys
import time

from benchsuite.curves import Curves
from benchsuite.engine.compiled.here import HERE, Counted
from benchsuite.engine.epochs import Diverged
from benchsuite.engine.keep import Keeper
from benchsuite.engine.ran import Ran
from benchsuite.engine.ready import ReadyTrial
from benchsuite.engine.results import Logbook
from benchsuite.errors import Unsupported
from benchsuite.outcomes import Outcome
from benchsuite.record import Costs, Ending, Environment, Failure, Results
from benchsuite.text import LONGEST_TRACEBACK, as_reason, reason_of, shortened, text_of, traceback_of
from benchsuite.trial import Trial

MOST_PRINTED = 2**20
"""Letters of a traceback that is too long for a record, as the worker's log has it."""


class Account:
    """What is known of a trial so far. Filled on its way, so that it can be told after an error.

    Args:
        device: Name of the device that it runs on.
    """

    def __init__(self, device: str) -> None:
        self._started = time.perf_counter()
        self._device = device
        self._compiled_before = HERE.counted
        self.checksum = ""
        """Of the task's data, once they were read."""
        self.ready: ReadyTrial | None = None
        self.compile_seconds: float | None = None
        """What compiling took, once it was done."""
        self.logbook: Logbook | None = None
        self.keeper: Keeper | None = None
        self.results = Results()
        self.stopped: Trial | None = None
        """The trial, where it ended at its stop."""
        self.lanes: int | None = None
        """How many trials its program trains side by side; ``None`` where it trains one."""
        self.alone = ""
        """Why it trains alone though its program was to train several."""
        self.neighbours = 1
        """Trials that share its time, it among them."""
        self.counts = True
        """Whether what was compiled since it began is counted here: of trials that share it, in one alone."""

    def completed(self) -> Ran:
        """Return what became of a trial that trained to its end, or to its stop."""
        if self.stopped is None:
            return self._closed(Outcome.COMPLETED)
        return self._closed(
            Outcome.PRUNED, f"stopped after epoch {self.stopped.stop} of {self.stopped.epochs}, as its tuner asked"
        )

    def failed(self, error: BaseException) -> Ran:
        """Return what became of a trial that an error ended."""
        steps = self.logbook.steps if self.logbook else 0
        if isinstance(error, Unsupported):
            return self._closed(Outcome.UNSUPPORTED, as_reason(text_of(error)))
        if isinstance(error, Diverged):
            return self._closed(Outcome.DIVERGED, as_reason(text_of(error)), Failure(step=steps, traceback=""))
        of_memory = isinstance(error, MemoryError) or type(error).__name__ == "ResourceExhaustedError"
        outcome = Outcome.OUT_OF_MEMORY if of_memory else Outcome.CRASHED
        return self._closed(outcome, reason_of(error), Failure(step=steps, traceback=_kept(traceback_of(error))))

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
        return Ran(ending, self.keeper.probed if self.keeper else None, self.alone)

    def _costs(self) -> Costs:
        wall = (time.perf_counter() - self._started) / self.neighbours
        ready, logbook = self.ready, self.logbook
        if ready is None or self.compile_seconds is None or logbook is None:
            return Costs(wall_seconds=wall)
        program = ready.program
        compiled = HERE.counted.since(self._compiled_before) if self.counts else Counted()
        return Costs(
            wall_seconds=wall,
            # A used program traces again only if the shape of an epoch changed; then the time is compilation as well.
            compile_seconds=ready.built_seconds + self.compile_seconds,
            program_reused=ready.reused,
            functions_compiled=compiled.compiled,
            functions_loaded=compiled.loaded,
            initialize_seconds=ready.initialize_seconds,
            parameters=program.network.parameters,
            state_bytes=program.optimizer.state_bytes,
            peak_memory_bytes=_peak_memory(),
            lanes=self.lanes,
            **logbook.timings(),
        )


def _kept(traceback: str) -> str:
    """Return a traceback as a record keeps it; of one that is too long for it, more goes to the worker's log."""
    if len(traceback) <= LONGEST_TRACEBACK:
        return traceback
    with contextlib.suppress(Exception):  # a plugin may have closed the stream
        print(shortened(traceback, MOST_PRINTED), file=sys.stderr, flush=True)
    return shortened(traceback, LONGEST_TRACEBACK, "more of it is in the log of its worker")


def _peak_memory() -> int:
    """Return the largest resident size of this process so far, in bytes."""
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
