"""What ``benchsuite compare`` is asked: which kind two selections are of, and the trials that answer it."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.kinds import RECIPE_KINDS
from benchsuite.recipe import Setting
from benchsuite.registry import Registry
from benchsuite.selection import expand, split
from benchsuite.studies.comparing import Comparing
from benchsuite.study import Study
from benchsuite.trial import Trial


@dataclass(frozen=True)
class Rivals:
    """Two selections of one kind.

    Args:
        kind: Their kind.
        a: The settings of the first.
        b: The settings of the second.
        names: Both in words.
    """

    kind: str
    a: tuple[Setting, ...]
    b: tuple[Setting, ...]
    names: tuple[str, str]

    def side_of(self, trial: Trial) -> str:
        """Return ``a`` or ``b``, whose trial it is."""
        held = [setting.text for setting in trial.recipe.get(self.kind)]
        return "a" if held == [setting.text for setting in self.a] else "b"


def contest(asked: Comparing, known: Registry) -> Rivals:
    """Find what two selections are.

    Raises:
        BenchsuiteError: If one of them is missing, unknown or several, they are of different kinds, or the same.
    """
    if not asked.a or not asked.b:
        raise BenchsuiteError(
            "a comparison needs two selections of one kind. Example: benchsuite compare adam 'sgd[learning_rate=0.1]'."
        )
    kind = _kind(asked, known)
    a, b = (_one(kind, text, known) for text in (asked.a, asked.b))
    if [one.text for one in a] == [one.text for one in b]:
        raise BenchsuiteError(
            f"both are the {kind.replace('_', ' ')} {_words(a, known)} with the same hyperparameters. "
            f"Received: {asked.a!r} and {asked.b!r}. Name two that differ."
        )
    return Rivals(kind, a, b, (_words(a, known), _words(b, known)))


def study_of(asked: Comparing, one: Rivals, seeds: str) -> Study:
    """Return the study whose trials a comparison needs.

    Args:
        asked: The options.
        one: What is compared.
        seeds: The seeds, as a user writes them.
    """
    return Study(
        components={one.kind: (asked.a, asked.b)},
        task=asked.task,
        tier=asked.tier,
        with_=asked.with_,
        seeds=seeds,
        epochs=asked.epochs,
        precision=asked.precision,
        lanes=asked.lanes,
        device=asked.device,
    )


def looks_of(
    first: Sequence[Trial], one: Rivals, seeds: Mapping[str, Sequence[int]], sizes: Sequence[int]
) -> list[list[Trial]]:
    """Return the trials that each look adds: task by task, seed by seed, A before B.

    Args:
        first: A trial of each side and task.
        one: What is compared.
        seeds: Task → its seeds.
        sizes: Seeds that each look has in all; empty if there is one.
    """
    by_task: dict[str, list[Trial]] = {}
    for trial in sorted(first, key=lambda trial: (trial.task, one.side_of(trial))):
        by_task.setdefault(trial.task, []).append(trial)
    looks = []
    begun = 0
    for size in sizes or (None,):
        looks.append(
            [
                trial.with_seed(seed)
                for task, trials in by_task.items()
                for seed in seeds[task][begun:size]
                for trial in trials
            ]
        )
        begun = size or 0
    return looks


def _kind(asked: Comparing, known: Registry) -> str:
    if asked.kind:
        return asked.kind
    both = [_kinds_of(text, known) for text in (asked.a, asked.b)]
    for text, kinds in zip((asked.a, asked.b), both, strict=True):
        if not kinds:
            names = sorted({name for kind in RECIPE_KINDS for name in known.names(kind)})
            raise unknown("component", _names(text)[0], names, then="`benchsuite list` shows all by kind.")
    common = [kind for kind in both[0] if kind in both[1]]
    if not common:
        told = [
            f"{text!r} is of kind {' or '.join(kinds)}" for text, kinds in zip((asked.a, asked.b), both, strict=True)
        ]
        raise BenchsuiteError(
            f"two selections of one kind can be compared. Received: {told[0]}, {told[1]}. "
            "Name two of one kind; `benchsuite run --cross` shows how two kinds go together."
        )
    if len(common) > 1:
        raise BenchsuiteError(
            f"{asked.a!r} and {asked.b!r} exist in several kinds: {', '.join(common)}. Say which with --kind."
        )
    return common[0]


def _kinds_of(text: str, known: Registry) -> list[str]:
    """Return the kinds that have all components of a selection."""
    names = _names(text)
    kinds: Mapping[str, list[str]] = {kind: known.names(kind) for kind in RECIPE_KINDS}
    return [kind for kind, held in kinds.items() if all(fnmatch.filter(held, name) for name in names)]


def _names(text: str) -> list[str]:
    """Return the names in a selection; of what cannot be read, all of it."""
    try:
        terms = [term for part in split(text, ",") for term in split(part, "+")]
        return [re.sub(r"\s*\[.*", "", term, flags=re.DOTALL) for term in terms]
    except BenchsuiteError:
        return [text]


def _one(kind: str, text: str, known: Registry) -> tuple[Setting, ...]:
    found = expand(kind, [text], known)
    if len(found) != 1:
        some = ", ".join(_words(settings, known) for settings in found[:5])
        raise BenchsuiteError(
            f"a comparison takes one {kind.replace('_', ' ')} on each side. Received: {text!r}, which means {len(found)} "
            f"({some}{', …' if len(found) > 5 else ''}). `benchsuite run` ranks many at once."
        )
    for setting in found[0]:
        known.refuse_conflict(kind, setting.name)
    return found[0]


def _words(settings: tuple[Setting, ...], known: Registry) -> str:
    return " + ".join(setting.describe(known.component(setting.kind, setting.name)) for setting in settings)
