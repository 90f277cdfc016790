"""The generated dense tasks: what their formulas say of the data, ceilings that no method surpasses, and depth."""

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.components.arrays import InOrder
from benchsuite.data import load
from benchsuite.engine.session import Session
from benchsuite.registry import PluginSearch, load_registry
from benchsuite.selection import baseline
from benchsuite.trial import Trial
from benchsuite_tasks.generated import _spirals, noisy_labels_mlp, teacher_mlp
from benchsuite_tasks.generated._teachers import STEP

REGISTRY = load_registry(PluginSearch(local=False))
DEEP = ["deep_tanh", "deep_relu"]
# Checksum of the data: the same bytes on every machine.
CHECKSUMS = {
    "teacher_mlp": "4f4b3de09e5d900a",
    "noisy_labels_mlp": "4f6dd871d455e51c",
    "deep_tanh": "448b2a90cfadc7cf",
    "deep_relu": "448b2a90cfadc7cf",
}


def drawn(kind, name, variant=0, **values):
    """One instance of a task."""
    return kind(bs.Draw(name, variant, values))


@pytest.fixture(scope="module")
def teacher():
    """z, the teacher's answers and y of the published instance."""
    return drawn(teacher_mlp.Instance, "teacher_mlp").values()


@pytest.mark.parametrize("name", CHECKSUMS)
def test_the_published_data_are_the_same_bytes(name):
    dataset = load(REGISTRY.task(name))
    assert dataset.checksum == CHECKSUMS[name]
    assert dataset.x.dtype == np.float32
    assert np.isfinite(dataset.x).all()


@pytest.mark.parametrize("name", CHECKSUMS)
def test_inputs_are_rounded_far_above_the_rounding_of_processors(name):
    x = REGISTRY.task(name).data().x.astype("float64")
    step = STEP * 16 if name == "teacher_mlp" else STEP  # its columns are scaled by powers of two from 1/16
    assert np.array_equal(x * step, np.round(x * step))


def test_the_teacher_explains_as_much_as_is_said(teacher):
    z, answers, y = teacher
    ceiling = 1 - np.mean((y - answers) ** 2) / y.var()
    assert ceiling == pytest.approx(1 / (1 + teacher_mlp.NOISE), abs=0.003)
    linear = z @ np.linalg.lstsq(z, answers, rcond=None)[0]
    assert linear.var() / answers.var() == pytest.approx(teacher_mlp.LINEAR, abs=0.02)
    noiseless = drawn(teacher_mlp.Instance, "teacher_mlp", noise=0.0).values()
    assert np.array_equal(noiseless[1], noiseless[2])
    assert np.array_equal(noiseless[1], answers)


@pytest.mark.parametrize("condition", [1.0, 30.0, 1000.0])
def test_mixing_has_the_condition_number_asked_for(condition, monkeypatch):
    mixing = drawn(teacher_mlp.Instance, "teacher_mlp", condition=condition)
    assert np.linalg.norm(mixing.mixing(), axis=1) == pytest.approx(np.ones(20))
    monkeypatch.setattr(np.linalg, "norm", lambda c, **_: np.ones(len(c)))  # before rows are brought to length 1
    assert np.linalg.cond(mixing.mixing()) ** 2 == pytest.approx(condition, rel=1e-6)


def test_rows_of_length_1_leave_the_condition_number_that_is_stated():
    mixing = drawn(teacher_mlp.Instance, "teacher_mlp").mixing()
    assert np.linalg.cond(mixing) ** 2 == pytest.approx(23.3, abs=0.05)
    assert "leaves a condition number of 23.3" in teacher_mlp.__doc__


def test_each_step_of_preprocessing_has_something_to_remove():
    x = REGISTRY.task("teacher_mlp").data().x.astype("float64")
    deviations = x.std(axis=0)
    assert deviations.max() / deviations.min() > 100
    assert np.abs(x.mean(axis=0) / deviations).max() > 1
    assert np.linalg.cond(np.corrcoef(x.T)) > 10


def test_labels_are_wrong_where_they_should_be_and_only_there():
    instance = drawn(noisy_labels_mlp.Instance, "noisy_labels_mlp")
    _, right = instance.classes()
    assert np.bincount(right) / len(right) == pytest.approx(np.full(10, 0.1), abs=0.002)
    task = REGISTRY.task("noisy_labels_mlp")
    assert isinstance(task.split, InOrder)
    wrong = task.data().y != right
    assert wrong[: noisy_labels_mlp.TRAIN].mean() == pytest.approx(0.373)
    assert "0.373 of the published 2,000" in noisy_labels_mlp.__doc__
    assert not wrong[noisy_labels_mlp.TRAIN :].any()
    assert np.array_equal(drawn(noisy_labels_mlp.Instance, "noisy_labels_mlp", noise=0.0).data().y, right)


@pytest.mark.parametrize("variant", [0, 1])
def test_no_method_surpasses_the_log_loss_of_the_true_probabilities(variant):
    spirals = drawn(_spirals.Spirals, "deep_tanh", variant)
    h, longitude, k = spirals.polar()
    found = spirals.probabilities(h, longitude)
    assert found.sum(axis=1) == pytest.approx(np.ones(len(k)))
    # What is expected under the probabilities, and what the draw gave.
    assert -(found * np.log(found + 1e-300)).sum(axis=1).mean() == pytest.approx(0.0776, abs=0.003)
    assert -np.log(found[np.arange(len(k)), k]).mean() == pytest.approx(0.0756, abs=0.005 if variant else 5e-5)
    assert (found.argmax(axis=1) == k).mean() == pytest.approx(0.968, abs=0.004 if variant else 5e-5)
    x = spirals.data().x.astype("float64")
    assert np.linalg.norm(x, axis=1) == pytest.approx(np.full(len(k), 3**0.5), abs=1e-3)
    assert x.var(axis=0) == pytest.approx(np.ones(3), abs=0.02)


def test_the_expectation_over_all_points_is_the_one_that_is_stated():
    heights, off = (np.arange(200) + 0.5) / 200, (np.arange(200) + 0.5) / 200 * 12 - 6
    weights = np.exp(-(off**2) / 2) / np.exp(-(off**2) / 2).sum() / len(heights)
    spirals = drawn(_spirals.Spirals, "deep_tanh")
    h = np.repeat(heights, len(off))
    longitude = 2 * np.pi * h + spirals.deviation(h) * np.tile(off, len(heights))  # of the first arm; all are alike
    found, of = spirals.probabilities(h, longitude), np.tile(weights, len(heights))
    assert -(np.log(found[:, 0] + 1e-300) * of).sum() == pytest.approx(0.0776, abs=2e-4)
    assert ((found.argmax(axis=1) == 0) * of).sum() == pytest.approx(0.967, abs=5e-4)


def test_both_deep_networks_learn_from_the_same_points():
    one, other = (REGISTRY.task(name).data() for name in DEEP)
    assert np.array_equal(one.x, other.x)
    assert np.array_equal(one.y, other.y)


@pytest.mark.parametrize(("name", "activation"), [("deep_tanh", "tanh"), ("deep_relu", "relu")])
def test_a_deep_network_has_twelve_hidden_layers_of_32(name, activation):
    task = REGISTRY.task(name)
    trial = Trial(name, task.version, baseline(task, REGISTRY), 0, task.epochs, task.batch_size)
    model = Session(REGISTRY, REGISTRY.task).ready(trial).program.network.model
    kernels = [tuple(weight.shape) for weight in model.trainable_weights if len(weight.shape) == 2]
    assert kernels == [(3, 32), *[(32, 32)] * 11, (32, 4)]
    assert baseline(task, REGISTRY).one("activation").name == activation


@pytest.mark.parametrize("name", CHECKSUMS)
def test_variants_are_other_data_and_the_same_each_time(name):
    published, one, other, again = (REGISTRY.task(f"{name}{which}").data() for which in ("", "~1", "~2", "~1"))
    assert np.array_equal(one.x, again.x)
    assert np.array_equal(one.y, again.y)
    assert one.x.shape == other.x.shape == published.x.shape
    assert not np.array_equal(one.x, other.x)
    assert not np.array_equal(one.x, published.x)


@pytest.mark.parametrize("name", CHECKSUMS)
def test_an_axis_ends_with_or_holds_what_the_task_has(name):
    task = REGISTRY.task(name)
    assert task.axes["examples"].default == load(task).sizes[0]
    assert task.axes["batch_size"].default == task.batch_size
    for knob, space in task.architecture.items():
        assert task.axes[knob].default == space.default
    for what in (task.source, task.license, task.citation, task.summary):
        assert what
