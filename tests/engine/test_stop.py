"""A trial that stops at a rung: the first epochs of the whole one, bit for bit, and no final value."""

import dataclasses
import itertools

import numpy as np
import pytest

from benchsuite.extras import Extras
from benchsuite.outcomes import Outcome
from benchsuite.record import MadeBy, Record
from benchsuite.record_json import record_from_json, record_to_json
from tests.factories import make_record

EPOCHS = 5


@pytest.fixture
def small(bench):
    bench.change_task(xla=False)
    return bench


def curves(ending, epochs):
    return {name: [None if np.isnan(one) else one for one in row[: epochs + 1]] for name, row in ending.curves.items()}


def stopped(trial, stop):
    return dataclasses.replace(trial, stop=stop)


def test_its_curves_are_the_first_epochs_of_the_whole_trial(small):
    """With a schedule that depends on the whole budget, a fresh program and a used one."""
    whole = small.trial(epochs=EPOCHS, schedule="cosine", regularization="dropout")
    full = small.session.run(whole).ending
    for session in (small.session, small.new_session()):
        for stop in (1, 3):
            ending = session.run(stopped(whole, stop)).ending
            assert ending.outcome is Outcome.PRUNED
            assert ending.reason == f"stopped after epoch {stop} of {EPOCHS}, as its tuner asked"
            assert curves(ending, stop) == curves(full, stop)
            assert ending.curves.epochs == stop + 1
            assert (ending.results.final, ending.results.best, ending.results.targets) == (None, None, {})
            assert ending.results.failure is None
    assert full.outcome is Outcome.COMPLETED


def test_a_trial_that_a_monitor_ends_before_has_completed(small):
    """Early stopping ends it after epoch 2 or 3 of its own: what comes later was never to be trained."""
    impatient = [("early_stopping", {"patience": 1})]
    whole = small.trial(epochs=30, optimizer=("sgd", {"learning_rate": 1.0}), regularization=impatient)
    full = small.session.run(whole).ending
    last = full.curves.epochs - 1
    assert 1 < last < 30
    before = small.session.run(stopped(whole, last - 1)).ending
    assert before.outcome is Outcome.PRUNED
    assert curves(before, last) == curves(full, last - 1)
    for stop in (last, last + 1):
        ending = small.session.run(stopped(whole, stop)).ending
        assert ending.outcome is Outcome.COMPLETED
        assert curves(ending, last) == curves(full, last)
        assert ending.results == full.results


def test_a_lane_stops_alone(small):
    """Its neighbours go on, and end as they would without it."""
    trials = [dataclasses.replace(small.trial(seed=seed, epochs=3), lanes=2) for seed in (1, 2)]
    session = small.new_session()
    full = [ran.ending for ran in session.run_together(trials)]
    pair = [ran.ending for ran in session.run_together([stopped(trials[0], 1), trials[1]])]
    assert [ending.outcome for ending in pair] == [Outcome.PRUNED, Outcome.COMPLETED]
    assert curves(pair[0], 1) == curves(full[0], 1)
    assert pair[0].curves.epochs == 2
    assert pair[0].results.final is None
    assert curves(pair[1], 3) == curves(full[1], 3)


def test_it_shares_the_program_of_the_whole_trial_and_keeps_nothing_beside_its_record(small, tmp_path):
    extras = Extras(weights=True, predictions=True, probe="0,last")
    session = small.new_session(extras=extras, weights=tmp_path / "weights", predictions=tmp_path / "predictions")
    best = [("early_stopping", {"patience": 50})]  # which copies the weights of the best epoch so far
    whole = small.trial(epochs=3, regularization=best)
    ran = session.run(stopped(whole, 2))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]
    assert ran.probed.epochs == [0]  # it never came to its last one
    assert session.run(whole).ending.costs.program_reused
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2


def test_a_trial_that_fails_before_its_stop_has_failed(small):
    bad = small.trial(epochs=4, optimizer=("sgd", {"learning_rate": 10.0}), regularization=("l2", {"strength": 1.0}))
    ending = small.session.run(stopped(bad, 3)).ending
    assert ending.outcome is Outcome.DIVERGED
    assert ending.results.failure is not None


def test_its_record_says_so_and_is_read_as_it_was_written(small):
    trial = stopped(small.trial(epochs=3), 2)
    ending = small.session.run(trial).ending
    facts = dataclasses.replace(make_record().task, metrics=list(small.task.measures))
    record = Record.of(trial, ending, facts, MadeBy(benchsuite="0"), {})
    assert record.trial.spec["stop"] == 2
    assert "stop" not in small.trial().spec
    again = record_from_json(record_to_json(record))
    assert (again.trial, again.outcome, again.curves) == (trial, Outcome.PRUNED, record.curves)


# What a model reads of the task's own knobs


def wide(blocks, inputs):
    x = inputs
    for _ in range(blocks.knob("depth")):
        x = blocks.dense(blocks.knob("width"))(x)
    return blocks.output(3)(x)


def test_a_trial_may_have_other_knobs_and_no_two_share_a_program(small):
    import benchsuite as bs

    small.change_task(
        model=wide,
        architecture={"width": bs.Choice([3, 5], default=3), "depth": bs.Integer(1, 3, default=2)},
    )
    usual = small.trial(epochs=1)
    inputs = small.session.ready(usual).prepared.x.shape[1]
    for knobs, units in (((), [3, 3]), ((("depth", 1), ("width", 5)), [5]), ((("depth", 3),), [3, 3, 3])):
        trial = dataclasses.replace(usual, knobs=knobs)
        ending = small.session.run(trial).ending
        assert ending.outcome is Outcome.COMPLETED, ending.reason
        sizes = [inputs, *units, 3]
        assert ending.costs.parameters == sum((a + 1) * b for a, b in itertools.pairwise(sizes))
    assert small.session.programs_built == 3
    for knobs, said in (
        ((("width", 4),), "width of task 'tiny_classes' must be one of 3, 5. Received: 4."),
        ((("height", 4),), "unknown knob of task 'tiny_classes': 'height'"),
    ):
        ending = small.session.run(dataclasses.replace(usual, knobs=knobs)).ending
        assert ending.outcome is Outcome.CRASHED
        assert said in ending.reason
    small.change_task(architecture={"width": bs.Choice([3, 5], default=3)})
    missing = small.new_session().run(small.trial(epochs=1)).ending
    assert "unknown knob that the model asks for: 'depth'" in missing.reason
