"""Standard metrics: what the compiled graph adds up is what scikit-learn and NumPy find of the same outputs, in every path."""

import dataclasses

import numpy as np
import pytest
from sklearn import metrics as of_sklearn

import benchsuite as bs
from benchsuite.components.metric import BINS, STANDARD_METRICS
from benchsuite.engine.program import feed
from benchsuite.extras import Extras

CLASSES = tuple(name for name, metric in STANDARD_METRICS.items() if metric.needs == "classes")
VALUES = tuple(name for name, metric in STANDARD_METRICS.items() if metric.needs == "values")


def softmax(outputs):
    shifted = np.exp(outputs.astype("float64") - outputs.max(axis=-1, keepdims=True))
    return shifted / shifted.sum(axis=-1, keepdims=True)


def of_classes(outputs, targets):
    """Every metric of classes, from logits, in float64."""
    outputs, targets = outputs.reshape(-1, outputs.shape[-1]), targets.reshape(-1)
    p = softmax(outputs)
    right, sure = p.argmax(axis=1) == targets, p.max(axis=1)
    calibration = 0.0
    for number in range(BINS):
        inside = (sure > number / BINS) & (sure <= (number + 1) / BINS)
        if inside.any():
            calibration += inside.mean() * abs(right[inside].mean() - sure[inside].mean())
    labels = np.arange(outputs.shape[-1])
    log_loss = of_sklearn.log_loss(targets, p, labels=labels)
    return {
        "accuracy": of_sklearn.accuracy_score(targets, p.argmax(axis=1)),
        "bits_per_character": log_loss / np.log(2),
        "brier": of_sklearn.brier_score_loss(targets, p, labels=labels, scale_by_half=False),
        "calibration_error": calibration,
        "log_loss": log_loss,
    }


def of_values(outputs, targets):
    """Every metric of values, in float64."""
    outputs, targets = outputs.reshape(-1).astype("float64"), targets.reshape(-1).astype("float64")
    return {
        "mae": of_sklearn.mean_absolute_error(targets, outputs),
        "r2": of_sklearn.r2_score(targets, outputs),
        "rmse": of_sklearn.root_mean_squared_error(targets, outputs),
    }


def kept(bench, folder, path, trial):
    """Run a trial in one of the paths; return its last values, and the predictions that it keeps."""
    how = {"resident_bytes": 0} if path == "streamed" else {}
    session = bench.new_session(extras=Extras(predictions=True), predictions=folder, **how)
    ending = session.run(dataclasses.replace(trial, lanes=3 if path == "lanes" else 1)).ending
    assert ending.outcome == "completed", ending.reason
    (file,) = folder.rglob("*.npz")
    with np.load(file) as predictions:
        return ending.results.final, dict(predictions)


@pytest.mark.parametrize(
    ("sort", "path"),
    [("classes", "graph"), ("classes", "xla"), ("classes", "streamed"), ("classes", "lanes"), ("values", "xla")],
)
def test_every_metric_is_that_of_the_stored_outputs(bench, tmp_path, monkeypatch, sort, path):
    monkeypatch.setattr(feed.Streamed.__init__, "__defaults__", (3 * 16 * 7 * 4,))
    task = bench.task if sort == "classes" else bench.values_task
    names, reference = (CLASSES, of_classes) if sort == "classes" else (VALUES, of_values)
    task = dataclasses.replace(task, metrics=names, xla=path == "xla")
    bench.task, bench.values_task = (task, bench.values_task) if sort == "classes" else (bench.task, task)
    final, predictions = kept(bench, tmp_path, path, bench.trial(task=task, epochs=3))
    for part in ("validation", "test"):
        outputs, targets = predictions[f"{part}_outputs"], predictions[f"{part}_targets"]
        assert len(outputs) == 40  # less than a batch: the rest of it is padding
        for name, value in reference(outputs, targets).items():
            assert final[f"{part}_{name}"] == pytest.approx(value, rel=2e-6, abs=2e-7), (part, name)


def measured(name, targets, outputs):
    """What the engine makes of all examples at once, and of each example as a sequence of two."""
    import tensorflow as tf

    from benchsuite.engine.program.evaluation import measured as of_examples

    metric = STANDARD_METRICS[name]

    def value(y, o):
        found = np.asarray(of_examples(metric, metric.per_example(tf.constant(y), tf.constant(o))), "float64")
        return metric.finish(found.mean() if metric.numbers is None else found.mean(axis=0), y)

    pairs = value(targets.reshape(-1, 2), outputs.reshape(-1, 2, outputs.shape[-1]))
    return value(targets, outputs), pairs


@pytest.mark.parametrize("name", CLASSES)
def test_an_example_can_be_a_sequence(name):
    generator = np.random.default_rng(3)
    outputs = (4 * generator.normal(size=(3_000, 7))).astype("float32")
    targets = generator.integers(0, 7, 3_000).astype("int32")
    one, pairs = measured(name, targets, outputs)
    assert one == pytest.approx(of_classes(outputs, targets)[name], rel=1e-5)
    assert pairs == pytest.approx(one, rel=1e-6)


def test_calibration_has_the_bins_that_are_stated():
    """Two classes, so that p of the larger one is the logistic function: in its bin at 10 ÷ 15, in the next just above."""
    sure = np.array([10 / 15 - 1e-5, 10 / 15 + 1e-5, 1 - 1e-7, 0.5 + 1e-6])
    outputs = np.stack([np.zeros(4), np.log(sure / (1 - sure))], axis=1).astype("float32")
    # The first is right and the second wrong: in one bin they would make up for each other.
    targets = np.array([1, 0, 1, 1], "int32")
    value, _ = measured("calibration_error", targets, outputs)
    assert value == pytest.approx((1 / 3 + 2 / 3 + 0 + 0.5) / 4, abs=1e-5)


def test_what_is_not_a_number_is_no_good_value():
    outputs = np.full((4, 3), np.nan, "float32")
    targets = np.zeros(4, "int32")
    for name in ("log_loss", "brier", "calibration_error"):
        assert all(map(np.isnan, measured(name, targets, outputs))), name


def test_the_promise_of_directions_holds_for_every_standard_metric(bench, bundled):
    """A right answer must be a sure one however many classes there are, or calibration would call it the worse one."""
    from benchsuite.conformance.blame import Blame
    from benchsuite.conformance.of_tasks import AGREES, _directions

    bench.change_task(metrics=CLASSES, model=lambda blocks, inputs: blocks.output(300)(inputs))
    (finding,) = _directions(bench.task, bench.session.ready(bench.trial()), Blame(bundled.task("digits_mlp"), bundled))
    assert (finding.promise, finding.problem) == (AGREES, "")


@pytest.mark.parametrize(
    ("sort", "metrics", "message"),
    [
        (
            "values",
            ["log_loss"],
            "metric 'log_loss' of task 'tiny_values' compares the outputs [batch, 1] with int32 classes [batch]. "
            "Received: float32 targets [batch, 1]. Those that fit: mae, r2, rmse.",
        ),
        (
            "classes",
            ["accuracy", "mae"],
            "metric 'mae' of task 'tiny_classes' compares the outputs [batch, 3] with float32 values [batch, 3]. "
            "Received: int32 targets [batch]. Those that fit: accuracy, bits_per_character, brier, calibration_error, log_loss.",
        ),
    ],
)
def test_a_metric_that_does_not_fit_is_refused_before_training(bench, sort, metrics, message):
    task = dataclasses.replace(bench.task if sort == "classes" else bench.values_task, metrics=metrics)
    bench.task, bench.values_task = (task, bench.values_task) if sort == "classes" else (bench.task, task)
    ending = bench.run(task=task)
    assert ending.outcome == "crashed"
    assert message in ending.reason
    assert not ending.curves


def test_a_task_with_a_loss_of_its_own_takes_no_metric_of_outputs(bench):
    with pytest.raises(
        bs.BenchsuiteError, match="metric 'log_loss' of task 'tiny_classes' compares targets with outputs"
    ):
        dataclasses.replace(bench.task, loss=lambda model, batch, training: 0.0, metrics=["log_loss"])


def test_a_metric_gives_as_many_numbers_as_it_says(bench):
    metric = bs.Metric(name="two", per_example=lambda y, o: o, finish=lambda means, y: float(means[0]), numbers=2)
    bench.change_task(metrics=[metric])
    ending = bench.run()
    assert "metric 'two' must return [batch, 2]: 2 numbers for each example. Received: [128, 3]." in ending.reason
    bench.change_task(metrics=[dataclasses.replace(metric, numbers=3)])
    assert bench.run(session=bench.new_session(), epochs=1).outcome == "completed"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"numbers": 0}, "numbers of metric 'two' must be a whole number from 1 to 10,000, or None for one"),
        ({"numbers": True}, "Received: True."),
        ({"numbers": 2}, "metric 'two' adds up 2 numbers for each example and has no finish"),
        ({"needs": "words"}, "needs of metric 'two' must be 'classes', 'values' or ''. Received: 'words'."),
    ],
)
def test_what_a_metric_cannot_be(fields, message):
    with pytest.raises(bs.BenchsuiteError) as raised:
        bs.Metric(name="two", per_example=lambda y, o: o, **fields)
    assert message in str(raised.value)
