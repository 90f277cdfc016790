"""What a claim's trained parts run: for each seed the arms, each an ordinary trial that any other study may share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from benchsuite.arm_trials import trial_of
from benchsuite.components import Claim, Part, Trained
from benchsuite.components.claim import fewest_seeds
from benchsuite.errors import BenchsuiteError
from benchsuite.registry import Registry
from benchsuite.trial import Trial


@dataclass(frozen=True)
class PartPlan:
    """What decides one part.

    Args:
        part: The part.
        seeds: The seeds, from 0.
        arms: For each seed its trials by the names of the arms; none of a part that is computed.
    """

    part: Part
    seeds: tuple[int, ...]
    arms: tuple[Mapping[str, Trial], ...] = ()

    @property
    def probe(self) -> str:
        """After which epochs its trials are probed; empty for none."""
        return self.part.evidence.probe if isinstance(self.part.evidence, Trained) else ""

    @property
    def ids(self) -> tuple[Mapping[str, str], ...]:
        """For each seed name of an arm → id of its trial."""
        return tuple({name: trial.id for name, trial in arms.items()} for arms in self.arms)

    @property
    def by_arm(self) -> dict[str, tuple[Trial, ...]]:
        """Name of an arm → its trials, a seed each."""
        names = self.arms[0] if self.arms else ()
        return {name: tuple(trials[name] for trials in self.arms) for name in names}


@dataclass(frozen=True)
class ClaimPlan:
    """What decides a claim.

    Args:
        claim: The claim.
        parts: All of its parts.
        quick: Whether each has the fewest seeds that can decide it.
    """

    claim: Claim
    parts: tuple[PartPlan, ...]
    quick: bool = False

    @cached_property
    def trials(self) -> dict[str, Trial]:
        """Id → trial, of all trained parts, each once."""
        return {trial.id: trial for part in self.parts for arms in part.arms for trial in arms.values()}

    @property
    def probes(self) -> dict[str, str]:
        """Id → after which epochs a trial is probed, of those that are."""
        found: dict[str, dict[str, None]] = {}
        for part in self.parts:
            for arms in part.arms if part.probe else ():
                for trial in arms.values():
                    found.setdefault(trial.id, {}).update(dict.fromkeys(part.probe.split(",")))
        return {id: ",".join(words) for id, words in found.items()}

    @property
    def computed(self) -> tuple[PartPlan, ...]:
        """The parts that are computed."""
        return tuple(part for part in self.parts if not isinstance(part.part.evidence, Trained))


def claim_plan(claim: Claim, known: Registry, quick: bool = False) -> ClaimPlan:
    """Expand a claim.

    Args:
        claim: The claim.
        known: The plugins that were found.
        quick: Whether each part has the fewest seeds that can decide it.

    Raises:
        BenchsuiteError: If an arm names what does not exist or means several settings, naming the claim, the part and the arm.
    """
    fewest = fewest_seeds(len(claim.parts))
    recipes: dict[tuple[object, ...], Trial] = {}
    parts = []
    for part in claim.parts:
        count = min(part.evidence.seeds, fewest) if quick else part.evidence.seeds
        seeds = tuple(range(count))
        arms: Sequence[Mapping[str, Trial]] = ()
        if isinstance(part.evidence, Trained):
            arms = _arms(claim, part, part.evidence, seeds, known, recipes)
        parts.append(PartPlan(part, seeds, tuple(arms)))
    return ClaimPlan(claim, tuple(parts), quick)


def _arms(
    claim: Claim,
    part: Part,
    evidence: Trained,
    seeds: Sequence[int],
    known: Registry,
    recipes: dict[tuple[object, ...], Trial],
) -> list[Mapping[str, Trial]]:
    found: list[Mapping[str, Trial]] = []
    for seed in seeds:
        where = f"{claim.title}, {part.title}"
        try:
            arms = evidence.of_seed(seed)
            again = evidence.of_seed(seed) if callable(evidence.arms) else arms
        except (Exception, SystemExit) as error:  # a plugin's function may raise anything
            raise BenchsuiteError(f"{where}: the arms of seed {seed} cannot be drawn: {_said(error)}") from error
        if again != arms:
            raise BenchsuiteError(
                f"{where}: the arms of seed {seed} are others when they are drawn again, so no record would be theirs. Draw them "
                "from the seed alone, such as with random.Random(seed)."
            )
        if found and set(arms) != set(found[0]):
            raise BenchsuiteError(
                f"{where}: every seed must have arms of the same names. Received: {', '.join(sorted(found[0]))} for seed "
                f"{seeds[0]}, {', '.join(sorted(arms))} for seed {seed}."
            )
        trials = {}
        for name, arm in arms.items():
            key = (
                arm.task,
                *sorted(arm.recipe.items()),
                *((name, repr(value)) for name, value in sorted(arm.knobs.items())),
            )
            if key not in recipes:
                try:
                    recipes[key] = trial_of(arm, seed, known.task, known)
                except BenchsuiteError as error:
                    raise BenchsuiteError(f"{where}, arm {name!r}: {error}") from None
            trials[name] = recipes[key].with_seed(seed)
        found.append(trials)
    return found


def _said(error: BaseException) -> str:
    return str(error) if isinstance(error, BenchsuiteError) else f"{type(error).__name__}: {error}"
