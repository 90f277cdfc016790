"""What the end of a worker process says of the trial that it was running, if it was running one."""

from __future__ import annotations

import re
import signal
import sys
from dataclasses import dataclass

from benchsuite.outcomes import Outcome
from benchsuite.processes import signal_name

FROM_OUTSIDE = (signal.SIGKILL, signal.SIGTERM, signal.SIGHUP)
"""Signals that an operating system, a batch system or a person sends, and that a program hardly dies of by a mistake of its own."""


@dataclass(frozen=True)
class Death:
    """The end of a worker process that was not asked to end.

    Args:
        code: Its exit code; the negative number of the signal that killed it.
        begun: Whether it had begun a trial.
        printed: The end of what it printed since then.
        starved: Whether the kernel says that it killed processes for want of memory meanwhile.
        cut: Whether it did not go by itself: it was ended since its connection to the run was closed, or held something
            else than messages.
        full: Whether it was killed so since it had reached the limit of its own, ``--memory``: then no neighbour's doing.
    """

    code: int
    begun: bool
    printed: str
    starved: bool = False
    cut: bool = False
    full: bool = False

    @property
    def from_outside(self) -> bool:
        """Whether somebody else may have ended it: the trial is not to blame before it happened again."""
        return -self.code in FROM_OUTSIDE and not self.cut

    def verdict(self, times: int, alone: bool = False) -> tuple[Outcome, str]:
        """Return the outcome of the trial and the reason, in one line.

        Args:
            times: How often it ended so.
            alone: Whether no other worker was there in the end.
        """
        if self.cut:
            return Outcome.CRASHED, "the worker process was ended: its connection to the run was closed or garbled"
        if self.code >= 0:
            return Outcome.CRASHED, f"the worker process ended by itself with exit code {self.code}"
        name = signal_name(-self.code)
        gave_up = re.search("bad_alloc|out of memory|Cannot allocate", self.printed, re.IGNORECASE)
        if name == "SIGABRT" and gave_up:
            reason = "the worker process gave up for want of memory (SIGABRT; --memory sets the limit)"
            return Outcome.OUT_OF_MEMORY, reason
        again = f", {times} times in a row" if times > 1 else ""
        if self.full:
            reason = (
                f"the operating system killed the worker process since it needed more than it may have ({name}{again}; --memory "
                "sets the limit)"
            )
            return Outcome.OUT_OF_MEMORY, reason
        if self.starved:
            last = ", in the end with no other worker beside it" if alone else ""
            reason = f"the operating system killed the worker process for want of memory ({name}{again}{last})"
            return Outcome.OUT_OF_MEMORY, reason
        hint = "; the operating system does so when memory runs out" if name == "SIGKILL" else ""
        return Outcome.CRASHED, f"the worker process was killed by {name}{again}{hint}"

    def __str__(self) -> str:
        """Say how it ended, for a message."""
        if self.cut:
            return "closed or garbled its connection to the run"
        if self.code >= 0:
            return f"ended with exit code {self.code}"
        return f"was killed by {signal_name(-self.code)}"


def too_little(memory: int) -> str:
    """Return what to say where a limit leaves a worker no memory to start in.

    Args:
        memory: The limit, in bytes.
    """
    return (
        f"a worker cannot start: {memory / 2**30:.2g} GiB (--memory) are too little for TensorFlow. Give it 4 or more."
    )


def inherited_limit(death: Death, bundled: bool) -> str:
    """Return the limit of this shell or batch job that a worker may have died of, in a few words; empty if there is none.

    Each process has it from the start, so it is hit by whoever computes then: that says nothing of a trial.

    Args:
        death: Of the worker.
        bundled: Whether nothing but bundled components ran there. Of anything else a crash is more likely its own.
    """
    if sys.platform == "win32":
        return ""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    # At the soft limit comes a signal of its own, at the hard one SIGKILL.
    seconds = (
        soft if death.code == -signal.SIGXCPU else hard if death.code == -signal.SIGKILL else resource.RLIM_INFINITY
    )
    if seconds != resource.RLIM_INFINITY:
        return f"{seconds} seconds of processor time for each process (ulimit -t)"
    size = resource.getrlimit(resource.RLIMIT_AS)[0]
    if bundled and size != resource.RLIM_INFINITY and not death.from_outside and death.code:
        return f"{size / 2**30:.2g} GiB of addresses for each process (ulimit -v)"
    return ""
