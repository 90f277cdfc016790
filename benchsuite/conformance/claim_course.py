"""What a claim promises: words and sources, arms that are there, an effect that is a number, and bounds that may be contradicted."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cached_property, partial
from typing import Any

import numpy as np

from benchsuite.components import Claim, Computed, Part, Trained
from benchsuite.components.claim import fewest_seeds
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.global_chance import disturb, global_states_kept
from benchsuite.conformance.made_up_runs import made_up
from benchsuite.conformance.places import place_of_function
from benchsuite.conformance.runs import described
from benchsuite.conformance.step import Looked, PromiseStep
from benchsuite.registry import Registry
from benchsuite.studies.claimed import ClaimPlan, claim_plan
from benchsuite.trial import Trial

SUMMARY = "its summary says what it is"
WORDS = "each part says what must be so, and why within these bounds"
ARMS = "its arms mean one setting each, of what is there"
DRAWN = "the same seed draws the same arms, whatever else is drawn"
NUMBER = "its effect gives a number of plausible runs, the same each time"
CONTRADICTED = "its bounds can be contradicted, with the seeds that it has"
COMPUTES = "what it computes is a number, the same each time"
OF_A_CLAIM = (SUMMARY, WORDS, ARMS, DRAWN, NUMBER, COMPUTES, CONTRADICTED)

PLAUSIBLE = 20
"""Sets of runs by chance; of one at least the effect must be a number: it may need a target to be reached."""
MOST = 100
"""Sets of runs of which one must contradict the bounds."""

CURE_WORDS = 'Write says="…" (what the number is, and of what) and because="…" (why an effect beyond the bounds would interest nobody).'
CURE_DRAWN = "Draw from numpy.random.default_rng(seed) alone, made anew at each call: from nothing that goes on from call to call."
CURE_NUMBER = (
    "Return a float made of the runs alone: run.score, run.final(…), run.best(…), run.curve(…), run.layers(…)."
)
CURE_COMPUTES = "Draw from numpy.random.default_rng(seed) alone, and take networks from lab.specimen(…, seed=seed)."
CURE_SEEDS = "Give its evidence more seeds, or the claim fewer parts: all parts together may be wrong with 5 %."
CURE_BOUNDS = "Choose at_least or at_most so that an outcome that is possible lies outside: a part that nothing contradicts says nothing."


class ClaimCourse:
    """The promises of one claim, in order.

    Args:
        claim: The claim.
        registry: Where it is registered.
        dear: Whether what is computed is computed, twice.
    """

    def __init__(self, claim: Claim, registry: Registry, dear: bool = True) -> None:
        self._claim, self._registry, self._dear = claim, registry, dear

    def steps(self) -> list[PromiseStep]:
        """Return the steps, in order."""
        steps = [
            PromiseStep("described", SUMMARY, lambda: Looked((described(self._claim),))),
            PromiseStep("words", WORDS, self._words),
            PromiseStep("arms", ARMS, self._arms),
        ]
        for part in self._claim.parts:
            evidence = part.evidence
            number = f"number:{part.name}"
            if isinstance(evidence, Trained):
                if callable(evidence.arms):
                    drawn = partial(self._drawn, part, evidence)
                    steps.append(PromiseStep(f"drawn:{part.name}", DRAWN, drawn, needs="arms", about=evidence.arms))
                look = partial(self._number, part, evidence)
                steps.append(PromiseStep(number, NUMBER, look, needs="arms", about=evidence.effect))
                bounds = partial(self._bounds, part, evidence)
                steps.append(
                    PromiseStep(f"bounds:{part.name}", CONTRADICTED, bounds, needs=number, about=evidence.effect)
                )
                continue
            if self._dear:
                steps.append(
                    PromiseStep(number, COMPUTES, partial(self._computes, part, evidence), about=evidence.compute)
                )
            bounds = partial(self._bounds, part, evidence)
            steps.append(PromiseStep(f"bounds:{part.name}", CONTRADICTED, bounds, about=evidence.compute))
        return steps

    @cached_property
    def _plan(self) -> ClaimPlan:
        return claim_plan(self._claim, self._registry)

    def _arms_of(self, part: Part, plan: ClaimPlan) -> Sequence[Mapping[str, Trial]]:
        return next(one.arms for one in plan.parts if one.part is part)

    def _words(self) -> Looked:
        for part in self._claim.parts:
            silent = [name for name in ("says", "because") if not getattr(part, name).strip()]
            if silent:
                problem = f"{part.title} has no {' and no '.join(silent)}"
                return Looked((_broken(part, WORDS, problem, CURE_WORDS),))
        return Looked((Finding(WORDS),))

    def _arms(self) -> Looked:
        assert self._plan  # made now: what is wrong with it raises
        return Looked((Finding(ARMS),))

    def _drawn(self, part: Part, evidence: Trained) -> Looked:
        with global_states_kept():
            disturb(1)
            for seed in reversed(range(evidence.seeds)):  # in another order
                evidence.of_seed(seed)
            again = claim_plan(self._claim, self._registry)
        if self._arms_of(part, again) != self._arms_of(part, self._plan):
            return Looked((_broken(part, DRAWN, f"{part.title} draws other arms for the same seed", CURE_DRAWN),))
        return Looked((Finding(DRAWN),))

    def _number(self, part: Part, evidence: Trained) -> Looked:
        problem = f"{part.title} gives no number of {PLAUSIBLE} sets of runs by chance that completed"
        for chance in range(PLAUSIBLE):
            value = self._effect(part, evidence, chance)
            with global_states_kept():
                disturb(1)
                again = self._effect(part, evidence, chance)
            if not isinstance(value, float | int | np.floating):
                problem = f"{part.title} gives {value!r}, which is no number"
                break
            if again != value and not (math.isnan(again) and math.isnan(value)):
                problem = f"{part.title} gives {value!r} and then {again!r} of the same runs"
                break
            if not math.isnan(value):
                problem = ""
        if problem:
            return Looked((_broken(part, NUMBER, problem, CURE_NUMBER),), over=True)
        return Looked((Finding(NUMBER),))

    def _computes(self, part: Part, evidence: Computed) -> Looked:
        from benchsuite.engine.lab import Lab

        first, again = (evidence.compute(Lab(self._registry, self._registry.task), 0) for _ in range(2))
        problem = ""
        if not isinstance(first, float | int | np.floating) or math.isnan(first):
            problem = f"{part.title} computes {first!r} for seed 0"
        elif again != first:
            problem = f"{part.title} computes {first!r} for seed 0, and then {again!r}"
        return Looked((_broken(part, COMPUTES, problem, CURE_COMPUTES) if problem else Finding(COMPUTES),))

    def _bounds(self, part: Part, evidence: Trained | Computed) -> Looked:
        fewest = fewest_seeds(len(self._claim.parts))
        alone = isinstance(evidence, Computed) and evidence.seeds == 1
        if evidence.seeds < fewest and not alone:
            problem = (
                f"{part.title} has {evidence.seeds} seeds, and with {len(self._claim.parts)} parts each needs {fewest}: of fewer "
                "no interval is sure enough"
            )
            return Looked((_broken(part, CONTRADICTED, problem, CURE_SEEDS),))
        if isinstance(evidence, Trained):
            values = (self._effect(part, evidence, chance) for chance in range(MOST))
            if all(part.low <= value <= part.high or math.isnan(value) for value in values):
                problem = f"of {MOST} sets of runs by chance none gives {part.title} an effect beyond its bounds"
                return Looked((_broken(part, CONTRADICTED, problem, CURE_BOUNDS),))
        return Looked((Finding(CONTRADICTED),))

    def _effect(self, part: Part, evidence: Trained, chance: int) -> Any:
        arms = self._arms_of(part, self._plan)
        chosen = arms[chance % len(arms)]
        tasks = {trial.task: self._registry.task(trial.task) for trial in chosen.values()}
        return evidence.effect(made_up(chosen, tasks, chance, probed=bool(evidence.probe)))


def _broken(part: Part, promise: str, problem: str, cure: str) -> Finding:
    evidence = part.evidence
    place = place_of_function(evidence.effect if isinstance(evidence, Trained) else evidence.compute)
    return Finding(promise, problem, "", str(place or ""), cure, place.source if place else "")
