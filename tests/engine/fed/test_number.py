"""Fed numbers: the arithmetic of Python's own, tensors where they meet tensors, and notes of every question and every reading."""

import copy
import math
import operator
from itertools import product

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.framework.func_graph import FuncGraph

from benchsuite.engine.fed.feeding import Feeding
from benchsuite.engine.fed.number import present

VALUES = {"a": 0.9, "b": 1e-8, "n": 3, "zero": 0.0}


@pytest.fixture
def feeding():
    return Feeding(VALUES, frozenset(VALUES))


@pytest.mark.parametrize("operation", ["add", "sub", "mul", "truediv", "floordiv", "mod", "pow"])
def test_arithmetic_is_pythons(feeding, operation):
    compute = getattr(operator, operation)
    for one, other in product(("a", "b", "n"), ("a", "n", 2, 0.5)):
        right = feeding.number(other) if isinstance(other, str) else other
        found, swapped = compute(feeding.number(one), right), compute(right, feeding.number(one))
        plain = VALUES.get(other, other)
        assert present(found) == compute(VALUES[one], plain)
        assert present(swapped) == compute(plain, VALUES[one])
    assert not feeding.reads


def test_unary_arithmetic_is_pythons(feeding):
    a = feeding.number("a")
    assert (present(-a), present(+a), present(abs(-a))) == (-0.9, 0.9, 0.9)


@pytest.mark.parametrize("dtype", ["float32", "float64", "bfloat16", "int32", "int64"])
def test_it_takes_the_type_of_what_it_meets(feeding, dtype):
    name = "n" if "int" in dtype else "a"
    number, tensor = feeding.number(name), tf.ones([2], dtype)
    for found, expected in ((number * tensor, tensor), (tensor * number, tensor), (tensor + number, 1 + tensor - 1)):
        assert found.dtype == tensor.dtype == expected.dtype
    assert tf.convert_to_tensor(feeding.number("a")).dtype == tf.float32
    assert tf.convert_to_tensor(feeding.number("n")).dtype == tf.int32
    assert not feeding.reads


def test_a_graph_computes_in_float64_and_serves_another_value(feeding):
    feeding.place()
    a, tiny = feeding.number("a"), feeding.number("b")

    @tf.function(autograph=False, jit_compile=True)
    def compute(x):
        with feeding.holding():
            looped = tf.while_loop(lambda i, x: i < 2, lambda i, x: (i + 1, x * (1 - a)), (0, x))[1]
        return looped, tf.constant(1.0) - (1 - a), x * tiny

    x = tf.constant([1.0, 2.0])
    for value in (0.9, 0.999):
        feeding.assign({"a": value})
        small = np.float32(1 - value)  # Python's 1 − β, rounded once
        looped, rest, _ = compute(x)
        assert np.array_equal(looped, x.numpy() * small * small)
        assert rest == np.float32(1) - small
    assert compute.experimental_get_tracing_count() == 1
    assert feeding.entered == {"a", "b"}


def test_every_operation_of_a_graph_is_that_of_pythons_numbers(feeding):
    a, n = feeding.number("a"), feeding.number("n")
    made = [a + n, a - n, a * n, n / a, n // a, n % a, n**a, -a, abs(-a), (1 - a) * (1 - n)]

    @tf.function(autograph=False)
    def compute():
        with feeding.holding():
            return [tf.convert_to_tensor(one, tf.float64) for one in made]

    np.testing.assert_allclose([float(one) for one in compute()], [present(one) for one in made], rtol=1e-15)


def test_what_is_made_a_tensor_and_dropped_has_not_entered(feeding):
    a, n = feeding.number("a"), feeding.number("n")

    @tf.function(autograph=False)
    def compute(x):
        def body(i, x):
            tf.convert_to_tensor(1 - n, tf.float32)
            return i + 1, x * a

        with feeding.holding():
            return tf.while_loop(lambda i, x: i < 2, body, (0, x))[1]

    compute(tf.constant(1.0))
    assert feeding.entered == {"a"}


def test_other_tensors_can_stand_for_it(feeding):
    a = feeding.number("a")

    @tf.function(autograph=False)
    def lanes(values):
        def one(value):
            with feeding.holding({"a": value}):
                return tf.constant(1.0) * (1 - a)

        return tf.vectorized_map(one, values, fallback_to_while_loop=False)

    values = np.array([0.0, 0.5, 0.999])
    assert np.array_equal(lanes(tf.constant(values)), (1 - values).astype("float32"))


def test_tensors_stand_for_it_in_their_graph_and_those_inside_and_in_no_other(feeding):
    a, beside, there = feeding.number("a"), FuncGraph("beside"), []

    @tf.function(autograph=False)
    def compute():
        with feeding.holding({"a": tf.constant(0.25, tf.float64)}):
            with beside.as_default():
                there.append(tf.convert_to_tensor(a))
            return tf.constant(1.0) * (1 - a)

    assert compute() == 0.75
    assert there[0].graph is beside


@pytest.mark.parametrize(
    "ask",
    [
        bool,
        lambda a: a == 0.9,
        lambda a: a != 0.9,
        lambda a: a > 0.5,
        lambda a: a <= 0.9,
        lambda a: a > 0.9,
        lambda a: a >= 1 - a,
        lambda a: max(a, 0.1) is a,
        lambda a: not a,
    ],
)
def test_a_question_is_answered_from_the_value_and_guards_it(feeding, ask):
    assert ask(feeding.number("a")) == ask(0.9)
    assert len(feeding.guards) == 1
    assert not feeding.reads
    for value in (0.0, 0.3, 0.9, 0.95):
        assert feeding.serves({**VALUES, "a": value}) == (ask(value) == ask(0.9))


@pytest.mark.parametrize("divide", [operator.truediv, operator.floordiv, operator.mod])
def test_division_by_what_is_zero_is_refused_and_what_is_not_is_guarded(feeding, divide):
    with pytest.raises(ZeroDivisionError):
        divide(1, feeding.number("zero"))
    assert present(divide(1, feeding.number("a"))) == divide(1, 0.9)
    assert feeding.serves({**VALUES, "a": 0.5})
    assert not feeding.serves({**VALUES, "a": 0.0})


def test_each_question_of_each_expression_is_a_guard_of_its_own_and_once(feeding):
    a, n = feeding.number("a"), feeding.number("n")
    for _ in range(2):
        assert 1 - a < 0.5
        assert n - a > 0.5
        assert not a < 0.5
        assert n > 0.5
    assert sorted(map(repr, feeding.answered())) == sorted(
        map(
            repr,
            [
                ["lt", ("sub", ("number", 1), ("fed", "a")), ("number", 0.5), True],
                ["gt", ("sub", ("fed", "n"), ("fed", "a")), ("number", 0.5), True],
                ["lt", ("fed", "a"), ("number", 0.5), False],
                ["gt", ("fed", "n"), ("number", 0.5), True],
            ],
        )
    )
    assert feeding.asked == {"a", "n"}


def test_a_comparison_with_an_array_is_a_reading_and_with_what_is_no_number_neither(feeding):
    a = feeding.number("a")
    assert [a == "word", a != None, a in ("word", None)] == [False, True, False]  # noqa: E711  # it is != that is asked
    assert (feeding.reads, feeding.guards) == ({}, {})
    assert (a > np.array([0.5, 1.0])).tolist() == [True, False]
    assert feeding.reads == {"a": "gt"}


def test_it_is_not_copied(feeding):
    a = feeding.number("a")
    assert copy.copy(a) is a
    assert copy.deepcopy([a])[0] is a
    assert not feeding.reads


SAID = {
    "float": "float()",
    "int": "int()",
    "text": "text",
    "repr": "text",
    "format": "text",
    "array": "a NumPy array",
    "round": "round()",
}
"""How a reading is told, of those that a component's author meets most."""
READINGS = {
    "float": float,
    "int": int,
    "round": lambda a: round(a, 2),
    "log": math.log,
    "floor": math.floor,
    "ceil": math.ceil,
    "trunc": math.trunc,
    "complex": complex,
    "text": str,
    "repr": repr,
    "format": "{:.3f}".format,
    "array": np.asarray,
    "product with an array": lambda a: float((a * np.ones(2))[0]),
    "array times it": lambda a: float((np.ones(2) * a)[0]),
    "float32": lambda a: float(np.float32(2) * a),
    "constant": lambda a: float(tf.constant(a, tf.float64)),
}


@pytest.mark.parametrize("name", READINGS)
def test_reading_the_value_is_noted(feeding, name):
    reading = READINGS[name]
    assert reading(feeding.number("a")) == reading(0.9)
    assert set(feeding.reads) == {"a"}
    if name in SAID:
        assert feeding.reads["a"] == SAID[name]
    assert feeding.serves(VALUES)
    assert not feeding.serves({**VALUES, "a": 0.5})


def test_an_index_is_a_reading(feeding):
    assert [0, 1, 2, 3][feeding.number("n")] == 3
    assert list(range(feeding.number("n"))) == [0, 1, 2]
    assert set(feeding.reads) == {"n"}


def test_what_was_kept_for_a_number_does_not_find_it(feeding):
    kept = {0.9: "plain"}
    assert feeding.number("a") not in kept
    assert set(feeding.reads) == {"a"}


def test_an_expression_reads_all_that_it_is_made_of(feeding):
    assert float(1 - feeding.number("a") * feeding.number("n")) == 1 - 0.9 * 3
    assert set(feeding.reads) == {"a", "n"}


def test_a_value_that_is_taken_outside_of_the_graph_while_it_is_traced_is_read(feeding):
    @tf.function(autograph=False)
    def compute():
        with tf.init_scope():
            outside = tf.convert_to_tensor(feeding.number("a"))
        return outside + feeding.number("n") * tf.constant(1.0)

    feeding.tracing = True
    compute()
    assert set(feeding.reads) == {"a"}
