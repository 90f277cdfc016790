"""Two optimizers share a program only if their configurations say the same, fed numbers and what Keras counts aside."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest

from benchsuite.engine.fed.feeding import Feeding
from benchsuite.engine.program.settings import differing, settings

FEEDING = Feeding({"beta": 0.5, "gamma": 0.5}, frozenset({"beta", "gamma"}))
BETA, GAMMA = FEEDING.number("beta"), FEEDING.number("gamma")


def of(**configuration):
    return settings(SimpleNamespace(get_config=lambda: configuration))


def array(*values, dtype="float32"):
    return np.array(values, dtype)


def holding(value):
    """An object that has no configuration."""
    return SimpleNamespace(value=value)


DIFFERENT = [
    lambda: (0.5, 0.25), lambda: ("a", "b"), lambda: (None, 0.0), lambda: ([1, 2], [1, 2, 3]),
    lambda: ({"a": 1}, {"a": 2}), lambda: ({"a": 1}, {"b": 1}), lambda: (array(1, 2), array(1, 3)),
    lambda: (array(1, 2), array(1, 2, dtype="float64")), lambda: (array(1, 2), array([1, 2])), lambda: (array(1), 1.0),
    lambda: (dict, list), lambda: (dict, "dict"), lambda: (BETA, GAMMA), lambda: (BETA, 1 - BETA), lambda: (BETA, 0.5),
    lambda: ([BETA], [GAMMA]), lambda: (holding(1.0), holding(2.0)), lambda: (holding(BETA), holding(GAMMA)),
    lambda: (holding(1.0), keras.regularizers.L2(1.0)),
    lambda: (keras.regularizers.L2(0.5), keras.regularizers.L2(0.25)),
    lambda: (keras.regularizers.L2(0.5), keras.regularizers.L1(0.5)),
    lambda: (keras.optimizers.SGD(momentum=0.5), keras.optimizers.SGD(momentum=0.25)),
]  # fmt: skip


@pytest.mark.parametrize("make", DIFFERENT)
def test_what_a_graph_depends_on_differs_by_name(make):
    one, other = make()
    found = of(rule=one, same=1), of(rule=other, same=1)
    assert differing(*found) == differing(*reversed(found)) == ["rule"]


def test_an_entry_that_one_of_them_lacks_differs():
    assert differing(of(), of(more=None)) == differing(of(more=None), of()) == ["more"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: array(1, 2), lambda: dict, lambda: 1 - BETA, lambda: holding([1.0, BETA]), lambda: (1, "a"),
        lambda: {"inner": {"a": 0.5}}, lambda: keras.regularizers.L2(0.5), lambda: keras.optimizers.SGD(momentum=0.5),
    ],
)  # fmt: skip
def test_what_is_made_alike_is_equal_under_whatever_name_keras_counts(make):
    one, other = of(rule=make(), name="sgd", learning_rate=0.5), of(rule=make(), name="sgd_1", learning_rate=0.25)
    assert one.keys() == {"rule"}
    assert differing(one, other) == []


def test_where_there_is_no_configuration_nothing_differs():
    assert settings(object()) == {}


def test_a_fed_number_is_equal_to_itself_whatever_it_is_now():
    before = of(rule=BETA)
    FEEDING.assign({"beta": 0.75})
    assert differing(before, of(rule=BETA)) == []
    FEEDING.assign({"beta": 0.5})
