"""What a program computes does not depend on who compiles it: XLA and a graph agree but for rounding.

Random layers draw from another generator in a graph, see ``benchsuite/noise.py``: their values are checked elsewhere.
Normalizations have a test of their own.
"""

from itertools import zip_longest

import numpy as np
import pytest

ACTIVATIONS = ["elu", "gelu", "leaky_relu", "maxout", "prelu", "relu", "sigmoid", "silu", "tanh"]
OTHERS = [
    {"loss": "squared_error", "optimizer": "adam", "normalization": "batch"},
    *({"loss": name, "values": True} for name in ("mse", "mae", "huber")),
    {"regularization": ["l1", "l2", "elastic", "lq", ("max_norm", {"bound": 0.5}), "label_smoothing", "ema"]},
    {"regularization": ["weight_decay", "swa"], "gradient_transform": "clip_global_norm"},
    {"gradient_transform": "centralize", "regularization": "early_stopping"},
]
RECIPES = [{"activation": name, **other} for name, other in zip_longest(ACTIVATIONS, OTHERS, fillvalue={})]
"""An activation and something else in one: to compile a program takes longer than all that is compared."""


def words(recipe):
    return "-".join(str(value) for value in recipe.values())


def test_every_activation_is_here(bundled):
    assert bundled.names("activation") == ACTIVATIONS


@pytest.mark.parametrize("recipe", RECIPES, ids=words)
def test_xla_and_graph_agree(bench, recipe):
    chosen = {"optimizer": ("sgd", {"learning_rate": 0.1}), **recipe}
    values = chosen.pop("values", False)

    def ran(under_xla):
        bench.set_xla(under_xla)
        return bench.run(session=bench.new_session(), task=bench.values_task if values else bench.task, **chosen)

    xla, graph = ran(True), ran(False)
    assert (xla.environment.xla, graph.environment.xla) == (True, False), (xla.reason, graph.reason)
    assert xla.outcome == graph.outcome == "completed"
    for name in ("train_loss", "validation_loss", "test_loss"):
        np.testing.assert_allclose(xla.curves[name], graph.curves[name], rtol=1e-4)
    assert xla.curves["train_loss"][-1] != xla.curves["train_loss"][0]
