"""Names that are made of what a function computes: the same whatever was built before, and never those of another."""

import gc

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.python.eager import context

from benchsuite.engine.program.canonical import Canonical, NotCanonical


def loop(variable, factor=0.5, name="kernel"):
    """Trace a loop with a condition, a gradient and a variable; the name is what a layer might be called."""

    @tf.function(autograph=False)
    def descend(x, steps):
        def body(i, total):
            with tf.name_scope(name), tf.GradientTape() as tape:
                loss = tf.reduce_sum(tf.square(tf.linalg.matvec(variable.read_value(), x)), name=name)
            gradient = tape.gradient(loss, variable)
            variable.assign_sub(factor * gradient)
            return i + 1, total + tf.cond(loss > 1.0, lambda: loss, lambda: tf.sqrt(loss))

        _, total = tf.while_loop(lambda i, _: i < steps, body, (0, 0.0))
        return {"total": total, "parts": (variable.read_value(), steps)}

    return descend.get_concrete_function(tf.TensorSpec([2]), tf.TensorSpec([], tf.int32))


def variable(shape=(2, 2)):
    return tf.Variable(np.linspace(-0.3, 0.5, int(np.prod(shape))).reshape(shape).astype("float32"))


def test_the_name_is_of_the_content_alone():
    first = Canonical(loop(variable()))
    loop(variable(), name="something_else")  # counters go on
    with tf.name_scope("elsewhere"):
        again = Canonical(loop(variable(), name="dense_17"))
    assert again.name == first.name
    others = {Canonical(loop(variable(), factor=0.25)).name, Canonical(loop(variable((3, 2)))).name}
    assert len(others | {first.name}) == 3


def test_functions_in_a_list_have_names_of_their_content_too():
    """As the branches of a choice among several have."""

    def choice(last):
        branches = [lambda x=x: tf.constant(x) for x in (0.5, 2.0, last)]
        chosen = tf.function(lambda place: tf.switch_case(place, branches), autograph=False)
        return chosen.get_concrete_function(tf.TensorSpec([], tf.int32))

    first, again, other = (Canonical(choice(last)) for last in (3.0, 3.0, 4.0))
    assert first.name == again.name != other.name
    assert [float(one(tf.constant(2))) for one in (first, other)] == [3.0, 4.0]


def test_what_nobody_uses_is_no_part_of_it():
    def reading(more):
        @tf.function(autograph=False)
        def add(x):
            read = [tf.identity(one.read_value()) for one in more]  # as numbers are that only the training uses
            with tf.control_dependencies(read):
                kernel.assign_add(x)
            return kernel.read_value()

        return add.get_concrete_function(tf.TensorSpec([2, 2]))

    kernel, others = variable(), [variable((3,)), variable(())]
    alone, beside = Canonical(reading([])), Canonical(reading(others))
    assert beside.name == alone.name
    before = kernel.numpy()
    np.testing.assert_array_equal(beside(tf.ones((2, 2))), before + 1)
    np.testing.assert_array_equal(alone(tf.ones((2, 2))), before + 2)


def test_it_computes_the_same_and_returns_the_same_structure():
    values, concrete = variable(), loop(variable())
    own = variable()
    canonical = Canonical(loop(own))
    x, steps = tf.constant([1.0, -2.0]), tf.constant(5)
    expected, found = concrete(x, steps), canonical(x, steps)
    tf.nest.map_structure(lambda a, b: np.testing.assert_array_equal(a, b), expected, found)
    assert list(found) == list(expected)
    assert not np.array_equal(own, values)
    np.testing.assert_array_equal(own, found["parts"][0])


def test_a_function_is_there_as_long_as_somebody_has_it():
    one, two = Canonical(loop(variable(), 0.125)), Canonical(loop(variable(), 0.125))
    name = one.name
    assert context.context().has_function(name)
    del one
    gc.collect()
    two(tf.constant([1.0, 1.0]), tf.constant(1))
    del two
    gc.collect()
    assert not context.context().has_function(name)
    Canonical(loop(variable(), 0.125))(tf.constant([1.0, 1.0]), tf.constant(1))


def test_a_function_whose_names_mean_something_elsewhere_keeps_them(monkeypatch):
    monkeypatch.setattr(context.Context, "has_function", lambda self, name: name == "While" or name == "StatelessWhile")
    with pytest.raises(NotCanonical, match="called like an operation"):
        Canonical(loop(variable()))


def test_where_nodes_keep_their_names_functions_alone_have_others():
    kernel, other = variable(), variable()
    concrete, again = loop(kernel), loop(other)
    named = Canonical(concrete, nodes=False)
    assert [node.name for node in named.definitions[-1].node_def] == [
        node.name for node in concrete.function_def.node_def
    ]
    assert {definition.signature.name[:2] for definition in named.definitions} == {"f_"}
    assert len(named.definitions) == len(Canonical(concrete).definitions) > 3  # and all that it calls
    x, steps = tf.constant([0.5, -2.0]), tf.constant(3)
    found, expected = named(x, steps), again(x, steps)
    assert float(found["total"]) == float(expected["total"])
    np.testing.assert_array_equal(kernel.numpy(), other.numpy())
