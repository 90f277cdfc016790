"""Asking a tuner: in one order, within the budget, and refused where it proposes what nobody could train."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.components import Dimension
from benchsuite.tuning.ask_tell import Asking
from benchsuite.tuning.search_space import SearchSpace

SPACE = SearchSpace((Dimension("optimizer.0.learning_rate", bs.LogUniform(1e-4, 1.0, default=0.01)),))


class Scripted:
    """A tuner that proposes what it is made with, some at each call, and remembers what it is told."""

    def __init__(self, *answers: Sequence[Any]) -> None:
        self.answers, self.told, self.problem = list(answers), [], None  # type: ignore[var-annotated]

    def ask(self) -> Sequence[Any]:
        return self.answers.pop(0) if self.answers else []

    def tell(self, scored: bs.Scored) -> None:
        self.told.append(scored)

    def start(self, problem: bs.Problem) -> Scripted:
        self.problem = problem
        return self


def asking(search: Any, budget: int = 4, epochs: int = 10, **more: Any) -> Asking:
    start: Callable[..., Any] = search.start if isinstance(search, Scripted) else search
    return Asking(bs.Tuner(name="scripted", make=lambda: start), SPACE, budget, epochs, 0, **more)


def proposal(place: float, stop: int | None = None) -> bs.Proposal:
    return bs.Proposal((place,), stop)


def test_it_is_asked_once_at_the_beginning_and_once_after_each_that_it_is_told() -> None:
    search = Scripted([proposal(0.0), proposal(0.5)], [], [proposal(1.0)], [])
    found = asking(search)
    assert [(one.number, one.values) for one in found.ask()] == [
        (0, {"optimizer.0.learning_rate": 1e-4}),
        (1, {"optimizer.0.learning_rate": 1e-2}),
    ]
    assert found.ask() == ()
    found.tell(0, 0.25)
    assert found.ask() == ()
    found.tell(1, None)
    (last,) = found.ask()
    assert last.values == {"optimizer.0.learning_rate": 1.0}
    assert not found.ended
    found.tell(2, float("nan"))
    assert found.ended
    assert search.told == [
        bs.Scored((0.0,), None, 0.25),
        bs.Scored((0.5,), None, None),
        bs.Scored((1.0,), None, None),  # no number is a failure
    ]
    assert search.answers == []


@pytest.mark.parametrize("number", [1, 2, 7])
def test_proposals_are_told_in_their_order(number: int) -> None:
    found = asking(Scripted([proposal(0.0), proposal(0.5)]))
    with pytest.raises(bs.BenchsuiteError, match=f"Received: {number}; next is 0"):
        found.tell(number, 1.0)
    found.tell(0, 1.0)
    found.tell(1, 1.0)
    with pytest.raises(bs.BenchsuiteError, match="next is None"):
        found.tell(2, 1.0)


def test_what_the_budget_has_no_room_for_is_left_out() -> None:
    """Stops count as the share of a training that they are, exactly: ten tenths are one."""
    tenths = [proposal(number / 10 + 0.05, 1) for number in range(10)]
    search = Scripted([*tenths, proposal(0.1), proposal(0.2, 9), proposal(0.3, 2), proposal(0.4, 1)])
    found = asking(search, budget=2, epochs=10)
    asked = found.ask()
    assert [one.stop for one in asked] == [*[1] * 10, None]
    assert found.spent == 2.0
    search = Scripted([proposal(0.2, 9), proposal(0.3, 2), proposal(0.4, 1)])
    found = asking(search, budget=1)
    assert [one.stop for one in found.ask()] == [9, 1]
    assert found.spent == 1.0


def test_what_was_proposed_before_costs_nothing_and_a_tuner_that_repeats_itself_ends() -> None:
    found = asking(Scripted([proposal(0.5), proposal(0.5), proposal(0.5, 5), proposal(0.1)]), budget=3)
    assert [one.cost for one in found.ask()] == [1.0, 0.0, 0.5, 1.0]
    assert (found.spent, found.left) == (2.5, 5)

    class Again(Scripted):
        def ask(self) -> Sequence[Any]:
            return [proposal(0.5)]

    found = asking(Again(), budget=3)
    told = 0
    while not found.ended:
        found.tell(told, 1.0)
        told += 1
    assert (told, found.spent) == (6, 3.0)


def test_a_stop_at_the_end_is_none() -> None:
    (asked,) = asking(Scripted([proposal(0.5, 10)])).ask()
    assert (asked.stop, asked.cost) == (None, 1.0)


def test_some_settings_come_first_whatever_the_tuner() -> None:
    search = Scripted([proposal(0.0)])
    first = [{"optimizer.0.learning_rate": 0.01}, {"optimizer.0.learning_rate": 3e-9}]
    found = asking(search, budget=3, first=first)
    asked = found.ask()
    assert [one.values for one in asked[:2]] == first  # as they are, though the second lies outside
    assert search.problem is not None
    assert search.problem.budget == 1
    assert search.problem.epochs == 10
    assert search.problem.dimensions == SPACE.dimensions
    assert search.problem.generator.random() == np.random.default_rng(0).random()
    for one in asked:
        found.tell(one.number, float(one.number))
    assert search.told == [
        bs.Scored((0.5,), None, 0.0, own=False),
        bs.Scored((0.0,), None, 1.0, own=False),
        bs.Scored((0.0,), None, 2.0, own=True),
    ]
    assert len(asking(Scripted([proposal(0.0)]), budget=1, first=first).ask()) == 1


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ([(0.5,)], r"tuner 'scripted' must propose bs.Proposal\(…\). Received: \(0.5,\)."),
        ([proposal(0.5, 0)], "must stop after an epoch from 1 to 10, or None. Received: 0."),
        ([proposal(0.5, 11)], "must stop after an epoch from 1 to 10, or None. Received: 11."),
        ([proposal(0.5, True)], "must stop after an epoch from 1 to 10, or None. Received: True."),
        ([proposal(1.5)], "a proposal must have 1 places from 0 to 1"),
        ([bs.Proposal((0.5, 0.5))], "a proposal must have 1 places from 0 to 1"),
    ],
)
def test_what_nobody_could_train_is_refused(answer: list[Any], message: str) -> None:
    with pytest.raises(bs.BenchsuiteError, match=message):
        asking(Scripted(answer))


def test_something_must_be_searched_and_somebody_must_search() -> None:
    tuner = bs.Tuner(name="scripted", make=lambda: lambda problem: None)
    with pytest.raises(bs.BenchsuiteError, match="there is nothing for tuner 'scripted' to search"):
        Asking(tuner, SearchSpace(()), 1, 1, 0)
    with pytest.raises(bs.BenchsuiteError, match=r"an object with ask and tell\. Received: None\."):
        Asking(tuner, SPACE, 1, 1, 0)
