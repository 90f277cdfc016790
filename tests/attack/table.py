"""What an attack is, and the table of what came of each."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

HEAD = "| attack | must hold | measured | held | seconds |\n|---|---|---|---|---|"


class NotHere(Exception):
    """Raised where an attack cannot be tried; says why."""


@dataclass
class Found:
    """What an attack came to.

    Args:
        measured: Figures, in words.
        broken: What did not hold, one line each; nothing if all held.
        skipped: Why it could not be tried here.
    """

    measured: str = ""
    broken: list[str] = field(default_factory=list)
    skipped: str = ""

    def need(self, holds: bool, otherwise: str) -> None:
        """Note what does not hold."""
        if not holds:
            self.broken.append(" ".join(otherwise.split()))


@dataclass(frozen=True)
class Attack:
    """One way to do harm.

    Args:
        name: In few words.
        holds: What must hold all the same.
        run: Does it, in a folder of its own.
    """

    name: str
    holds: str
    run: Callable[[Path], Found]


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    attack: Attack
    found: Found
    seconds: float

    def __str__(self) -> str:
        held = f"not tried: {self.found.skipped}" if self.found.skipped else "**no**" if self.found.broken else "yes"
        measured = self.found.measured.replace("|", "\\|")
        return f"| {self.attack.name} | {self.attack.holds} | {measured} | {held} | {self.seconds:.0f} |"


def tried(attacks: Iterable[Attack], folder: Path) -> Iterator[Row]:
    """Try one attack after another."""
    for number, attack in enumerate(attacks):
        place = folder / f"{number:02}"
        place.mkdir(parents=True)
        started = time.monotonic()
        try:
            found = attack.run(place)
        except NotHere as why:
            found = Found(skipped=str(why))
        except Exception as error:  # the harness itself was hit: that is a failure too
            where = traceback.extract_tb(error.__traceback__)[-1]
            found = Found(broken=[f"the attack could not be carried out: {error!r} at {where.name}:{where.lineno}"])
        yield Row(attack, found, time.monotonic() - started)
