"""Schedules against optax and closed forms."""

import numpy as np
import pytest

TOTAL = 90


def multipliers(bundled, name, **chosen):
    component = bundled.component("schedule", name)
    schedule = component.make(**component.hyperparameters(chosen))
    return np.asarray(schedule(np.arange(TOTAL), TOTAL))


def optax_values(schedule):
    return np.array([float(schedule(t)) for t in range(TOTAL)])


def test_constant(bundled):
    assert (multipliers(bundled, "constant") == 1).all()


@pytest.mark.parametrize("final", [0.0, 0.1])
def test_cosine_is_optax(bundled, final):
    import optax

    expected = optax_values(optax.cosine_decay_schedule(1.0, TOTAL, alpha=final))
    np.testing.assert_allclose(multipliers(bundled, "cosine", final=final), expected, atol=1e-6)


def test_step_is_optax_and_switches_at_the_boundary_itself(bundled):
    import optax

    found = multipliers(bundled, "step", factor=0.1, stages=3)
    expected = optax_values(optax.piecewise_constant_schedule(1.0, {30: 0.1, 60: 0.1}))
    np.testing.assert_allclose(found, expected, rtol=1e-6)
    assert found[29] == 1.0
    assert found[30] == pytest.approx(0.1)


def test_linear_warmup_starts_above_zero_and_arrives(bundled):
    found = multipliers(bundled, "linear_warmup", fraction=0.1)
    np.testing.assert_allclose(found[:9], np.arange(1, 10) / 9)
    assert (found[8:] == 1).all()


@pytest.mark.parametrize("name", ["constant", "cosine", "step", "linear_warmup"])
def test_a_schedule_is_pure_and_does_not_care_how_steps_are_cut(bundled, name):
    component = bundled.component("schedule", name)
    schedule = component.make(**component.hyperparameters())
    whole = np.asarray(schedule(np.arange(TOTAL), TOTAL))
    pieces = np.concatenate(
        [np.asarray(schedule(np.arange(start, start + 10), TOTAL)) for start in range(0, TOTAL, 10)]
    )
    assert np.array_equal(whole, pieces)
