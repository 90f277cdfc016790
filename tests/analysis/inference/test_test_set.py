"""The error of a finite test set: as wide as other test sets differ, never nothing, smaller where predictions are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from benchsuite.analysis.inference.test_set import (
    binomial_error,
    least_examples_error,
    least_examples_errors,
    paired_examples_error,
    unpaired_examples_error,
)
from benchsuite.errors import BenchsuiteError

answers = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=2, max_size=60)


@pytest.mark.parametrize(("right", "examples"), [(0, 10), (5, 10), (345, 359), (359, 359), (9000, 10000)])
def test_it_is_that_of_agresti_and_coull(right, examples):
    low, high = proportion_confint(right, examples, alpha=2 * 0.0227501319481792, method="agresti_coull")  # z = 2
    middle = (right + 2) / (examples + 4)
    # statsmodels clips at 0 and 1; the other end is not clipped.
    reach = max(high - middle, middle - low)
    assert 2 * binomial_error(right / examples, examples) == pytest.approx(reach, rel=1e-6)


def test_an_accuracy_of_1_has_an_error_too():
    assert 1 / 359 < binomial_error(1.0, 359) < 2 / 359


def test_other_test_sets_differ_by_so_much():
    generator = np.random.default_rng(0)
    easy = generator.random((2000, 359))
    # Both are wrong on the hard examples; one more often where it is not clear.
    a, b = (easy > 0.03).astype(float), (easy + 0.02 * generator.normal(size=easy.shape) > 0.05).astype(float)
    difference = (a - b).mean(axis=1)
    estimated = [paired_examples_error(x, y) for x, y in zip(a[:200], b[:200], strict=True)]
    assert np.mean(estimated) == pytest.approx(difference.std(), rel=0.06)
    assert np.mean([binomial_error(float(x.mean()), 359) for x in a[:200]]) == pytest.approx(
        a.mean(axis=1).std(), rel=0.12
    )
    # Without knowing which examples, it is taken for larger than it is.
    assert unpaired_examples_error(float(a.mean()), float(b.mean()), 359) > 1.2 * difference.std()


@given(answers)
def test_knowing_the_predictions_is_mcnemar_and_never_less_than_one_example(pairs):
    a, b = np.array(pairs, dtype=float).T
    error, count = paired_examples_error(a, b), len(a)
    only_a, only_b = float(((a == 1) & (b == 0)).sum()), float(((a == 0) & (b == 1)).sum())
    assert error == paired_examples_error(b, a)
    by_hand = math.sqrt((only_a + only_b - (only_a - only_b) ** 2 / count) / (count - 1) / count)
    assert error == pytest.approx(max(by_hand, 1 / count))


@pytest.mark.parametrize(("more", "differ"), [(0, False), (1, False), (3, False), (4, True)])
def test_a_few_examples_in_one_direction_are_no_difference(more, differ):
    a, b = np.ones(359), np.ones(359)
    b[:more] = 0
    assert (more / 359 > 1.96 * paired_examples_error(a, b)) == differ


@given(answers)
def test_the_least_error_is_that_of_examples_in_one_direction(pairs):
    a, b = np.array(pairs, dtype=float).T
    least = least_examples_error(float((a - b).mean()), len(a))
    assert paired_examples_error(a, b) >= least - 1e-12
    one_way = np.maximum(a, b)
    size = float((one_way - b).mean())
    if 0 < size < 1:
        assert least_examples_error(size, len(a)) == pytest.approx((one_way - b).std() / math.sqrt(len(a)))
    for more in range(1, 360):
        assert (more / 359 > 1.96 * least_examples_error(more / 359, 359)) == (more >= 4)


def test_seeds_are_averaged_for_each_example_first():
    generator = np.random.default_rng(0)
    a, b = (generator.random((5, 100)) < 0.9).astype(float), (generator.random((3, 100)) < 0.8).astype(float)
    assert paired_examples_error(a, b) == pytest.approx((a.mean(0) - b.mean(0)).std(ddof=1) / 10)
    # One example that another seed gets right each time is still one example; without the bound it would be √5 errors.
    shared = np.ones((5, 100))
    shared[np.arange(5), np.arange(5)] = 0
    assert paired_examples_error(np.ones(100), shared) == 1 / 100
    # Values that are no zeros and ones, such as losses, have no such bound.
    assert paired_examples_error(np.array([1.5, 2.5]), np.array([1.0, 2.0])) == 0.0


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: binomial_error(1.2, 10),
        lambda: binomial_error(0.5, 0),
        lambda: least_examples_error(2, 10),
        lambda: paired_examples_error(np.ones(3), np.ones(4)),
        lambda: paired_examples_error(np.ones(0), np.ones(0)),
    ],
)
def test_what_is_no_share_is_refused(wrong):
    with pytest.raises(BenchsuiteError, match="Received"):
        wrong()


def test_many_least_errors_are_those_of_each_to_the_bit():
    differences = np.concatenate([np.linspace(-1, 1, 997), [0.0, 1 / 359, -1 / 359]])
    for examples in (1, 359, 10_000):
        one_by_one = [least_examples_error(one, examples) for one in differences.tolist()]
        assert least_examples_errors(differences, examples).tolist() == one_by_one
