"""The course of a trial: what is trained and measured in which order, who is told, and when it ends; without a program."""

import math
from types import SimpleNamespace

import pytest

from benchsuite.data import PARTS
from benchsuite.engine.epochs import Course, Diverged, bound_of, train_epochs
from benchsuite.engine.results import Logbook

STEPS = 4


class Told:
    """Stands for monitors, schedules, keepers and listeners: notes what it is told, and answers."""

    def __init__(self, answer=None):
        self.told, self.answer = [], answer

    def after_epoch(self, epoch, seen):
        self.told.append((epoch, seen))
        return self.answer(epoch) if self.answer else None

    def ended(self, epoch):
        self.told.append(("ended", epoch))


class Program:
    """Trains and measures as a list of losses says: that of the training part, and the last one of each epoch's steps."""

    def __init__(self, train, last=()):
        self.train_losses, self.last_losses, self.calls, self.measured = train, last, [], 0

    def train(self, feed, order, rates, step, bound):
        self.calls.append((order, rates, step, bound))
        number = len(self.calls)
        last = self.last_losses[number - 1] if number <= len(self.last_losses) else 0.5
        return SimpleNamespace(steps=STEPS, running_loss=float(number), last_loss=last)

    def evaluate(self, feed):
        loss = self.train_losses[self.measured] if self.measured < len(self.train_losses) else 0.5
        self.measured += 1
        values = {f"{part}_{measure}": 0.25 for part in PARTS for measure in ("loss", "accuracy")}
        return {**values, "train_loss": loss, "validation_loss": 10.0 + self.measured}


def trained(budget=3, stop=None, monitors=(), train=(2.0,), last=(), listen=True, first=None):
    """Train; return all that took part."""
    schedule, keeper, listener = Told(), Told(), Told()
    trial = SimpleNamespace(id="it", epochs=budget, longest=budget if stop is None else min(stop, budget))
    plan = SimpleNamespace(trial=trial, schedule=schedule, epoch=lambda number: (f"order {number}", f"rates {number}"))
    logbook = Logbook(("loss", "accuracy"))
    course = Course(
        plan, monitors, logbook, keeper, (lambda name, row: listener.told.append((name, row))) if listen else None
    )
    program = Program(train, last)
    found = SimpleNamespace(
        course=course, program=program, schedule=schedule, keeper=keeper, listener=listener, logbook=logbook, error=None
    )
    try:
        train_epochs(SimpleNamespace(program=program, feed=None, plan=plan), course, first)
    except Diverged as error:
        found.error = str(error)
    return found


def test_a_trial_is_measured_before_training_and_after_each_epoch_of_its_budget():
    rates = []
    found = trained(first=rates.append)
    assert found.logbook.values["epoch"] == [0, 1, 2, 3]
    assert found.logbook.values["step"] == [0, STEPS, 2 * STEPS, 3 * STEPS]
    assert found.logbook.values["running_loss"] == [None, 1.0, 2.0, 3.0]
    bounds = [2000.0] * 3  # a thousand times the first loss
    assert found.program.calls == [
        (f"order {number}", f"rates {number}", number * STEPS, bounds[number]) for number in range(3)
    ]
    assert rates == ["rates 0"]
    assert found.error is None
    assert not found.course.pruned


def test_who_watches_is_told_of_each_epoch_and_monitors_and_schedules_not_of_the_start():
    monitors = [Told(lambda epoch: True), Told(lambda epoch: True)]
    found = trained(budget=2, monitors=monitors)
    validation = [{"loss": 12.0, "accuracy": 0.25}, {"loss": 13.0, "accuracy": 0.25}]
    for one in (*monitors, found.schedule):
        assert one.told == list(enumerate(validation, 1))
    assert found.keeper.told == [(0, 11.0), (1, 12.0), (2, 13.0), ("ended", 2)]
    assert [name for name, _ in found.listener.told] == ["it"] * 3
    assert [row["epoch"] for _, row in found.listener.told] == [0, 1, 2]
    assert trained(listen=False).listener.told == []


def test_one_monitor_that_has_had_enough_ends_it_and_every_other_saw_the_epoch():
    enough, patient = Told(lambda epoch: epoch < 2), Told(lambda epoch: True)
    for monitors in ([enough, patient], [patient, enough]):
        for one in monitors:
            one.told.clear()
        found = trained(budget=5, monitors=monitors)
        assert found.logbook.values["epoch"] == [0, 1, 2]
        assert [epoch for epoch, _ in enough.told] == [epoch for epoch, _ in patient.told] == [1, 2]
        assert found.keeper.told[-1] == ("ended", 2)
        assert not found.course.pruned


@pytest.mark.parametrize(
    ("stop", "enough", "epochs", "pruned"),
    [(2, 9, 2, True), (3, 9, 3, False), (9, 9, 3, False), (2, 2, 2, False), (2, 1, 1, False)],
    ids=["stopped", "at its end", "behind its end", "ends itself there", "ends itself before"],
)
def test_a_stop_prunes_what_would_have_gone_on(stop, enough, epochs, pruned):
    found = trained(stop=stop, monitors=[Told(lambda epoch: epoch < enough), Told(lambda epoch: True)])
    assert found.logbook.values["epoch"] == list(range(epochs + 1))
    assert found.course.pruned is pruned
    assert (found.keeper.told[-1] == ("ended", epochs)) is not pruned


def test_a_budget_of_no_epochs_is_measured_once():
    found = trained(budget=0)
    assert found.logbook.values["epoch"] == [0]
    assert found.program.calls == found.schedule.told == []


def test_the_bound_is_a_thousand_times_the_first_loss_and_at_least_a_thousand():
    assert [bound_of(first) for first in (2.0, -3.0, 0.5, -0.5, 1.0, 0.0)] == [2000, 3000, 1000, 1000, 1000, 1000]


@pytest.mark.parametrize("loss", [2000.5, math.inf, math.nan])
def test_a_loss_beyond_the_bound_ends_it_at_its_step(loss):
    said = f"the loss became {loss} at step 8" if not math.isfinite(loss) else (
        "the loss reached 2000 at step 8, beyond 2000 (1000 times the initial one)"
    )  # fmt: skip
    of_a_step = trained(last=(1.0, loss))
    assert of_a_step.error == said
    assert of_a_step.logbook.values["epoch"] == [0, 1]
    assert of_a_step.logbook.steps == 2 * STEPS
    of_an_evaluation = trained(train=(2.0, 1.0, loss))
    assert of_an_evaluation.error == said
    assert of_an_evaluation.logbook.values["epoch"] == [0, 1, 2]
    assert len(of_an_evaluation.listener.told) == 3  # who listens hears of it
    assert len(of_an_evaluation.schedule.told) == 1


def test_the_bound_itself_is_within_and_a_start_that_is_no_number_is_not():
    assert trained(train=(2.0, 2000.0), last=(2000.0,)).error is None
    found = trained(train=(math.nan,))
    assert found.error == "the loss became nan at step 0"
    assert found.program.calls == []
