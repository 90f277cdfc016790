"""Which examples and learning rates a step uses: by the numbers of steps alone, counted over the whole budget."""

import dataclasses
from types import SimpleNamespace

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.components.schedule import Product
from benchsuite.engine.seeds import Streams
from benchsuite.engine.step_plan import StepPlan
from benchsuite.errors import Unsupported

EXAMPLES, BATCH = 11, 3  # three whole batches a pass, two examples left over


def rising(step, total):
    return (step + 1) / total


def planned(bench, schedule=rising, steps=None, rated=True, **chosen):
    """Return the plan of a trial of two epochs with a rate of 0.5."""
    task = dataclasses.replace(bench.task, steps_per_epoch=steps)
    optimizer = bench.component("optimizer", "sgd")
    trial = dataclasses.replace(
        bench.trial(seed=4, epochs=2, optimizer=("sgd", {"learning_rate": 0.5})), batch_size=BATCH
    )
    if not rated:
        optimizer = bs.Optimizer(name="rateless", make=lambda: None)
    return StepPlan.of(trial, task, EXAMPLES, Product([schedule]), optimizer)


@pytest.mark.parametrize("steps", [None, 3, 2, 5])
def test_batches_follow_each_other_through_every_pass_whatever_an_epoch_is(bench, steps):
    """Epochs shorter and longer than a pass cut the same row of batches elsewhere."""
    plan = planned(bench, steps=steps)
    length = steps or EXAMPLES // BATCH
    streams = Streams.of(4)
    batches = [
        streams.permutation(number, EXAMPLES)[start : start + BATCH]
        for number in range(5)
        for start in range(0, EXAMPLES - BATCH + 1, BATCH)
    ]
    assert plan.lengths == (length, 2 * length)
    for epoch in (0, 1):
        order, rates = plan.epoch(epoch)
        numbers = np.arange(epoch * length, (epoch + 1) * length)
        assert np.array_equal(order, np.array(batches)[numbers])
        assert np.array_equal(rates, (0.5 * (numbers + 1) / (2 * length)).astype("float32"))
        assert (order.dtype, rates.dtype) == (np.int32, np.float32)


def test_a_stream_of_its_own_moves_the_order(bench):
    plan = planned(bench)
    other = StepPlan.of(
        dataclasses.replace(plan.trial, streams=(("order", 9),)),
        bench.task, EXAMPLES, plan.schedule, bench.component("optimizer", "sgd"),
    )  # fmt: skip
    assert np.array_equal(other.epoch(0)[0][0], Streams.of(9).permutation(0, EXAMPLES)[:BATCH])
    assert not np.array_equal(other.epoch(0)[0], plan.epoch(0)[0])


def test_without_a_rate_only_a_schedule_that_stays_1_is_one(bench):
    plan = planned(bench, schedule=lambda step, total: np.ones(len(step)), rated=False)
    assert np.array_equal(plan.epoch(1)[1], np.ones(3, "float32"))
    late = SimpleNamespace(asked=[])

    def changes_at_the_end(step, total):
        late.asked.append((step.tolist(), total))
        return np.where(step == total - 1, 0.5, 1.0)

    with pytest.raises(Unsupported, match="no learning rate that a schedule could change"):
        planned(bench, schedule=changes_at_the_end, rated=False)
    assert late.asked == [(list(range(6)), 6)]
