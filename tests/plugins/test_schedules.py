"""Schedules against optax, Keras, PyTorch's published formulas and closed forms."""

import math

import numpy as np
import pytest

TOTAL = 90
NAMES = [
    "constant", "cosine", "exp_range", "exponential", "inverse_time", "linear", "natural_exponential", "one_cycle", "piecewise",
    "polynomial", "reduce_on_plateau", "sgdr", "step", "triangular", "triangular2", "warmup", "warmup_stable_decay",
]  # fmt: skip


def made(bundled, name, **chosen):
    component = bundled.component("schedule", name)
    return component.make(**component.hyperparameters(chosen))


def multipliers(bundled, name, total=TOTAL, **chosen):
    return np.asarray(made(bundled, name, **chosen)(np.arange(total), total))


def optax_values(schedule, total=TOTAL):
    return np.array([float(schedule(t)) for t in range(total)])


# ---------------------------------------------------------------- each against another's


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


def test_piecewise_is_optax_and_switches_at_the_boundary_itself(bundled):
    import optax

    chosen = {"first": 0.3, "second": 0.8, "first_factor": 0.5, "second_factor": 0.2}
    expected = optax_values(optax.piecewise_constant_schedule(1.0, {27: 0.5, 72: 0.2}))
    np.testing.assert_allclose(multipliers(bundled, "piecewise", **chosen), expected, rtol=1e-6)
    thrice = {**chosen, "third": 0.9, "third_factor": 0.1}
    expected = optax_values(optax.piecewise_constant_schedule(1.0, {27: 0.5, 72: 0.2, 81: 0.1}))
    np.testing.assert_allclose(multipliers(bundled, "piecewise", **thrice), expected, rtol=1e-6)
    swapped = {"first": 0.8, "second": 0.3, "first_factor": 0.2, "second_factor": 0.5}
    assert np.array_equal(multipliers(bundled, "piecewise", **swapped), multipliers(bundled, "piecewise", **chosen))


def test_a_piecewise_boundary_does_not_move_by_rounding(bundled):
    found = multipliers(bundled, "piecewise", total=100, first=0.07, second=1.0)
    assert 0.07 * 100 > 7  # in float64
    assert (found[6], found[7], found[99]) == (1.0, 0.1, 0.1)


@pytest.mark.parametrize(
    ("name", "keras_name", "chosen", "arguments"),
    [
        ("inverse_time", "InverseTimeDecay", {"decay": 9.0}, {"decay_steps": TOTAL, "decay_rate": 9.0}),
        ("exponential", "ExponentialDecay", {"final": 0.01}, {"decay_steps": TOTAL, "decay_rate": 0.01}),
        ("natural_exponential", "ExponentialDecay", {"decay": 3.0}, {"decay_steps": TOTAL, "decay_rate": math.exp(-3)}),
        ("linear", "PolynomialDecay", {"final": 0.1}, {"decay_steps": TOTAL, "end_learning_rate": 0.1}),
        ("polynomial", "PolynomialDecay", {"power": 2.0, "final": 0.1}, {"decay_steps": TOTAL, "end_learning_rate": 0.1, "power": 2.0}),
        # T₀ = T·(m − 1)/(mⁿ − 1) = 90/15
        ("sgdr", "CosineDecayRestarts", {"final": 0.1}, {"first_decay_steps": 6, "t_mul": 2.0, "alpha": 0.1}),
        ("sgdr", "CosineDecayRestarts", {"cycles": 3, "growth": 1.0}, {"first_decay_steps": 30, "t_mul": 1.0}),
    ],
)  # fmt: skip
def test_decays_are_keras(bundled, name, keras_name, chosen, arguments):
    import keras

    theirs = getattr(keras.optimizers.schedules, keras_name)(1.0, **arguments)
    steps = np.arange(TOTAL)
    if name == "sgdr":
        # At a restart Keras takes the float32 logarithm of a whole number, and may still be in the old cycle.
        steps = steps[~np.isin(steps, [6, 18, 42, 30, 60])]
    expected = np.array([float(theirs(int(t))) for t in steps])
    np.testing.assert_allclose(multipliers(bundled, name, **chosen)[steps], expected, rtol=1e-5, atol=1e-6)


def test_linear_and_polynomial_are_optax(bundled):
    import optax

    np.testing.assert_allclose(
        multipliers(bundled, "linear"), optax_values(optax.linear_schedule(1.0, 0.0, TOTAL)), atol=1e-6
    )
    expected = optax_values(optax.polynomial_schedule(1.0, 0.2, 3, TOTAL))
    np.testing.assert_allclose(multipliers(bundled, "polynomial", power=3.0, final=0.2), expected, atol=1e-6)


def test_warmup_starts_above_zero_and_arrives(bundled):
    found = multipliers(bundled, "warmup", fraction=0.1)
    np.testing.assert_allclose(found[:9], np.arange(1, 10) / 9)
    assert (found[8:] == 1).all()


def smith(t, step_size, low, scale):
    """Smith 2017, section 3.1, with max_lr = 1."""
    cycle = math.floor(1 + t / (2 * step_size))
    x = abs(t / step_size - 2 * cycle + 1)
    return low + (1 - low) * max(0.0, 1 - x) * scale(cycle, t)


@pytest.mark.parametrize(
    ("name", "more", "scale"),
    [
        ("triangular", {}, lambda cycle, t: 1.0),
        ("triangular2", {}, lambda cycle, t: 1 / 2 ** (cycle - 1)),
        ("exp_range", {"final": 0.1}, lambda cycle, t: (0.1 ** (1 / TOTAL)) ** t),
    ],
)
def test_cycles_are_smiths_and_pytorchs(bundled, name, more, scale):
    found = multipliers(bundled, name, cycles=3, low=0.2, **more)
    np.testing.assert_allclose(found, [smith(t, 15, 0.2, scale) for t in range(TOTAL)], atol=1e-12)
    assert found[15] == pytest.approx(0.2 + 0.8 * scale(1, 15))
    assert found[30] == pytest.approx(0.2)


@pytest.mark.parametrize("growth", [1.0, 1.5, 2.0])
def test_sgdr_restarts_at_the_step_itself(bundled, growth):
    """The paper's recursion T_cur, T_i, written as a loop."""
    lengths = [100 * growth**i for i in range(3)]
    total = round(sum(lengths))
    expected, current, cycle = [], 0.0, 0
    for _ in range(total):
        if current >= lengths[cycle] - 1e-9:
            current, cycle = current - lengths[cycle], cycle + 1
        expected.append(0.5 * (1 + math.cos(math.pi * current / lengths[cycle])))
        current += 1
    found = multipliers(bundled, "sgdr", total=total, cycles=3, growth=growth)
    np.testing.assert_allclose(found, expected, atol=1e-9)
    assert found[100] == pytest.approx(1.0)


@pytest.mark.parametrize("annealing", ["cosine", "linear"])
@pytest.mark.parametrize(("total", "rise"), [(90, 0.3), (90, 0.5), (7, 0.3)])
def test_one_cycle_is_pytorchs(bundled, annealing, total, rise):
    """OneCycleLR.get_lr of PyTorch 2, two phases, max_lr = 1."""

    def cosine(start, end, part):
        return end + (start - end) / 2.0 * (1 + math.cos(math.pi * part))

    def linear(start, end, part):
        return (end - start) * part + start

    between = cosine if annealing == "cosine" else linear
    initial = 1 / 25
    phases = [(float(rise * total) - 1, initial, 1.0), (total - 1, 1.0, initial / 1e4)]
    expected = []
    for step in range(total):
        start_step = 0.0
        for number, (end_step, start, end) in enumerate(phases):
            if step <= end_step or number == len(phases) - 1:
                expected.append(between(start, end, (step - start_step) / (end_step - start_step)))
                break
            start_step = end_step
    found = multipliers(bundled, "one_cycle", total=total, rise=rise, annealing=annealing)
    np.testing.assert_allclose(found, expected, atol=1e-9)
    assert found.max() <= 1
    assert found[-1] == pytest.approx(4e-6)


@pytest.mark.parametrize(
    ("form", "half"), [("sqrt", 1 - math.sqrt(0.5)), ("linear", 0.5), ("cosine", 0.5)], ids=["sqrt", "linear", "cosine"]
)
def test_warmup_stable_decay_has_three_parts(bundled, form, half):
    found = multipliers(bundled, "warmup_stable_decay", total=100, warmup=0.1, decay=0.2, form=form, final=0.1)
    np.testing.assert_allclose(found[:10], np.arange(1, 11) / 10)
    assert (found[9:81] == 1).all()
    assert found[90] == pytest.approx(0.1 + 0.9 * half)
    assert (np.diff(found[80:]) < 0).all()
    assert found[99] > 0.1


# ---------------------------------------------------------------- reduce on plateau

FALLING = [1.0, 0.9, 0.9, 0.89995, 0.95, 0.9, 0.9, 0.9, 0.5]
LOSSES = [*FALLING, 0.6, 0.6, math.nan, 0.6, 0.6, 0.6, 0.4999, 0.7, 0.7, 0.7, 0.7, 0.7, 0.7]


@pytest.mark.parametrize("patience", [1, 2, 3])
@pytest.mark.parametrize(
    ("cooldown", "minimum", "min_delta"), [(0, 0.0, 1e-4), (2, 0.0, 0.0), (0, 0.2, 1e-4), (1, 0.3, 0.05)]
)
def test_reduce_on_plateau_is_keras(bundled, patience, cooldown, minimum, min_delta):
    import keras

    class Model:
        optimizer = keras.optimizers.SGD(1.0)

    theirs = keras.callbacks.ReduceLROnPlateau(
        factor=0.5, patience=patience, min_delta=min_delta, cooldown=cooldown, min_lr=minimum, mode="min"
    )
    theirs.set_model(Model())
    Model.optimizer.learning_rate = 1.0
    theirs.on_train_begin()
    ours = made(
        bundled, "reduce_on_plateau", factor=0.5, patience=patience, min_delta=min_delta, cooldown=cooldown, minimum=minimum
    )  # fmt: skip
    for epoch, loss in enumerate(LOSSES):
        theirs.on_epoch_end(epoch, {"val_loss": loss})
        ours.after_epoch(epoch + 1, {"loss": loss})
        found = ours(np.arange(10 * epoch, 10 * epoch + 10), 1000)
        assert found == pytest.approx(np.full(10, float(Model.optimizer.learning_rate)), rel=1e-6), epoch


def test_reduce_on_plateau_is_made_anew_for_each_trial(bundled):
    first, second = made(bundled, "reduce_on_plateau", patience=1), made(bundled, "reduce_on_plateau", patience=1)
    for epoch in (1, 2):
        first.after_epoch(epoch, {"loss": 1.0})
    assert first(np.arange(1), 9) == pytest.approx([0.1])
    assert second(np.arange(1), 9) == [1.0]


# ---------------------------------------------------------------- all of them


def test_every_registered_schedule_is_tested_here(bundled):
    assert sorted(bundled.names("schedule")) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_schedule_is_pure_and_does_not_care_how_steps_are_cut(bundled, name):
    schedule = made(bundled, name)
    steps = np.arange(TOTAL)
    whole = np.asarray(schedule(steps, TOTAL))
    pieces = np.concatenate(
        [np.asarray(schedule(np.arange(start, start + 10), TOTAL)) for start in range(0, TOTAL, 10)]
    )
    assert np.array_equal(whole, pieces)
    assert np.array_equal(steps, np.arange(TOTAL))
    assert np.array_equal(whole, np.asarray(made(bundled, name)(steps, TOTAL)))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("total", [1, 2, 3, 5, 1000])
def test_multipliers_are_finite_and_between_zero_and_one_for_any_length_and_any_setting(bundled, name, total):
    component = bundled.component("schedule", name)
    generator = np.random.default_rng(total)
    drawn = [{key: space.sample(generator) for key, space in component.space.items()} for _ in range(20)]
    ends = [{key: getattr(space, end, space.default) for key, space in component.space.items()} for end in ("low", "high")]  # fmt: skip
    for chosen in [{}, *drawn, *ends]:
        found = multipliers(bundled, name, total=total, **chosen)
        assert found.shape == (total,)
        assert np.isfinite(found).all(), chosen
        assert ((found >= 0) & (found <= 1 + 1e-12)).all(), chosen


@pytest.mark.parametrize("name", NAMES)
def test_a_longer_training_is_the_same_course(bundled, name):
    """All are relative to the budget: at equal fractions of training the multiplier is (nearly) the same."""
    short, long = multipliers(bundled, name, total=300), multipliers(bundled, name, total=3000)
    np.testing.assert_allclose(short[1:-1], long[10:-10:10], atol=0.07)
