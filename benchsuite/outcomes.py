"""How a trial can end: one closed list, and what each member means."""

from __future__ import annotations

from enum import StrEnum


class Outcome(StrEnum):
    """How a trial ended.

    Members are the words that records hold. Each knows what it means, and whether it is a failure of the recipe: a
    failure counts in every table as worse than any number.
    """

    COMPLETED = "completed", "trained to the end of its budget, or until a regularization stopped it"
    PRUNED = "pruned", "a tuner stopped it at a rung: no failure, and no final value"
    DIVERGED = "diverged", "the loss left the numbers that can be trained on"
    CRASHED = "crashed", "an error was raised, or the worker process died"
    TIMED_OUT = "timed_out", "it took longer than the time limit"
    OUT_OF_MEMORY = "out_of_memory", "it needed more memory than its limit"
    UNSUPPORTED = "unsupported", "a component of its recipe cannot be applied to the task"

    meaning: str

    def __new__(cls, word: str, meaning: str = "") -> Outcome:
        """Make a member from its word and its meaning."""
        member = str.__new__(cls, word)
        member._value_ = word
        member.meaning = meaning
        return member

    @property
    def failed(self) -> bool:
        """Whether the recipe failed on the task: what was stopped by a tuner or could never be applied did not."""
        return self not in (Outcome.COMPLETED, Outcome.PRUNED, Outcome.UNSUPPORTED)

    @property
    def finished(self) -> bool:
        """Whether there is a final value."""
        return self is Outcome.COMPLETED

    @property
    def trained(self) -> bool:
        """Whether its curves are what training gave: they were not cut short by anything but the numbers, or a tuner."""
        return self in (Outcome.COMPLETED, Outcome.PRUNED, Outcome.DIVERGED)
