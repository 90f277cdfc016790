"""Whether a verdict holds beyond the published instance: planted truths, how often the rule is wrong, and every branch of it."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence

import numpy as np
import pytest

from benchsuite.analysis.beyond_instance import BeyondInstance, oriented
from benchsuite.analysis.inference.over_instances import more_instances, one_direction
from tests.simulated_instances import (
    SEEDS,
    Effect,
    beyond,
    drawn,
    everywhere,
    found,
    here_and_there,
    nowhere,
    on_half,
    on_half_or_none,
    only_here,
    sides,
)

DRAWS = int(os.environ.get("BENCHSUITE_SIMULATED_INSTANCES", "40"))


@pytest.mark.parametrize(
    ("effect", "word", "least"),
    [(everywhere, "holds", 0.9), (only_here, "does not hold", 0.85), (on_half, "does not hold", 0.85)],
)
def test_a_planted_truth_is_found(effect: Effect, word: str, least: float) -> None:
    better, _ = found(effect, 5, DRAWS)
    assert sum(better.values()) > 0.9 * DRAWS
    assert better[word] >= least * sum(better.values()), better


def test_what_is_nowhere_hardly_ever_holds() -> None:
    """Of no effect at all a verdict is false 1 time in 20, and then holds beyond the instance 1 time in 32 or less."""
    better, every = found(nowhere, 5, 4 * DRAWS)
    assert every["holds"] <= 1 + 0.005 * 4 * DRAWS, every
    assert better["holds"] <= 1 + 0.06 * sum(better.values()), better


def test_what_is_everywhere_is_hardly_ever_denied() -> None:
    """Whatever is published is then one draw among equals."""
    better, _ = found(here_and_there, 5, DRAWS)
    assert better["does not hold"] <= 0.08 * sum(better.values()) + 1, better


def test_half_of_the_instances_without_effect_is_not_called_everywhere() -> None:
    better, _ = found(on_half_or_none, 5, DRAWS)
    assert better["holds"] <= 0.5 * sum(better.values()), better  # (3/4)^5 = 0.24, the chance that all have one sign


def ten(middle: float, spread: float = 0.01) -> list[float]:
    return [middle + spread * (((7 * seed) % 10) / 10 - 0.45) for seed in SEEDS]


def many(differences: Sequence[float], direction: str = "max") -> BeyondInstance:
    return beyond(
        [sides(f"t~{number}", ten(0.5 + each), ten(0.5)[::-1], direction) for number, each in enumerate(differences)]
    )


def test_the_rule() -> None:
    agrees = many([0.1, 0.1, 0.09, 0.12, 0.1, 0.08])
    assert (agrees.word, agrees.reason, agrees.agree, agrees.same_direction) == ("holds", "agrees", 5, 5)
    assert agrees.p == agrees.smallest_p == 1 / 32
    assert agrees.low == pytest.approx(0.08, abs=1e-6)  # five instances: from the smallest to the largest
    assert agrees.attained == 1 - 2 / 32
    against = many([0.1, 0.1, 0.09, 0.12, 0.1, -0.08])
    assert (against.word, against.reason, against.agree, against.contradict) == ("does not hold", "contradicted", 4, 1)
    few = many([0.1, 0.1, 0.09])
    assert (few.word, few.reason, few.smallest_p) == ("cannot tell", "too few", 0.25)
    assert few.more_instances is not None
    assert few.more_instances >= 3
    here = many([0.1, 0.001, -0.001, 0.0, 0.001, -0.002])
    assert (here.word, here.reason, here.undecided) == ("does not hold", "here only", 5)
    assert here.expected_high < here.here
    none = many([0.0, 0.1, 0.1, 0.1, 0.1, 0.1])
    assert (none.word, none.reason) == ("cannot tell", "no verdict")
    assert none.p == 2 / 32  # nobody named a direction


def test_smaller_is_better_turns_signs_and_nothing_else() -> None:
    up, down = many([0.1, 0.1, 0.09, 0.12, 0.1, 0.08]), many([-0.1, -0.1, -0.09, -0.12, -0.1, -0.08], "min")
    assert (up.word, up.p, up.agree) == (down.word, down.p, down.agree)
    assert down.difference == pytest.approx(-up.difference)
    assert (down.low, down.high) == pytest.approx((-up.high, -up.low))
    assert (down.expected_low, down.expected_high) == pytest.approx((-up.expected_high, -up.expected_low))


def test_failures_are_told_by_the_chance_that_a_is_better() -> None:
    lost = [sides("t~1", [-math.inf] * 10, ten(0.5)), *(sides(f"t~{n}", ten(0.6), ten(0.5)) for n in range(2, 6))]
    held = beyond([sides("t", ten(0.6), ten(0.5)), *lost])
    assert (held.unit, held.word, held.contradict) == ("chance", "does not hold", 1)
    assert held.here == 0.5
    both = beyond([sides("t", ten(0.6), ten(0.5)), sides("t~1", [-math.inf] * 10, [-math.inf] * 10)])
    assert (both.word, both.undecided, both.same_direction) == ("cannot tell", 1, 0)
    assert oriented(both.instances[0]) == 0.0
    json.dumps(both.to_json())


def test_an_instance_without_one_of_the_sides_does_not_count() -> None:
    held = beyond([sides("t", ten(0.6), ten(0.5)), sides("t~1", [math.nan] * 10, ten(0.5))])
    assert (held.counted, held.word) == (0, "cannot tell")
    assert held.p == held.smallest_p == 1.0


def test_the_chance_of_the_seeds_is_not_taken_for_a_variance_between_instances() -> None:
    """Equal true differences: nothing varies but seeds. Others: their deviation, once the seeds' share is taken off."""
    same = [drawn(lambda *_: 3.0, 8, number) for number in range(20)]
    apart = [drawn(lambda chance, _: 3.0 + 2.0 * float(chance.normal()), 8, number) for number in range(20)]
    assert np.mean([held.between**2 for held in same]) < 0.15
    assert 2.5 < np.mean([held.between**2 for held in apart]) < 5.5
    assert np.mean([held.seed_error**2 for held in same]) == pytest.approx(0.2, rel=0.15)  # 2 ÷ 10


def test_how_many_more_would_settle_it_is_counted_out() -> None:
    def brute(agree: int, n: int) -> int | None:
        chance = (agree + 1) / (n + 2)
        for more in range(1, 60):
            needed = next((k for k in range(n + more + 1) if one_direction(k, n + more) <= 0.05), None)
            if needed is None:
                continue
            ways = [math.comb(more, k) * chance**k * (1 - chance) ** (more - k) for k in range(more + 1)]
            if sum(ways[max(needed - agree, 0) :]) >= 0.8:
                return more
        return None

    for agree, n in [(2, 2), (4, 5), (3, 5), (8, 10), (4, 4), (6, 8)]:
        assert more_instances(agree, n, 0.05) == brute(agree, n), (agree, n)
    assert one_direction(5, 5) == 1 / 32
    assert one_direction(0, 4) == 1.0


def test_one_of_many_variants_contradicts_only_with_a_p_for_all_of_them() -> None:
    """Eight of ten pairs the other way round are p = 0.027 of one variant, and nothing of five that tell nothing else."""
    rest = [sides(f"t~{n}", ten(0.5), ten(0.5)[::-1]) for n in range(1, 5)]
    weak = [0.5 - 0.01 * (seed + 1) if seed > 1 else 0.5 + 0.01 * (seed + 3.5) for seed in SEEDS]
    published = sides("t", ten(0.6), ten(0.5)[::-1])
    one = sides("t~5", weak, [0.5] * 10)
    alone, among = beyond([published, one]), beyond([published, *rest, one])
    assert (alone.word, alone.contradict) == ("does not hold", 1)
    assert (among.contradict, among.undecided, among.agree) == (0, 5, 0)
    assert 0.01 < among.instances[-1].p < 0.05 < among.instances[-1].corrected


def test_variants_that_happen_to_agree_closely_expect_no_less_than_their_seeds_allow() -> None:
    """Five estimates that are equal by chance: the next one has the error of its seeds all the same."""
    a = [0.5 + 0.1 * (((7 * seed) % 10) - 4.5) for seed in SEEDS]
    equal = [sides(f"t~{n}", a, [0.5] * 10) for n in range(1, 6)]
    held = beyond([sides("t", [0.7] * 10, ten(0.5)), *equal])
    assert held.between == 0.0
    assert held.seed_error == pytest.approx(0.1 * math.sqrt(8.25 * 10 / 9 / 10), rel=1e-6)
    assert held.expected_high > 0.25  # 2.776·0.0957·√1.2
    assert (held.word, held.reason) == ("cannot tell", "too few")
