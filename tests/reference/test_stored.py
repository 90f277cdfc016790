"""Stored results as they are read, what is refused of them, and what a control says."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path

import pytest

from benchsuite.bundle import open_bundle
from benchsuite.errors import BenchsuiteError
from benchsuite.reference import load_reference
from benchsuite.reference.control import Control, controls
from benchsuite.registry import Registry
from benchsuite.study import Study
from tests.stored import bundle, searched


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory, bundled: Registry) -> Path:
    study = Study(task=("noisy_quadratic",), components={"optimizer": ("sgd",)}, track="tuned", budget="3", seeds="2")
    searches, records = searched(study, lambda trial: 11.0 + trial.seed % 7, bundled)
    return bundle(tmp_path_factory.mktemp("stored") / "stored.zip", records, searches)


def test_what_is_read_one_by_one_is_what_the_whole_bundle_holds(stored: Path) -> None:
    whole, one_by_one = open_bundle(stored), load_reference(stored)
    assert list(one_by_one.records()) == whole.records
    assert one_by_one.searches == whole.searches
    assert len(one_by_one) == len(whole.records)
    assert one_by_one.record(whole.records[0].id) == whole.records[0]
    assert one_by_one.record("0" * 32) is None


@pytest.mark.parametrize("name", ["records.jsonl.xz", "searches.jsonl"])
def test_a_file_that_was_swapped_is_refused(stored: Path, tmp_path: Path, name: str) -> None:
    other = tmp_path / "other.zip"
    with zipfile.ZipFile(stored) as held, zipfile.ZipFile(other, "w") as written:
        for entry in held.infolist():
            content = held.read(entry)
            written.writestr(entry, content[:-1] + bytes([content[-1] ^ 1]) if entry.filename == name else content)
    read = load_reference(other)
    with pytest.raises(BenchsuiteError, match=f"has another file '{name}' than its manifest says"):
        len(read) if name.startswith("records") else read.searches


def test_what_is_not_there_or_no_bundle_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BenchsuiteError, match=r"there are no stored results at .*gone.zip. The wheel ships them"):
        load_reference(tmp_path / "gone.zip")
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(BenchsuiteError, match=r"the bundle .*text.zip"):
        load_reference(tmp_path / "text.zip")


STORED = [1.0, 1.1, 1.2]


@pytest.mark.parametrize(
    ("stored", "here", "agrees"),
    [
        (STORED, [1.05, 1.15, 1.0], True),
        (STORED, [0.81, 1.39, 1.0], True),  # within their range, widened by its width
        (STORED, [0.79, 1.1, 1.0], False),
        (STORED, [1.41, 1.1, 1.0], False),
        (STORED, [1.1, math.inf, 1.0], False),
        ([*STORED, math.inf], [1.1, math.inf, 1.0], True),
        ([math.inf] * 3, [math.inf] * 3, True),
        ([math.inf] * 3, [1.0, math.inf, math.inf], False),
        ([2.0] * 3, [2.001] * 3, True),  # seeds that end alike: what rounding may do
        ([2.0] * 3, [2.01] * 3, False),
    ],
)
def test_a_control_agrees_where_seeds_end_where_the_stored_ones_do(
    stored: list[float], here: list[float], agrees: bool
) -> None:
    assert Control("task", stored, here).agrees is agrees


def test_controls_stand_task_by_task_and_say_both_sides() -> None:
    found = controls({"b": STORED, "a": [math.inf] * 2, "c": STORED}, {"b": [1.5], "a": [2.0, math.inf], "c": []})
    assert [one.task for one in found] == ["a", "b"]
    assert [one.words for one in found] == ["all 2 failed stored, 2, 1 failed here", "1 to 1.2 stored, 1.5 here"]
