"""What becomes of the epochs of a trial: the best one and the targets are chosen on the validation part, by its numbers alone."""

import dataclasses

import pytest

from benchsuite.conformance.tiny import tiny_tasks
from benchsuite.data import PARTS
from benchsuite.engine.results import Logbook, summarize
from benchsuite.record import Reached

(CLASSES, _) = tiny_tasks({"classes": "cross_entropy", "values": "mse"})
STEPS = 10


def noted(measures=("loss", "accuracy"), **curves):
    """Return the logbook of a trial with these numbers at each epoch; 0.5 where none are given."""
    length = len(next(iter(curves.values())))
    logbook = Logbook(measures)
    for epoch in range(length):
        logbook.steps = epoch * STEPS
        names = [f"{part}_{measure}" for part in PARTS for measure in measures]
        logbook.add(epoch, None, {name: curves.get(name, [0.5] * length)[epoch] for name in names})
    return logbook


def results(*, restores=False, direction="max", targets=(), **curves):
    primary = "accuracy" if direction == "max" else "loss"
    task = dataclasses.replace(CLASSES, targets=targets, primary=primary, metrics=("accuracy",), direction="")
    assert task.direction == direction
    return summarize(task, noted(**curves), restores)


def test_the_best_epoch_is_that_of_the_validation_part():
    found = results(
        train_accuracy=[0.1, 0.2, 0.3, 0.9],
        validation_accuracy=[0.1, 0.4, 0.8, 0.7],
        test_accuracy=[0.1, 0.9, 0.2, 0.3],
    )
    assert found.best["epoch"] == 2
    assert (found.best["validation_accuracy"], found.best["test_accuracy"]) == (0.8, 0.2)
    assert found.final["epoch"] == 3


def test_of_a_loss_the_best_epoch_is_the_lowest_on_the_validation_part():
    found = results(
        direction="min",
        train_loss=[3.0, 2.0, 1.0, 0.1], validation_loss=[2.0, 1.5, 0.5, 0.7], test_loss=[0.01, 0.02, 0.9, 0.3],
    )  # fmt: skip
    assert found.best["epoch"] == 2


def test_targets_are_reached_on_the_validation_part():
    found = results(
        targets=(0.6, 0.75),
        train_accuracy=[0.9, 0.9, 0.9, 0.9], validation_accuracy=[0.1, 0.5, 0.7, 0.7], test_accuracy=[0.8, 0.8, 0.1, 0.8],
    )  # fmt: skip
    assert found.targets == {"0.6": Reached(epoch=2, step=2 * STEPS), "0.75": None}


@pytest.mark.parametrize(("direction", "measure"), [("max", "accuracy"), ("min", "loss")])
def test_a_target_that_is_met_exactly_is_reached(direction, measure):
    there = {f"validation_{measure}": [0.25, 0.5, 0.5] if direction == "max" else [0.75, 0.5, 0.5]}
    assert results(direction=direction, targets=(0.5,), **there).targets == {"0.5": Reached(epoch=1, step=STEPS)}


@pytest.mark.parametrize(("direction", "measure"), [("max", "accuracy"), ("min", "loss")])
def test_a_target_on_the_wrong_side_is_not_reached(direction, measure):
    there = {f"validation_{measure}": [0.25, 0.4, 0.4] if direction == "max" else [0.75, 0.6, 0.6]}
    assert results(direction=direction, targets=(0.5,), **there).targets == {"0.5": None}


def test_what_has_not_been_trained_is_not_the_best_but_may_reach_a_target():
    found = results(targets=(0.5,), validation_accuracy=[0.9, 0.3, 0.4])
    assert found.best["epoch"] == 2
    assert found.targets == {"0.5": Reached(epoch=0, step=0)}
    alone = results(validation_accuracy=[0.9])
    assert (alone.best["epoch"], alone.final["epoch"]) == (0, 0)


@pytest.mark.parametrize(("direction", "measure"), [("max", "accuracy"), ("min", "loss")])
def test_of_equal_epochs_the_earliest_is_the_best(direction, measure):
    assert results(direction=direction, **{f"validation_{measure}": [0.2, 0.6, 0.6, 0.6]}).best["epoch"] == 1


def test_numbers_that_are_not_finite_are_neither_best_nor_reach_a_target():
    nan, inf = float("nan"), float("inf")
    found = results(targets=(0.5,), validation_accuracy=[0.1, nan, inf, 0.3])
    assert found.best["epoch"] == 3
    assert found.targets == {"0.5": None}
    assert results(validation_accuracy=[0.1, nan, nan]).best["epoch"] == 1


def test_what_restores_weights_ends_with_those_of_the_lowest_validation_loss():
    curves = {
        "train_loss": [2.0, 1.0, 0.5, 0.1], "validation_loss": [2.0, 0.7, 0.6, 0.9], "test_loss": [2.0, 0.1, 0.8, 0.2],
        "validation_accuracy": [0.1, 0.9, 0.3, 0.2],
    }  # fmt: skip
    found = results(restores=True, **curves)
    assert (found.final["epoch"], found.best["epoch"]) == (2, 1)
    assert results(restores=False, **curves).final["epoch"] == 3


def test_a_row_holds_every_measure_of_every_part_and_no_running_loss():
    found = results(validation_accuracy=[0.1, 0.6])
    measured = [f"{part}_{measure}" for part in PARTS for measure in ("loss", "accuracy")]
    assert list(found.best) == ["epoch", "step", *measured]
    assert found.best["step"] == STEPS


def test_times_are_counted_by_what_they_were_spent_on(monkeypatch):
    """Training 3 seconds of which the processor worked 2, half of 4 more, evaluation 1 and a quarter of 8."""
    now = {"wall": 0.0, "processor": 0.0}
    monkeypatch.setattr("benchsuite.engine.results.time.perf_counter", lambda: now["wall"])
    monkeypatch.setattr("benchsuite.engine.results.time.process_time", lambda: now["processor"])
    logbook = Logbook(("loss",))
    values = {f"{part}_loss": 1.0 for part in PARTS}
    logbook.add(0, None, values)
    assert logbook.timings()["step_milliseconds"] is None
    assert logbook.timings()["cpu_share"] is None
    with logbook.training():
        now["wall"], now["processor"] = now["wall"] + 3, now["processor"] + 2
    with logbook.evaluating():
        now["wall"] += 1
    with logbook.training(share=0.5):
        now["wall"], now["processor"] = now["wall"] + 4, now["processor"] + 4
    with logbook.evaluating(share=0.25):
        now["wall"] += 8
    logbook.steps = 10
    logbook.add(1, 0.5, values)
    logbook.steps = 25  # of an epoch that was never measured
    assert logbook.timings() == {
        "train_seconds": 5.0,
        "evaluate_seconds": 3.0,
        "train_seconds_at": (0.0, 5.0),
        "step_milliseconds": 500.0,
        "cpu_share": 0.8,
    }
    assert len(logbook) == 2


def timings(monkeypatch, *epochs, steps=10, lanes=1):
    """Return what is said of epochs that took so many seconds, of which the processor worked so many."""
    now = {"wall": 0.0, "processor": 0.0}
    monkeypatch.setattr("benchsuite.engine.results.time.perf_counter", lambda: now["wall"])
    monkeypatch.setattr("benchsuite.engine.results.time.process_time", lambda: now["processor"])
    logbook = Logbook(("loss",), lanes)
    logbook.add(0, None, {f"{part}_loss": 1.0 for part in PARTS})
    for number, (wall, processor) in enumerate(epochs, 1):
        with logbook.training():
            now["wall"], now["processor"] = now["wall"] + wall, now["processor"] + processor
        logbook.steps += steps
        logbook.add(number, 0.5, {f"{part}_loss": 1.0 for part in PARTS})
    return logbook.timings()


def test_a_step_takes_what_it_took_while_the_core_was_not_shared(monkeypatch):
    found = timings(monkeypatch, (1, 1), (4, 1), (4, 2), (1.25, 1.25), (8, 1))
    assert (found["step_milliseconds"], found["cpu_share"]) == (1000 * 2.25 / 20, 1.0)
    assert found["train_seconds"] == 18.25
    assert found["train_seconds_at"] == (0.0, 1.0, 5.0, 9.0, 10.25, 18.25)


def test_nine_tenths_of_an_epoch_are_alone_and_less_is_not(monkeypatch):
    assert timings(monkeypatch, (10, 9), (20, 17.5))["cpu_share"] == 0.9
    assert timings(monkeypatch, (10, 8.75), (20, 17.5))["step_milliseconds"] == 1500


def test_where_the_core_was_shared_nearly_always_the_whole_says_so(monkeypatch):
    one_in_five = timings(monkeypatch, (1, 1), *[(2, 1)] * 4)
    assert (one_in_five["step_milliseconds"], one_in_five["cpu_share"]) == (100, 1.0)
    one_in_six = timings(monkeypatch, (1, 1), *[(2, 1)] * 5)
    assert (one_in_six["step_milliseconds"], one_in_six["cpu_share"]) == (1000 * 11 / 60, 6 / 11)


def test_no_step_is_timed_where_several_trials_train_at_once():
    logbook = Logbook(("loss",), lanes=2)
    with logbook.training():
        pass
    logbook.steps = 10
    logbook.add(0, None, {f"{part}_loss": 1.0 for part in PARTS})
    assert logbook.timings()["step_milliseconds"] is None


def test_of_the_last_epoch_all_is_told_that_was_noted():
    logbook = noted(validation_accuracy=[0.1, 0.3, 0.6])
    measured = {f"{part}_{measure}": 0.5 for part in PARTS for measure in ("loss", "accuracy")}
    told = {"epoch": 2, "step": 2 * STEPS, "running_loss": None, **measured, "validation_accuracy": 0.6}
    assert logbook.last() == told
