"""Mistakes that people make in tuners, and what ``check`` says of each."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.conformance import check_component
from benchsuite.conformance.tuner_course import ENDS, INSIDE, SAME
from benchsuite.registry import Registry


class Drawn:
    """Right as it is: random points, one after another."""

    remembered: list[Any] = []  # noqa: RUF012

    def __init__(self, problem: bs.Problem) -> None:
        self.problem, self.left = problem, problem.budget

    def ask(self) -> list[bs.Proposal]:
        if not self.left:
            return []
        self.left -= 1
        return [bs.Proposal(self.point())]

    def point(self) -> tuple[float, ...]:
        return tuple(self.problem.generator.random(len(self.problem.dimensions)).tolist())

    def tell(self, scored: bs.Scored) -> None:
        """Learn nothing."""


class GlobalRandom(Drawn):
    def point(self) -> tuple[float, ...]:
        return tuple(random.random() for _ in self.problem.dimensions)


class GlobalNumpy(Drawn):
    def point(self) -> tuple[float, ...]:
        return tuple(np.random.random(len(self.problem.dimensions)).tolist())  # noqa: NPY002


class InTheClass(Drawn):
    def tell(self, scored: bs.Scored) -> None:
        self.remembered.append(scored)

    def point(self) -> tuple[float, ...]:
        return (0.5 + 0.5 / (1 + len(self.remembered)),) * len(self.problem.dimensions)


class Endless(Drawn):
    def ask(self) -> list[bs.Proposal]:
        return [bs.Proposal(self.point())]


class IgnoresTheBudget(Drawn):
    def __init__(self, problem: bs.Problem) -> None:
        super().__init__(problem)
        self.left = 100


class Values(Drawn):
    def point(self) -> tuple[float, ...]:
        return tuple(dimension.value(0.9) for dimension in self.problem.dimensions)  # type: ignore[misc]


class Compares(Drawn):
    best = 0.0

    def tell(self, scored: bs.Scored) -> None:
        self.best = max(self.best, scored.score)  # type: ignore[type-var, assignment]


class Silent(Drawn):
    def ask(self) -> list[bs.Proposal]:
        return []


def broken(search: Callable[..., Any], registry: Registry) -> list[tuple[str, str]]:
    tuner = bs.Tuner(name="mine", make=lambda: search, summary="A mistake.")
    return [(one.promise, one.problem) for one in check_component(tuner, registry) if one.problem]


def test_a_right_one_keeps_every_promise(bundled: Registry) -> None:
    assert broken(Drawn, bundled) == []


@pytest.mark.parametrize(
    ("search", "promise", "said"),
    [
        (GlobalRandom, SAME, "it proposes something else"),
        (GlobalNumpy, SAME, "it proposes something else"),
        (InTheClass, SAME, "searched again it proposes something else"),
        (IgnoresTheBudget, INSIDE, "with 1 dimensions, a budget of 1 and 1 epochs its proposals cost 2 trainings of 0"),
        (Endless, INSIDE, "its proposals cost 2 trainings of 0"),
        (Values, INSIDE, "a proposal must have 1 places from 0 to 1, one for each of activation. Received: ('elu',)."),
        (Silent, INSIDE, "it proposes nothing"),
        (Compares, INSIDE, "'>' not supported between instances of 'NoneType' and 'float'"),
        (lambda problem: None, INSIDE, "an object with ask and tell"),
    ],
)
def test_a_mistake_is_seen_where_it_is(search: Callable[..., Any], promise: str, said: str, bundled: Registry) -> None:
    found = broken(search, bundled)
    assert found[0][0] == promise
    assert said in found[0][1]


def test_a_failure_of_everything_is_tried(bundled: Registry) -> None:
    class Average(Drawn):
        """Which takes the mean of what it was told, failures left out: of nothing there is none."""

        def __init__(self, problem: bs.Problem) -> None:
            super().__init__(problem)
            self.scores: list[float] = []

        def tell(self, scored: bs.Scored) -> None:
            self.scores += [scored.score] if scored.score is not None else []
            sum(self.scores) / len(self.scores)

    ((promise, problem),) = broken(Average, bundled)
    assert promise == ENDS
    assert "where everything fails: ZeroDivisionError" in problem
