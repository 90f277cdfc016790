"""Generated sequences and little text: the recipes give what was published."""

from functools import cache

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.data import load
from benchsuite.registry import PluginSearch, load_registry
from benchsuite_tasks.sequence import _signals, mnist1d
from benchsuite_tasks.text import _kjv

REGISTRY = load_registry(PluginSearch(local=False))
MADE = ["mnist1d_conv", "mnist1d_few", "recall_attention", "kjv_gru"]


@cache
def published():
    """The signals that the package makes, 3 seconds, and their classes."""
    return mnist1d.signals()


def replayed():
    """What the package draws for them, one signal after another, and the order in which it stacks them."""
    random, count = np.random.RandomState(42), 5_000
    found = [
        (random.rand(), random.rand(), random.choice(48), random.randn(72), random.randn(72), random.rand())
        for _ in range(count)
    ]
    return _signals.Drawn(*(np.array(one) for one in zip(*found, strict=True))), random.permutation(count)


def test_the_package_s_draws_give_the_package_s_signals():
    chance, order = replayed()
    classes = np.repeat(np.arange(10), 500)
    x, y = published()
    np.testing.assert_array_equal(classes[order], y)
    np.testing.assert_allclose(_signals.signals(classes, chance)[order], x, atol=1e-6)


def test_own_draws_are_distributed_like_the_package_s():
    x, y = published()
    mine = REGISTRY.task("mnist1d_conv").data()
    assert np.bincount(mine.y).tolist() == [1_000] * 10
    assert len({signal.tobytes() for signal in mine.x}) == 10_000
    for of in range(10):
        one, other = x[y == of, :, 0].astype("float64"), mine.x[mine.y == of, :, 0].astype("float64")
        error = np.sqrt(one.var(axis=0) / len(one) + other.var(axis=0) / len(other))
        assert (np.abs(one.mean(axis=0) - other.mean(axis=0)) < 5 * error).all()  # 400 comparisons
        # The deviation of a deviation of n numbers is about 1/√(2n) of it, here 3.8 %; of a product of neighbours likewise.
        assert one.std(axis=0) == pytest.approx(other.std(axis=0), rel=0.2)
        together = [(rows[:, 1:] * rows[:, :-1]).mean() for rows in (one, other)]
        assert together[0] == pytest.approx(together[1], rel=0.15)


def test_without_chance_a_signal_is_its_shape_between_zeros():
    none = np.zeros((1, 72))
    half = np.array([0.5])
    chance = _signals.Drawn(np.array([0.0]), half, np.array([0]), none, none, half)
    found = _signals.signals(np.array([7]), chance)[0, :, 0]
    shape = np.array([5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5])
    long = np.interp(np.linspace(0, 47, 72), np.arange(48), np.concatenate([shape - 5, np.zeros(36)]))
    expected = np.interp(np.linspace(0, 71, 40), np.arange(72), long)
    np.testing.assert_allclose(found, (expected - expected.mean()) / expected.std(), atol=1e-5)


def test_the_axis_noise_multiplies_both_noises_and_nothing_else():
    clear, loud = (REGISTRY.task(f"mnist1d_few~noise={factor}").data() for factor in ("0", "4"))
    usual = REGISTRY.task("mnist1d_few").data()
    for other in (clear, loud):
        np.testing.assert_array_equal(other.y, usual.y)
    # Neighbours of a signal without noise lie on a line, but where it has a corner.
    rough = [float(np.median(np.abs(np.diff(one.x[..., 0], 2)))) for one in (clear, usual, loud)]
    assert rough[0] < 0.5 * rough[1] < 0.5 * rough[2]


def test_recall_asks_for_the_value_of_one_of_its_keys():
    arrays = REGISTRY.task("recall_attention").data()
    keys, values = arrays.x[..., 0], arrays.x[..., 1]
    assert arrays.x.shape == (11_000, 9, 2)
    assert set(np.unique(keys)) == set(range(32))
    assert set(np.unique(values[:, :-1])) == set(np.unique(arrays.y)) == set(range(16))
    assert (values[:, -1] == 16).all()
    assert all(len(set(row)) == 8 for row in keys[:, :-1].tolist())
    same = keys[:, :-1] == keys[:, -1:]
    assert (same.sum(axis=1) == 1).all()
    np.testing.assert_array_equal(values[:, :-1][same], arrays.y)
    assert np.bincount(same.argmax(axis=1)) == pytest.approx(11_000 / 8, rel=0.1)
    assert REGISTRY.task("recall_attention~pairs=2").data().x.shape == (11_000, 3, 2)
    counts = np.stack([(values[:, :-1] == value).sum(axis=1) for value in range(16)], axis=1)
    assert (counts.argmax(axis=1) == arrays.y).mean() == pytest.approx(0.259, abs=5e-4)


def test_the_little_text_is_the_opening_of_genesis_and_what_follows_it():
    dataset = load(REGISTRY.task("kjv_gru"))
    letters = REGISTRY.task("kjv_gru").data().vocabulary
    assert dataset.sizes == (500, 1_500, 5_000)
    read = "".join(letters[code] for code in dataset.x.ravel())
    assert read.startswith("In the beginning God created the heaven and the earth.\nAnd the earth was without form")
    assert len(read) == 56_000
    assert "".join(letters[code] for code in dataset.y.ravel()) == read[1:] + _kjv.joined(["Genesis"])[56_000]
    assert read == _kjv.joined(["Genesis"])[:56_000]


@pytest.mark.parametrize("name", ["kjv_gru", "kjv_lstm"])
def test_variants_read_the_bible_from_the_start_of_another_verse(name):
    whole = "\n" + _kjv.joined([book for books in _kjv.GENRES.values() for book in books])
    for variant in range(1, 4):
        arrays = REGISTRY.task(f"{name}~{variant}").data()
        read = "".join(arrays.vocabulary[code] for code in arrays.x.ravel())
        assert whole.find("\n" + read) > 0


def test_other_parts_of_the_images_are_other_images():
    for name in ("mnist5k_few_labels", "mnist5k_autoencoder"):
        one, other = (load(REGISTRY.task(instance)) for instance in (name, f"{name}~1"))
        held = [{image.tobytes() for image in each.x[each.part("test")]} for each in (one, other)]
        assert len(held[0]) == len(held[1]) == 1_000
        assert 100 < len(held[0] & held[1]) < 300  # a fifth by chance
        train = {image.tobytes() for image in other.x[other.part("train")]}
        assert not train & held[1]


@pytest.mark.parametrize("steps", [20, 200])
def test_longer_sums_have_one_mark_in_each_half(steps):
    arrays = REGISTRY.task(f"adding_rnn~steps={steps}").data()
    marks = arrays.x[..., 1]
    assert arrays.x.shape == (10_000, steps, 2)
    assert (marks[:, : steps // 2].sum(axis=1) == 1).all()
    np.testing.assert_array_equal((arrays.x[..., 0] * marks).sum(axis=1), arrays.y[:, 0])


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("mnist1d_conv", (5 + 1) * 16 + 2 * (3 * 16 + 1) * 16 + (5 * 16 + 1) * 10),
        ("mnist1d_few", (5 + 1) * 32 + 2 * (3 * 32 + 1) * 32 + (5 * 32 + 1) * 10),
        ("kjv_gru", 64 * 16 + (16 + 48 + 1) * 3 * 48 + 3 * 48 + (48 + 1) * 64),
        ("recall_attention", (32 + 17) * 16 + 4 * 17 * 16 + 2 * 16 * 32 + 32 + 16 + 3 * 2 * 16 + 17 * 16),
    ],
)
def test_it_has_the_parameters_that_its_file_states(name, parameters):
    from benchsuite.certificates import committed

    assert committed(name, REGISTRY)["network"]["parameters"] == parameters
    assert f"{parameters:,} parameters" in " ".join(REGISTRY.entry("task", name).plugin.module.__doc__.split())


@pytest.mark.parametrize("name", MADE)
def test_every_field_is_filled(name):
    task = REGISTRY.task(name)
    assert task.source
    assert task.license
    assert "arXiv" in task.citation or "King James" in task.citation
    assert len(task.summary) <= 100
    assert isinstance(task.variation, bs.Variation)
    assert len(task.targets) == 3
