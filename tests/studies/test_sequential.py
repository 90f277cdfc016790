"""A comparison that goes on until it is decided: look by look, whoever was faster."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchsuite.record import Record
from benchsuite.studies.sequential import Sequential, look_sizes
from benchsuite.trial import Trial
from tests.factories import component, make_record

MADE = {one.id: one for seed in range(12) for one in (
    make_record(seed=seed), make_record(changes={"optimizer": [component("sgd", learning_rate=0.01)]}, seed=seed)
)}  # fmt: skip
TRIALS = [one.trial for one in MADE.values()]


def run(looks: Sequence[Sequence[Trial]], decides: int, workers: int, picks: Sequence[int], had: set[str]) -> list[str]:
    """Carry a source out as the execution does: records are told in the order of proposals, whichever ended first."""
    asked: list[tuple[int, list[str]]] = []

    def decided(look: int, records: Sequence[Record]) -> bool:
        asked.append((look, [record.id for record in records]))
        return look >= decides

    source = Sequential(looks, decided)
    order: list[str] = []
    waiting: list[Trial] = []
    done = set(had)
    told = 0
    pick = iter(picks)

    def take(trials: Sequence[Trial]) -> None:
        order.extend(trial.id for trial in trials)
        waiting.extend(trial for trial in trials if trial.id not in had)

    take(source.propose())
    while told < len(order):
        if order[told] in done:
            source.tell(MADE[order[told]])
            told += 1
            take(source.propose())
            continue
        running = waiting[:workers]
        ended = running[next(pick, 0) % len(running)]  # any of those that run may end first
        waiting.remove(ended)
        done.add(ended.id)
    for look, ids in asked:
        assert ids == order[: sum(map(len, looks[: look + 1]))]
    assert source.look == min(decides, len(looks) - 1)
    return order


@given(
    st.lists(st.integers(1, 6), min_size=1, max_size=4),
    st.integers(0, 4),
    st.integers(1, 5),
    st.lists(st.integers(0, 4), max_size=30),
    st.sets(st.integers(0, 23)),
)
def test_what_is_proposed_depends_on_no_worker_and_no_clock(
    sizes: list[int], decides: int, workers: int, picks: list[int], had: set[int]
) -> None:
    cuts = [sum(sizes[:place]) for place in range(len(sizes) + 1)]
    looks = [TRIALS[start:end] for start, end in pairwise(cuts)]
    expected = [trial.id for look in looks[: decides + 1] for trial in look]
    assert run(looks, decides, workers, picks, {TRIALS[place].id for place in had}) == expected


def test_a_source_of_one_look_never_asks() -> None:
    def never(look: int, records: Sequence[Record]) -> bool:
        raise AssertionError

    source = Sequential([TRIALS[:3]], never)
    for trial in source.propose():
        source.tell(MADE[trial.id])
    assert list(source.propose()) == []
    assert list(Sequential([], never).propose()) == []


@pytest.mark.parametrize(
    ("at_most", "sizes"), [(40, (10, 20, 40)), (10, (10,)), (5, (5,)), (25, (10, 20, 25)), (100, (10, 20, 40, 80, 100))]
)
def test_looks_double_up_to_their_bound(at_most: int, sizes: tuple[int, ...]) -> None:
    assert look_sizes(at_most) == sizes
