"""Average ranks of many methods on many tasks: the numbers that Demšar printed, and those of scipy and scikit-posthocs."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scikit_posthocs
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import stats

from benchsuite.analysis.inference.friedman import (
    cliques,
    friedman,
    nemenyi_critical_difference,
    runs_alike,
    wilcoxon_holm,
)
from benchsuite.analysis.inference.paired import pair_differences, wilcoxon
from benchsuite.errors import BenchsuiteError

CLASSIFIERS = ("C4.5", "C4.5+m", "C4.5+cf", "C4.5+m+cf")
# J. Demšar, Statistical Comparisons of Classifiers over Multiple Data Sets, JMLR 7 (2006) 1–30, Table 6: AUC on 14 sets.
AUC = np.array([
    [0.763, 0.768, 0.771, 0.798], [0.599, 0.591, 0.590, 0.569], [0.954, 0.971, 0.968, 0.967],
    [0.628, 0.661, 0.654, 0.657], [0.882, 0.888, 0.886, 0.898], [0.936, 0.931, 0.916, 0.931],
    [0.661, 0.668, 0.609, 0.685], [0.583, 0.583, 0.563, 0.625], [0.775, 0.838, 0.866, 0.875],
    [1.000, 1.000, 1.000, 1.000], [0.940, 0.962, 0.965, 0.962], [0.619, 0.666, 0.614, 0.669],
    [0.972, 0.981, 0.975, 0.975], [0.957, 0.978, 0.946, 0.970],
]).T  # fmt: skip
VOTING = 12
"""The row on which C4.5+cf and C4.5+m+cf are equal to three digits. The paper ranks them 2 and 3: they differed before."""
Q_TABLE = {0.05: (1.960, 2.343, 2.569, 2.728, 2.850, 2.949, 3.031, 3.102, 3.164),
           0.10: (1.645, 2.052, 2.291, 2.459, 2.589, 2.693, 2.780, 2.855, 2.920)}  # fmt: skip
"""His Table 5(a): critical values of the Nemenyi test for 2 to 10 classifiers."""


def as_in_the_paper() -> np.ndarray:
    values = AUC.copy()
    values[2, VOTING] += 1e-5
    return values


def test_demsar_as_published():
    found = friedman(as_in_the_paper())
    assert [round(rank, 3) for rank in found.ranks] == [3.143, 2.000, 2.893, 1.964]
    assert (round(found.chi_square, 2), round(found.f, 2), found.tasks) == (9.28, 3.69, 14)
    assert found.f > stats.f.ppf(0.95, 3, 39) == pytest.approx(2.85, abs=0.005)
    assert found.p == pytest.approx(0.025807496707063185)
    assert found.f_p == pytest.approx(0.019823006192249054)
    assert found.corrected == pytest.approx(10.228346456692925)


def test_demsar_as_printed():
    # The table as it stands, with the tie: this is what we report for numbers of three digits.
    found = friedman(AUC)
    assert found.ranks == pytest.approx([3.142857, 2.0, 2.928571, 1.928571], abs=1e-6)
    assert (found.chi_square, found.p) == pytest.approx((9.857142857142824, 0.019820334037905146))
    assert (found.f, found.f_p) == pytest.approx((3.9866666666666495, 0.01435244621602403))
    assert (found.corrected, found.corrected_p) == pytest.approx((10.952380952380956, 0.011986176325417788))


@pytest.mark.parametrize("values", [AUC, as_in_the_paper()], ids=["as printed", "as published"])
def test_demsar_critical_differences_and_cliques(values):
    ranks = friedman(values).ranks
    assert round(nemenyi_critical_difference(4, 14, 0.05), 2) == 1.25
    assert round(nemenyi_critical_difference(4, 14, 0.10), 2) == 1.12
    (every,) = cliques(ranks, nemenyi_critical_difference(4, 14, 0.05))
    assert len(every) == 4
    groups = cliques(ranks, nemenyi_critical_difference(4, 14, 0.10))
    assert [[CLASSIFIERS[place] for place in group] for group in groups] == [
        ["C4.5+m+cf", "C4.5+m", "C4.5+cf"],
        ["C4.5+cf", "C4.5"],
    ]


def test_demsar_wilcoxon():
    test = wilcoxon(pair_differences(AUC[1], AUC[0]))
    assert (test.statistic, 14 * 15 / 2 - test.statistic) == (93, 12)


@pytest.mark.parametrize("alpha", Q_TABLE)
def test_demsar_critical_values(alpha):
    for entrants, q in enumerate(Q_TABLE[alpha], start=2):
        found = nemenyi_critical_difference(entrants, 7, alpha) / math.sqrt(entrants * (entrants + 1) / (6 * 7))
        assert round(found, 3) == pytest.approx(q, abs=0.0011)  # one of his is rounded the other way


def test_scikit_posthocs_finds_the_same_pairs():
    p = scikit_posthocs.posthoc_nemenyi_friedman(AUC.T).to_numpy()
    ranks = np.array(friedman(AUC).ranks)
    for alpha in (0.05, 0.1):
        apart = np.abs(ranks[:, None] - ranks) >= nemenyi_critical_difference(4, 14, alpha)
        assert (apart == (p <= alpha)).all()


@settings(max_examples=50)
@given(arrays.arrays(float, st.tuples(st.integers(3, 6), st.integers(2, 9)), elements=st.integers(0, 4).map(float)))
def test_scipy_tests_the_same_and_ties_only_add(values):
    found = friedman(values)
    np.testing.assert_allclose(found.ranks, stats.rankdata(-values, axis=0).mean(axis=1))
    if (values == values[0]).all():
        assert math.isnan(found.corrected)
        assert found.corrected_p == found.p == 1.0
        return
    expected = stats.friedmanchisquare(*values)
    assert found.corrected == pytest.approx(expected.statistic)
    assert found.corrected_p == pytest.approx(expected.pvalue)
    assert found.corrected >= found.chi_square - 1e-9
    assert friedman(np.exp(values)) == found  # ranks know no more than order


def test_failed_entrants_share_the_last_ranks_and_an_unknown_value_takes_its_task_out():
    values = np.array([[3.0, 3, 3, 1], [2, -np.inf, 2, np.nan], [1, -np.inf, 4, 5]])
    found = friedman(values)
    assert found.ranks == pytest.approx(((1 + 1 + 2) / 3, (2 + 2.5 + 3) / 3, (3 + 2.5 + 1) / 3))
    assert (found.tasks, found.left_out) == (3, 1)


def test_the_ends_of_what_can_be_tested():
    one = friedman(np.array([[1.0], [2.0], [3.0]]))
    assert one.ranks == (3, 2, 1)
    assert math.isnan(one.f)
    assert one.f_p == 1.0
    always = friedman(np.array([[2.0] * 5, [1.0] * 5]))
    assert math.isinf(always.f)
    assert (always.f_p, always.chi_square) == (0.0, 5.0)
    nothing = friedman(np.full((2, 3), np.nan))
    assert (nothing.tasks, nothing.left_out, nothing.p) == (0, 3, 1.0)
    with pytest.raises(BenchsuiteError, match="two entrants"):
        friedman(np.ones((1, 4)))
    with pytest.raises(BenchsuiteError, match="two entrants"):
        nemenyi_critical_difference(1, 4)


def test_entrants_that_are_alike_differ_as_rarely_as_the_level_says():
    generator = np.random.default_rng(0)
    values = generator.normal(size=(2000, 5, 12))
    ranks = stats.rankdata(-values, axis=1).mean(axis=2)
    spread = ranks.max(axis=1) - ranks.min(axis=1)
    assert 0.025 < (spread >= nemenyi_critical_difference(5, 12)).mean() <= 0.055
    f = np.mean([friedman(one).f_p <= 0.05 for one in values[:500]])
    assert 0.03 < f < 0.07


@given(st.lists(st.floats(1, 9), min_size=1, max_size=9), st.floats(0.1, 5))
def test_cliques_are_the_largest_groups_within_the_difference(ranks, difference):
    found = cliques(ranks, difference)
    for group in found:
        assert len(group) > 1
        held = [ranks[place] for place in group]
        assert held == sorted(held)
        assert max(held) - min(held) < difference
    for i in range(len(ranks)):
        for j in range(i):
            together = any(i in group and j in group for group in found)
            assert together == (abs(ranks[i] - ranks[j]) < difference)
    assert not any(set(one) < set(other) for one in found for other in found)


def test_runs_by_any_test_end_where_a_pair_differs():
    differ = np.zeros((4, 4), dtype=bool)
    differ[0, 2] = differ[2, 0] = True
    assert runs_alike(np.array([1.0, 2, 3, 4]), differ) == ((0, 1), (1, 2, 3))
    assert runs_alike(np.array([2.0]), np.zeros((1, 1), dtype=bool)) == ()
    assert runs_alike(np.array([1.0, 1.0]), np.ones((2, 2), dtype=bool)) == ()


def test_wilcoxon_holm_tests_every_pair_by_itself():
    generator = np.random.default_rng(0)
    values = generator.normal(size=(4, 12)) + np.array([3, 3, 0, 0])[:, None]
    values[1, 4] = np.nan
    found = wilcoxon_holm(values)
    assert found.tasks[0].tolist() == [0, 11, 12, 12]
    assert found.p[0, 2] == found.p[2, 0] == pytest.approx(stats.wilcoxon(values[0] - values[2], method="exact").pvalue)
    pairs = scikit_posthocs.posthoc_wilcoxon(np.delete(values, 4, axis=1), p_adjust="holm").to_numpy()
    np.testing.assert_allclose(wilcoxon_holm(np.delete(values, 4, axis=1)).corrected, pairs)
    assert found.differ().tolist() == [[i // 2 != j // 2 for j in range(4)] for i in range(4)]
    # A fourth that everybody beats changes Nemenyi's groups, but not these p.
    assert wilcoxon_holm(values[:3]).p[0, 2] == found.p[0, 2]
