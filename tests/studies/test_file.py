"""Study files: what they hold, and what is refused with the place where it stands."""

from __future__ import annotations

from pathlib import Path

import pytest

import benchsuite as bs
from benchsuite.components import RECIPE_KINDS
from benchsuite.studies.file import read_study_file

SEEDS = "a number of seeds from 1 to 1,000,000, or seeds and ranges such as 0-9, 3,5 or 0-4,10"


def refused(path: Path) -> str:
    with pytest.raises(bs.BenchsuiteError) as caught:
        read_study_file(path)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def written(folder: Path, text: str | bytes) -> Path:
    path = folder / "study.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_study_file_holds_the_flags(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        """
all = true
kind = ["optimizer"]
tier = "full"
seeds = 5
epochs = 3
precision = "float32"
device = "cpu"
workers = 2
timeout = 60
memory = 1.5
results = "elsewhere"
plugin = ["a.py", "b"]
task = "digits_mlp"
optimizer = ["sgd", "momentum[momentum=0.5,0.9]"]
gradient_transform = "clip_norm"
folds = 10
probe = 0
store-weights = true
""",
    )
    assert read_study_file(path) == {
        "all": True, "kind": ("optimizer",), "tier": "full", "seeds": "5", "epochs": 3, "precision": "float32", "device": "cpu",
        "workers": 2, "timeout": 60.0, "memory": 1.5, "results": Path("elsewhere"), "plugin": ("a.py", "b"),
        "task": ("digits_mlp",), "optimizer": ("sgd", "momentum[momentum=0.5,0.9]"), "gradient_transform": ("clip_norm",),
        "folds": "10", "probe": "0", "store_weights": True,
    }  # fmt: skip


def test_an_empty_study_file_asks_for_nothing(tmp_path: Path) -> None:
    assert read_study_file(written(tmp_path, "")) == {}


@pytest.mark.parametrize("kind", RECIPE_KINDS)
def test_every_kind_is_a_key(kind: str, tmp_path: Path) -> None:
    assert read_study_file(written(tmp_path, f'{kind} = "a,b"')) == {kind: ("a,b",)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("optimizer = [", "the study file FILE is not TOML: "),
        ("seeds 5", "the study file FILE is not TOML: "),
        (b"tier = '\xff'", "the study file FILE is not TOML: "),
        ("seeds = 1\nseeds = 2", "the study file FILE is not TOML: "),
        ("optimiser = 'adam'", "unknown key in the study file FILE: 'optimiser'. Did you mean 'optimizer'? Known: "),
        ("seed = 3", "unknown key in the study file FILE: 'seed'. Did you mean 'seeds'? Known: "),
        (
            "seeds = '5-3'",
            "seeds in the study file FILE must be SEEDS. Received: '5-3'. Write the smaller seed of a range first: 3-5.",
        ),
        ("seeds = [3, 3]", "seeds in the study file FILE must be SEEDS. Received: '3,3'. Seed 3 stands there twice."),
        ("seeds = [3, 1.5]", "seeds in the study file FILE must be SEEDS. Received: [3, 1.5]."),
        (
            "seeds = 99999999999999999999999",
            "seeds in the study file FILE must be SEEDS. Received: '99999999999999999999999'.",
        ),
        ("seeds = 5.0", "seeds in the study file FILE must be SEEDS. Received: 5.0."),
        ("seeds = true", "seeds in the study file FILE must be SEEDS. Received: True."),
        ("timeout = 'long'", "timeout in the study file FILE must be a number above 0. Received: 'long'."),
        ("timeout = true", "timeout in the study file FILE must be a number above 0. Received: True."),
        ("seeds = 0", "seeds in the study file FILE must be SEEDS. Received: '0'."),
        (
            "folds = 1",
            "folds in the study file FILE must be a whole number from 2, or n for leave-one-out. Received: '1'.",
        ),
        (
            "folds = 2.0",
            "folds in the study file FILE must be a whole number from 2, or n for leave-one-out. Received: 2.0.",
        ),
        (
            "folds = true",
            "folds in the study file FILE must be a whole number from 2, or n for leave-one-out. Received: True.",
        ),
        ("memory = nan", "memory in the study file FILE must be a number above 0. Received: nan."),
        ("results = 1", "results in the study file FILE must be a string. Received: 1."),
        ("kind = 'optimiser'", "unknown kind 'optimiser'. Did you mean 'optimizer'? Known: "),
        (
            "cross = ['optimizer', 'optimizer']",
            "cross in the study file FILE must name two kinds. Received: optimizer, optimizer. Example: --cross ",
        ),
        (
            "study_file = 'b.toml'",
            "study_file cannot stand in the study file FILE: it is for the command line alone. "
            "Leave it out, and write STUDY.toml there.",
        ),
        (
            "no-local = true",
            "no-local cannot stand in the study file FILE: it is for the command line alone. "
            "Leave it out, and write --no-local there.",
        ),
        (
            "store-weights = true\nstore_weights = false",
            "store_weights stands twice in the study file FILE, with - and with _. Leave one of them out.",
        ),
        ("all = 1", "all in the study file FILE must be true or false. Received: 1."),
        (
            "tier = ['quick']",
            "tier in the study file FILE must be one of quick, full, standard, large. Received: ['quick'].",
        ),
        ("optimizer = [1]", "optimizer in the study file FILE must be a list of strings. Received: [1]."),
        ("optimizer = 1", "optimizer in the study file FILE must be a list of strings. Received: 1."),
        (
            "[optimizer]\nname = 'adam'",
            "optimizer in the study file FILE must be a list of strings. Received: {'name': 'adam'}.",
        ),
    ],
)
def test_a_study_file_that_cannot_be_used_is_refused(text: str | bytes, message: str, tmp_path: Path) -> None:
    path = written(tmp_path, text)
    assert refused(path).startswith(message.replace("FILE", str(path)).replace("SEEDS", SEEDS))


def test_a_study_file_that_is_not_there_or_a_folder_is_refused(tmp_path: Path) -> None:
    missing = tmp_path / "none.toml"
    assert refused(missing) == f"cannot read the study file {missing}: No such file or directory."
    assert refused(tmp_path) == f"cannot read the study file {tmp_path}: Is a directory."
