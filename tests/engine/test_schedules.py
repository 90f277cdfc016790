"""Schedules in training: products, and schedules that see how it goes."""

import numpy as np
import pytest

import benchsuite as bs

STEPS = 10  # of an epoch of the tiny task


def recorded(bench, name, multiplier=lambda step, total: np.ones(len(step)), reaction=None):
    """Add a schedule that notes what it was asked and told."""
    made = []

    class Noted:
        def __init__(self):
            self.asked, self.told, self.factor = [], [], 1.0
            made.append(self)

        def __call__(self, step, total):
            self.asked.append((int(step[0]), len(step), total, len(self.told)))
            return self.factor * multiplier(step, total)

        if reaction:

            def after_epoch(self, epoch, validation):
                self.told.append((epoch, dict(validation)))
                self.factor = reaction(self)

    bench.add(bs.Schedule(name=name, make=Noted))
    return made


def test_several_schedules_train_as_their_product(bench):
    """Bit for bit as one schedule with the product's multipliers; and neither alone does."""
    made = {}
    for name in ("warmup", "cosine"):
        component = bench.registry.component("schedule", name)
        made[name] = component.make(**component.hyperparameters())

    def both(step, total):
        return made["warmup"](step, total) * made["cosine"](step, total)

    bench.add(bs.Schedule(name="both", make=lambda: both))
    chosen = {"epochs": 3, "optimizer": ("sgd", {"learning_rate": 0.1})}
    product = bench.run(schedule=["warmup", "cosine"], **chosen)
    assert product.outcome == "completed", product.reason
    assert product.curves == bench.run(schedule="both", **chosen).curves
    assert product.curves != bench.run(schedule="cosine", **chosen).curves
    assert product.curves != bench.run(schedule="warmup", **chosen).curves
    assert bench.session.programs_built == 1


def test_a_reacting_schedule_sees_each_epoch_before_the_next_one_begins(bench):
    made = recorded(bench, "reacting", reaction=lambda self: 0.0)
    run = bench.run(schedule="reacting", epochs=3, optimizer=("sgd", {"learning_rate": 0.1}))
    again = bench.run(schedule="reacting", epochs=3, optimizer=("sgd", {"learning_rate": 0.1}))
    assert len(made) == 2  # one for each trial
    one = made[0]
    assert one.asked == [(STEPS * done, STEPS, 3 * STEPS, done) for done in range(3)]
    assert [epoch for epoch, _ in one.told] == [1, 2, 3]
    assert [told["loss"] for _, told in one.told] == list(run.curves["validation_loss"][1:])
    # At a rate of 0 nothing moves any more.
    losses = run.curves["validation_loss"]
    assert losses[0] != losses[1] == losses[2] == losses[3]
    assert run.curves == again.curves


def test_reduce_on_plateau_works_in_a_product(bench):
    """A rate that jumps about never improves for long; once reduced, the loss falls below what it was at the full rate."""
    chosen = {"epochs": 12, "optimizer": ("sgd", {"learning_rate": 0.5})}
    plateau = ("reduce_on_plateau", {"patience": 1, "min_delta": 1.0, "factor": 0.01})
    made = recorded(bench, "seen")
    run = bench.run(schedule=["seen", plateau], **chosen)
    assert run.outcome == "completed", run.reason
    assert len(made[0].asked) == 12
    losses = np.array(run.curves["validation_loss"])
    # Each epoch after the first counts as one without improvement: the rate is 0.5·0.01^k, and soon nothing moves.
    assert abs(losses[3] - losses[2]) > 10 * abs(losses[5] - losses[4])
    assert losses[8] == pytest.approx(losses[12], abs=1e-6)


@pytest.mark.parametrize("schedule", ["reduce_on_plateau", "step"])
def test_a_schedule_without_a_rate_is_unsupported_before_any_step(bench, schedule):
    """Also one whose first multipliers are all 1."""
    import keras

    bench.add(bs.Optimizer(name="rateless", make=lambda: keras.optimizers.SGD(0.1)))
    run = bench.run(optimizer="rateless", schedule=schedule, epochs=6)
    assert (run.outcome, run.reason) == (
        "unsupported",
        "the optimizer has no learning rate that a schedule could change",
    )
    assert not run.curves
    assert bench.session.programs_built == 0


@pytest.mark.parametrize("value", [np.ones((STEPS, 1)), np.ones(3), np.full(STEPS, np.nan)], ids=["2-d", "3", "nan"])
def test_what_is_no_multiplier_is_told(bench, value):
    bench.add(bs.Schedule(name="odd", make=lambda: lambda step, total: value))
    run = bench.run(schedule=["odd", "cosine"])
    assert (run.outcome, run.reason) == ("crashed", "a schedule must return one finite multiplier for each step.")
