"""Where an object holds a float is found by making it with several, and there a fed number is put; nowhere else."""

import types

import numpy as np
import pytest

from benchsuite.engine.fed.feeding import Feeding
from benchsuite.engine.fed.number import Fed
from benchsuite.engine.fed.swapping import DEEPEST, places_of, put, settle
from benchsuite.errors import BenchsuiteError

VALUES = (0.25, 0.5, 0.75)


class Holds:
    """Holds its value in every way in which it can be found."""

    def __init__(self, beta):
        self.beta = beta
        self.inner = types.SimpleNamespace(beta=beta, constant=0.25, text="0.25", module=np, cls=dict)
        self.named = {"a": beta, "b": [1.0, beta]}
        self.array = np.array(beta)
        self.rule = lambda g: beta * g
        self.method = types.SimpleNamespace(beta=beta).__reduce_ex__
        self.itself = self
        self.name = f"holds_{beta}"  # as Keras counts its objects

    def product(self):
        return self.beta


PLACES = {
    ("array",), ("beta",), ("inner", "beta"), ("named", "a"), ("named", "b", "1"), ("rule", "beta"),
}  # fmt: skip


def test_every_place_of_a_value_is_found_and_no_constant():
    assert places_of(Holds, VALUES) == PLACES


def test_a_method_leads_to_its_object():
    held = []

    def make(beta):
        held.append(Holds(beta))
        return types.SimpleNamespace(called=held[-1].product)

    assert places_of(make, VALUES) == {("called", "__self__", *place) for place in PLACES}


def deep(beta, levels):
    made = {"beta": beta}
    for _ in range(levels):
        made = {"inner": made}
    return made


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda beta: types.SimpleNamespace(rate=1 - beta), "rate is computed from it."),
        (lambda beta: types.SimpleNamespace(beta=beta, rates=[2 * beta]), "rates.0 is computed from it."),
        (lambda beta: {"beta": beta} if beta < 0.6 else {"beta": beta, "more": 1}, "more is computed from it."),
        (lambda beta: {"flag": bool(beta), "whole": 1}, "no attribute is the value."),
        (lambda beta: deep(beta, DEEPEST + 1), "no attribute is the value."),
        (lambda beta: types.SimpleNamespace(of=np.float64), "no attribute is the value."),
    ],
)
def test_where_something_else_depends_on_it_or_nothing_does_nothing_is_replaced(make, message):
    with pytest.raises(BenchsuiteError) as refused:
        places_of(make, VALUES)
    assert str(refused.value) == message


def test_as_deep_as_it_goes_a_value_is_found():
    (place,) = places_of(lambda beta: deep(beta, DEEPEST), VALUES)
    assert place == ("inner",) * DEEPEST + ("beta",)


def test_what_differs_by_chance_is_no_sign_of_the_value():
    generator = np.random.default_rng(0)
    assert places_of(lambda beta: {"beta": beta, "drawn": generator.normal()}, VALUES) == {("beta",)}


def test_a_fed_number_is_put_there_and_settled_to_its_value_again():
    feeding, made = Feeding({"beta": 0.5}, frozenset({"beta"})), Holds(0.25)
    fed = feeding.number("beta")
    put(made, frozenset(PLACES), fed)
    assert all(held is fed for held in (made.beta, made.inner.beta, made.named["a"], made.named["b"][1], made.array))
    assert isinstance(made.rule(1.0), Fed)
    assert (made.inner.constant, made.named["b"][0]) == (0.25, 1.0)
    settle(made)
    assert [made.beta, made.inner.beta, made.named["a"], made.named["b"][1], made.array, made.rule(1.0)] == [0.5] * 6


def test_a_place_that_cannot_be_changed_is_refused():
    with pytest.raises(BenchsuiteError, match=r"^0 stands in a tuple\.$"):
        put({"pair": (0.25, 1.0)}, frozenset({("pair", "0")}), 0.5)
    with pytest.raises(BenchsuiteError, match=r"^a\.b is no place that can be changed\.$"):
        put({"a": {}}, frozenset({("a", "b")}), 0.5)
