"""Streamed data: the same results bit for bit as data that lie on the device."""

import keras
import numpy as np
import pytest

import benchsuite as bs
from benchsuite.engine.program import feed
from benchsuite.engine.session import Session


@pytest.fixture
def small_chunks(monkeypatch):
    """Chunks of a few batches, the last of an epoch not full: 10 steps of 16 examples with 7 numbers."""
    monkeypatch.setattr(feed.Streamed.__init__, "__defaults__", (3 * 16 * 7 * 4,))


class Noisy(keras.layers.Layer):
    """Draws in evaluation, where each batch has numbers of its own."""

    def call(self, inputs, training=False):
        return inputs if training else inputs + 0.125 * keras.random.normal(keras.ops.shape(inputs))


def streamed(bench):
    return Session(bench, lambda name: bench.task, resident_bytes=0)


@pytest.mark.parametrize("regularization", ["none", "ema", "dropout", "noisy"])
def test_streamed_data_give_the_same_bits(bench, small_chunks, regularization):
    bench.add(bs.Regularization(name="noisy", make=Noisy))
    bench.change_task(xla=regularization == "none")
    resident = bench.run(regularization=regularization)
    other = bench.run(regularization=regularization, session=streamed(bench))
    assert resident.outcome == other.outcome == "completed", other.reason
    assert other.curves == resident.curves
    assert other.results == resident.results


@pytest.mark.parametrize("regularization", ["swa", "ema"])
def test_averaged_weights_get_their_statistics_from_the_same_examples(bench, small_chunks, monkeypatch, regularization):
    """More of them are needed than lie on the device anyway."""
    bench.change_task(xla=False)
    monkeypatch.setattr(feed, "HEAD_EXAMPLES", 16)
    chosen = {"regularization": regularization, "normalization": "batch"}
    resident = bench.run(**chosen)
    other = bench.run(session=streamed(bench), **chosen)
    assert resident.outcome == other.outcome == "completed", other.reason
    assert other.curves == resident.curves


def test_chunks_hold_every_batch_once_in_order_and_share_a_shape():
    x = np.arange(40, dtype="float32").reshape(20, 2)
    y = np.arange(20, dtype="int32")
    rows = np.random.default_rng(0).permutation(20)[:14].reshape(7, 2).astype("int32")
    chunks = list(feed.Streamed(x, y, "/cpu:0", 20, chunk_bytes=3 * 2 * (8 + 4)).chunks(rows))
    assert [chunk.first for chunk in chunks] == [0, 3, 6]
    assert [chunk.count for chunk in chunks] == [3, 3, 1]
    assert {tuple(chunk.x.shape) for chunk in chunks} == {(6, 2)}
    found = [np.asarray(chunk.y)[row] for chunk in chunks for row in chunk.rows[: chunk.count]]
    np.testing.assert_array_equal(found, y[rows])


def test_rows_that_come_again_are_staged_once_if_a_chunk_holds_them():
    x, y = np.arange(40, dtype="float32").reshape(20, 2), np.arange(20, dtype="int32")
    rows = np.arange(12, dtype="int32").reshape(6, 2)
    whole = feed.Streamed(x, y, "/cpu:0", 20)
    (first,), (again,) = (list(whole.chunks(rows, keep=True)) for _ in range(2))
    assert first is again
    (other,) = whole.chunks(rows + 1)
    np.testing.assert_array_equal(np.asarray(other.y), np.arange(1, 13))
    small = feed.Streamed(x, y, "/cpu:0", 20, chunk_bytes=3 * 2 * (8 + 4))
    for _ in range(2):
        found = [
            np.asarray(chunk.y)[row] for chunk in small.chunks(rows, keep=True) for row in chunk.rows[: chunk.count]
        ]
        np.testing.assert_array_equal(found, rows)


def test_the_next_chunk_is_staged_while_one_is_in_use():
    import threading

    made = []
    second = threading.Event()

    def make(number):
        made.append((number, threading.current_thread() is not threading.main_thread()))
        if number == 1:
            second.set()
        return number

    numbers = feed._ahead(make, range(4))
    assert next(numbers) == 0
    assert second.wait(10)  # nobody has asked for it
    assert list(numbers) == [1, 2, 3]
    assert made == [(number, True) for number in range(4)]


def test_divergence_stops_between_chunks(bench, small_chunks):
    wild = ("sgd", {"learning_rate": 10.0})
    values = bench.values_task
    bench.change_task(xla=False, loss="mse", data=values.data, model=values.model, metrics=values.metrics)
    resident = bench.run(optimizer=wild, preprocessing="none")
    other = bench.run(optimizer=wild, preprocessing="none", session=streamed(bench))
    assert resident.outcome == other.outcome == "diverged"
    assert other.reason == resident.reason
    assert other.results.failure == resident.results.failure


def test_small_integers_are_widened_and_a_memory_map_is_not_copied(tmp_path, bench):
    from benchsuite.components import Arrays, InOrder
    from benchsuite.data import load

    tokens = np.memmap(tmp_path / "tokens.bin", "uint16", "w+", shape=(240 * 6,))
    tokens[:] = np.random.default_rng(0).integers(0, 3, 240 * 6)
    x = tokens.reshape(240, 6)
    bench.change_task(
        data=lambda: Arrays(x, x[:, 0].astype("uint8")),
        split=InOrder(160, 40, 40),
        model=lambda blocks, inputs: blocks.output(3)(blocks.flatten()(blocks.embedding(3, 4)(inputs))),
    )
    dataset = load(bench.task)
    assert np.shares_memory(dataset.x, tokens)
    assert dataset.input_type == "int32"
    resident, other = bench.run(), bench.run(session=streamed(bench))
    assert other.outcome == "completed", other.reason
    assert other.curves == resident.curves
    assert other.results.final["test_loss"] < other.curves["test_loss"][0]
