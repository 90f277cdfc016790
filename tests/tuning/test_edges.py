"""Edges as pure functions of what was tried; and the rule that chooses."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchsuite as bs
from benchsuite.components import Dimension
from benchsuite.searches import Tried
from benchsuite.spaces import Space
from benchsuite.tuning.choosing import choose, mean_score
from benchsuite.tuning.edges import edges, pair, weight
from benchsuite.tuning.ranges import beginning, ends, further
from benchsuite.tuning.search_space import SearchSpace


def space(**spaces: Space) -> SearchSpace:
    return SearchSpace(tuple(Dimension(name, one) for name, one in spaces.items()))


RATES = bs.LogUniform(1e-5, 10.0, default=1e-3)
BETAS = bs.OneMinusLogUniform(0.0, 0.9999, default=0.9)
LIMITS = space(rate=RATES, beta=BETAS, kind=bs.Choice(["a", "b"]))
DEFAULT = {"rate": 1e-3, "beta": 0.9, "kind": "a"}


def test_a_search_begins_around_the_default_and_stays_within_what_is_declared() -> None:
    begun = ends(beginning(LIMITS, DEFAULT))
    assert begun["rate"] == pytest.approx((1e-3 / 10**1.5, 1e-3 * 10**1.5), rel=1e-4)
    assert begun["beta"] == pytest.approx((0.0, 0.99))
    near = ends(beginning(LIMITS, {**DEFAULT, "rate": 5.0, "beta": 0.9995}))
    assert near["rate"] == pytest.approx((5 / 10**1.5, 10.0), rel=1e-4)
    assert near["beta"] == pytest.approx((0.995, 0.9999), rel=1e-4)
    off = space(penalty=bs.LogUniform(1e-6, 1.0, default=0.0, zero=True), part=bs.Uniform(0.0, 1.0, default=0.5))
    assert ends(beginning(off, {"penalty": 0.0, "part": 0.5})) == {"penalty": (1e-6, 1.0), "part": (0.0, 1.0)}


@given(rate=st.floats(1e-5, 10), beta=st.floats(0, 0.9999))
def test_wherever_the_default_lies_the_search_begins_with_it_inside(rate: float, beta: float) -> None:
    begun = beginning(LIMITS, {**DEFAULT, "rate": rate, "beta": beta})
    for one, limit, value in zip(begun.dimensions, LIMITS.dimensions, (rate, beta), strict=False):
        assert one.space.contains(value)
        assert limit.space.low <= one.space.low < one.space.high <= limit.space.high  # type: ignore[attr-defined]


def test_a_range_is_widened_by_a_decade_on_its_own_scale_up_to_what_is_declared() -> None:
    rate, beta = (one.space for one in beginning(LIMITS, DEFAULT).dimensions[:2])
    assert further(rate, RATES, "high") == pytest.approx((10**-4.5, 10**-0.5), rel=1e-4)
    assert further(rate, RATES, "low") == pytest.approx((1e-5, 10**-1.5), rel=1e-4)  # not 10**-5.5
    assert further(beta, BETAS, "high") == pytest.approx((0.0, 0.999))
    assert further(beta, BETAS, "low") is None  # it begins at the end
    assert further(bs.Uniform(0, 1, default=0), bs.Uniform(0, 1, default=0), "high") is None


def test_an_edge_is_where_nothing_was_tried_further_out_and_the_dimension_tells() -> None:
    rates = [1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2]
    searched = space(rate=bs.LogUniform(1e-4, 3e-2, default=1e-3))
    tried = [{"rate": rate} for rate in rates]
    rising: list[float | None] = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    assert edges(searched, tried, rising, 5) == {"rate": "high"}
    assert edges(searched, tried, rising[::-1], 0) == {"rate": "low"}
    assert edges(searched, tried, rising, 4) == {}
    assert edges(searched, tried, rising, 4, share=0.25) == {}  # one further out was tried
    assert edges(searched, tried[:5], rising[:5], 4, share=0.25) == {"rate": "high"}
    noise: list[float | None] = [0.3, 0.5, 0.4, 0.2, 0.1, 0.6]
    assert weight(searched.dimensions[0], tried, noise) < 0.3
    assert edges(searched, tried, noise, 5) == {}


@given(seed=st.integers(0, 1000), failed=st.integers(0, 4))
def test_weight_is_the_determination_of_the_ranks_by_a_parabola(seed: int, failed: int) -> None:
    generator = np.random.default_rng(seed)
    places = generator.random(9)
    scores = generator.random(9)
    searched = Dimension("x", bs.Uniform(0.0, 1.0, default=0.5))
    tried = [{"x": float(place)} for place in places]
    known: list[float | None] = [None if place < failed else float(score) for place, score in enumerate(scores)]
    from scipy.stats import rankdata

    ranks = rankdata([-1.0 if score is None else score for score in known])
    fitted = np.polyval(np.polyfit(places, ranks, 2), places)
    expected = 1 - ((ranks - fitted) ** 2).sum() / ((ranks - ranks.mean()) ** 2).sum()
    assert weight(searched, tried, known) == pytest.approx(max(expected, 0), abs=1e-9)


def test_a_pair_goes_beyond_the_edge_and_else_between_neighbours() -> None:
    begun = beginning(LIMITS, DEFAULT)
    tried = [{**DEFAULT, "rate": rate} for rate in (1e-4, 1e-3, 1e-2, 2.5e-2)]
    settings, beyond = pair(begun, LIMITS, tried, [0.1, 0.2, 0.3, 0.4], 3)
    assert beyond is not None
    assert beyond[:2] == ("rate", "high")
    assert [one["rate"] for one in settings] == pytest.approx([0.1, 0.316228], rel=1e-3)
    assert all(one["beta"] == 0.9 and one["kind"] == "a" for one in settings)
    settings, beyond = pair(begun, LIMITS, tried, [0.1, 0.2, 0.4, 0.3], 2)
    assert beyond is None
    assert [one["rate"] for one in settings] == pytest.approx([1e-2 / 10**0.5, 0.0158114], rel=1e-3)
    # Widened as often as may be: the edge stays one, and the pair looks elsewhere.
    assert pair(begun, LIMITS, tried, [0.1, 0.2, 0.3, 0.4], 3, frozenset({("rate", "high")}))[1] is None
    assert pair(space(kind=bs.Choice(["a", "b"])), LIMITS, [{"kind": "a"}], [0.1], 0) == ([], None)


def test_the_rule_takes_the_best_whole_setting_and_of_equals_the_one_nearest_to_the_default() -> None:
    def one(rate: float, score: float | None, stop: int | None = None) -> Tried:
        return Tried({"rate": rate}, (), score, 1.0, stop)

    searched = space(rate=RATES)
    assert choose([one(1e-3, 0.5), one(1e-2, 0.7), one(1e-1, 0.6)], searched) == 1
    assert choose([one(1e-3, 0.5), one(1e-1, 0.7), one(1e-2, 0.7)], searched) == 2
    assert choose([one(1e-3, 0.5), one(1e-2, 0.7), one(1e-4, 0.7)], searched) == 1  # as near: the first
    assert choose([one(1e-3, 0.5), one(1e-2, None), one(1e-4, 0.9, stop=3)], searched) == 0
    assert choose([one(1e-3, None)], searched) is None
    assert mean_score([0.5, 1.0]) == 0.75
    assert mean_score([0.5, None]) is None
    assert mean_score([0.5, float("nan")]) is None
    assert mean_score([]) is None
