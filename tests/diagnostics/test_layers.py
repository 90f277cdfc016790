"""Diagnoses on layers: gradients, units, activations, step sizes."""

import math

import numpy as np
import pytest

from benchsuite.diagnostics.layer_gradients import layer_gradients
from benchsuite.diagnostics.of_record import of_probes
from benchsuite.diagnostics.step_sizes import step_sizes
from benchsuite.diagnostics.units import activation_spread, dead_units, saturated_units

LAYERS = ["dense_1", "dense_2", "dense_3", "output_1"]


@pytest.mark.parametrize(
    ("norms", "word"),
    [
        ([1.0, 1.0, 1.0], "keeps its size"),
        ([0.011, 0.1, 1.0], "keeps its size"),
        ([0.009, 0.1, 1.0], "vanishes"),
        ([99.0, 10.0, 1.0], "keeps its size"),
        ([101.0, 10.0, 1.0], "explodes"),
        ([math.inf, 10.0, 1.0], "explodes"),
        ([0.0, 0.0, 0.0], "vanishes"),
    ],
)
def test_gradients_vanish_or_explode_beyond_a_factor_of_100(norms, word):
    assert layer_gradients([*norms, 1e6], LAYERS, 0).word == word  # the output's says nothing


def test_what_the_formula_gives_for_a_stack_of_logistic_units():
    """At best each layer passes a quarter of the gradient on: 4⁻³ is not below 1/100, 4⁻⁴ is."""
    for depth, word in ((4, "keeps its size"), (5, "vanishes")):
        norms = [0.25 ** (depth - 1 - layer) for layer in range(depth)]
        assert layer_gradients([*norms, 1.0], [f"dense_{n}" for n in range(depth + 1)], 0).word == word


def test_gradients_that_are_next_to_nothing_everywhere_have_vanished_though_they_are_alike():
    alike = [1e-7, 1e-7, 1e-7, 1.0]
    assert layer_gradients(alike, LAYERS, 0, [1.0, 1.0, 1.0, 1.0]).word == "vanishes"
    assert layer_gradients(alike, LAYERS, 0, [0.01, 1.0, 1.0, 1.0]).word == "keeps its size"
    assert layer_gradients(alike, LAYERS, 0).word == "keeps its size"


def test_two_layers_have_no_way_on_which_a_gradient_could_vanish():
    assert layer_gradients([1e-9, 1.0, 1.0], LAYERS[:3], 0) is None


def test_units_are_dead_or_saturated_where_more_than_half_of_a_layer_is():
    assert dead_units([0.0, 0.51, math.nan], LAYERS[:3], 2).alarm
    assert not dead_units([0.0, 0.5, math.nan], LAYERS[:3], 2).alarm
    shares = [0.1, 0.6, math.nan]
    assert saturated_units(shares, LAYERS[:3], 0, bounded=True).alarm
    assert not saturated_units(shares, LAYERS[:3], 0, bounded=False).alarm  # half of a ReLU is inactive
    assert not saturated_units(shares, LAYERS[:3], 0, bounded=None).alarm
    assert saturated_units([0.96], LAYERS[:1], 0, bounded=None).alarm
    assert dead_units([math.nan], LAYERS[:1], 0) is None


def test_activations_of_a_deep_tanh_net_shrink_or_keep_their_spread():
    """N2's figure, computed here: ten layers of 100 tanh units with σ = 0.01, and with Xavier's."""
    generator = np.random.default_rng(0)
    names = [f"dense_{layer}" for layer in range(10)]
    for sigma, word in ((0.01, "shrinks"), (1 / math.sqrt(100), "even")):
        x, spread = generator.normal(size=(200, 100)), []
        for _ in names:
            x = np.tanh(x @ generator.normal(size=(100, 100)) * sigma)
            spread.append(float(x.std()))
        assert activation_spread(spread, names, 0).word == word


def test_steps_are_looked_at_by_their_median():
    assert step_sizes({"a": np.array([1e-3, 1e-3, 5.0])}).word == "sensible"
    assert step_sizes({"a": np.array([1e-3]), "b": np.array([1.1])}).word == "too large"
    assert step_sizes({"a": np.array([1e-3]), "b": np.array([1e-7])}).word == "too small"
    assert step_sizes({"a": np.array([np.nan, np.nan])}).word == "too large"
    assert step_sizes({}) is None


def test_probes_are_read_as_they_are_stored():
    """Units are looked at after the first and the last epoch, and the worse one is told."""
    nothing = [None] * 4
    probes = {
        "layers": LAYERS,
        "epochs": [0, 5],
        "measures": {
            "gradient_norm": [[1.0, 1.0, 1.0, 1.0], [0.0, 0.0, 0.0, 1.0]],
            "activation_std": [[1.0, 1.0, 1.0, None], nothing],
            "dead": [[0.0, 0.0, 0.0, None], [0.0, 0.9, 0.0, None]],
            "saturated": [nothing, nothing],
        },
    }
    found = {one.name: one.word for one in of_probes(probes)}
    assert found == {"layer_gradients": "keeps its size", "activation_spread": "even", "dead_units": "dead"}
    assert of_probes({"layers": [], "epochs": [0], "measures": {}}) == ()
