"""The sequence tasks: facts of their data, splits that keep people apart, and a pickle that is not trusted."""

import io
import pickle
import random
import sys
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.data import PARTS, load
from benchsuite_tasks.sequence import mnist1d, watch_gestures
from tests.bundled import REGISTRY

# Task: shape of the inputs, examples of each class as their sources say.
CLASSES = {
    "mnist1d_cnn": ((5000, 40, 1), [500] * 10),
    "watch_gestures": ((4677, 100, 6), [502, 770, 780, 718, 723, 583, 601]),
    "digits_sequential": ((1797, 64, 1), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]),
    "digits_rows_gru": ((1797, 8, 8), [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]),
}


@cache
def made_mnist1d():
    """The signals, made once, and whether the global generators went on as if nothing had been."""

    def draw():
        return np.random.random(), random.random()  # noqa: NPY002

    def seed():
        np.random.seed(7)  # noqa: NPY002
        random.seed(7)

    seed()
    expected = draw()
    mnist1d.signals.cache_clear()
    seed()
    arrays = REGISTRY.task("mnist1d_cnn").data()
    return arrays, draw() == expected


@cache
def arrays_of(name):
    """The data of a task, read once."""
    return made_mnist1d()[0] if name == "mnist1d_cnn" else REGISTRY.task(name).data()


@pytest.mark.parametrize("name", CLASSES)
def test_inputs_and_classes_are_those_of_the_source(name):
    shape, counts = CLASSES[name]
    arrays = arrays_of(name)
    assert arrays.x.shape == shape
    assert (arrays.x.dtype, arrays.y.dtype) == (np.float32, np.int32)
    assert np.isfinite(arrays.x).all()
    assert np.bincount(arrays.y).tolist() == counts


def test_digits_are_read_in_lines_from_the_top_left():
    flat = arrays_of("digits_sequential").x
    rows = arrays_of("digits_rows_gru").x
    np.testing.assert_array_equal(flat[:, :, 0].reshape(-1, 8, 8), rows)
    np.testing.assert_array_equal(rows[0, 0] * 16, [0, 0, 5, 13, 9, 1, 0, 0])  # the first digit's first row, a 0


def test_adding_targets_are_the_sums_of_the_marked_numbers():
    arrays = arrays_of("adding_rnn")
    numbers, marks = arrays.x[..., 0], arrays.x[..., 1]
    assert arrays.x.shape == (10_000, 50, 2)
    assert arrays.y.shape == (10_000, 1)
    assert set(np.unique(marks)) == {0, 1}
    assert (marks[:, :25].sum(axis=1) == 1).all()
    assert (marks[:, 25:].sum(axis=1) == 1).all()
    np.testing.assert_array_equal((numbers * marks).sum(axis=1), arrays.y[:, 0])
    assert 0 <= numbers.min() < numbers.max() < 1
    # The mean's squared error: Var(u₁ + u₂) = 2/12.
    assert np.var(arrays.y) == pytest.approx(1 / 6, rel=0.04)
    lstm = arrays_of("adding_lstm")
    np.testing.assert_array_equal(lstm.x, arrays.x)


def test_mnist1d_is_made_without_a_trace_in_the_global_generators():
    assert made_mnist1d()[1]


def test_mnist1d_is_the_published_set_with_its_test_examples_last():
    x = arrays_of("mnist1d_cnn").x
    # Its mean is 0 and its variance 1 over all 5,000.
    assert x.mean(dtype="float64") == pytest.approx(0, abs=1e-6)
    assert x.std(dtype="float64") == pytest.approx(1, abs=1e-6)
    dataset = load(replace(REGISTRY.task("mnist1d_gru"), data=lambda: arrays_of("mnist1d_cnn")))
    assert dataset.sizes == (3500, 500, 1000)
    np.testing.assert_array_equal(dataset.x[dataset.part("test")], x[-1000:])


def test_mnist1d_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        bs.BenchsuiteError, match=r"mnist1d, which is not installed\. Run: pip install 'benchsuite\[data\]'$"
    ):
        mnist1d.signals.__wrapped__()


def test_watch_windows_are_pieces_of_one_recording_and_left_arms_are_mirrored():
    found, arrays = watch_gestures.recordings(), arrays_of("watch_gestures")
    assert len(found["X"]) == 140
    assert found["X_labels"] == ["ax", "ay", "az", "wx", "wy", "wz"]
    start = 0
    for x, exercise, person, right in zip(found["X"], found["y"], found["subject"], found["side"], strict=True):
        count = (len(x) - 100) // 50 + 1
        here = slice(start, start + count)
        assert set(arrays.y[here]) == {exercise}
        assert set(arrays.groups[here]) == {person}
        last = x[50 * (count - 1) : 50 * (count - 1) + 100] * (1 if right else np.array([-1, 1, 1, 1, -1, -1]))
        np.testing.assert_array_equal(arrays.x[start + count - 1], last.astype("float32"))
        start += count
    assert start == len(arrays.x)
    # Mirrored, gravity along the arm has one sign whichever arm it is.
    means = {
        side: np.mean([x[:, 0].mean() for x, s in zip(found["X"], found["side"], strict=True) if s == side])
        for side in (0, 1)
    }
    assert means[0] > 0.4 > -0.4 > means[1]


def test_no_person_is_in_two_parts():
    arrays, dataset = arrays_of("watch_gestures"), load(REGISTRY.task("watch_gestures"))
    person_of = {window.tobytes(): person for window, person in zip(arrays.x, arrays.groups, strict=True)}
    people = [{person_of[window.tobytes()] for window in dataset.x[dataset.part(name)]} for name in PARTS]
    assert [len(part) for part in people] == [6, 2, 2]
    assert len(set.union(*people)) == 10
    assert sum(dataset.sizes) == 4677


def test_a_tampered_file_is_refused_before_it_is_unpickled(monkeypatch, tmp_path):
    file = tmp_path / "watch_dataset.npy"
    file.write_bytes(as_npy(pickle.dumps({})))
    monkeypatch.setattr(watch_gestures, "packaged", lambda *path: file)
    monkeypatch.setattr(watch_gestures, "unpickled", lambda content: pytest.fail("it was unpickled"))
    with pytest.raises(bs.BenchsuiteError, match=r"SHA-256 .* Run: pip install --force-reinstall seglearn==1\.2\.5$"):
        watch_gestures.data()


class Hostile:
    def __reduce__(self):
        return sys.setrecursionlimit, (12_345,)


@pytest.mark.parametrize("make", [Hostile, lambda: np.random.default_rng, lambda: np.array([Hostile()], object)])
def test_the_unpickler_builds_arrays_and_calls_nothing(make):
    before = sys.getrecursionlimit()
    with pytest.raises(bs.BenchsuiteError, match=r"ask for .*; refused\.$"):
        watch_gestures.unpickled(as_npy(pickle.dumps(make(), protocol=2)))
    assert sys.getrecursionlimit() == before


def test_watch_gestures_says_what_to_install(monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(
        bs.BenchsuiteError, match=r"seglearn, which is not installed\. Run: pip install 'benchsuite\[data\]'$"
    ):
        watch_gestures.data()


def as_npy(pickled):
    """The bytes of an .npy file that holds one object."""
    file = io.BytesIO()
    np.lib.format.write_array_header_1_0(file, {"descr": "|O", "fortran_order": False, "shape": ()})
    return file.getvalue() + pickled
