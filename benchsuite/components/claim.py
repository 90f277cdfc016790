"""Kind ``claim``: a sentence that can be wrong, with the study that decides it."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from benchsuite.components.base import check_name
from benchsuite.components.fields import check_texts, is_finite, mapping, shown
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.kinds import RECIPE_KINDS

if TYPE_CHECKING:
    from benchsuite.components.lab import Lab, Run
    from benchsuite.spaces import Value

BASES = ("theorem", "theory", "experience")
"""What a sentence rests on: it is proved; it is derived for a simpler case; somebody saw it."""
NUMBER = re.compile(r"[A-Z][0-9]{1,4}")
FEWEST_SEEDS = 6
"""With fewer no exact 95 % interval of paired seeds is bounded: 2 · 2⁻⁶ is the first below 0.05."""
LEVEL = 0.05
"""What all parts of a claim may be wrong with together."""
MOST_SEEDS = 1_000
MOST_ARMS = 1_000
MOST_PARTS = 20


@dataclass(frozen=True, kw_only=True)
class Arm:
    """One of the trainings that a claim compares: a task with its baseline, and what is changed in it.

    Args:
        task: Name of a task, or of an instance of one such as ``teacher_mlp~3``.
        recipe: Kind → selection, as on the command line: ``{"optimizer": "sgd[learning_rate=0.1]"}``. One setting each.
        knobs: ``batch_size``, ``epochs``, and the task's own knobs → value.

    Raises:
        BenchsuiteError: If a field is not as described.
    """

    task: str
    recipe: Mapping[str, str] = field(default_factory=dict)
    knobs: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not isinstance(self.task, str) or not self.task:
            raise BenchsuiteError(f"task of an arm must be the name of a task. Received: {shown(self.task)}.")
        object.__setattr__(self, "recipe", mapping("recipe of an arm", self.recipe, len(RECIPE_KINDS)))
        object.__setattr__(self, "knobs", mapping("knobs of an arm", self.knobs, 50))
        for kind, selection in self.recipe.items():
            if kind not in RECIPE_KINDS:
                raise unknown("kind in the recipe of an arm:", kind, RECIPE_KINDS)
            if not isinstance(selection, str):
                raise BenchsuiteError(
                    "recipe of an arm must be a dictionary of kinds and selections, such as "
                    f'{{"optimizer": "adam"}}. Received: {shown(self.recipe)}.'
                )


@dataclass(frozen=True, kw_only=True)
class Trained:
    """Evidence from training: for each seed all arms are trained, and one number is made of them.

    Args:
        arms: Name → arm; or a function of the seed that returns such, where arms are drawn at random. It must give the same
            for the same seed, whatever else is drawn.
        effect: ``(runs) -> float``: of one seed's runs, by the names of the arms, the number that the part is about. NaN where
            they give none, such as for a run that failed and may not: then the part cannot tell.
        seeds: Seeds 0 to ``seeds`` − 1; at least 6, since fewer bound no exact interval.
        probe: After which epochs layers are probed, as ``--probe`` takes it: ``"0,last"``; nothing if empty.

    Raises:
        BenchsuiteError: If a field is not as described.
    """

    arms: Mapping[str, Arm] | Callable[[int], Mapping[str, Arm]]
    effect: Callable[[Mapping[str, Run]], float]
    seeds: int = 10
    probe: str = ""

    def __post_init__(self) -> None:
        if not callable(self.arms):
            object.__setattr__(self, "arms", checked_arms(self.arms))
        _check_seeds(self.seeds, FEWEST_SEEDS)
        if not callable(self.effect):
            raise BenchsuiteError(f"effect must be a function of the runs of one seed. Received: {shown(self.effect)}.")

    def of_seed(self, seed: int) -> Mapping[str, Arm]:
        """Return the arms of a seed.

        Raises:
            BenchsuiteError: If the function that draws them gives something else.
        """
        return checked_arms(self.arms(seed)) if callable(self.arms) else self.arms


@dataclass(frozen=True, kw_only=True)
class Computed:
    """Evidence from a short computation on networks, without a training that would be ranked.

    Args:
        compute: ``(lab, seed) -> float``: the number that the part is about, for one seed. The lab gives networks of a task and
            a recipe, see :class:`~benchsuite.components.lab.Lab`. NaN where there is none: then the part cannot tell.
        seeds: Seeds 0 to ``seeds`` − 1: 1 where nothing is random, and the number is the effect itself; else at least 6.

    Raises:
        BenchsuiteError: If a field is not as described.
    """

    compute: Callable[[Lab, int], float]
    seeds: int = 1

    def __post_init__(self) -> None:
        if not callable(self.compute):
            raise BenchsuiteError(f"compute must be a function of a lab and a seed. Received: {shown(self.compute)}.")
        _check_seeds(self.seeds, 1 if self.seeds == 1 else FEWEST_SEEDS)


@dataclass(frozen=True, kw_only=True)
class Part:
    """One number that a claim depends on, and where it must lie.

    The effect is the middle of the seeds' numbers (Hodges and Lehmann's estimate) with its exact interval, at 95 % for all parts
    of a claim together. The part *holds* where the interval lies within [at_least, at_most], it *does not hold* where the
    interval lies outside, and else it *cannot tell*.

    Args:
        name: Lower-case letters, digits, underscores.
        says: What must be so, in one sentence: what the number is, and of what.
        evidence: How the number is found.
        at_least: The smallest effect of interest; no bound unless given.
        at_most: The largest; likewise. One of both is needed: a part that no effect could contradict is none.
        because: Why these bounds, in one sentence.
        unit: Of the number, such as ``accuracy`` or ``ratio``; empty for none.

    Raises:
        BenchsuiteError: If a field is not as described.
    """

    name: str
    says: str
    evidence: Trained | Computed
    at_least: float | None = None
    at_most: float | None = None
    because: str = ""
    unit: str = ""

    def __post_init__(self) -> None:
        check_name("part", self.name)
        check_texts(self)
        if not isinstance(self.evidence, Trained | Computed):
            raise BenchsuiteError(
                f"evidence of part {self.name!r} must be bs.Trained or bs.Computed. Received: {shown(self.evidence)}."
            )
        given = [one for one in (self.at_least, self.at_most) if one is not None]
        if not given or not all(map(is_finite, given)) or self.low > self.high:
            raise BenchsuiteError(
                f"at_least and at_most of {self.title} must be finite numbers, the first not above the second, at least one of "
                f"them. Received: {shown((self.at_least, self.at_most))}."
            )

    @property
    def title(self) -> str:
        """What it is, for messages: ``part 'xavier_keeps_tanh_alive'``."""
        return f"part {self.name!r}"

    @property
    def low(self) -> float:
        """The smallest number for which it holds; −∞ without a bound."""
        return -math.inf if self.at_least is None else float(self.at_least)

    @property
    def high(self) -> float:
        """The largest number for which it holds; +∞ without a bound."""
        return math.inf if self.at_most is None else float(self.at_most)


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A sentence that can be wrong, with the study that decides it.

    It *holds* if every part does, it *does not hold* if any part does not, and else it *cannot tell*.

    Args:
        name: Unique; lower-case letters, digits, underscores.
        sentence: As its source says it, in English.
        source: Where it is said: the paper, or the place in the notes.
        parts: The numbers that decide it, at least one.
        number: A short one for tables, such as ``C7``; the name is used unless given. It selects the claim as its name does.
        basis: ``theorem``, ``theory`` or ``experience``.
        depends: What the outcome depends on, and why it may be otherwise elsewhere, in one or two sentences.
        example: ``(lab) -> rows of texts``: an example worked out anew whenever ``benchsuite claim info`` shows it; the first
            row are the heads.
        version: Raise it when the same study starts to give other numbers.

    Raises:
        BenchsuiteError: If a field is not as described.
    """

    kind: ClassVar[str] = "claim"

    name: str
    sentence: str
    source: str
    parts: Sequence[Part]
    number: str = ""
    basis: str = "experience"
    depends: str = ""
    example: Callable[[Lab], Sequence[Sequence[str]]] | None = None
    version: int = 1

    def __post_init__(self) -> None:
        check_name(self.kind, self.name)
        check_texts(self)
        if not self.sentence or not self.source:
            raise BenchsuiteError(f"{self.title} needs a sentence, and a source that says it.")
        if self.number and not NUMBER.fullmatch(self.number):
            raise BenchsuiteError(
                f"number of {self.title} must be a capital letter and digits, such as C7. Received: {shown(self.number)}."
            )
        if self.basis not in BASES:
            raise BenchsuiteError(
                f"basis of {self.title} must be one of {', '.join(BASES)}. Received: {shown(self.basis)}."
            )
        if not isinstance(self.parts, list | tuple) or not all(isinstance(part, Part) for part in self.parts):
            raise BenchsuiteError(f"parts of {self.title} must be a list of bs.Part. Received: {shown(self.parts)}.")
        object.__setattr__(self, "parts", tuple(self.parts))
        names = [part.name for part in self.parts]
        if not 1 <= len(names) <= MOST_PARTS or len(set(names)) < len(names):
            raise BenchsuiteError(
                f"{self.title} needs 1 to {MOST_PARTS} parts with names that differ. Received: {shown(names)}."
            )

    @property
    def title(self) -> str:
        """Kind and name, for messages: ``claim 'initial_scale'``."""
        return f"{self.kind} {self.name!r}"

    @property
    def summary(self) -> str:
        """The sentence, for lists."""
        return self.sentence

    @property
    def label(self) -> str:
        """Its number, or its name where it has none."""
        return self.number or self.name


def confidence_of(parts: int) -> float:
    """Return the confidence of the interval of each part of a claim: 1 − 0.05 / parts.

    Args:
        parts: How many parts it has.
    """
    return 1 - LEVEL / parts


def fewest_seeds(parts: int) -> int:
    """Return the fewest seeds whose exact interval is bounded: the smallest n with 2 · 2⁻ⁿ ≤ 0.05 / parts.

    Args:
        parts: How many parts share the level.
    """
    return math.ceil(math.log2(2 * parts / LEVEL))


def number_of(called: str, value: Any) -> float:
    """Return what a function of a claim gave, as a number; neither a text nor a truth value is one.

    Args:
        called: What gave it, for the message.
        value: What it gave.

    Raises:
        BenchsuiteError: If it is none.
    """
    try:
        if isinstance(value, bool | str | bytes):
            raise TypeError
        return float(value)
    except (TypeError, ValueError):
        raise BenchsuiteError(f"{called} must return a number. Received: {shown(value)}.") from None


def checked_arms(arms: object) -> Mapping[str, Arm]:
    """Return arms, once they are seen to be some.

    Raises:
        BenchsuiteError: If they are none.
    """
    found = mapping("arms", arms, MOST_ARMS)
    if not found or not all(isinstance(name, str) and isinstance(arm, Arm) for name, arm in found.items()):
        raise BenchsuiteError(f"arms must be a dictionary of names and bs.Arm, at least one. Received: {shown(arms)}.")
    return found


def _check_seeds(seeds: object, fewest: int) -> None:
    if not isinstance(seeds, int) or isinstance(seeds, bool) or not fewest <= seeds <= MOST_SEEDS:
        raise BenchsuiteError(
            f"seeds must be a whole number from {fewest} to {MOST_SEEDS}: fewer bound no exact interval. Received: {shown(seeds)}."
        )
