"""Attention and tied outputs as a GPU computes them: the same numbers and derivatives as on a CPU, with less memory."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from benchsuite.engine.network import attention
from tests.lowered import as_on_a_gpu, hlo_of, suspects

PLACES = 12


@pytest.fixture(autouse=True)
def short_blocks(monkeypatch):
    monkeypatch.setattr(attention, "AT_ONCE", 5)  # 5, 5 and 2 places


def derivatives(layer):
    """A function that gives what a layer gives for three inputs, gradients, and a derivative of these along directions."""

    def compute(given, along):
        with tf.GradientTape() as outer:
            outer.watch(given)
            with tf.GradientTape() as inner:
                inner.watch(given)
                found = layer(given)
                loss = tf.reduce_sum(
                    tf.cos(found) * tf.reshape(tf.range(tf.size(found), dtype=tf.float32), found.shape)
                )
            gradients = inner.gradient(loss, given)
            product = tf.add_n([tf.reduce_sum(one * other) for one, other in zip(gradients, along, strict=True)])
        return found, gradients, outer.gradient(product, given)

    return tf.function(compute, autograph=False)


def arrays(seed, features=8):
    generator = np.random.default_rng(seed)
    return [tf.constant(generator.normal(size=(2, PLACES, features)), tf.float32) for _ in range(3)]


@pytest.mark.parametrize("causal", [True, False])
def test_attention_on_a_gpu_is_the_same_up_to_its_second_derivative(causal):
    layer = attention.Attention(2, causal)
    expected = derivatives(layer)(arrays(0), arrays(1))
    with as_on_a_gpu():
        found = derivatives(layer)(arrays(0), arrays(1))
    for one, other in zip(tf.nest.flatten(found), tf.nest.flatten(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=2e-4, atol=2e-3)
        assert np.abs(other).max() > 0.1


def test_a_place_sees_none_behind_it_and_scores_behind_blocks_are_not_made():
    layer = attention.Attention(2, causal=True)
    one, other = arrays(0), arrays(0)
    changed = 7
    other = [tf.concat([x[:, :changed], x[:, changed:] + 1.0], axis=1) for x in other]
    with as_on_a_gpu():
        first, second = layer(one), layer(other)
        text = hlo_of(tf.function(layer, autograph=False, jit_compile=True), one)
    np.testing.assert_array_equal(first[:, :changed], second[:, :changed])
    assert np.abs(first - second)[:, changed:].max() > 0.1
    products = [line for line in text.splitlines() if " dot(" in line]
    assert len(products) == 6  # of scores and of values, for each of three blocks
    assert not any(f",{PLACES},{PLACES}]" in line for line in products)


def test_in_half_the_bits_no_scores_are_kept_in_all_of_them():
    """What goes from forward to backward is in the type of the inputs: in float32 the scores are the largest arrays."""
    halves = [tf.cast(one, tf.bfloat16) for one in arrays(0)]
    layer = attention.Attention(2, causal=True, dtype="bfloat16")
    with as_on_a_gpu(), tf.GradientTape() as tape:
        tape.watch(halves)
        found = layer(halves)
    assert found.dtype == tf.bfloat16
    gradients = tape.gradient(found, halves)
    reference = attention.Attention(2, causal=True)
    exact = [tf.cast(one, tf.float32) for one in halves]
    with tf.GradientTape() as tape:
        tape.watch(exact)
        expected = reference(exact)
    np.testing.assert_allclose(tf.cast(found, tf.float32), expected, atol=0.03)
    for one, other in zip(gradients, tape.gradient(expected, exact), strict=True):
        assert one.dtype == tf.bfloat16
        np.testing.assert_allclose(tf.cast(one, tf.float32), other, atol=0.06)


def test_a_tied_output_is_one_product_of_whole_blocks_on_a_gpu():
    table = keras.layers.Embedding(11, 8)
    table.build((None,))
    layer, x = attention.TiedOutput(table), arrays(0)[0]

    def compute(x):
        with tf.GradientTape() as tape:
            tape.watch([x, table.embeddings.value])
            found = layer(x)
            loss = tf.reduce_sum(found**3)
        return found, tape.gradient(loss, [x, table.embeddings.value])

    expected = tf.function(compute, autograph=False, jit_compile=True)(x)
    with as_on_a_gpu():
        on_gpu = tf.function(compute, autograph=False, jit_compile=True)
        found = on_gpu(x)
        text = hlo_of(on_gpu, x)
    for one, other in zip(tf.nest.flatten(found), tf.nest.flatten(expected), strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-4)
    assert suspects(text) == []
    products = [line for line in text.splitlines() if " dot(" in line]
    assert len(products) == 3
    assert not any(f"[2,{PLACES}," in line.partition(" dot(")[0] for line in products)  # no table for each example
    assert any("[24,64]" in line.partition(" dot(")[0] for line in products)
