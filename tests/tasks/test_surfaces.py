"""The analytic surfaces: values and slopes where they are known, and the baseline on its way to the targets."""

import numpy as np
import pytest

from benchsuite.engine.session import Session
from benchsuite.engine.trace import default_steps
from benchsuite.selection import baseline
from benchsuite.trial import Trial
from tests.bundled import REGISTRY

SURFACES = [name for name in REGISTRY.names("task") if REGISTRY.task(name).surface]

U, V = np.array([np.sqrt(3) / 2, 0.5]), np.array([-0.5, np.sqrt(3) / 2])
TEXTBOOK = {
    "beale": lambda x, y: (1.5 - x + x * y) ** 2 + (2.25 - x + x * y**2) ** 2 + (2.625 - x + x * y**3) ** 2,
    "himmelblau": lambda x, y: (x**2 + y - 11) ** 2 + (x + y**2 - 7) ** 2,
    "plateau": lambda x, y: 1 - np.exp(-(x**2) / 8) * np.exp(-2 * y**2),
    "quadratic": lambda x, y: 0.005 * (U[0] * x + U[1] * y) ** 2 + 0.5 * (V[0] * x + V[1] * y) ** 2,
    "rastrigin": lambda x, y: 20 + x**2 - 10 * np.cos(2 * np.pi * x) + y**2 - 10 * np.cos(2 * np.pi * y),
    "rosenbrock": lambda x, y: (1 - x) ** 2 + 100 * (y - x**2) ** 2,
    "saddle": lambda x, y: x**3 - 3 * x * y**2 + 0.75 * (x**2 + y**2) ** 2,
}


def value_and_slope(name, points):
    """f and its gradient at points ``[..., 2]``, in float64."""
    import tensorflow as tf

    theta = tf.constant(points, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(theta)
        values = REGISTRY.task(name).surface.value(theta)
    return values.numpy(), tape.gradient(values, theta).numpy()


def test_every_surface_has_a_formula_here():
    assert sorted(TEXTBOOK) == SURFACES


@pytest.mark.parametrize("name", SURFACES)
def test_it_is_the_function_of_the_textbook(name):
    surface = REGISTRY.task(name).surface
    points = np.random.default_rng(0).uniform([surface.x[0], surface.y[0]], [surface.x[1], surface.y[1]], (50, 2))
    np.testing.assert_allclose(value_and_slope(name, points)[0], TEXTBOOK[name](*points.T), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("name", SURFACES)
def test_its_minima_are_flat_and_nothing_in_the_frame_is_lower(name):
    surface = REGISTRY.task(name).surface
    values, slopes = value_and_slope(name, surface.minima)
    np.testing.assert_allclose(values, surface.lowest, atol=1e-12)
    np.testing.assert_allclose(slopes, 0, atol=1e-8)
    frame = np.stack(np.meshgrid(np.linspace(*surface.x, 201), np.linspace(*surface.y, 201)), -1)
    assert value_and_slope(name, frame)[0].min() >= surface.lowest - 1e-12


@pytest.mark.parametrize(
    ("name", "point", "value"),
    [
        ("rosenbrock", (-1.2, 1), 24.2),  # the classical start
        ("beale", (1, 1), 14.203125),
        ("himmelblau", (0, 0), 170),
        ("himmelblau", (-0.270845, -0.923039), 181.616522),  # the local maximum
        ("rastrigin", (4.52299366, 4.52299366), 80.70658039),  # the maximum on [−5.12, 5.12]²
        ("saddle", (0, 0), 0),
        ("quadratic", (np.sqrt(3) / 2, 0.5), 0.005),  # along the floor: ½/κ
        ("plateau", (-6, 1), 0.9984965608),
    ],
)
def test_it_has_its_known_value(name, point, value):
    assert value_and_slope(name, point)[0] == pytest.approx(value, rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("name", SURFACES)
def test_it_does_not_start_in_a_stationary_point(name):
    assert np.linalg.norm(value_and_slope(name, REGISTRY.task(name).surface.start)[1]) > 1e-3


def test_the_monkey_saddle_is_flat_to_second_order():
    import tensorflow as tf

    theta = tf.zeros(2, tf.float64)
    with tf.GradientTape() as outer:
        outer.watch(theta)
        with tf.GradientTape() as inner:
            inner.watch(theta)
            value = REGISTRY.task("saddle").surface.value(theta)
        slope = inner.gradient(value, theta)
    assert np.all(slope.numpy() == 0)
    assert np.all(outer.jacobian(slope, theta).numpy() == 0)


@pytest.mark.parametrize("name", SURFACES)
def test_its_baseline_starts_at_the_start_and_reaches_every_target(name):
    task = REGISTRY.task(name)
    session = Session(REGISTRY, REGISTRY.task)
    trial = Trial(task.name, task.version, baseline(task, REGISTRY), 0, task.epochs, task.batch_size)
    run = session.run(trial).ending
    assert run.outcome == "completed", run.reason
    assert run.curves["train_loss"][0] == pytest.approx(TEXTBOOK[name](*task.surface.start), rel=1e-5)
    assert run.curves["step"][-1] == default_steps(task)
    away = np.linalg.norm(np.subtract(task.surface.minima, task.surface.start), axis=1).min()
    assert run.curves["test_distance"][0] == pytest.approx(away, rel=1e-6)
    assert min(run.curves["validation_excess_loss"]) <= task.targets[-1]
    assert run.curves["validation_excess_loss"][0] > task.targets[0]
    if name == "quadratic":
        assert session.run(trial.with_seed(1)).ending.curves == run.curves


def test_a_ravine_of_another_condition_number_is_one_line():
    from benchsuite_tasks.analytic.quadratic import quadratic

    surface = quadratic("quadratic_4", 4.0).surface
    assert float(surface.value(np.float64([np.sqrt(3) / 2, 0.5]))) == pytest.approx(0.125)


def test_quadratic_deep_is_the_published_problem():
    """The numbers are those of DeepOBS' own code, first run of a process."""
    from benchsuite_tasks.analytic import quadratic_deep

    h = quadratic_deep.hessian()
    assert h[0, 0] == pytest.approx(6.221429443, abs=1e-9)
    assert np.trace(h) == pytest.approx(477.612279595, abs=1e-8)
    assert np.linalg.eigvalsh(h).max() == pytest.approx(53.1290, abs=1e-4)
    task = REGISTRY.task("quadratic_deep")
    x = task.data().x[1104:].astype("float64")
    assert len(x) == 896

    def loss(theta):
        return 0.5 * np.einsum("ni,ij,nj->n", theta - x, h, theta - x).mean()

    assert loss(np.ones(100)) == pytest.approx(353.44676, abs=1e-4)
    assert loss(x.mean(axis=0)) == pytest.approx(86.8735, abs=1e-4)
    (metric,) = task.metrics
    measured = float(metric.per_example(lambda batch, training: np.ones((1, 100), "float32"), (x[:1], None))[0])
    assert measured == pytest.approx(353.44676 - 86.8735, abs=1e-2)


@pytest.mark.parametrize("name", SURFACES)
def test_a_variant_is_the_surface_turned(name):
    surface, turned = REGISTRY.task(name).surface, REGISTRY.task(f"{name}~1").surface
    for one, other in zip((surface.start, *surface.minima), (turned.start, *turned.minima), strict=True):
        assert np.hypot(*one) == pytest.approx(np.hypot(*other), abs=1e-12)  # as far from the origin
        if one != (0.0, 0.0):
            assert np.hypot(one[0] - other[0], one[1] - other[1]) > 0.01  # but elsewhere
        assert float(turned.value(np.float64(other))) == pytest.approx(
            float(surface.value(np.float64(one))), rel=1e-9, abs=1e-12
        )


def test_a_ravine_of_another_condition_is_as_steep_and_less_flat():
    surface = REGISTRY.task("quadratic~condition=10").surface
    assert float(surface.value(U)) == pytest.approx(0.05)
    assert float(surface.value(V)) == pytest.approx(0.5)


def test_another_quadratic_deep_has_its_lowest_loss_at_the_mean_of_its_own_rows():
    published, task = REGISTRY.task("quadratic_deep"), REGISTRY.task("quadratic_deep~1")
    x = task.data().x[1104:].astype("float64")
    (excess,), (of_published,) = task.metrics, published.metrics

    def theta(value):
        return lambda batch, training: np.tile(np.float32(value), (1, 1))

    best = float(excess.per_example(theta(x.mean(axis=0)), (x[:1], None))[0])
    assert best == pytest.approx(0, abs=1e-6)
    ones = [float(one.per_example(theta(np.ones(100)), (x[:1], None))[0]) for one in (excess, of_published)]
    assert ones[0] > 100
    assert ones[0] != pytest.approx(ones[1], rel=0.01)
