"""What a tuner promises: proposals in space and budget, the same ones whoever trains faster, and an end, come what may."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from benchsuite.components import Dimension, Problem, Proposal, Scored, Tuner, Tuning
from benchsuite.conformance.blame import Blame
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.global_chance import disturb, global_states_kept
from benchsuite.conformance.runs import described
from benchsuite.conformance.step import Looked, PromiseStep
from benchsuite.registry import Registry
from benchsuite.spaces import Choice, Integer, LogUniform, Uniform
from benchsuite.tuning.ask_tell import Asked, Asking
from benchsuite.tuning.search_space import SearchSpace

SUMMARY = "its summary says what it is"
INSIDE = "its proposals lie in the space and within the budget"
ENDS = "it comes to an end, also where everything fails or is equal"
SAME = "the same seed gives the same proposals, whoever trains faster"
OF_A_TUNER = (SUMMARY, INSIDE, ENDS, SAME)

RATE = Dimension("optimizer.0.learning_rate", LogUniform(1e-5, 1.0, default=1e-3))
OTHERS = (
    Dimension("depth", Integer(1, 4, default=2)),
    Dimension("activation", Choice(["relu", "tanh", "elu"])),
    Dimension("regularization.0.rate", Uniform(0.0, 0.9, default=0.5)),
)
Score = Callable[[Asked], float | None]


@dataclass(frozen=True)
class Case:
    """One problem that a tuner is tried on."""

    dimensions: tuple[Dimension, ...]
    budget: int
    epochs: int

    def __str__(self) -> str:
        return f"with {len(self.dimensions)} dimensions, a budget of {self.budget} and {self.epochs} epochs"


CASES = (
    Case((RATE,), 1, 1),
    Case((RATE,), 7, 9),
    Case(OTHERS[1:2], 5, 3),
    Case((RATE, *OTHERS), 11, 9),
)

CURE_INSIDE = (
    "Propose bs.Proposal(point) with a place from 0 to 1 for each of problem.dimensions, and together no more than problem.budget "
    "trainings; one with stop costs stop / problem.epochs of them."
)
CURE_ENDS = "A score may be None, which is worse than any number, and many may be equal; wait only for what was proposed and is not told."
CURE_SAME = (
    "Draw from problem.generator alone, in the order in which ask is called: not from random, numpy.random or the clock, nor in the "
    "order of a set. Keep what is told in the object that start returns, not in the module."
)


class TunerCourse:
    """The promises of one tuner, in order.

    Args:
        tuner: The tuner.
        registry: Where it is registered.
    """

    def __init__(self, tuner: Tuner, registry: Registry) -> None:
        self._tuner = tuner
        self._blame = Blame(tuner, registry)

    def steps(self) -> list[PromiseStep]:
        """Return the steps, in order."""
        return [
            PromiseStep("described", SUMMARY, lambda: Looked((described(self._tuner),))),
            PromiseStep("inside", INSIDE, self._inside),
            PromiseStep("ends", ENDS, self._ends, needs="inside"),
            PromiseStep("same", SAME, self._same, needs="inside"),
        ]

    def _inside(self) -> Looked:
        for case in CASES:
            proposed: list[Proposal] = []
            asked = searched(self._tuner, case, _bowl, proposed)
            cost = sum(_cost(one, case) for one in proposed)
            first = [one for one in asked if one.number == 0]
            problem = ""
            if not asked[len(first) :] and case.budget > 1:
                problem = "it proposes nothing"
            elif cost > case.budget - 1 + 1e-9:
                problem = f"its proposals cost {cost:g} trainings of {case.budget - 1}"
            if problem:
                return Looked((self._blame.broken(INSIDE, f"{case} {problem}", CURE_INSIDE),), over=True)
        return Looked((Finding(INSIDE),))

    def _ends(self) -> Looked:
        scores: dict[str, Score] = {"everything fails": lambda _: None, "all scores are equal": lambda _: 0.5}
        for case in CASES:
            for words, score in scores.items():
                try:
                    searched(self._tuner, case, score)
                except Exception as error:
                    said = f"{case}, where {words}: {type(error).__name__}: {error}"
                    return Looked((self._blame.broken(ENDS, said, CURE_ENDS),))
        return Looked((Finding(ENDS),))

    def _same(self) -> Looked:
        for case in CASES:
            first = searched(self._tuner, case, _bowl)
            for workers in (1, 3):
                with global_states_kept():
                    disturb(workers)  # what a tuner must not draw from
                    again = searched(self._tuner, case, _bowl, workers=workers)
                if again != first:
                    who = "searched again" if workers == 1 else f"with {workers} workers, which end in another order,"
                    return Looked((self._blame.broken(SAME, f"{case}, {who} it proposes something else", CURE_SAME),))
        return Looked((Finding(SAME),))


def searched(
    tuner: Tuner, case: Case, score: Score, proposed: list[Proposal] | None = None, workers: int = 1
) -> list[Asked]:
    """Search a made-up problem to its end; the defaults are tried first.

    Args:
        tuner: The tuner.
        case: The problem.
        score: What comes of a proposal.
        proposed: Filled with all that the tuner itself proposes.
        workers: Proposals under way at once; they end in an order by chance, and are told in theirs.
    """
    recorded = replace(tuner, make=partial(_recording, tuner, proposed if proposed is not None else []), space={})
    first = {one.name: one.space.default for one in case.dimensions}
    asking = Asking(recorded, SearchSpace(case.dimensions), case.budget, case.epochs, 0, first=[first])
    chance = random.Random(workers)
    waiting, running, done, told = list(asking.ask()), list[Asked](), dict[int, Asked](), list[Asked]()
    while not asking.ended:
        while waiting and len(running) < workers:
            running.append(waiting.pop(0))
        if running:
            ended = running.pop(chance.randrange(len(running)))
            done[ended.number] = ended
        while len(told) in done:
            told.append(done.pop(len(told)))
            asking.tell(told[-1].number, score(told[-1]))
            waiting += asking.ask()
    return told


class _Recording:
    """A search, and all that it proposes: what is beyond the budget is not trained, and would not be seen otherwise."""

    def __init__(self, search: Tuning, proposed: list[Proposal]) -> None:
        self._search, self._proposed = search, proposed

    def ask(self) -> Sequence[Proposal]:
        found = list(self._search.ask())
        self._proposed += found
        return found

    def tell(self, scored: Scored) -> None:
        self._search.tell(scored)


def _recording(tuner: Tuner, proposed: list[Proposal]) -> Any:
    start = tuner.make(**tuner.hyperparameters())

    def begin(problem: Problem) -> Any:
        search = start(problem)
        known = callable(getattr(search, "ask", None)) and callable(getattr(search, "tell", None))
        return _Recording(search, proposed) if known else search

    return begin


def _cost(proposal: Proposal, case: Case) -> float:
    return (proposal.stop or case.epochs) / case.epochs if isinstance(proposal, Proposal) else 1.0


def _bowl(asked: Asked) -> float | None:
    """Return a score with its optimum inside; a part of the space fails."""
    value = math.fsum((place - 0.3) ** 2 for place in asked.point)
    return None if asked.point[0] > 0.9 else -value
