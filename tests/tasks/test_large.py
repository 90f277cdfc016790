"""GPT-2 decoders on token shards: the format and its errors, the cache, parameters, some steps on the King James Bible."""

import hashlib
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.data import load
from benchsuite.engine.ingredients import make_ingredients
from benchsuite.engine.network.blocks import Blocks
from benchsuite.engine.program import feed
from benchsuite.engine.session import Session
from benchsuite.record import Reached
from benchsuite.registry import PluginSearch, load_registry
from benchsuite.selection import baseline
from benchsuite.trial import Trial
from benchsuite_tasks.large import _joined, _tokens, gpt2
from benchsuite_tasks.text import _kjv
from tests.bundled import REGISTRY

SMALLEST = gpt2.SIZES[0]
TINY = replace(SMALLEST, train_windows=96, held_windows=16)
"""The smallest network on little text."""


def header(*numbers):
    """256 int32, the rest zeros."""
    return np.array([*numbers, *[0] * (256 - len(numbers))], "<i4").tobytes()


def write(path, tokens, *start):
    """Write a shard as the description says, not as the code reads it."""
    body = b"".join(int(token).to_bytes(2, "little") for token in tokens)
    path.write_bytes(header(*(start or (20240520, 1, len(tokens)))) + body)


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """An empty folder that the variable names; the cache lies beside it."""
    tokens = tmp_path / "tokens"
    tokens.mkdir()
    monkeypatch.setenv("BENCHSUITE_TOKENS", str(tokens))
    monkeypatch.setenv("BENCHSUITE_CACHE", str(tmp_path / "cache"))
    return tokens


@pytest.fixture
def cache(folder):
    """The folder of the cache, which is not there yet."""
    return folder.parent / "cache"


@pytest.fixture
def bible(folder):
    """The opening of Genesis in two training shards, and of Exodus in one for validation."""
    genesis, exodus = (
        "\n".join(verse for _, verses in _kjv.chapters([book]) for verse in verses).encode()
        for book in ("Genesis", "Exodus")
    )
    write(folder / "kjv_train_000001.bin", genesis[:5000])
    write(folder / "kjv_train_000002.bin", genesis[5000:13000])
    write(folder / "kjv_val_000000.bin", exodus[:5000])
    return genesis, exodus


def refused(size=TINY):
    """The one line that comes instead of data."""
    with pytest.raises(bs.BenchsuiteError) as caught:
        gpt2.task(size).data()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_the_tasks_are_there_without_a_folder_and_say_what_is_missing(monkeypatch):
    monkeypatch.delenv("BENCHSUITE_TOKENS", raising=False)
    found = load_registry(PluginSearch(local=False))
    assert not found.broken
    assert [size.name for size in gpt2.SIZES if found.task(size.name).tier == "large"] == [
        "gpt2_1m",
        "gpt2_10m",
        "gpt2_30m",
        "gpt2_124m",
    ]
    assert refused() == (
        "task 'gpt2_1m' reads token shards (*_train_*.bin, *_val_*.bin), and BENCHSUITE_TOKENS names no folder. "
        "Run: export BENCHSUITE_TOKENS=FOLDER"
    )


def test_windows_are_the_shards_tokens_in_order_and_each_place_predicts_the_next(bible):
    genesis, exodus = bible
    task = gpt2.task(TINY)
    dataset = load(task)
    assert dataset.sizes == (96, 16, 16)
    assert dataset.x.shape == dataset.y.shape == (128, 128)
    assert dataset.x.dtype == dataset.y.dtype == np.uint16
    assert dataset.input_type == "int32"
    train, rest = dataset.part("train"), slice(96, None)  # validation, then test
    for part, text in ((train, genesis), (rest, exodus)):
        length = dataset.x[part].size
        assert bytes(dataset.x[part].ravel().tolist()) == text[:length]
        assert bytes(dataset.y[part].ravel().tolist()) == text[1 : length + 1]
    assert load(task).checksum == dataset.checksum


def test_no_more_is_read_than_the_task_needs(bible, monkeypatch):
    monkeypatch.setattr(_tokens, "_mapped", lambda file, real=_tokens._mapped: Counted(real(file)))
    Counted.taken = 0
    gpt2.task(TINY).data()
    assert Counted.taken == (96 + 2 * 16) * 128 + 2


class Counted:
    """A shard that counts what is taken from it."""

    taken = 0

    def __init__(self, tokens):
        self.tokens = tokens

    def __len__(self):
        return len(self.tokens)

    def __getitem__(self, where):
        Counted.taken += len(self.tokens[where])
        return self.tokens[where]


def test_a_folder_without_shards_of_a_part(folder):
    assert refused() == f"task 'gpt2_1m' found no *_train_*.bin in the folder that BENCHSUITE_TOKENS names: {folder}"
    write(folder / "a_train_0.bin", [1] * (96 * 128 + 1))
    assert refused() == f"task 'gpt2_1m' found no *_val_*.bin in the folder that BENCHSUITE_TOKENS names: {folder}"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "{} is no token shard: it is empty, where 20240520 is expected."),
        (b"GIF89a" * 300, "{} is no token shard: it starts with 944130375, where 20240520 is expected."),
        (
            header(20240801, 7, 2) + bytes(8),
            "{} is no token shard: it starts with 20240801, where 20240520 is expected.",
        ),
        (
            header(20240520, 2, 2) + bytes(4),
            "{} is a token shard of version 2; only version 1 (uint16 tokens) can be read.",
        ),
        (header(20240520, 1, 9) + bytes(4), "{} is broken: its header says 9 tokens, it holds 2."),
        (header(20240520, 1, 9)[:500], "{} is broken: its header says 9 tokens, it holds 0."),
        (header(20240520, 1, 2) + bytes(5), "{} is broken: its header says 2 tokens, it holds 2 and one byte."),
        (header(20240520, 1, 0) + bytes(1), "{} is broken: its header says 0 tokens, it holds 0 and one byte."),
    ],
)
def test_a_shard_that_is_none(folder, content, message):
    file = folder / "a_train_0.bin"
    file.write_bytes(content)
    assert refused() == message.format(file)


def test_too_few_tokens(folder):
    write(folder / "a_train_0.bin", [1] * 5000)
    write(folder / "b_train_0.bin", [1] * 6000)
    assert refused() == (
        "task 'gpt2_1m' needs 12,289 tokens of *_train_*.bin in the folder that BENCHSUITE_TOKENS names; "
        "there are 11,000."
    )


@pytest.mark.parametrize("part", ["train", "val"])
@pytest.mark.parametrize("place", [0, 5000, -1])
def test_a_token_that_the_task_does_not_know(folder, cache, monkeypatch, part, place):
    monkeypatch.setattr(_joined, "TOKENS_AT_ONCE", 1000)
    tokens = {"train": [255] * (96 * 128 + 1), "val": [255] * (32 * 128 + 1)}
    tokens[part][min(place, len(tokens[part]) - 1)] = 50_256
    for name, held in tokens.items():
        write(folder / f"a_{name}_0.bin", held)
    assert refused() == (
        f"task 'gpt2_1m' knows tokens below 256; *_{part}_*.bin in the folder that BENCHSUITE_TOKENS names has 50,256."
    )
    assert not list(cache.iterdir())


# The cache


def plain(*parts):
    """Inputs and targets as the description says: each part's tokens, and each part's tokens but the first."""
    x, y = (
        np.concatenate([list(text[further : further + windows * 128]) for text, windows in parts]) for further in (0, 1)
    )
    return x.reshape(-1, 128), y.reshape(-1, 128)


@pytest.mark.parametrize("at_once", [2**20, 1000, 128])
def test_examples_are_those_of_the_shards_whatever_is_read_at_once(bible, monkeypatch, at_once):
    monkeypatch.setattr(_joined, "TOKENS_AT_ONCE", at_once)
    arrays = gpt2.task(TINY).data()
    x, y = plain((bible[0], 96), (bible[1], 32))
    np.testing.assert_array_equal(arrays.x, x)
    np.testing.assert_array_equal(arrays.y, y)
    # Where the training part ends the next token is its own, not the first of the validation part.
    assert arrays.y[95, -1] == bible[0][96 * 128] != arrays.x[96, 0] == bible[1][0]


def test_examples_are_views_of_one_mapped_file(bible, cache):
    arrays = gpt2.task(TINY).data()
    (file,) = cache.iterdir()
    assert file.stat().st_size == 4 * 128 * 128
    dataset = load(replace(gpt2.task(TINY), data=lambda: arrays))
    for given, split in ((arrays.x, dataset.x), (arrays.y, dataset.y)):
        assert isinstance(given, np.memmap)
        assert Path(given.filename) == file
        assert np.shares_memory(given, split)
        assert given.flags.c_contiguous  # or a checksum would copy it
        assert not given.flags.writeable


def test_a_file_is_made_once(bible, cache, monkeypatch):
    first = gpt2.task(TINY).data()
    (file,) = cache.iterdir()
    assert file.name.startswith("gpt2_1m-")
    assert file.stem.endswith("-" + hashlib.sha256(file.read_bytes()).hexdigest())
    monkeypatch.setattr(_joined, "_made", None)
    again = gpt2.task(TINY).data()
    assert np.array_equal(first.x, again.x)
    assert list(cache.iterdir()) == [file]


@pytest.mark.parametrize("damage", [lambda held: held[:-1] + b"?", lambda held: held[:-2], lambda held: b""])
def test_a_damaged_file_is_made_again(bible, cache, damage):
    gpt2.task(TINY).data()
    (file,) = cache.iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    again = gpt2.task(TINY).data()
    np.testing.assert_array_equal(again.y, plain((bible[0], 96), (bible[1], 32))[1])
    assert list(cache.iterdir()) == [file]
    assert file.read_bytes() == whole


def test_other_shards_give_another_file(bible, folder, cache, monkeypatch):
    task = gpt2.task(TINY)
    task.data()
    write(folder / "kjv_train_000003.bin", b"no more is needed")
    task.data()
    assert len(list(cache.iterdir())) == 1
    other = folder / "kjv_val_000000.bin"  # of the same size
    write(other, bible[1][1:5001])
    os.utime(other, ns=(1, 1))  # whatever the resolution of the clock
    np.testing.assert_array_equal(task.data().x[96:].ravel(), list(bible[1][1 : 32 * 128 + 1]))
    assert len(list(cache.iterdir())) == 2
    gpt2.task(replace(TINY, train_windows=95)).data()
    assert len(list(cache.iterdir())) == 3
    copied = folder.with_name("copied")
    folder.rename(copied)
    monkeypatch.setenv("BENCHSUITE_TOKENS", str(copied))
    task.data()
    assert len(list(cache.iterdir())) == 4  # names, sizes and times are the same, but it is another folder


def test_where_the_cache_is(bible, tmp_path, monkeypatch):
    task = gpt2.task(TINY)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    for variable, value, expected in (
        ("XDG_CACHE_HOME", str(tmp_path / "xdg"), tmp_path / "cache"),  # which BENCHSUITE_CACHE names
        ("BENCHSUITE_CACHE", "", tmp_path / "xdg" / "benchsuite"),
        ("XDG_CACHE_HOME", "", tmp_path / "home" / ".cache" / "benchsuite"),
    ):
        monkeypatch.setenv(variable, value)
        assert not expected.exists()
        task.data()
        assert len(list(expected.iterdir())) == 1


UNWRITABLE = (
    "task 'gpt2_1m' joins the tokens that it needs in one file of 0.1 MB, which cannot be written to {}: {}. "
    "Run: export BENCHSUITE_CACHE=FOLDER"
)


def test_a_folder_that_cannot_be_written(bible, cache, monkeypatch):
    cache.write_text("no folder")
    assert refused() == UNWRITABLE.format(cache, "File exists")
    monkeypatch.setenv("BENCHSUITE_CACHE", str(cache / "deeper"))
    assert refused() == UNWRITABLE.format(cache / "deeper", "Not a directory")


def test_a_full_disk_leaves_nothing(bible, cache, monkeypatch):
    def full(*arguments):
        yield np.zeros(9, "<u2")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(_joined, "_halves", full)
    assert refused() == UNWRITABLE.format(cache, "No space left on device")
    assert not list(cache.iterdir())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_can_only_be_read(bible, cache):
    task = gpt2.task(TINY)
    cache.mkdir(mode=0o500)
    assert refused() == UNWRITABLE.format(cache, "Permission denied")
    cache.chmod(0o700)
    task.data()
    cache.chmod(0o500)
    assert len(task.data().x) == 128  # what is there is used


def test_the_parameters_are_those_that_the_file_states():
    counts = {size.name: size.parameters for size in gpt2.SIZES}
    # GPT-2's smallest, as Hugging Face counts it.
    assert counts == {"gpt2_1m": 1_040_768, "gpt2_10m": 9_938_080, "gpt2_30m": 30_142_848, "gpt2_124m": 124_439_808}
    for size in gpt2.SIZES:
        row = (
            f"| {size.name} | {size.parameters:,} | {size.layers} × {size.width} × {size.heads} | {size.symbols:,}",
            f"| {size.context:,} | {size.batch_size} | {size.train_windows * size.context:,} | {100 * size.epochs:,} |",
        )
        assert all(piece in gpt2.__doc__ for piece in row)


@pytest.mark.parametrize("size", gpt2.SIZES[:2], ids=lambda size: size.name)
def test_a_network_has_as_many_parameters_as_its_size_says(size):
    import keras

    task = gpt2.task(size)
    ingredients = make_ingredients(task, baseline(task, REGISTRY), REGISTRY, True)
    model = keras.Model(inputs := keras.Input((size.context,), dtype="int32"), task.model(Blocks(ingredients), inputs))
    assert sum(int(np.prod(variable.shape)) for variable in model.trainable_variables) == size.parameters
    assert model.output_shape == (None, size.context, size.symbols)


def test_a_few_steps_lower_the_loss(bible):
    size = replace(TINY, layers=1)  # five take five times as long to compile
    task = replace(gpt2.task(size), steps_per_epoch=6, targets=(5.0, 0.1))
    trial = Trial(task.name, task.version, baseline(task, REGISTRY), 0, 1, task.batch_size)
    run = Session(REGISTRY, lambda name: task).run(trial).ending
    assert run.outcome == "completed", run.reason
    assert run.costs.parameters == size.parameters
    before, after = run.curves["validation_loss"]
    assert before == pytest.approx(np.log(256), abs=0.2)
    assert after < 5
    assert run.results.targets == {"5.0": Reached(epoch=1, step=6), "0.1": None}


def test_streamed_tokens_give_the_same_bits(bible, monkeypatch):
    monkeypatch.setattr(feed.Streamed.__init__, "__defaults__", (2 * 16 * 128 * 8,))  # two batches a chunk
    # As a graph; under XLA tests/engine/program/test_feed.py compares them.
    task = replace(gpt2.task(replace(TINY, layers=1)), steps_per_epoch=5, targets=(5.0,), xla=False)
    trial = Trial(task.name, task.version, baseline(task, REGISTRY), 0, 2, task.batch_size)
    resident = Session(REGISTRY, lambda name: task).run(trial).ending
    streamed = Session(REGISTRY, lambda name: task, resident_bytes=0).run(trial).ending
    assert resident.outcome == streamed.outcome == "completed", streamed.reason
    assert streamed.curves == resident.curves
    assert streamed.results == resident.results
