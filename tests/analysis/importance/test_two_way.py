"""The two-way decomposition against statsmodels, nested models, the noncentral F distribution and known truth."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from benchsuite.analysis.importance.two_way import TwoWay, two_way


def drawn(shape: tuple[int, int, int], number: int = 1, both: float = 0.3, seed: float = 1.0) -> np.ndarray:
    generator = np.random.default_rng(number)
    rows, columns, seeds = shape
    return np.asarray(
        generator.normal(size=shape)
        + np.arange(rows)[:, None, None]
        + both * generator.normal(size=(rows, columns))[:, :, None]
        + seed * generator.normal(size=seeds)
    )


def frame(values: np.ndarray) -> pd.DataFrame:
    at = np.argwhere(~np.isnan(values))
    return pd.DataFrame({"a": at[:, 0], "b": at[:, 1], "s": at[:, 2], "y": values[~np.isnan(values)]})


def decomposed(values: np.ndarray) -> TwoWay:
    found = two_way(values)
    assert found is not None
    return found


@pytest.mark.parametrize("lacking", [[], [(0, 1, 2), (2, 3, 1), (1, 1, 0)]], ids=["balanced", "seeds missing"])
def test_it_is_the_type_ii_table_of_statsmodels(lacking: list[tuple[int, int, int]]) -> None:
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    values = drawn((3, 4, 5))
    for place in lacking:
        values[place] = np.nan
    table = anova_lm(ols("y ~ C(a, Sum) * C(b, Sum) + C(s, Sum)", frame(values)).fit(), typ=2)
    names = {"rows": "C(a, Sum)", "columns": "C(b, Sum)", "both": "C(a, Sum):C(b, Sum)", "seeds": "C(s, Sum)"}
    found = decomposed(values)
    assert [one.name for one in found.effects] == list(names)
    for one in found.effects:
        expected = table.loc[names[one.name]]
        assert one.f == pytest.approx(expected["F"], rel=1e-9)
        assert one.p == pytest.approx(expected["PR(>F)"], rel=1e-6)
        assert one.degrees == expected["df"]
    assert found.error**2 == pytest.approx(table.loc["Residual", "sum_sq"] / table.loc["Residual", "df"])
    assert found.error_degrees == table.loc["Residual", "df"]


@pytest.mark.filterwarnings("ignore:The design matrix is rank-deficient")
def test_a_pair_that_was_not_run_is_compared_by_nested_models() -> None:
    from statsmodels.regression.linear_model import OLS

    values = drawn((3, 3, 4), number=5)
    values[0, 1] = np.nan
    held = frame(values)

    def dummies(*names: str) -> np.ndarray:
        parts = [np.eye(int(held[name].max()) + 1)[held[name]] for name in names]
        return np.hstack([np.ones((len(held), 1)), *parts])

    cells = np.unique(held[["a", "b"]].to_numpy(), axis=0, return_inverse=True)[1].reshape(-1)
    whole = OLS(held["y"], np.hstack([dummies("s"), np.eye(cells.max() + 1)[cells]])).fit()
    additive = OLS(held["y"], dummies("a", "b", "s")).fit()
    f, p, degrees = whole.compare_f_test(additive)
    both = next(one for one in decomposed(values).effects if one.name == "both")
    assert (both.f, both.p, both.degrees) == (pytest.approx(f), pytest.approx(p), degrees)


def test_the_interval_inverts_the_noncentral_f_distribution() -> None:
    values = drawn((3, 4, 5))
    found = decomposed(values)
    rows = found.effects[0]
    for bound, share in ((rows.low, 0.975), (rows.high, 0.025)):
        noncentral = bound**2 * values.size
        assert stats.ncf.cdf(rows.f, rows.degrees, found.error_degrees, noncentral) == pytest.approx(share, abs=1e-6)
    assert rows.low < rows.times < rows.high


def test_the_interval_covers_what_is_true() -> None:
    """Effects −1, 0, 1 of an error of 1 are √(2/3) errors; counted over 150 draws, exact for normal errors."""
    truth, inside = math.sqrt(2 / 3), 0
    for number in range(150):
        generator = np.random.default_rng(number)
        values = generator.normal(size=(3, 2, 4)) + np.array([-1.0, 0.0, 1.0])[:, None, None]
        rows = decomposed(values).effects[0]
        inside += rows.low <= truth <= rows.high
    assert 0.92 <= inside / 150 <= 0.98


def test_shares_are_unbiased_variances_over_their_sum() -> None:
    found = decomposed(drawn((4, 3, 6), both=0.0, seed=0.0))
    assert math.fsum(one.share for one in found.effects) + found.error_share == pytest.approx(1.0)
    many = [decomposed(drawn((3, 3, 5), number, both=0.0, seed=0.0)).effects[0].share for number in range(80)]
    assert np.mean(many) == pytest.approx((2 / 3) / (2 / 3 + 1), abs=0.04)  # rows 0, 1, 2 have the variance 2/3


def test_effects_of_the_levels_are_those_of_balanced_means() -> None:
    values = drawn((3, 4, 5))
    found = decomposed(values)
    means = values.mean(axis=(1, 2)) - values.mean()
    assert [level.effect for level in found.rows] == pytest.approx(means.tolist())
    reach = stats.t.ppf(0.975, found.error_degrees) * found.error * math.sqrt((1 - 1 / 3) / 20)
    assert [level.high - level.effect for level in found.rows] == pytest.approx([reach] * 3)
    assert found.mean == pytest.approx(values.mean())


def test_a_lucky_seed_is_no_error() -> None:
    """All pairs see the same seeds: what a seed does to all of them is told apart from what is left."""
    values = drawn((3, 4, 5), seed=0.0)
    shifted = values + 100.0 * np.arange(5)
    plain, lucky = decomposed(values), decomposed(shifted)
    assert lucky.error == pytest.approx(plain.error)
    assert [one.f for one in lucky.effects[:3]] == pytest.approx([one.f for one in plain.effects[:3]])
    assert lucky.effects[3].share > 0.99


def test_with_one_seed_the_interaction_is_the_error() -> None:
    found = decomposed(drawn((3, 4, 1)))
    assert found.error_is_interaction
    assert [one.name for one in found.effects] == ["rows", "columns"]
    assert found.error_degrees == 6


def test_results_without_error_are_told_as_that() -> None:
    values = np.broadcast_to(np.array([[1.0, 2.0], [3.0, 4.0]])[:, :, None], (2, 2, 3)).copy()
    found = decomposed(values)
    rows, columns, both, seeds = found.effects
    assert rows.times == columns.times == math.inf
    assert (both.times, both.p, seeds.p) == (0.0, 1.0, 1.0)
    assert found.error == 0


@pytest.mark.parametrize(
    "values",
    [
        np.zeros((1, 3, 2)),
        np.full((2, 2, 2), np.nan),
        np.array([[[1.0], [np.nan]], [[np.nan], [2.0]]]),  # rows that share no column
    ],
    ids=["one row", "nothing", "not connected"],
)
def test_what_cannot_be_decomposed_is_not(values: np.ndarray) -> None:
    assert two_way(values) is None
