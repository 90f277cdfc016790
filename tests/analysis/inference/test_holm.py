"""Holm's correction: as statsmodels has it, never more than Bonferroni's, and it keeps its level."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from benchsuite.analysis.inference.holm import holm
from benchsuite.errors import BenchsuiteError

families = st.lists(st.floats(0, 1), min_size=1, max_size=20)


@pytest.mark.parametrize("tests", [1, 2, 5, 30])
def test_statsmodels_corrects_the_same(tests):
    p = np.round(np.random.default_rng(tests).random(tests) ** 3, 2)  # some equal ones
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1], rtol=1e-12)


@given(families)
def test_it_lies_between_p_and_bonferroni_and_keeps_the_order(p):
    corrected = holm(p)
    assert (corrected >= p).all()
    assert (corrected <= np.minimum(1, len(p) * np.array(p))).all()
    order = np.argsort(p, kind="stable")
    assert (np.diff(corrected[order]) >= 0).all()
    assert corrected[order[0]] == min(1, len(p) * min(p))


def test_equal_ones_are_corrected_alike_and_the_example_of_a_textbook_comes_out():
    assert holm([0.01, 0.04, 0.03, 0.005]).tolist() == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert len(set(holm([0.02, 0.02, 0.02]).tolist())) == 1


def test_a_test_that_was_not_made_does_not_count():
    corrected = holm([0.01, math.nan, 0.04])
    assert corrected[0] == 0.02
    assert math.isnan(corrected[1])
    assert corrected[2] == 0.04
    assert holm([]).size == 0
    assert holm([[0.01, 0.5], [0.02, 1.0]]).shape == (2, 2)


@pytest.mark.parametrize("wrong", [[1.2], [-0.1, 0.5]])
def test_what_is_no_probability_is_refused(wrong):
    with pytest.raises(BenchsuiteError, match="from 0 to 1"):
        holm(wrong)


def test_any_false_verdict_is_as_likely_as_the_level_allows():
    generator = np.random.default_rng(0)
    p = generator.random((4000, 8))
    p[:, 5:] /= 1e4  # three that do differ
    wrong = np.mean([(holm(row)[:5] <= 0.05).any() for row in p])
    assert 0.035 < wrong <= 0.055
    assert np.mean((p[:, :5] <= 0.05).any(axis=1)) > 0.2  # without a correction
