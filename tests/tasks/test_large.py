"""GPT-2 decoders on token shards: the format and its errors, parameters, some steps on the King James Bible."""

from dataclasses import replace

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.data import load
from benchsuite.engine.blocks import Blocks
from benchsuite.engine.parts import build_parts
from benchsuite.engine.session import Session
from benchsuite.recipe import baseline
from benchsuite.registry import Sources, load_registry
from benchsuite.trial import Trial
from benchsuite_tasks.large import _tokens, gpt2
from benchsuite_tasks.text import _kjv

REGISTRY = load_registry(Sources(local=False))
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
    """An empty folder that the variable names."""
    monkeypatch.setenv("BENCHSUITE_TOKENS", str(tmp_path))
    return tmp_path


@pytest.fixture
def bible(folder):
    """The opening of Genesis in two training shards, and of Exodus in one for validation."""
    genesis, exodus = (
        "\n".join(verse for _, verses in _kjv.chapters("test", [book]) for verse in verses).encode()
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
    found = load_registry(Sources(local=False))
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
    assert dataset.x.dtype == dataset.y.dtype == np.int32
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


def test_a_token_that_the_task_does_not_know(folder):
    write(folder / "a_train_0.bin", [1] * 12_288 + [50_256])
    assert refused() == (
        "task 'gpt2_1m' knows tokens below 256; *_train_*.bin in the folder that BENCHSUITE_TOKENS names has 50,256."
    )


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
    parts = build_parts(task, baseline(task, REGISTRY), REGISTRY, True)
    model = keras.Model(inputs := keras.Input((size.context,), dtype="int32"), task.model(Blocks(parts), inputs))
    assert sum(int(np.prod(variable.shape)) for variable in model.trainable_variables) == size.parameters
    assert model.output_shape == (None, size.context, size.symbols)


def test_a_few_steps_lower_the_loss(bible):
    size = replace(TINY, layers=1)  # five take five times as long to compile
    task = replace(gpt2.task(size), steps_per_epoch=6, targets=(5.0, 0.1))
    trial = Trial(task.name, task.version, baseline(task, REGISTRY), 0, 1, task.batch_size)
    run = Session(REGISTRY, lambda name: task).run(trial)
    assert run.outcome == "completed", run.reason
    assert run.costs["parameters"] == size.parameters
    before, after = run.curves["validation_loss"]
    assert before == pytest.approx(np.log(256), abs=0.2)
    assert after < 5
    assert run.results["targets"] == {"5.0": {"epoch": 1, "step": 6}, "0.1": None}
