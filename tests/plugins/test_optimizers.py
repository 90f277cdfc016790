"""Every bundled optimizer against its formula, written independently in NumPy float64, over 100 steps."""

import numpy as np
import pytest

RATE = 2.0**-6  # exact in float32, which is how Keras stores rates


def sgd(state, g, t):
    return -RATE * g


def momentum(state, g, t, rho=0.9):
    state["v"] = rho * state.get("v", 0) - RATE * g
    return state["v"]


def nesterov(state, g, t, rho=0.9):
    state["v"] = rho * state.get("v", 0) - RATE * g
    return rho * state["v"] - RATE * g


def adagrad(state, g, t, epsilon=1e-7):
    state["G"] = state.get("G", 0) + g**2
    return -RATE * g / np.sqrt(state["G"] + epsilon)


def rmsprop(state, g, t, beta=0.9, epsilon=1e-7):
    state["G"] = beta * state.get("G", 0) + (1 - beta) * g**2
    return -RATE * g / np.sqrt(state["G"] + epsilon)


def adadelta(state, g, t, beta=0.95, epsilon=1e-6):
    state["G"] = beta * state.get("G", 0) + (1 - beta) * g**2
    delta = -np.sqrt(state.get("D", 0) + epsilon) / np.sqrt(state["G"] + epsilon) * g
    state["D"] = beta * state.get("D", 0) + (1 - beta) * delta**2
    return RATE * delta


def adam(state, g, t, b1=0.9, b2=0.999, epsilon=1e-8):
    state["m"] = b1 * state.get("m", 0) + (1 - b1) * g
    state["v"] = b2 * state.get("v", 0) + (1 - b2) * g**2
    return -RATE * np.sqrt(1 - b2**t) / (1 - b1**t) * state["m"] / (np.sqrt(state["v"]) + epsilon)


FORMULAS = {
    "sgd": sgd,
    "momentum": momentum,
    "nesterov": nesterov,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adadelta": adadelta,
    "adam": adam,
    "adamw": adam,
}


def keras_path(bundled, name, gradients, start):
    import keras

    component = bundled.component("optimizer", name)
    optimizer = component.make(**component.hyperparameters({"learning_rate": RATE}))
    variable = keras.Variable(start, dtype="float64")
    optimizer.build([variable])
    path = []
    for g in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(g)], [variable])
        path.append(np.array(variable.numpy()))
    return np.array(path)


@pytest.mark.parametrize("name", sorted(FORMULAS))
def test_it_follows_its_formula(bundled, name):
    generator = np.random.default_rng(0)
    start = generator.normal(size=5)
    gradients = generator.normal(size=(100, 5)) * np.array([1e-3, 0.1, 1.0, 10.0, 1e3])
    state, theta, path = {}, start.copy(), []
    for t, g in enumerate(gradients, 1):
        if name == "adamw":
            theta = theta - theta * 0.004 * RATE
        theta = theta + FORMULAS[name](state, g, t)
        path.append(theta)
    # Relative to how far each coordinate went. Keras casts its constants (0.9, 0.999) to float32, and Adam's bias correction
    # 1 − 0.999ᵗ magnifies that.
    error = np.abs(keras_path(bundled, name, gradients, start) - path).max(0) / np.abs(np.array(path) - start).max(0)
    assert error.max() < (2e-5 if name in ("adam", "adamw") else 1e-6)


def test_every_bundled_optimizer_has_a_formula_here(bundled):
    shipped = {
        name for name in bundled.names("optimizer") if bundled.entry("optimizer", name).plugin.origin == "bundled"
    }
    assert shipped == set(FORMULAS)


@pytest.mark.parametrize("name", ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adam"])
def test_optax_agrees_where_it_means_the_same(bundled, name):
    """A second, published reference; optax corrects Adam's second moment before ε, which 1e-8 hides here."""
    import jax
    import optax

    jax.config.update("jax_enable_x64", True)
    optimizer = {
        "sgd": optax.sgd(RATE),
        "momentum": optax.sgd(RATE, momentum=0.9),
        "nesterov": optax.sgd(RATE, momentum=0.9, nesterov=True),
        "adagrad": optax.adagrad(RATE, initial_accumulator_value=0.0, eps=1e-7),
        "rmsprop": optax.rmsprop(RATE, decay=0.9, eps=1e-7),
        "adam": optax.adam(RATE, eps=1e-8),
    }[name]
    generator = np.random.default_rng(1)
    start = generator.normal(size=4)
    gradients = generator.normal(size=(100, 4))
    theta = jax.numpy.asarray(start)
    state = optimizer.init(theta)
    path = []
    for g in gradients:
        update, state = optimizer.update(jax.numpy.asarray(g), state, theta)
        theta = theta + update
        path.append(np.asarray(theta))
    np.testing.assert_allclose(keras_path(bundled, name, gradients, start), path, rtol=1e-4, atol=1e-7)
