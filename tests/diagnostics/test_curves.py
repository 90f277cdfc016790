"""Diagnoses on curves: where each threshold lies, against formulas written out here."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchsuite.diagnostics.course import course_of
from benchsuite.diagnostics.depth import deeper
from benchsuite.diagnostics.fit import fit, validation_rise
from benchsuite.diagnostics.learning_rate import among_rates, learning_rate
from benchsuite.diagnostics.loss_and_measure import loss_and_measure
from benchsuite.diagnostics.of_record import of_curves, of_record
from benchsuite.diagnostics.start_loss import start_loss
from benchsuite.diagnostics.tiny_subset import tiny_subset
from tests.diagnostics_made import course
from tests.factories import make_record

# ---------------------------------------------------------------- learning rate


@pytest.mark.parametrize(
    ("train", "word"),
    [
        ([1.0, 1.04, 0.3, 0.2, 0.2], "right"),  # 4 % above the start is noise
        ([1.0, 1.06, 0.3, 0.2, 0.2], "too large"),
        ([1.0, 0.99, 0.985], "learns nothing"),
        ([1.0, 0.3, 0.1, 0.05], "right"),  # the second half falls slower than the mean
        ([1.0, 0.9, 0.8, 0.7], "too small"),
        ([1.0, 0.9, 0.8], "right"),  # too few epochs for two halves
        ([1.0, 0.9], "right"),
    ],
)
def test_the_rate_is_told_from_the_training_loss(train, word):
    assert learning_rate(course(train, reached=False)).word == word


def test_who_falls_steadily_but_reaches_the_easiest_target_has_no_rate_that_is_too_small():
    assert learning_rate(course([1.0, 0.9, 0.8], reached=True)).word == "right"
    assert learning_rate(course([1.0, 0.9, 0.8])).word == "right"  # nobody knows


def test_outputs_that_are_no_better_than_zeros_have_learned_nothing_however_far_the_loss_fell():
    fell = [7.0, 2.4, 2.303]
    assert learning_rate(course(fell, chance=math.log(10))).word == "learns nothing"
    assert learning_rate(course(fell)).word == "right"


def test_a_training_that_diverged_has_too_large_a_rate_and_says_why():
    found = learning_rate(course([1.0], failed=True, reason="the loss is nan at step 3"))
    assert (found.word, found.alarm) == ("too large", True)
    assert found.says == "The loss is nan at step 3."


@given(
    st.lists(st.floats(1e-3, 1e3), min_size=3, max_size=3, unique=True),
    st.floats(1e-6, 10.0),
)
def test_another_rate_is_named_only_where_it_ends_clearly_lower(losses, start):
    rates = [0.1, 1.0, 10.0]
    found = among_rates(rates, losses, 1.0, start)
    best, mine = min(losses), losses[1]
    clearly = best < 0.8 * mine and mine - best > 0.01 * start
    assert found.alarm == clearly
    if clearly:
        assert found.word == ("too large" if losses.index(best) == 0 else "too small")
        assert f"{rates[losses.index(best)]:g}" in found.remedy


def test_rates_that_fail():
    assert among_rates([0.1, 1.0], [0.5, math.inf], 1.0, 1.0).word == "too large"
    assert among_rates([0.1, 1.0], [math.inf, math.inf], 1.0, 1.0).word == "fails"
    assert among_rates([0.1, 1.0], [math.inf, 0.5], 1.0, 1.0).word == "right"
    assert among_rates([1.0], [0.5], 1.0, 1.0) is None


# ---------------------------------------------------------------- the loss at the start


@pytest.mark.parametrize("classes", [2, 10, 1000])
def test_the_loss_at_the_start_is_compared_with_ln_k(classes):
    chance = math.log(classes)
    assert start_loss(chance + 2.9, chance, classes=True).word == "as expected"
    assert start_loss(chance + 3.1, chance, classes=True).word == "too high"
    assert start_loss(0.4 * chance, chance, classes=True).word == "below chance"
    assert f"ln {classes} " in start_loss(chance, chance, classes=True).says


def test_that_of_values_is_compared_with_the_mean_square_of_the_targets():
    assert start_loss(30.9 * 0.7, 0.7, classes=False).word == "as expected"
    assert start_loss(31.1 * 0.7, 0.7, classes=False).word == "too high"
    assert start_loss(-0.1, 0.7, classes=False).word == "negative"
    assert start_loss(1.0, math.nan, classes=False) is None
    assert "ln" not in start_loss(1.0, 0.7, classes=False).says


# ---------------------------------------------------------------- under- and overfitting

FALLS = [1.0, 0.6, 0.4, 0.3]


@pytest.mark.parametrize(
    ("validation", "word"), [([1.0, 0.7, 0.6, 0.62], "healthy"), ([1.0, 0.7, 0.6, 0.64], "overfits")]
)
def test_a_validation_loss_that_rises_by_more_than_a_twentieth_overfits(validation, word):
    assert fit(course(FALLS, validation)).word == word


def test_a_validation_loss_that_rises_with_the_training_loss_is_no_overfitting():
    assert fit(course([1.0, 0.3, 0.4], [1.0, 0.4, 0.5])).word == "healthy"


def test_overfitting_up_to_twice_that_of_the_baseline_is_no_alarm():
    rises = [1.0, 0.7, 0.6, 0.9]  # by a half
    found = fit(course(FALLS, rises, usual_rise=0.26))
    assert (found.word, found.alarm) == ("overfits as usual", False)
    assert fit(course(FALLS, rises, usual_rise=0.24)).alarm
    assert not fit(course(FALLS, rises, published=True)).alarm
    assert fit(course(FALLS, rises, published=True, usual_rise=0.24)).alarm
    assert validation_rise(course(FALLS, rises)) == pytest.approx(0.5)


def test_large_losses_close_together_underfit_unless_a_target_was_reached():
    large = course([1.0, 0.7, 0.6], [1.0, 0.72, 0.65])
    assert fit(large).word == "underfits"
    assert fit(course([1.0, 0.7, 0.6], [1.0, 0.72, 0.65], reached=True)).word == "healthy"
    assert fit(course([1.0, 0.7, 0.6], [1.0, 0.75, 0.7])).word == "healthy"  # not close
    assert fit(course([1.0, 0.6, 0.4], [1.0, 0.6, 0.4])).word == "healthy"  # not large
    assert fit(course([9.0, 0.7, 0.6], [9.0, 0.72, 0.65], chance=1.0)).word == "underfits"


def test_the_remedies_are_not_those_of_the_other_case():
    under, over = fit(course([1.0, 0.9, 0.8])), fit(course(FALLS, [1.0, 0.7, 0.6, 0.9]))
    assert "larger net" in under.remedy
    assert "More data does not help" in under.remedy
    assert "More data" in over.remedy
    assert "does not help" in over.remedy.rpartition("larger net")[2]


def test_the_fit_is_no_alarm_while_the_rate_is_wrong():
    over = course(FALLS, [1.0, 0.7, 0.6, 0.9])
    rate, told = rate_and_fit(over, among_rates([0.1, 1.0], [0.01, 0.3], 1.0, 1.0))
    assert (rate.word, rate.alarm, told.word, told.alarm) == ("too large", True, "overfits", False)
    assert told.remedy.startswith("After the rate is mended")
    assert "More data" not in told.remedy
    assert rate_and_fit(over, among_rates([0.1, 1.0], [0.29, 0.3], 1.0, 1.0))[1].alarm


def test_underfitting_waits_for_the_rate_only_where_another_one_was_seen_to_be_better():
    slow = course([1.0, 0.9, 0.8, 0.7], reached=False)
    rate, told = rate_and_fit(slow)
    assert (rate.word, told.word, told.alarm) == ("too small", "underfits", True)
    assert not rate_and_fit(slow, among_rates([1.0, 10.0], [0.7, 0.1], 1.0, 1.0))[1].alarm
    rate, told = rate_and_fit(slow, among_rates([1.0, 10.0], [0.7, 0.7], 1.0, 1.0))
    assert (rate.word, told.alarm) == ("right", True)


def rate_and_fit(training, among=None):
    found = {one.name: one for one in of_curves(training, among)}
    return found["learning_rate"], found["fit"]


def test_a_deeper_net_that_is_worse_on_both_parts_does_not_overfit():
    shallow = (0.10, 0.30)
    assert deeper(shallow, (0.20, 0.40)).word == "not overfitting"
    assert deeper(shallow, (0.05, 0.40)).word == "overfits"
    assert deeper(shallow, (0.20, 0.30)).word == "bears its depth"
    assert deeper(shallow, (0.104, 0.31)).word == "bears its depth"
    assert deeper(shallow, (math.inf, math.inf)).word == "not overfitting"


# ---------------------------------------------------------------- loss and accuracy


def test_loss_and_accuracy_part_where_one_changes_and_the_other_does_not():
    loss = [1.0, 0.5, 0.8]
    assert loss_and_measure(course(loss, loss, accuracy=[0.1, 0.8, 0.8], examples=1000)).word == "part"
    assert loss_and_measure(course(loss, loss, accuracy=[0.1, 0.8, 0.7], examples=1000)).word == "go together"
    flat = [1.0, 0.5, 0.51]
    assert loss_and_measure(course(flat, flat, accuracy=[0.1, 0.8, 0.9], examples=1000)).word == "part"
    # Two standard errors of 50 examples are 0.085 at 0.9.
    assert loss_and_measure(course(flat, flat, accuracy=[0.1, 0.82, 0.9], examples=50)).word == "go together"
    assert loss_and_measure(course(flat)) is None


def test_a_few_examples_are_learned_or_not():
    assert not tiny_subset(8, 2.3, 0.2, 40, learned=True).alarm
    found = tiny_subset(8, 2.3, 2.2, 2000, learned=False)
    assert (found.word, found.alarm) == ("not learned", True)


# ---------------------------------------------------------------- from records


def test_a_record_gives_its_course_with_what_the_certificate_of_its_version_says():
    record = make_record()
    certificate = {
        "task": record.trial.task, "version": record.trial.task_version, "loss": {"theory": 2.302585},
        "data": {"parts": [100, 50, 50]}, "targets": {"epochs": [1, None, None], "start": 0.1, "end": 0.95},
    }  # fmt: skip
    found = course_of(record, certificate)
    assert (found.chance, found.examples, found.published) == (2.302585, 50, True)
    assert math.isnan(found.usual_rise)  # of an accuracy, which is no loss
    other = course_of(record, {**certificate, "version": record.trial.task_version + 1})
    assert math.isnan(other.chance)
    assert not other.published


def test_a_trial_that_says_nothing_of_its_recipe_has_no_diagnosis():
    assert of_record(make_record(outcome="crashed")) == ()
    assert course_of(make_record(outcome="timed_out")) is None
    assert course_of(make_record(outcome="pruned")) is None  # half a budget may look slow


def test_a_trial_that_diverged_before_its_first_evaluation_has_too_large_a_rate():
    (found,) = of_record(make_record(outcome="diverged", reason="the loss is nan at step 1"))
    assert (found.name, found.word, found.alarm) == ("learning_rate", "too large", True)
