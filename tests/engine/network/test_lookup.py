"""The gradients of embeddings that a GPU repeats: both forms against sums in NumPy, and through the layer against Keras'."""

import numpy as np
import pytest

from tests.lowered import as_on_a_gpu, hlo_of, suspects


def summed(codes, rows, symbols):
    """What a table's gradient is, in float64."""
    total = np.zeros((symbols, rows.shape[-1]))
    np.add.at(total, np.reshape(codes, -1), np.reshape(rows, (-1, rows.shape[-1])).astype("float64"))
    return total


@pytest.mark.parametrize("form", ["compared", "in_order"])
@pytest.mark.parametrize(("count", "symbols"), [(1, 1), (1, 5), (2, 2), (31, 4), (64, 1), (100, 300)])
def test_both_forms_add_the_rows_of_each_symbol(form, count, symbols):
    import tensorflow as tf

    from benchsuite.engine.network import lookup

    generator = np.random.default_rng(count)
    codes, rows = generator.integers(0, symbols, count, "int32"), generator.normal(size=(count, 3)).astype("float32")
    found = getattr(lookup, form)(tf.constant(rows), tf.constant(codes), symbols)
    np.testing.assert_allclose(found, summed(codes, rows, symbols), rtol=1e-5, atol=2e-6)


def test_rows_of_very_different_size_do_not_spoil_each_other():
    """A difference of running sums would lose the small rows behind the large one."""
    import tensorflow as tf

    from benchsuite.engine.network import lookup

    codes, rows = tf.constant([1, 0, 2, 2]), tf.constant([[1e-3], [1e8], [1e-3], [2e-3]])
    for form in (lookup.compared, lookup.in_order):
        np.testing.assert_allclose(form(rows, codes, 3), [[1e8], [1e-3], [3e-3]], rtol=1e-6)


@pytest.mark.parametrize(("most", "form"), [(2 * 2 * 3 * 5, "compared"), (2 * 2 * 3 * 5 - 1, "in_order")])
def test_rows_are_compared_with_symbols_as_long_as_these_are_few(monkeypatch, most, form):
    import tensorflow as tf

    from benchsuite.engine.network import lookup

    taken = []
    for name in ("compared", "in_order"):
        monkeypatch.setattr(lookup, name, lambda *given, name=name: taken.append(name) or tf.zeros((5, 3)))
    monkeypatch.setattr(lookup, "COMPARED", most)
    lookup.summed(tf.zeros((2, 2, 3)), tf.zeros((2, 2), tf.int32), 5)
    assert taken == [form]


@pytest.fixture
def layer():
    from benchsuite.engine.network.lookup import Embedding

    made = Embedding(6, 3)
    made.build()
    return made


def derivatives(layer):
    """A function that gives a loss of an embedding, its gradient, and the derivative of that along a direction."""
    import tensorflow as tf

    def compute(codes, along):
        table = layer.embeddings.value
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                loss = tf.reduce_sum(layer(codes) ** 3)
            gradient = tf.convert_to_tensor(inner.gradient(loss, table))
            product = tf.reduce_sum(gradient * along)
        return loss, gradient, tf.convert_to_tensor(outer.gradient(product, table))

    return compute


@pytest.mark.parametrize("most", [2**24, 0], ids=["compared", "sorted"])
def test_the_layer_is_keras_own_with_another_gradient(layer, monkeypatch, most):
    import tensorflow as tf

    from benchsuite.engine.network import lookup

    monkeypatch.setattr(lookup, "COMPARED", most)
    codes = tf.constant([[0, 5, 5], [2, 5, 0]])
    along = tf.constant(np.random.default_rng(0).normal(size=(6, 3)), tf.float32)
    compute = derivatives(layer)
    expected = tf.function(compute, autograph=False, jit_compile=True)
    with as_on_a_gpu():
        function = tf.function(compute, autograph=False, jit_compile=True)
        found, text = function(codes, along), hlo_of(function, codes, along)
    for one, other in zip(found, expected(codes, along), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-7)
    assert suspects(text) == []
    assert {one.opcode for one in suspects(hlo_of(expected, codes, along))} == {"scatter"}
