"""What a session returns of a trial: an ending that fits a record, whatever happened, and that another process can take."""

import pickle

import pytest

import benchsuite as bs
from benchsuite.engine.program.program import Program
from benchsuite.extras import Extras
from benchsuite.outcomes import Outcome
from benchsuite.record import Environment, Reached, Results


def test_a_trial_that_trained_says_all_that_a_record_wants_to_know(bench):
    bench.change_task(xla=False, targets=[1e9, 0.0])
    ran = bench.ran()
    ending = ran.ending
    assert (ending.outcome, ending.reason, ran.probed) == (Outcome.COMPLETED, "", None)
    assert ending.environment == Environment(device="cpu", xla=False)
    assert ending.results.steps_per_epoch == 10
    assert ending.results.final["step"] == 20
    assert ending.results.targets == {"1000000000.0": Reached(epoch=0, step=0), "0.0": None}
    assert len(ending.fingerprints["data"]) == 16
    costs = ending.costs
    assert costs.wall_seconds > costs.compile_seconds + costs.train_seconds > costs.train_seconds > 0
    assert costs.train_seconds_at[0] == 0 < costs.train_seconds_at[1] < costs.train_seconds_at[2] == costs.train_seconds
    # Of both epochs, or of the one that had the core to itself: which, other processes decide.
    _, first, whole = costs.train_seconds_at
    steps_of = {whole: 20, first: 10, whole - first: 10}
    assert any(costs.step_milliseconds == pytest.approx(1000 * time / steps) for time, steps in steps_of.items())
    assert costs.peak_memory_bytes > 2**20


def test_an_ending_travels_to_another_process_with_its_probes(bench):
    bench.change_task(xla=False)
    ran = bench.ran(session=bench.new_session(extras=Extras(probe="last")), epochs=1)
    there = pickle.loads(pickle.dumps(ran))
    assert there == ran
    assert there.probed.to_json()["epochs"] == [1]


def test_what_does_not_apply_is_no_failure_and_has_its_data(bench):
    ending = bench.run(loss="mse")
    assert ending.outcome is Outcome.UNSUPPORTED
    assert ending.results == Results()
    assert ending.environment.xla is None
    assert ending.costs.compile_seconds is None
    assert ending.fingerprints
    assert not ending.curves


def test_too_little_memory_empties_the_session(bench):
    bench.change_task(xla=False)
    bench.run(epochs=1)
    assert bench.session.traces == 2

    def make():
        raise MemoryError("no more")

    bench.add(bs.Initializer(name="greedy", make=make))
    ending = bench.run(initializer="greedy")
    assert (ending.outcome, ending.reason) == (Outcome.OUT_OF_MEMORY, "MemoryError: no more")
    assert ending.results.failure.step == 0
    assert bench.session.traces == 0


def test_data_that_never_loaded_leave_no_checksum(bench):
    def data():
        raise ImportError("no such package")

    bench.change_task(data=data)
    ending = bench.run()
    assert (ending.outcome, ending.reason) == (Outcome.CRASHED, "ImportError: no such package")
    assert ending.fingerprints == {}
    assert ending.results.failure.step == 0
    assert "in data" in ending.results.failure.traceback
    assert ending.results.steps_per_epoch is None


def test_what_is_wrong_after_training_keeps_what_training_gave(bench, tmp_path, monkeypatch):
    def weights(self, feed):
        raise RuntimeError("no weights")

    bench.change_task(xla=False)
    monkeypatch.setattr(Program, "weights", weights)
    session = bench.new_session(extras=Extras(weights=True), weights=tmp_path)
    ending = bench.run(session=session, epochs=1)
    assert ending.outcome is Outcome.CRASHED
    assert ending.results.failure.step == 10
    assert ending.results.final["epoch"] == 1
    assert ending.curves.epochs == 2
