"""Regularizations inside the engine: where they act in a step, that they are reset, and what evaluation sees of them."""

import dataclasses

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.conformance.tiny import tiny_images
from benchsuite.data import load

RATE = 0.1
SGD = ("sgd", {"learning_rate": RATE})


def program_of(session):
    return session._programs.values[-1]


def trained(bench, **chosen):
    """Run a trial in a session of its own; return the run and the weights after it."""
    session = bench.new_session()
    run = bench.run(session=session, **chosen)
    assert run.outcome == "completed", (run.reason, run.results.failure)
    return run, [np.array(variable.numpy()) for variable in program_of(session).network.trainable]


# ---------------------------------------------------------------- batches


class Nothing:
    """Leaves nothing of the inputs."""

    def batch(self, x, y, classes):
        return x * 0, y


def test_batches_are_changed_in_training_and_never_at_evaluation(bench):
    bench.add(bs.Regularization(name="nothing", make=Nothing))
    run, _ = trained(bench, regularization="nothing", optimizer=("sgd", {"learning_rate": 1e-5}))
    assert run.curves["running_loss"][1] == pytest.approx(np.log(3), rel=1e-3)  # all biases are 0: every class alike
    plain = bench.run(optimizer=("sgd", {"learning_rate": 1e-5}))
    np.testing.assert_allclose(run.curves["test_loss"], plain.curves["test_loss"], rtol=1e-3)
    assert abs(plain.curves["test_loss"][0] - np.log(3)) > 0.01


def test_every_call_of_a_closure_sees_the_same_batch(bench):
    bench.change_task(xla=False)
    import keras

    class Twice(keras.optimizers.SGD):
        """SGD, thrown off by the smallest difference between two calls in one step."""

        def step(self, closure, variables):
            (first, one), (second, other) = closure(), closure()
            self.apply([a + 1e3 * (second - first) + 1e3 * (b - a) for a, b in zip(one, other, strict=True)], variables)

    space = {"learning_rate": bs.LogUniform(1e-3, 1, default=RATE)}
    bench.add(
        bs.Optimizer(name="twice", make=lambda learning_rate: Twice(learning_rate), space=space, wants=("closure",))
    )
    mixed = {"regularization": ["mixup", "augment_noise", "dropout"]}
    closure, _ = trained(bench, optimizer="twice", **mixed)
    plain, _ = trained(bench, optimizer=SGD, **mixed)
    np.testing.assert_allclose(closure.curves["running_loss"][1:], plain.curves["running_loss"][1:], rtol=1e-4)


def test_kernels_are_changed_in_training_and_gradients_reach_what_is_kept(bench):
    """A network that computes with half of each kernel: at the same kernels its gradients of the loss are half as large."""

    class Half:
        def __init__(self, factor):
            self.factor = factor

        def in_training(self, kernels):
            return [self.factor * kernel for kernel in kernels]

    bench.add(bs.Regularization(name="half", make=Half, space={"factor": bs.Uniform(0.0, 2.0, default=0.5)}))
    import tensorflow as tf

    trial = bench.trial(regularization="half", normalization="batch")
    program = bench.session.ready(trial).program
    dataset = load(bench.task)
    x, y = tf.constant(dataset.x[:16]), tf.constant(dataset.y[:16])
    zero = tf.constant(0, tf.int64)
    moving = [variable.numpy() for variable in program.network.model.non_trainable_variables]
    loss, found = program.objective.gradients(x, y, zero, zero)
    assert all(
        (np.asarray(v.numpy()) != old).any()
        for v, old in zip(program.network.model.non_trainable_variables, moving, strict=True)
    )
    kernels = [kernel.variable for kernel in program.network.kernel_layers]
    for kernel in kernels:
        kernel.assign(kernel / 2)
    plain = dataclasses.replace(program.objective.ingredients, kernel_changes=())
    program.objective.ingredients = plain
    same, expected = program.objective.gradients(x, y, zero, zero)
    assert float(same) == pytest.approx(float(loss), rel=1e-6)
    for variable, one, other in zip(program.network.trainable, found, expected, strict=True):
        factor = 0.5 if any(variable is kernel for kernel in kernels) else 1.0
        np.testing.assert_allclose(one, factor * np.asarray(other), rtol=1e-4, atol=1e-7)


def test_kernels_of_another_shape_are_refused(bench):
    class Wrong:
        def in_training(self, kernels):
            return kernels[:-1]

    bench.add(bs.Regularization(name="wrong", make=Wrong))
    run = bench.run(regularization="wrong")
    assert run.outcome == "crashed"
    assert "in_training of regularization 'wrong' must return one kernel for each" in run.reason


def test_a_loss_that_takes_no_distributions_is_unsupported(bench):
    import tensorflow as tf

    make = lambda: lambda y, z: tf.nn.sparse_softmax_cross_entropy_with_logits(y, z)  # noqa: E731
    bench.add(bs.Loss(name="hard", make=make))
    run = bench.run(loss="hard", regularization="label_smoothing")
    assert run.outcome == "unsupported"
    assert run.reason == (
        "regularization 'label_smoothing' makes distributions over the classes; loss 'hard' does not take them"
    )
    with pytest.raises(bs.BenchsuiteError, match="only a loss of classes can take them"):
        bs.Loss(name="odd", make=make, targets="values", soft_targets=True)


@pytest.mark.parametrize(
    ("wrong", "returned"),
    [
        (lambda x, y: (x[:4], y), r"returned: float32 \[4, 6\] and int32 \[16\]"),
        (lambda x, y: (x, y[:, None]), r"returned: float32 \[16, 6\] and int32 \[16, 1\]"),
    ],
)
def test_a_batch_of_another_shape_is_refused(bench, wrong, returned):
    import re

    class Wrong:
        def batch(self, x, y, classes):
            return wrong(x, y)

    bench.add(bs.Regularization(name="wrong", make=Wrong))
    run = bench.run(regularization="wrong")
    assert run.outcome == "crashed"
    assert re.search(f"batch of regularization 'wrong' must keep shape and type .*{returned}", run.reason)


def test_an_unfinished_object_is_told_what_it_lacks(bench):
    class Half:
        def after_step(self, step):
            pass

    bench.add(bs.Regularization(name="half", make=Half))
    run = bench.run(regularization="half")
    assert run.outcome == "crashed"
    assert "Received: Half, which has after_step but no build, variables" in run.reason


def test_targets_that_are_values_are_mixed_but_not_smoothed(bench):
    run = bench.run(task=bench.values_task, regularization="label_smoothing")
    assert run.outcome == "unsupported"
    assert "needs classes" in run.reason


# ---------------------------------------------------------------- penalties and decay


def test_decoupled_decay_is_l2_under_sgd_and_not_under_adam(bench):
    bench.change_task(xla=False)
    strength = 0.05
    for optimizer, alike in ((SGD, True), (("adam", {"learning_rate": 0.01}), False)):
        rate = optimizer[1]["learning_rate"]
        _, decayed = trained(bench, optimizer=optimizer, regularization=("weight_decay", {"strength": rate * strength}))
        _, penalized = trained(bench, optimizer=optimizer, regularization=("l2", {"strength": strength}))
        apart = max(np.abs(one - other).max() for one, other in zip(decayed, penalized, strict=True))
        assert apart < 1e-6 if alike else apart > 1e-2


# ---------------------------------------------------------------- composition, strength 0, reset


def test_what_has_no_strength_is_none_to_the_bit(bench):
    """Together in one recipe, so in one program: layers, batches, averages and monitors."""
    idle = [
        ("dropout", {"rate": 0.0}),
        ("dropout_test_scaled", {"rate": 0.0}),
        ("gaussian_noise", {"deviation": 0.0}),
        ("label_smoothing", {"epsilon": 0.0}),
        ("mixup", {"alpha": 0.0}),
        ("dropconnect", {"rate": 0.0}),
        ("augment_noise", {"deviation": 0.0}),
        ("max_norm", {"bound": 100.0}),
        ("ema", {"decay": 0.0}),
        ("early_stopping", {"patience": 1000}),
    ]
    run, weights = trained(bench, regularization=idle)
    plain, expected = trained(bench)
    assert run.curves == plain.curves
    assert all(np.array_equal(one, other) for one, other in zip(weights, expected, strict=True))


def test_all_together_repeat_bit_for_bit_in_a_used_program_and_keep_their_bounds(bench):
    bench.change_task(xla=False)
    chosen = {
        "regularization": [
            *(
                "l1",
                "l2",
                "elastic",
                "lq",
                "dropout",
                "dropconnect",
                "gaussian_noise",
                "mixup",
                "label_smoothing",
                "augment_noise",
            ),
            ("ema", {"decay": 0.9}),
            "weight_decay",
            ("max_norm", {"bound": 0.7}),
        ],
        "normalization": "batch",
        "optimizer": ("adam", {"learning_rate": 0.02}),
    }
    first = bench.run(**chosen)
    assert first.outcome == "completed", first.reason
    program = program_of(bench.session)
    traces = program.traces
    assert bench.run(seed=1, **chosen).curves != first.curves
    assert bench.run(**chosen).curves == first.curves
    assert program.traces == traces
    norms = [np.linalg.norm(kernel.variable.numpy(), axis=0) for kernel in program.network.kernel_layers]
    assert max(norm.max() for norm in norms) <= 0.7 * (1 + 1e-6)
    assert sum((norm > 0.699).sum() for norm in norms) > 3  # it had to act
    # The average is of weights within the bound, although it stands first in the recipe.
    averages = program.after.evaluation_values()
    kernels = {id(kernel.variable) for kernel in program.network.kernel_layers}
    for variable, value in zip(program.network.trainable, averages, strict=True):
        if id(variable) in kernels:
            assert np.linalg.norm(np.asarray(value), axis=0).max() <= 0.7 * (1 + 1e-6)


def test_pictures_are_changed_inside_a_graph_program_too(bench):
    bench.task = dataclasses.replace(tiny_images("cross_entropy"), name=bench.task.name)
    names = ("rotate", "zoom", "shift", "crop", "flip", "colour", "noise")
    chosen = {"regularization": [*(f"augment_{name}" for name in names), "cutout", "cutmix", "spatial_dropout"]}
    first = bench.run(**chosen)
    assert (first.outcome, first.environment.xla) == ("completed", False), first.results
    assert bench.run(seed=1, **chosen).curves != first.curves
    assert bench.run(**chosen).curves == first.curves


def test_where_nothing_applies_the_trial_is_unsupported(bench):
    run = bench.run(regularization="spatial_dropout")
    assert run.outcome == "unsupported"
    assert run.reason == "regularization 'spatial_dropout' applies to none of the hidden layers of task 'tiny_classes'"
    run = bench.run(regularization="cutout")
    assert run.outcome == "unsupported"
    assert "needs images" in run.reason


# ---------------------------------------------------------------- averaged weights


@pytest.mark.parametrize(
    ("chosen", "reason"),
    [
        (
            {"regularization": ["ema", "swa"]},
            "regularization 'ema' and regularization 'swa' each evaluate with averaged weights of their own",
        ),
        (
            {"regularization": "swa", "optimizer": "schedule_free_sgd"},
            "optimizer 'schedule_free_sgd' and regularization 'swa' each evaluate with averaged weights of their own",
        ),
    ],
)
def test_two_averages_are_unsupported(bench, chosen, reason):
    run = bench.run(**chosen)
    assert (run.outcome, run.reason) == ("unsupported", reason)


def numpy_test_loss(bench, weights, epsilon=1e-5):
    """Return the test loss of the tiny network with batch normalization whose statistics are the mean over training batches."""
    dataset = load(bench.task)
    x, y, batch = dataset.x.astype("float64"), dataset.y, bench.task.batch_size
    kernels = [np.asarray(value, "float64") for value in weights]
    w1, g1, b1, w2, g2, b2, w3, b3 = kernels
    batches = x[: dataset.sizes[0] // batch * batch].reshape(-1, batch, x.shape[1])
    statistics, hidden = [], batches
    for w, g, b in ((w1, g1, b1), (w2, g2, b2)):
        z = hidden @ w
        means, variances = z.mean(1), z.var(1)
        statistics.append((means.mean(0), variances.mean(0)))
        hidden = np.maximum(g * (z - means[:, None]) / np.sqrt(variances[:, None] + epsilon) + b, 0)
    rows = dataset.part("test")
    hidden = x[rows]
    for (w, g, b), (mean, variance) in zip(((w1, g1, b1), (w2, g2, b2)), statistics, strict=True):
        hidden = np.maximum(g * (hidden @ w - mean) / np.sqrt(variance + epsilon) + b, 0)
    z = hidden @ w3 + b3
    z -= z.max(1, keepdims=True)
    return float((np.log(np.exp(z).sum(1)) - z[np.arange(len(z)), y[rows]]).mean())


def test_ema_evaluates_with_the_average_of_the_path_and_statistics_of_its_own(bench):
    """Step by step, so that NumPy sees every weight that training went through."""
    trial = bench.trial(regularization=("ema", {"decay": 0.8}), normalization="batch", optimizer=SGD, epochs=1)
    ready = bench.session.ready(trial)
    program = ready.program
    order, rates = ready.plan.epoch(0)
    path = []
    for step in range(len(order)):
        end = program.train(ready.feed, order[step : step + 1], rates[step : step + 1], step, np.inf)
        assert end.running_loss == end.last_loss  # the mean of one
        path.append([variable.numpy().astype("float64") for variable in program.network.trainable])
    weights = 0.8 ** np.arange(len(path) - 1, -1, -1.0)
    average = [np.average(values, axis=0, weights=weights) for values in zip(*path, strict=True)]
    before = [np.array(variable.numpy()) for variable in program.network.model.variables]
    measured = program.evaluate(ready.feed)
    assert measured["test_loss"] == pytest.approx(numpy_test_loss(bench, average), rel=1e-4)
    assert program.evaluate(ready.feed) == measured
    for variable, value in zip(program.network.model.variables, before, strict=True):
        assert np.array_equal(variable.numpy(), value)  # weights and moving averages are put back
    ends = {"last": path[-1], "first": path[0]}
    assert all(abs(numpy_test_loss(bench, one) - measured["test_loss"]) > 1e-3 for one in ends.values())


def test_swa_averages_the_ends_of_the_last_epochs(bench):
    chosen = {"regularization": ("swa", {"start": 0.5}), "optimizer": SGD, "normalization": "batch", "epochs": 4}
    trial = bench.trial(**chosen)
    ready = bench.session.ready(trial)
    ends, measured = [], []
    for epoch in range(4):
        ready.program.train(ready.feed, *ready.plan.epoch(epoch), epoch * ready.plan.steps, np.inf)
        ends.append([variable.numpy().astype("float64") for variable in ready.program.network.trainable])
        measured.append(ready.program.evaluate(ready.feed)["test_loss"])
    average = [np.mean(values, axis=0) for values in zip(*ends[2:], strict=True)]
    for found, weights in ((measured[1], ends[1]), (measured[2], ends[2]), (measured[3], average)):
        assert found == pytest.approx(numpy_test_loss(bench, weights), rel=1e-4)
    assert abs(measured[3] - numpy_test_loss(bench, ends[3])) > 1e-4
    assert list(bench.run(**chosen).curves["test_loss"][1:]) == measured  # the session tells the length of the budget
