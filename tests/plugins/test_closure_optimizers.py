"""Optimizers that need a closure, wrap another optimizer, or evaluate elsewhere, against independent implementations."""

import jax
import keras
import numpy as np
import optax
import optax.contrib
import pytest
import tensorflow as tf

import benchsuite as bs
from benchsuite import noise
from tests.plugins.trajectories import (
    PROBLEMS,
    STEPS,
    TOLERANCE,
    closure_path,
    difference,
    flat,
    keras_path,
    optax_path,
)

jax.config.update("jax_enable_x64", True)

RATE, RHO, BETA_2, EPSILON = 2.0**-6, 0.875, 1 - 2.0**-10, 2.0**-40
EACH = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)


def make(bundled, name, **chosen):
    component = bundled.component("optimizer", name)
    return component.make(**component.hyperparameters(chosen))


def numpy_lists(problem, step, steps=STEPS):
    """Run ``step(parameters, state, t) -> parameters`` on lists of arrays."""
    parameters, state, path = [p.copy() for p in problem.start], {}, [flat(problem.start)]
    for t in range(1, steps + 1):
        parameters = step(parameters, state, t)
        path.append(flat(parameters))
    return np.array(path)


@EACH
def test_nesterov_exact_takes_the_gradient_ahead(bundled, problem):
    def step(theta, state, t):
        delta = state.get("delta", [0.0] * len(theta))
        ahead = problem.gradients([p + RHO * d for p, d in zip(theta, delta, strict=True)])
        state["delta"] = [RHO * d - RATE * g for d, g in zip(delta, ahead, strict=True)]
        return [p + d for p, d in zip(theta, state["delta"], strict=True)]

    path = closure_path(make(bundled, "nesterov_exact", learning_rate=RATE, momentum=RHO), problem)
    assert difference(path, numpy_lists(problem, step)) < 1e-12
    # Keras' rewritten form keeps the look-ahead point θ + ρ·Δ.
    rewritten = keras_path(keras.optimizers.SGD(RATE, momentum=RHO, nesterov=True), problem)
    ahead = path[1:] + RHO * (path[1:] - path[:-1])
    assert difference(rewritten[1:], ahead) < 1e-12


@EACH
def test_sam_steps_with_the_gradient_from_the_edge_of_a_ball(bundled, problem):
    def step(theta, state, t):
        g = problem.gradients(theta)
        norm = np.sqrt(sum((one**2).sum() for one in g))
        edge = problem.gradients([p + 0.05 * one / norm for p, one in zip(theta, g, strict=True)])
        v = state.get("v", [0.0] * len(theta))
        state["v"] = [0.9 * old - RATE * one for old, one in zip(v, edge, strict=True)]
        return [p + one for p, one in zip(theta, state["v"], strict=True)]

    path = closure_path(make(bundled, "sam", learning_rate=RATE, radius=0.05), problem)
    # ‖g‖ is taken in float32 and 0.9 is cast to it.
    assert difference(path, numpy_lists(problem, step)) < TOLERANCE


@EACH
@pytest.mark.parametrize("inner", ["sgd", "adam"])
def test_lookahead_is_optax(bundled, problem, inner):
    from benchsuite_plugins.optimizers.lookahead import lookahead

    keras_inner = {
        "sgd": keras.optimizers.SGD(RATE),
        "adam": keras.optimizers.Adam(RATE, beta_1=RHO, beta_2=BETA_2, epsilon=EPSILON),
    }
    path = keras_path(lookahead()(keras_inner[inner], period=5, slow_rate=0.25), problem)

    parameters = optax.LookaheadParams.init_synced([jax.numpy.asarray(p, "float64") for p in problem.start])
    fast = {"sgd": optax.sgd(RATE), "adam": optax.adam(RATE, b1=RHO, b2=BETA_2, eps=EPSILON)}[inner]
    transformation = optax.lookahead(fast, sync_period=5, slow_step_size=0.25)
    state, expected = transformation.init(parameters), [flat(problem.start)]
    for _ in range(STEPS):
        gradients = problem.gradients([np.asarray(p) for p in parameters.fast])
        updates, state = transformation.update([jax.numpy.asarray(g) for g in gradients], state, parameters)
        parameters = optax.apply_updates(parameters, updates)
        expected.append(flat(parameters.fast))
    assert difference(path, np.array(expected)) < TOLERANCE


@EACH
def test_schedule_free_sgd_is_optax(bundled, problem):
    optimizer = make(bundled, "schedule_free_sgd", learning_rate=RATE, beta=RHO)
    transformation = optax.contrib.schedule_free(optax.sgd(RATE), RATE, b1=RHO)
    assert difference(keras_path(optimizer, problem), optax_path(transformation, problem)) < 1e-9


@EACH
def test_schedule_free_adamw_is_optax_and_keras_is_not(bundled, problem):
    chosen = {"learning_rate": RATE, "beta_1": RHO, "beta_2": BETA_2, "epsilon": 1e-8}
    transformation = optax.contrib.schedule_free_adamw(RATE, b1=RHO, b2=BETA_2, eps=1e-8)
    expected = optax_path(transformation, problem)
    assert difference(keras_path(make(bundled, "schedule_free_adamw", **chosen), problem), expected) < 1e-9
    wrong = keras.optimizers.ScheduleFreeAdamW(RATE, beta_1=RHO, beta_2=BETA_2, epsilon=1e-8, warmup_steps=0)
    # When this fails Keras has mended its recursion, and may be wrapped.
    assert difference(keras_path(wrong, problem), expected) > 0.01


@pytest.mark.parametrize("name", ["schedule_free_sgd", "schedule_free_adamw"])
def test_schedule_free_weighs_by_the_largest_rate_so_far(bundled, name):
    """The authors' recursion on y and z, with weight decay, while the rate rises and falls."""
    problem, decay = PROBLEMS["mlp"], 2.0**-4
    rates = [RATE * m for m in (0.25, 0.5, 1.0, 1.0, 0.5) for _ in range(10)]
    z, y = [p.copy() for p in problem.start], [p.copy() for p in problem.start]
    v, total, largest = [0.0] * len(z), 0.0, 0.0
    for t, rate in enumerate(rates, 1):
        largest = max(largest, rate)
        total += largest**2
        c = largest**2 / total
        gradients = problem.gradients(y)
        if name == "schedule_free_adamw":
            v = [BETA_2 * a + (1 - BETA_2) * g**2 for a, g in zip(v, gradients, strict=True)]
            gradients = [g / (np.sqrt(a / (1 - BETA_2**t)) + 1e-8) for a, g in zip(v, gradients, strict=True)]
        gradients = [g + decay * p for g, p in zip(gradients, y, strict=True)]
        # y moves towards z by c, and by the part of the step that is not in z; then z steps.
        y = [(1 - c) * p + c * q + rate * (RHO * (1 - c) - 1) * g for p, q, g in zip(y, z, gradients, strict=True)]
        z = [q - rate * g for q, g in zip(z, gradients, strict=True)]
    beta = {"beta": RHO} if name == "schedule_free_sgd" else {"beta_1": RHO, "beta_2": BETA_2, "epsilon": 1e-8}
    optimizer = make(bundled, name, learning_rate=RATE, weight_decay=decay, **beta)
    np.testing.assert_allclose(keras_path(optimizer, problem, rates=rates)[-1], flat(y), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", ["schedule_free_sgd", "schedule_free_adamw"])
def test_schedule_free_evaluates_at_the_average_of_its_iterates(bundled, name):
    optimizer = make(bundled, name, learning_rate=RATE)
    variable = keras.Variable(PROBLEMS["quadratic"].start[0], dtype="float64")
    optimizer.build([variable])
    iterates = []
    for _ in range(20):
        gradient = PROBLEMS["quadratic"].gradients([variable.numpy()])[0]
        optimizer.apply([keras.ops.convert_to_tensor(gradient, "float64")], [variable])
        iterates.append(optimizer.state_of(variable)["z"].numpy())
    # c = 1/t at a constant rate: x is the plain mean of all z.
    (found,) = optimizer.evaluation_values([variable])
    np.testing.assert_allclose(found, np.mean(iterates, axis=0), rtol=1e-9)


@EACH
def test_sophia_follows_the_paper_with_the_same_probes(bundled, problem):
    chosen = {"learning_rate": RATE, "beta_1": 0.96, "beta_2": 0.99, "gamma": 0.5, "period": 10, "epsilon": 1e-12}

    def step(theta, state, t):
        g = problem.gradients(theta)
        if (t - 1) % 10 == 0:
            with noise.stream(tf.constant(0, tf.int64), tf.constant(t - 1, tf.int64)):
                drawn = bs.noise.normal([sum(p.size for p in theta)]).numpy().astype("float64")
            parts = np.split(drawn, np.cumsum([p.size for p in theta])[:-1])
            probes = [part.reshape(p.shape) for part, p in zip(parts, theta, strict=True)]
            # H·u from differences of gradients, which the optimizer does not use.
            h = 1e-5
            up = problem.gradients([p + h * u for p, u in zip(theta, probes, strict=True)])
            down = problem.gradients([p - h * u for p, u in zip(theta, probes, strict=True)])
            products = [(a - b) / (2 * h) for a, b in zip(up, down, strict=True)]
            old = state.get("h", [0.0] * len(theta))
            state["h"] = [0.99 * a + 0.01 * u * p for a, u, p in zip(old, probes, products, strict=True)]
        old = state.get("m", [0.0] * len(theta))
        state["m"] = [0.96 * m + 0.04 * one for m, one in zip(old, g, strict=True)]
        ratios = [m / np.maximum(0.5 * h, 1e-12) for m, h in zip(state["m"], state["h"], strict=True)]
        return [p - RATE * np.clip(r, -1, 1) for p, r in zip(theta, ratios, strict=True)]

    path = closure_path(make(bundled, "sophia", **chosen), problem)
    assert difference(path, numpy_lists(problem, step)) < 1e-5  # the differences' own error, clipped and accumulated


def numpy_l_bfgs(problem, steps, memory):
    """L-BFGS with a whole inverse Hessian, built from H₀ by the BFGS update: independent of the two-loop recursion."""
    shapes = [p.shape for p in problem.start]

    def split(vector):
        ends = np.cumsum([int(np.prod(s)) for s in shapes])[:-1]
        return [part.reshape(s) for part, s in zip(np.split(vector, ends), shapes, strict=True)]

    def f(vector):
        return problem.value(split(vector))

    def gradient(vector):
        return flat(problem.gradients(split(vector)))

    theta, pairs = flat(problem.start), []
    path = [theta]
    for t in range(steps):
        g = gradient(theta)
        identity = np.eye(len(theta))
        h = identity * (pairs[-1][0] @ pairs[-1][1] / (pairs[-1][1] @ pairs[-1][1]) if pairs else 1.0)
        for s, y in pairs:
            rho = 1 / (s @ y)
            left = identity - rho * np.outer(s, y)
            h = left @ h @ left.T + rho * np.outer(s, s)
        d = -h @ g
        length = min(1.0, 1 / np.abs(g).sum()) if t == 0 else 1.0
        for _ in range(20):
            if f(theta + length * d) <= f(theta) + 1e-4 * length * (g @ d):
                break
            length /= 2
        s = length * d
        y = gradient(theta + s) - g
        theta = theta + s
        if s @ y > 1e-10 * np.linalg.norm(s) * np.linalg.norm(y):
            pairs = [*pairs, (s, y)][-memory:]
        path.append(theta)
    return np.array(path)


@pytest.mark.parametrize(("name", "steps"), [("quadratic", 12), ("rosenbrock", 25), ("mlp", 25)])
def test_l_bfgs_is_bfgs_with_the_last_pairs(bundled, name, steps):
    """Until the minimum is so near that rounding decides."""
    problem = PROBLEMS[name]
    path = closure_path(make(bundled, "l_bfgs", memory=5), problem, steps)
    assert difference(path, numpy_l_bfgs(problem, steps, memory=5)) < TOLERANCE


def test_l_bfgs_reaches_the_minimum_that_scipy_reaches(bundled):
    from scipy.optimize import minimize

    problem = PROBLEMS["rosenbrock"]
    theirs = minimize(lambda v: problem.value([v]), problem.start[0], jac=lambda v: problem.gradients([v])[0])
    path = closure_path(make(bundled, "l_bfgs"), problem, 45)
    np.testing.assert_allclose(path[-1], theirs.x, atol=1e-4)
    np.testing.assert_allclose(path[-1], [1.0, 1.0], atol=1e-8)


def test_l_bfgs_stays_where_no_length_helps(bundled):
    """A gradient that points the wrong way: every length is refused, and the weights are put back."""
    variable = keras.Variable([3.0, -2.0])
    optimizer = make(bundled, "l_bfgs")
    optimizer.build([variable])
    optimizer.step(lambda: (tf.reduce_sum(variable**2), [-2 * variable.value]), [variable])
    np.testing.assert_array_equal(variable.numpy(), [3.0, -2.0])


@pytest.mark.parametrize("name", ["nesterov_exact", "sam", "sophia", "l_bfgs"])
def test_one_gradient_is_not_enough(bundled, name):
    variable = keras.Variable([1.0])
    optimizer = make(bundled, name)
    optimizer.build([variable])
    with pytest.raises(bs.BenchsuiteError, match=r"cannot take its step from one gradient.*Call step\(closure"):
        optimizer.apply([tf.constant([1.0])], [variable])
    np.testing.assert_array_equal(variable.numpy(), [1.0])
