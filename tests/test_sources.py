"""The simplest source: a plan."""

from __future__ import annotations

from benchsuite.sources import Planned
from tests.factories import make_record


def test_a_plan_proposes_all_its_trials_once_in_their_order() -> None:
    trials = [make_record(seed=seed).trial for seed in (2, 0, 1)]
    source = Planned(iter(trials))
    assert list(source.propose()) == trials
    assert list(source.propose()) == []
    source.tell(make_record(seed=2))
    assert list(source.propose()) == []


def test_a_plan_may_be_empty() -> None:
    assert list(Planned([]).propose()) == []
