"""Losses and their gradients against NumPy float64."""

import numpy as np
import pytest

from tests.lowered import as_on_a_gpu

X = np.random.default_rng(0).normal(2.0, 3.0, size=(40, 7)).astype("float32")
VALUES = np.random.default_rng(1).normal(size=(40, 7)).astype("float32")


def make(bundled, name, **chosen):
    component = bundled.component("loss", name)
    return component.make(**component.hyperparameters(chosen))


def softmax(z):
    e = np.exp(z - z.max(1, keepdims=True))
    return e / e.sum(1, keepdims=True)


def test_losses_of_classes(bundled):
    y = np.arange(40, dtype="int32") % 7
    p = softmax(X.astype("float64"))
    np.testing.assert_allclose(make(bundled, "cross_entropy")(y, X), -np.log(p[np.arange(40), y]), rtol=1e-4, atol=1e-6)
    np.testing.assert_allclose(make(bundled, "squared_error")(y, X), ((p - np.eye(7)[y]) ** 2).sum(1), rtol=1e-4)


def test_cross_entropy_has_the_bits_of_tensorflows_function_and_no_other_gradient_on_a_gpu(bundled):
    import tensorflow as tf

    outputs, targets = tf.constant(X.reshape(8, 5, 7)), tf.constant(np.arange(40, dtype="int32").reshape(8, 5) % 7)
    loss = make(bundled, "cross_entropy")

    def both(function):
        with tf.GradientTape() as tape:
            tape.watch(outputs)
            losses = function(targets, outputs)
        return losses, tape.gradient(losses, outputs)

    expected = both(tf.nn.sparse_softmax_cross_entropy_with_logits)
    with as_on_a_gpu():
        found = both(loss)
        compiled = tf.function(lambda: both(loss)[1], autograph=False, jit_compile=True)()
    assert found[0].shape == (8, 5)
    for one, other in zip(found, expected, strict=True):
        np.testing.assert_array_equal(one, other)
    exact = softmax(X.astype("float64")) - np.eye(7)[np.arange(40) % 7]
    np.testing.assert_allclose(np.reshape(compiled, (40, 7)), exact, rtol=1e-5, atol=1e-6)


def huber(delta):
    return lambda r: np.where(np.abs(r) <= delta, r**2 / 2, delta * np.abs(r) - delta**2 / 2)


@pytest.mark.parametrize(
    ("name", "chosen", "formula", "slope"),
    [
        ("mse", {}, np.square, lambda r: 2 * r),
        ("mae", {}, np.abs, np.sign),
        ("huber", {}, huber(1.0), lambda r: np.clip(r, -1, 1)),
        ("huber", {"delta": 2.5}, huber(2.5), lambda r: np.clip(r, -2.5, 2.5)),
    ],
    ids=["mse", "mae", "huber", "huber 2.5"],
)
def test_losses_of_values(bundled, name, chosen, formula, slope):
    import tensorflow as tf

    outputs, loss = tf.constant(X), make(bundled, name, **chosen)
    with tf.GradientTape() as tape:
        tape.watch(outputs)
        losses = loss(VALUES, outputs)
    error = X.astype("float64") - VALUES
    np.testing.assert_allclose(losses, formula(error), rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(tape.gradient(losses, outputs), slope(error), rtol=1e-5, atol=1e-6)
    assert (np.abs(error) < 1).any()  # both branches of Huber's loss were seen
    assert (np.abs(error) > 2.5).any()


@pytest.mark.parametrize("name", ["mae", "huber"])
def test_the_gradient_of_no_error_is_zero(bundled, name):
    import tensorflow as tf

    outputs = tf.zeros((3, 1))
    with tf.GradientTape() as tape:
        tape.watch(outputs)
        losses = make(bundled, name)(tf.zeros((3, 1)), outputs)
    assert not np.any(losses)
    assert not np.any(tape.gradient(losses, outputs))


def test_huber_joins_mse_and_mae(bundled):
    near, far = np.float32([[1e-2]]), np.float32([[1e4]])
    mse, mae = make(bundled, "mse"), make(bundled, "mae")
    np.testing.assert_allclose(make(bundled, "huber", delta=100.0)(0, near), mse(0, near) / 2, rtol=1e-6)
    np.testing.assert_allclose(make(bundled, "huber", delta=0.01)(0, far), 0.01 * mae(0, far), rtol=1e-5)


@pytest.mark.parametrize(
    ("name", "chosen"), [("mse", {}), ("mae", {}), ("huber", {}), ("huber", {"delta": 0.5}), ("huber", {"delta": 3.0})]
)
def test_the_loss_of_outputs_0_is_what_its_closed_form_says(bundled, name, chosen):
    targets = np.float32([[-2.0], [-0.5], [0.0], [0.5], [1.0], [3.0], [7.5]])  # each bound of Huber's is among them
    losses = np.array(make(bundled, name, **chosen)(targets, np.zeros_like(targets)), "float64")
    component = bundled.component("loss", name)
    hyperparameters = {key: space.default for key, space in component.space.items()} | chosen
    assert component.at_zero(targets, None, **hyperparameters) == pytest.approx(losses.mean(), rel=1e-6)
