"""Trials that train side by side: each gives what it gives alone in its lane, whoever its neighbours are."""

import contextlib
import dataclasses
import json
from types import SimpleNamespace

import keras
import numpy as np
import pytest
import tensorflow as tf

import benchsuite as bs
from benchsuite.engine.compiled.here import HERE
from benchsuite.engine.lanes import program as module
from benchsuite.engine.lanes.group import lane_program
from benchsuite.engine.lanes.program import LaneEnds, LaneProgram
from benchsuite.engine.lanes.together import Lane, train_together
from benchsuite.extras import Extras
from benchsuite.outcomes import Outcome
from benchsuite.trial import Trial

LANES = 3
TOLERANCE = 1e-5
"""How far the losses of a lane may be from those of the trial alone, relatively: products of many round differently."""


class Shared:
    """A session that has one program for all that is tried here: values, rates, seeds and budgets differ."""

    def __init__(self, bench, folder):
        bench.set_xla(True)
        self.bench = bench
        self.folder = folder
        extras = Extras(weights=True, predictions=True)
        self.session = bench.new_session(extras=extras, weights=folder / "weights", predictions=folder / "predictions")

    def trial(self, seed=0, epochs=2, lanes=LANES, rate=0.1, strength=1e-3, patience=50, dropout=0.1):
        regularization = [
            ("l2", {"strength": strength}),
            ("dropout", {"rate": dropout}),
            ("early_stopping", {"patience": patience}),
        ]
        trial = self.bench.trial(
            seed=seed, epochs=epochs, optimizer=("sgd", {"learning_rate": rate}), regularization=regularization
        )
        return dataclasses.replace(trial, lanes=lanes)

    def run(self, *trials):
        return [ran.ending for ran in self.session.run_together(trials)]


@pytest.fixture(scope="module")
def shared(bundled, tmp_path_factory):
    from tests.engine.conftest import Bench

    return Shared(Bench(bundled), tmp_path_factory.mktemp("kept"))


def numbers(ending):
    """Return every curve; there is no running loss before training."""
    return {name: [None if np.isnan(value) else value for value in values] for name, values in ending.curves.items()}


def test_a_trial_gives_the_same_bits_alone_with_others_and_in_another_lane(shared):
    wanted = [
        shared.trial(seed=1, rate=0.2, strength=1e-2),
        shared.trial(seed=2, epochs=3, dropout=0.3),
        shared.trial(seed=3, rate=0.05),
    ]
    before = shared.session.programs_built
    together = shared.run(*wanted)
    assert [ending.outcome for ending in together] == [Outcome.COMPLETED] * 3
    turned = shared.run(*reversed(wanted))[::-1]
    alone = [shared.run(trial)[0] for trial in wanted]
    for one, other, third in zip(together, turned, alone, strict=True):
        assert numbers(one) == numbers(other) == numbers(third)
    assert shared.session.programs_built <= before + 1  # one program for all, whatever ran before
    assert [len(ending.curves["epoch"]) for ending in together] == [3, 4, 3]


def test_a_lane_gives_what_the_program_of_one_trial_gives(shared):
    for seed, strength in ((1, 1e-2), (4, 1e-4)):
        (lane,) = shared.run(shared.trial(seed=seed, strength=strength))
        alone = shared.session.run(shared.trial(seed=seed, strength=strength, lanes=1)).ending
        for name, values in alone.curves.items():
            np.testing.assert_allclose(lane.curves[name], values, rtol=TOLERANCE, err_msg=name)
        for found, expected in ((lane.results.final, alone.results.final), (lane.results.best, alone.results.best)):
            assert found.keys() == expected.keys() > {"test_accuracy"}
            assert list(found.values()) == pytest.approx(list(expected.values()), rel=TOLERANCE)
        assert alone.costs.lanes is None
        assert alone.costs.step_milliseconds is not None


def test_averaged_weights_of_a_lane_have_statistics_of_their_own(bench):
    """As where one trial trains: the moving averages of batch normalization are made anew for them."""
    bench.change_task(xla=False)
    chosen = {"optimizer": ("sgd", {"learning_rate": 0.2}), "regularization": "ema", "normalization": "batch"}
    trial = bench.trial(epochs=1, **chosen)
    (lane,) = bench.session.run_together([dataclasses.replace(trial, lanes=2)])
    assert lane.ending.outcome is Outcome.COMPLETED, lane.ending.reason
    assert lane.ending.costs.lanes == 2
    for name, values in bench.session.run(trial).ending.curves.items():
        np.testing.assert_allclose(lane.ending.curves[name], values, rtol=TOLERANCE, err_msg=name)


def test_a_lane_is_no_timing_of_a_step(shared):
    (ending, _) = shared.run(shared.trial(seed=1), shared.trial(seed=2))
    assert ending.costs.lanes == LANES
    assert ending.costs.step_milliseconds is None
    assert ending.costs.train_seconds > 0


def test_what_is_compiled_for_all_lanes_counts_once(shared, monkeypatch):
    compile = LaneProgram.compile

    def compiles_one_more(self, feed, steps):
        HERE.compiled_anew()
        return compile(self, feed, steps)

    monkeypatch.setattr(LaneProgram, "compile", compiles_one_more)
    before = HERE.counted
    endings = shared.run(*[shared.trial(seed=seed) for seed in (1, 2, 3)])
    anew = HERE.counted.since(before)
    assert anew.compiled > 0
    assert [ending.costs.functions_compiled for ending in endings] == [anew.compiled, 0, 0]
    assert [ending.costs.functions_loaded for ending in endings] == [anew.loaded, 0, 0]


def test_a_lane_that_diverges_costs_nobody(shared):
    good = shared.trial(seed=1)
    (bad, with_bad) = shared.run(shared.trial(seed=2, rate=10.0, strength=1.0), good)
    assert bad.outcome is Outcome.DIVERGED
    assert 0 < bad.results.failure.step < 10
    assert numbers(with_bad) == numbers(shared.run(good)[0])


def test_a_lane_that_does_not_train_keeps_what_it_holds(shared):
    ready = shared.session.ready(shared.trial(seed=1))
    program = lane_program(ready.program, LANES)
    start = program.start_of(ready.plan.streams.noise_key(), ready.plan.lengths)
    program.begin([start, start])
    order, rates = (np.stack([one] * LANES, axis=1) for one in ready.plan.epoch(0))
    trains, bounds = np.array([True, False, False]), np.full(LANES, np.inf)
    ends = program.train(ready.feed, order, rates, 0, trains, bounds)
    assert list(ends.steps) == [len(order), 0, 0]
    variables = ready.program.network.model.variables
    for lane, changed in enumerate(trains):
        with program.alone(lane):
            same = [np.array_equal(v.numpy(), value) for v, value in zip(variables, start.values, strict=False)]
        assert all(same) != changed


def test_each_lane_stops_early_by_itself(shared):
    stops, goes_on = shared.trial(seed=1, epochs=4, rate=1e-5, patience=1), shared.trial(seed=2, epochs=4)
    (short, whole) = shared.run(stops, goes_on)
    alone = shared.session.run(dataclasses.replace(stops, lanes=1)).ending
    assert len(short.curves["epoch"]) == len(alone.curves["epoch"])
    assert len(whole.curves["epoch"]) == 5
    assert numbers(short) == numbers(shared.run(stops)[0])


def test_weights_and_predictions_are_those_of_the_lane(shared):
    wanted = [shared.trial(seed=11, epochs=1), shared.trial(seed=12, epochs=3)]
    shared.run(*wanted)  # the first keeps what it has while the second goes on
    kept = [taken(shared, trial) for trial in wanted]
    assert any(name.endswith("/kernel") for name in kept[0])
    assert not any(np.array_equal(kept[0][name], kept[1][name]) for name in kept[0] if "targets" not in name)
    for trial, with_another in zip(wanted, kept, strict=True):
        shared.run(trial)
        for name, values in taken(shared, trial).items():
            np.testing.assert_array_equal(values, with_another[name], err_msg=name)


def taken(shared, trial):
    """Return what was kept of a trial, and take its files away."""
    found = {}
    for path in sorted(shared.folder.rglob(f"{trial.id}*")):
        with np.load(path) as arrays:
            found |= {name: arrays[name] for name in arrays.files}
        path.unlink()
    return found


def test_nobody_is_blamed_for_what_all_lanes_met(shared, monkeypatch):
    train = LaneProgram.train

    def fails_with_neighbours(self, feed, order, rates, step, trains, bounds):
        if trains.sum() > 1:
            raise RuntimeError("too many at once")
        return train(self, feed, order, rates, step, trains, bounds)

    wanted = [shared.trial(seed=seed) for seed in (1, 2)]
    expected = [numbers(ending) for ending in shared.run(*wanted)]
    monkeypatch.setattr(LaneProgram, "train", fails_with_neighbours)
    assert [numbers(ending) for ending in shared.run(*wanted)] == expected


def test_what_cannot_be_vectorized_trains_alone_and_says_why(bench):
    class Own(keras.optimizers.SGD):
        def update_step(self, gradient, variable, learning_rate):
            value = tf.linalg.eigh(tf.reshape(tf.reduce_sum(gradient), (1, 1)))[1][0, 0]
            super().update_step(gradient + 0 * value, variable, learning_rate)

    bench.add(bs.Optimizer(name="own", make=Own, space={"learning_rate": bs.LogUniform(1e-5, 10.0, default=0.1)}))
    ran = bench.session.run(dataclasses.replace(bench.trial(optimizer="own", epochs=1), lanes=LANES))
    assert ran.ending.outcome is Outcome.COMPLETED
    assert ran.ending.costs.lanes is None
    assert "SelfAdjointEigV2" in ran.alone


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ("a page\nNo pfor vectorization defined for Qr\nmore", "No pfor vectorization defined for Qr"),
        ("Detected unsupported operations on XLA_CPU_JIT: Where (op)", "unsupported operations on XLA_CPU_JIT: Where"),
        ("in user code:\n  ValueError: shapes differ\n", "ValueError: shapes differ"),
        (" something else\nmore", "something else"),
        ("", "RuntimeError"),
    ],
)
def test_why_a_program_cannot_be_vectorized_is_one_line_of_what_tensorflow_says(error, reason):
    assert module._reason(RuntimeError(error)) == reason


def test_what_many_lanes_take_together_is_shared_by_those_that_train():
    """Three at first, then two, then one: programs and data are not needed for it."""

    class Logbook:
        def __init__(self):
            self.steps, self.shares = 0, []

        def share(self, share):
            self.shares.append(round(1 / share))
            return contextlib.nullcontext()

        training = evaluating = share

    def lane(epochs):
        plan = SimpleNamespace(epoch=lambda number: (np.full((4, 2), number), np.full(4, 0.5)))
        measured = lambda epoch, values: epoch < epochs  # noqa: E731
        keeper = SimpleNamespace(ended=lambda epoch: None)
        course = SimpleNamespace(
            plan=plan, bound=9.0, logbook=Logbook(), measured=measured, keeper=keeper, pruned=False
        )
        course.trained = lambda *end: ends.append(end)
        return Lane(None, course)

    def train(feed, order, rates, done, trains, bounds):
        assert (order.shape, rates.shape) == ((4, 4, 2), (4, 4))
        assert list(bounds) == [9.0 if one else np.inf for one in trains]
        trained.append(list(trains))
        return LaneEnds(np.where(trains, 4, 0), np.full(4, 0.25), np.full(4, 0.125))

    trained, ends, evaluations = [], [], iter([[{}] * 4] * 4)
    program = SimpleNamespace(lanes=4, train=train, evaluate=lambda feed: next(evaluations))
    lanes = [lane(epochs) for epochs in (1, 3, 2)]
    train_together(program, None, lanes)
    assert trained == [[True, True, True, False], [False, True, True, False], [False, True, False, False]]
    # Of each epoch's training and evaluation, the first evaluation first.
    assert [one.course.logbook.shares for one in lanes] == [[3, 3, 3], [3, 3, 3, 2, 2, 1, 1], [3, 3, 3, 2, 2]]
    assert ends == [(4, 0.25, 0.125)] * 6
    assert all(one.ended for one in lanes)


def test_lanes_are_part_of_what_decides_the_numbers_only_where_there_are_several(bench):
    trial = bench.trial()
    several = dataclasses.replace(trial, lanes=LANES)
    assert "lanes" not in trial.spec
    assert several.spec["lanes"] == LANES
    assert several.id != trial.id
    assert several.cell != trial.cell
    assert Trial.from_spec(json.loads(json.dumps(several.spec))) == several
