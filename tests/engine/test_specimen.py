"""Specimens: the trial's own network, whatever is looked at in it; derivatives against closed forms by NumPy."""

import dataclasses

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.arm_trials import trial_of
from benchsuite.engine.lab import Lab
from benchsuite.engine.ran import Probed
from benchsuite.engine.session import Session
from benchsuite.engine.specimen_run import SpecimenRun

FEATURES, CLASSES = 4, 3


def classes():
    """90 examples of three classes."""
    random = np.random.default_rng(0)
    x = random.normal(size=(90, FEATURES)).astype("float32")
    return bs.Arrays(x, (x @ random.normal(size=(FEATURES, CLASSES))).argmax(axis=1).astype("int32"))


def series():
    """30 series of four steps."""
    x = np.random.default_rng(1).normal(size=(30, 4, FEATURES)).astype("float32")
    return bs.Arrays(x, (x.sum(axis=(1, 2)) > 0).astype("int32"))


def two_layers(blocks, inputs):
    return blocks.output(CLASSES)(blocks.dense(8)(inputs))


def recurrent(blocks, inputs):
    x = blocks.rnn(4, sequences=True)(inputs)
    return blocks.output(2)(blocks.flatten()(blocks.transformer(1, expansion=1)(x)))


HESSIAN = np.array([[3.0, 1.0], [1.0, 2.0]])


def bowl(model, batch, training):
    """½·(θ − x)ᵀH(θ − x) for each x: a loss of the task's own."""
    import tensorflow as tf

    difference = model(batch[0], training=training) - batch[0]
    return 0.5 * tf.reduce_sum(tf.matmul(difference, tf.constant(HESSIAN, tf.float32)) * difference, axis=-1)


def task(name, data, model, **fields):
    given = {
        "split": bs.HoldOut(0.4, 0.3, 0.3),
        "batch_size": 10,
        "epochs": 3,
        "baseline": {"optimizer": "sgd[learning_rate=0.1]", "initializer": "xavier_normal", "activation": "tanh"},
    }
    return bs.Task(name=name, data=data, model=model, **{**given, **fields})


CLASSIFIED = {"loss": "cross_entropy", "primary": "accuracy", "metrics": ["accuracy"]}
TASKS = {
    one.name: one
    for one in (
        task("linear", classes, lambda blocks, inputs: blocks.output(CLASSES)(inputs), **CLASSIFIED),
        task("hidden", classes, two_layers, **CLASSIFIED),
        task("series", series, recurrent, **CLASSIFIED),
        task(
            "bowl",
            lambda: bs.Arrays(np.random.default_rng(2).normal(size=(30, 2)).astype("float32"), np.zeros(30, "float32")),
            lambda blocks, inputs: blocks.parameter((2,), [1.0, -2.0])(inputs),
            loss=bowl,
            primary="loss",
            steps_per_epoch=20,
        ),
    )
}


@pytest.fixture(scope="module")
def session(bundled):
    return Session(bundled, TASKS.__getitem__)


@pytest.fixture
def lab(bundled, session):
    return Lab(bundled, TASKS.__getitem__, session)


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


@pytest.mark.parametrize("count", [5, 90, 700])
def test_loss_gradient_and_curvature_are_those_of_softmax_regression(lab, count):
    """Against closed forms in float64, for a number of examples that is filled up, a power of two or not, and one in pieces."""
    specimen = lab.specimen("linear", seed=1)
    random = np.random.default_rng(count)
    x, y = random.normal(size=(count, FEATURES)), random.integers(CLASSES, size=count)
    kernel, bias = np.split(specimen.weights.astype("float64"), [FEATURES * CLASSES])
    p = softmax(x @ kernel.reshape(FEATURES, CLASSES) + bias)
    assert specimen.loss(x, y) == pytest.approx(-np.log(p[np.arange(count), y]).mean(), rel=1e-6)
    error = p - np.eye(CLASSES)[y]
    expected = np.concatenate([(x.T @ error / count).reshape(-1), error.mean(axis=0)])
    np.testing.assert_allclose(specimen.gradient(x, y), expected, atol=1e-6)
    vector = random.normal(size=specimen.size)
    along = x @ vector[: FEATURES * CLASSES].reshape(FEATURES, CLASSES) + vector[FEATURES * CLASSES :]
    change = p * (along - (p * along).sum(axis=1, keepdims=True))
    expected = np.concatenate([(x.T @ change / count).reshape(-1), change.mean(axis=0)])
    np.testing.assert_allclose(specimen.curvature(vector, x, y), expected, atol=2e-6)
    np.testing.assert_allclose(specimen.outputs(x), x @ kernel.reshape(FEATURES, CLASSES) + bias, atol=1e-5)


def test_of_a_task_with_a_loss_of_its_own_that_loss_is_differentiated(lab):
    specimen = lab.specimen("bowl")
    x, y = specimen.arrays("train")
    np.testing.assert_array_equal(specimen.weights, [1.0, -2.0])
    difference = specimen.weights - x.astype("float64")
    np.testing.assert_allclose(
        specimen.loss(x, y), 0.5 * np.einsum("ni,ij,nj", difference, HESSIAN, difference) / len(x), rtol=1e-6
    )
    np.testing.assert_allclose(specimen.gradient(x, y), difference.mean(axis=0) @ HESSIAN, rtol=1e-5)
    np.testing.assert_allclose(specimen.curvature(np.array([1.0, 0.0]), x, y), HESSIAN[0], rtol=1e-6)
    assert specimen.hidden(x) == {}


def test_a_recurrent_net_with_attention_can_be_set_and_bent(lab):
    """The Hessian along a direction is the change of the gradient there, in the smooth network that this is."""
    specimen = lab.specimen("series", seed=3)
    x, y = specimen.arrays("train")
    start, direction = specimen.weights.astype("float64"), np.random.default_rng(0).normal(size=specimen.size)
    direction *= 0.01 / np.linalg.norm(direction)
    gradients = []
    for sign in (1, -1):
        specimen.weights = start + sign * direction
        np.testing.assert_array_equal(specimen.weights, (start + sign * direction).astype("float32"))
        gradients.append(specimen.gradient(x, y).astype("float64"))
    specimen.weights = start
    bent = specimen.curvature(direction, x, y)
    np.testing.assert_allclose(bent, (gradients[0] - gradients[1]) / 2, atol=0.01 * np.abs(bent).max())
    assert [values.shape[0] for values in specimen.hidden(x).values()] == [len(x)] * len(specimen.hidden(x))


def test_hidden_is_what_leaves_the_activation(lab):
    specimen = lab.specimen("hidden")
    x, _ = specimen.arrays("test")
    kernel, bias = np.split(specimen.weights[: (FEATURES + 1) * 8], [FEATURES * 8])
    ((name, found),) = specimen.hidden(x).items()
    assert name == "dense_1"
    np.testing.assert_allclose(found, np.tanh(x @ kernel.reshape(FEATURES, 8) + bias), atol=1e-6)
    assert specimen.shapes == {
        "dense_1/kernel": (FEATURES, 8), "dense_1/bias": (8,), "output_1/kernel": (8, CLASSES), "output_1/bias": (CLASSES,)
    }  # fmt: skip


NOISY = {"normalization": "batch", "regularization": "dropout[rate=0.5]", "optimizer": "momentum[learning_rate=0.1]"}


def test_a_specimen_that_is_looked_at_and_trained_in_pieces_is_the_trial_to_the_bit(lab, bundled, session):
    """And so it is where another specimen trains in the same program meanwhile."""
    trial = trial_of(bs.Arm(task="hidden", recipe=NOISY), 5, TASKS.__getitem__, bundled)
    record = session.run(trial).ending
    specimen, other = lab.specimen("hidden", NOISY, seed=5), lab.specimen("hidden", NOISY, seed=6)
    x, y = specimen.arrays("train")
    masked = [specimen.outputs(x, training=True) for _ in range(2)]
    assert not np.array_equal(*masked)
    assert not np.array_equal(masked[0], specimen.outputs(x))
    specimen.loss(x, y), specimen.gradient(x, y), specimen.curvature(np.ones(specimen.size), x, y)
    pieces = [specimen.train(1)]
    other.train(2)
    assert not np.array_equal(other.weights, specimen.weights)
    specimen.outputs(x, training=True)
    pieces.append(specimen.train())
    assert [list(piece.epochs) for piece in pieces] == [[0, 1], [1, 2, 3]]
    for name, curve in record.curves.items():
        joined = np.array([*pieces[0].curve(name), *pieces[1].curve(name)[1:]])
        np.testing.assert_array_equal(joined, curve)
    assert list(pieces[1].steps) == [3, 6, 9]
    last = pieces[1]
    assert last.final("test_loss") == record.results.final["test_loss"]
    assert (last.outcome, last.failed, last.score) == ("completed", False, record.results.final["test_accuracy"])
    whole = lab.specimen("hidden", NOISY, seed=5).train(probe="0,last")
    assert list(whole.curve("train_loss")) == list(record.curves["train_loss"])
    assert whole.best("test_accuracy") == record.results.best["test_accuracy"]
    assert len(whole.layers("weight_norm", 0)) == len(whole.layers("weight_norm", -1)) == 2
    with pytest.raises(bs.BenchsuiteError, match="nothing was probed"):
        last.layers("weight_norm", -1)


def test_training_goes_on_from_weights_that_were_assigned(lab):
    specimen = lab.specimen("bowl", {"optimizer": "sgd[learning_rate=0.1]"})
    specimen.train(1)
    specimen.weights = np.array([40.0, 40.0])
    run = specimen.train(1)
    assert run.curve("train_loss")[0] > 1000 > run.curve("train_loss")[1]
    assert list(run.epochs) == [1, 2]
    assert run.score == -run.final("test_loss")  # smaller is better there


def test_a_training_that_diverges_says_so_and_ends(lab):
    specimen = lab.specimen("bowl", {"optimizer": "sgd[learning_rate=10]"})
    run = specimen.train()
    assert (run.outcome, run.failed, run.score) == ("diverged", True, -np.inf)
    assert np.isnan(run.final("test_loss"))
    assert len(run.curve("test_loss")) == 1
    with pytest.raises(bs.BenchsuiteError, match="those that are left, 0 of 3"):
        specimen.train(1)


def test_the_best_weights_are_put_back_where_a_regularization_asks(bundled):
    class Stop:
        restores_best = True

        def after_epoch(self, epoch, validation):
            return True

    stop = bs.Regularization(name="stop", make=Stop)

    class Components:
        def component(self, kind, name):
            return stop if name == "stop" else bundled.component(kind, name)

        def names(self, kind):
            return [*bundled.names(kind), "stop"]

        default = staticmethod(bundled.default)

    # Steps of a rate far too large: each epoch is worse than the one before, and the first is the best.
    known = dataclasses.replace(TASKS["bowl"], steps_per_epoch=1)
    specimen = Lab(Components(), lambda _: known).specimen(
        "bowl", {"regularization": "stop", "optimizer": "sgd[learning_rate=1]"}
    )
    run = specimen.train()
    losses = run.curve("validation_loss")
    assert losses[1] < losses[2] < losses[3]
    x, y = specimen.arrays("validation")
    assert specimen.loss(x, y) == pytest.approx(losses[1], rel=1e-6)
    assert run.final("validation_loss") == losses[1]


def test_what_cannot_be_is_refused(lab):
    specimen = lab.specimen("linear")
    x, y = specimen.arrays("train")
    for wrong, message in (
        (lambda: specimen.arrays("all"), "unknown part 'all'"),
        (lambda: specimen.loss(x[:, :2], y), r"inputs must be \[examples, 4\]"),
        (lambda: specimen.loss(x[:0], y[:0]), "at least one example"),
        (lambda: specimen.loss(x, y[:3]), "as many targets as inputs"),
        (lambda: setattr(specimen, "weights", np.zeros(3)), r"weights must be float32 or float64 \[15\]"),
        (lambda: specimen.curvature(np.zeros(15, int), x, y), "the vector must be float32 or float64"),
        (lambda: specimen.train(4), "from 0 to those that are left, 3 of 3"),
        (lambda: lab.specimen("linear", {"optimizer": "sgd,adam"}), "an arm has one optimizer"),
        (lambda: lab.specimen("linear", {"optimiser": "sgd"}), "unknown kind in the recipe of an arm: 'optimiser'"),
        (lambda: lab.specimen("linear", knobs={"epochs": 0}), "epochs of task 'linear' must be a whole number from 1"),
        (lambda: lab.specimen("linear", knobs={"depth": 3}), "unknown knob of task 'linear': 'depth'"),
        (lambda: lab.specimen("bowl", {"loss": "mse"}), "a loss of its own"),
        (lambda: lab.specimen("linear", seed=-1), "seed must be a whole number from 0"),
        (lambda: lab.make("task", "linear"), "unknown kind 'task'"),
        (lambda: lab.make("initializer", "zeros,orthogonal"), "make takes one initializer"),
    ):
        with pytest.raises(bs.BenchsuiteError, match=message):
            wrong()


def test_what_a_training_did_not_measure_is_refused_by_name():
    run = SpecimenRun(TASKS["linear"], {"test_loss": [2.0, None]}, probed=Probed(["dense_1"]))
    run.probed.add(2, {"weight_norm": [0.5]})
    assert run.curve("test_loss")[0] == 2.0
    assert np.isnan(run.curve("test_loss")[1])
    assert run.layers("weight_norm", 2) == run.layers("weight_norm", -1) == [0.5]
    for wrong, message in (
        (lambda: run.curve("test_los"), "unknown measure 'test_los'"),
        (lambda: run.layers("norm", 2), "unknown measure of layers 'norm'"),
        (lambda: run.layers("weight_norm", 1), r"epoch 1 was not probed, only 2. Ask for it: train\(probe=\"1\"\)"),
    ):
        with pytest.raises(bs.BenchsuiteError, match=message):
            wrong()


def test_a_lab_knows_what_it_was_asked_for(lab):
    lab.asked.clear()
    draw = lab.make("initializer", "gaussian[deviation=2]")
    assert draw((500, 2), 500, 2, 1.0, np.random.default_rng(0)).std() == pytest.approx(2, rel=0.1)
    assert lab.asked == {"initializer:gaussian"}
    lab.specimen("linear")
    assert {"task:linear", "optimizer:sgd", "loss:cross_entropy"} < lab.asked
