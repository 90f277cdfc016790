"""Choosing among the runs of one seed by their validation part, as a search does: what was chosen from what is told beside a verdict."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchsuite.components.fields import shown
from benchsuite.errors import BenchsuiteError, unknown

if TYPE_CHECKING:
    from benchsuite.components.lab import Run

CHOOSES = "validation_"
"""What the measures of the part begin with that may choose."""


@dataclass(frozen=True)
class ArmChoice:
    """One arm that was chosen among several.

    Args:
        arms: Names of those that it was chosen among, each once, in the order in which they were given.
        chosen: The name of the one.
    """

    arms: tuple[str, ...]
    chosen: str


class SeedRuns(dict[str, "Run"]):
    """The runs of one seed by the names of their arms, as an effect is given them; it keeps what was chosen among them.

    Attributes:
        choices: What :func:`choose` chose, each once, in the order in which it did.
    """

    def __init__(self, runs: Mapping[str, Run]) -> None:
        super().__init__(runs)
        self.choices: list[ArmChoice] = []


def choose(
    runs: Mapping[str, Run],
    arms: Sequence[str],
    measure: str = "validation_loss",
    *,
    largest: bool = False,
    drawn: bool = False,
) -> str | None:
    """Return the name of the arm with the best measure of the validation part after the last epoch.

    The first of equals; ``None`` where no run has a finite number. Where an effect calls it, the verdict tells in how many seeds the
    chosen value was the smallest or the largest of its grid, beyond which there may be a better one.

    Args:
        runs: What the effect was given.
        arms: Names of those to choose among, such as one for each learning rate of a grid.
        measure: Of the validation part, such as ``validation_accuracy``: what chose on the test part would be no test any more.
        largest: Whether the largest is the best; else the smallest is.
        drawn: Whether the values were drawn at random, so that the smallest and the largest of them are no edges of anything.

    Raises:
        BenchsuiteError: If the measure is of another part, or there is no arm, or none of such a name.
    """
    if not isinstance(measure, str) or not measure.startswith(CHOOSES):
        raise BenchsuiteError(
            f"arms are chosen by a measure of the validation part, such as validation_loss. Received: {shown(measure)}."
        )
    names = tuple(dict.fromkeys(arms))
    if not names:
        raise BenchsuiteError("there is no arm to choose among: name at least one.")
    for name in names:
        if name not in runs:
            raise unknown("arm", name, runs)
    sign = 1 if largest else -1
    found = {name: sign * runs[name].final(measure) for name in names}
    best = max((name for name in names if math.isfinite(found[name])), key=found.__getitem__, default=None)
    if best is not None and isinstance(runs, SeedRuns) and not drawn:
        choice = ArmChoice(names, best)
        if choice not in runs.choices:
            runs.choices.append(choice)
    return best
