"""Right gradients pass, in either precision and at kinks; each kind of mistake is found, and where."""

import re

import numpy as np
import pytest

from benchsuite.diagnostics.gradient_check import check_gradient, diagnose_gradients

AT = np.random.default_rng(0).normal(size=12)
SHAPES = {"first": (2, 5), "second": (2,)}


def smooth(theta):
    return float(np.sin(theta[:10]).sum() * np.exp(theta[10:]).sum() + 3)


def gradient_of_smooth(theta):
    return np.concatenate(
        [np.cos(theta[:10]) * np.exp(theta[10:]).sum(), np.sin(theta[:10]).sum() * np.exp(theta[10:])]
    )


def said(function, gradient, at=AT, shapes=SHAPES, precision="float64"):
    return diagnose_gradients(check_gradient(function, gradient, at, shapes, precision=precision), precision)


def test_a_right_gradient_is_right():
    found = said(smooth, gradient_of_smooth(AT))
    assert found.word == "right"
    assert max(found.numbers[f"error_{name}"] for name in SHAPES) < 1e-8


def test_in_float32_too():
    def rounded(theta):
        return float(np.float32(smooth(theta.astype("float32"))))

    assert said(rounded, gradient_of_smooth(AT).astype("float32"), precision="float32").word == "right"


@pytest.mark.parametrize("precision", ["float64", "float32"])
@pytest.mark.parametrize(
    "spoilt",
    [
        lambda g: 1.05 * g,
        lambda g: -g,
        lambda g: 0 * g,
        lambda g: np.concatenate([g[:1], np.zeros(1)]),
        lambda g: g[::-1],
        lambda g: g * np.nan,
    ],
)
def test_mistakes_are_found_where_they_are(spoilt, precision):
    gradient = gradient_of_smooth(AT)
    gradient[10:] = spoilt(gradient[10:])
    found = said(smooth, gradient, precision=precision)
    assert found.word == "wrong"
    assert found.alarm
    assert "for second; most" in found.says


def test_kinks_nearby_are_no_mistakes():
    """Σ max(θ, 0), one θ closer to 0 than the first step."""
    at = AT.copy()
    at[3] = 3e-6
    assert said(lambda theta: float(np.maximum(theta, 0).sum()), (at > 0).astype(float), at).word == "right"


def test_what_rounding_hides_is_not_judged():
    assert said(lambda theta: 1e6 + 1e-3 * smooth(theta), 0 * AT, precision="float32").word == "cannot tell"


SLOPE = 0.02 * np.random.default_rng(1).permutation(np.linspace(-1, 1, 50)) / np.linalg.norm(np.linspace(-1, 1, 50))


def shallow(theta):
    """About 2.3, with ‖g‖ = 0.02, rounded to float32: of the smaller steps rounding hides nearly all."""
    return float(np.float32(2.3 + SLOPE @ theta))


@pytest.mark.parametrize("factor", [1.3, 0.7, -1.0])
def test_rounding_at_one_step_does_not_overrule_a_mistake_that_another_sees(factor):
    found = said(shallow, factor * SLOPE, np.zeros(50), None, "float32")
    assert (found.word, found.alarm) == ("wrong", True)
    shown = re.search(r": (\S+) against (\S+), relative error (\S+) where", found.says)
    analytic, numeric, error = map(float, shown.groups())
    assert error == pytest.approx(abs(analytic - numeric) / max(abs(analytic), abs(numeric)), rel=0.05)


def test_right_is_only_said_where_the_tolerance_could_be_resolved():
    assert said(lambda theta: shallow(2 * theta), 2 * SLOPE, np.zeros(50), None, "float32").word == "right"
    for factor, smaller in ((1.0, 1), (1.1, 1), (1.2, 1), (1.0, 20), (1.3, 20)):
        found = said(
            lambda theta, by=smaller: shallow(theta / by), factor * SLOPE / smaller, np.zeros(50), None, "float32"
        )
        assert (found.word, found.alarm) == ("cannot tell", False)
        assert "float64" in found.remedy


def test_kinks_that_rounding_does_not_let_the_smallest_step_pass_are_no_alarm():
    """A small kink beside a slope: at the larger steps its kink adds what a wrong gradient would, but not the same at both."""

    def bent(theta):
        return float(np.float32(2.3 + 0.06 * theta[0] + 0.01 * np.maximum(theta[0] - 0.002, 0)))

    assert said(bent, np.array([0.06]), np.zeros(1), None, "float32").word == "cannot tell"
