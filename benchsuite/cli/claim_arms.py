"""The arms of a claim's part on a terminal, a line each; several that differ in one number are one line."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from benchsuite.components import Arm

MOST_ARMS = 12
"""Lines of arms; a search may have hundreds."""
NUMBER = re.compile(r"(?<=[= ])[-+]?[0-9]+(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?(?=[,\]]|$)")
"""The value of a hyperparameter or a knob in the text of an arm."""
FEWEST_ALIKE = 3
"""Arms that differ in one number are one line if there are so many."""


def arms_text(arms: Mapping[str, Arm]) -> str:
    """Return the arms, a line each; several that differ in one number are one line."""
    lines = []
    for names, text in _alike({name: _settings(arm) for name, arm in arms.items()}):
        lines.append(
            f"{names[0]}: {text}" if len(names) == 1 else f"{names[0]} … {names[-1]}: {text}, {len(names)} arms"
        )
    more = len(lines) - MOST_ARMS
    return "\n".join(lines[:MOST_ARMS] + ([f"… and {more} lines more"] if more > 0 else []))


def _alike(arms: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[list[str], str]]:
    """Yield names of arms and what they are: those that differ in the value of one setting together."""
    left = dict(arms)
    while left:
        name, settings = next(iter(left.items()))
        groups: dict[int, list[str]] = {}
        for other, theirs in left.items():
            differ = [at for at, (one, two) in enumerate(zip(settings, theirs, strict=False)) if one != two]
            if len(theirs) == len(settings) and len(differ) == 1 and _is_number(settings[differ[0]], theirs[differ[0]]):
                groups.setdefault(differ[0], []).append(other)
        at, others = max(groups.items(), key=lambda one: len(one[1]), default=(0, []))
        names = [name, *others] if len(others) >= FEWEST_ALIKE - 1 else [name]
        values = [arms[one][at] for one in names]
        text = list(settings)
        if len(names) > 1:
            text[at] = _from_to(values)
        yield names, "".join(text)
        for one in names:
            del left[one]


def _settings(arm: Arm) -> tuple[str, ...]:
    """Return what an arm is, cut where a number begins and ends: joined it is the text."""
    text = _arm(arm)
    cuts = [0, *(end for found in NUMBER.finditer(text) for end in found.span()), len(text)]
    return tuple(text[low:high] for low, high in itertools.pairwise(cuts))


def _is_number(*texts: str) -> bool:
    return all(NUMBER.fullmatch(f"={text}", 1) is not None for text in texts)


def _from_to(values: Sequence[str]) -> str:
    """Return the least and the largest of some numbers, as they are written."""
    ordered = sorted(values, key=float)
    return f"{ordered[0]} … {ordered[-1]}"


def _arm(arm: Arm) -> str:
    changed = [f"{kind.replace('_', ' ')} {selection}" for kind, selection in arm.recipe.items()]
    changed += [f"{name.replace('_', ' ')} {value}" for name, value in arm.knobs.items()]
    return ", ".join([arm.task, *changed]) if changed else f"{arm.task}, its baseline"
