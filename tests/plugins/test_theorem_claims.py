"""Claims whose outcome is a theorem hold to their stated tolerance; a broken component turns the part that depends on it."""

import dataclasses

import numpy as np
import pytest

from benchsuite.engine.lab import Lab
from benchsuite.engine.session import Session
from benchsuite_plugins.claims import zero_start

CHEAP = {
    "autodiff": ("worked_example", "both_modes_agree"),
    "bias_before_normalization": ("same_outputs", "no_gradient", "same_training"),
    "cross_entropy": ("never_flatter", "steep_where_wrong"),
    "maxout_contains_relu": ("relu_is_one", "any_convex_one", "twice_the_weights"),
    "orthogonal_start": ("forward", "backward", "fifty_in_a_row", "random_ones_wander"),
    "ridge_regression": ("reaches_closed_form",),
    "weight_decay_is_l2": ("one_under_sgd",),
    "zero_start": ("one_constant_stays_alike", "random_start_parts_them"),
}
"""Parts that are computed here, for one seed: the others share what computes them."""


class Replaced:
    """The bundled components, some with another ``make``."""

    def __init__(self, registry, **makes):
        self._registry = registry
        self._makes = makes

    def component(self, kind, name):
        found = self._registry.component(kind, name)
        return dataclasses.replace(found, make=self._makes[name]) if name in self._makes else found

    def __getattr__(self, name):
        return getattr(self._registry, name)


@pytest.fixture(scope="module")
def lab(bundled):
    return Lab(bundled, bundled.task, Session(bundled, bundled.task))


def part_of(registry, claim, name):
    (part,) = (one for one in registry.entry("claim", claim).component.parts if one.name == name)
    return part


@pytest.mark.parametrize(("claim", "name"), [(claim, name) for claim, names in CHEAP.items() for name in names])
def test_a_theorem_holds_to_its_tolerance(bundled, lab, claim, name):
    part = part_of(bundled, claim, name)
    assert part.low <= part.evidence.compute(lab, 0) <= part.high


def normal(shape, fan_in, fan_out, gain, generator):
    return generator.normal(size=shape) / np.sqrt(fan_in)


def only_shifts(momentum, epsilon):
    """A batch normalization that takes no mean away."""
    import keras

    return keras.layers.BatchNormalization(momentum=1.0, epsilon=epsilon, trainable=False)


def no_maximum(pieces):
    """A maxout that takes the mean."""
    import keras

    class Mean(keras.layers.Layer):
        def __init__(self):
            super().__init__()
            self.pieces = pieces

        def call(self, inputs):
            return keras.ops.mean(keras.ops.reshape(inputs, (-1, inputs.shape[-1] // pieces, pieces)), axis=-1)

    return Mean()


def steeper_square():
    """A squared error ten times as large."""
    import tensorflow as tf

    return lambda y, z: 10 * tf.reduce_sum((tf.nn.softmax(z) - tf.one_hot(y, z.shape[-1])) ** 2, axis=-1)


@pytest.mark.parametrize(
    ("claim", "name", "broken"),
    [
        ("orthogonal_start", "forward", {"orthogonal": lambda: normal}),
        ("orthogonal_start", "fifty_in_a_row", {"orthogonal": lambda: normal}),
        ("bias_before_normalization", "same_outputs", {"batch": only_shifts}),
        ("bias_before_normalization", "no_gradient", {"batch": only_shifts}),
        ("maxout_contains_relu", "any_convex_one", {"maxout": no_maximum}),
        ("cross_entropy", "never_flatter", {"squared_error": steeper_square}),
        ("ridge_regression", "reaches_closed_form", {"l2": lambda strength: lambda weights: 0.0}),
    ],
)
def test_a_broken_component_turns_it(bundled, claim, name, broken):
    part = part_of(bundled, claim, name)
    components = Replaced(bundled, **broken)
    found = part.evidence.compute(Lab(components, bundled.task), 0)
    assert not part.low <= found <= part.high


def test_what_gives_no_number_is_not_taken_for_alike():
    alike = np.ones((4, 3))
    assert zero_start.unlikeness([alike, 0 * alike]) == 0
    assert np.isnan(zero_start.unlikeness([]))
    assert np.isnan(zero_start.unlikeness([np.full((4, 3), np.nan), alike]))


def test_the_notes_table_is_worked_out(bundled, lab):
    """∂f/∂h of the notes: 1, −0.25, −0.25, −0.25, 0.25, 0.25, 0.25 from the end; forward mode ends where reverse mode does."""
    head, *rows = bundled.entry("claim", "autodiff").component.example(lab)
    table = {row[0]: dict(zip(head, row, strict=True)) for row in rows}
    back = [float(table[name]["reverse: ∂f/∂step"]) for name in ("h6", "h5", "h4", "h3", "h2", "h1", "w", "b")]
    np.testing.assert_allclose(back, [1, -0.25, -0.25, -0.25, 0.25, 0.25, 0.25, 0.25], atol=1e-6)
    local = [float(table[name]["by the step before"]) for name in ("h1", "h2", "h3", "h4", "h5", "h6")]
    np.testing.assert_allclose(local, [1, 1, -1, 1, 1, -0.25], atol=1e-6)
    assert table["h6"]["forward: ∂step/∂w"] == table["w"]["reverse: ∂f/∂step"] == "0.25"
