"""Files beside records that somebody changed: none is believed, and none stops a reader."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from benchsuite.extra_content import PREDICTIONS, NotWhole, check_weights, measurable, read_predictions, read_probes

PROBES: dict[str, Any] = {
    "spec": {},
    "layers": ["a", "b"],
    "epochs": [0, 2],
    "measures": {"m": [[1.0, None], [2, 3.5]]},
}
OUTPUTS, CLASSES = np.ones((4, 3), "float32"), np.arange(4) % 3
WHOLE = {name: OUTPUTS if "outputs" in name else CLASSES for name in PREDICTIONS}


def written(path: Path, **arrays: Any) -> Path:
    np.savez_compressed(path, **arrays)
    return path


def test_whole_ones_are_read(tmp_path: Path) -> None:
    probes = tmp_path / "probes.json"
    probes.write_text(json.dumps(PROBES), encoding="utf-8")
    assert read_probes(probes) == PROBES
    found = read_predictions(written(tmp_path / "predictions.npz", **WHOLE))
    assert {name: array.tolist() for name, array in found.items()} == {
        name: array.tolist() for name, array in WHOLE.items()
    }
    assert measurable(found)
    check_weights(written(tmp_path / "weights.npz", kernel=OUTPUTS, step=np.int64(3)))


@pytest.mark.parametrize(
    "changes",
    [
        {"layers": "ab"}, {"layers": ["a"]}, {"layers": ["a", "a"]}, {"layers": ["a", 1]}, {"epochs": [2, 0]},
        {"epochs": [0, 0]}, {"epochs": [-1, 0]}, {"epochs": [0, True]}, {"epochs": [0]}, {"measures": []},
        {"measures": {"m": [[1.0, 2.0]]}},
        {"measures": {"m": [[1.0], [2.0]]}}, {"measures": {"m": [[1.0, "x"], [2, 3]]}}, {"measures": {"m": [[1.0, True], [2, 3]]}},
        {"measures": {"m": [[1.0, 10**400], [2, 3]]}}, {"measures": {"m": [[1.0, float("nan")], [2, 3]]}}, {"measures": {"m": None}},
    ],
    ids=str,
)  # fmt: skip
def test_probes_that_are_not_so_are_none(changes: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "probes.json"
    path.write_text(json.dumps(PROBES | changes), encoding="utf-8")
    with pytest.raises(NotWhole, match=r"^does not hold probes as the record format says$"):
        read_probes(path)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[" * 100_000, b"\xff", b"[]", b"9" * 5000], ids=lambda one: repr(one[:9])
)
def test_what_is_no_json_is_no_probes(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "probes.json").write_bytes(content)
    with pytest.raises(NotWhole):
        read_probes(tmp_path / "probes.json")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"more": OUTPUTS}, "must hold validation_outputs, validation_targets, test_outputs, test_targets"),
        ({"test_outputs": OUTPUTS.astype("complex64")}, "must hold numbers as test_outputs and test_targets"),
        ({"test_targets": np.array(["a"] * 4)}, "must hold numbers as test_outputs and test_targets"),
        ({"test_outputs": OUTPUTS[:3]}, "must hold as many test_outputs as test_targets"),
        ({"test_outputs": OUTPUTS[:0], "test_targets": CLASSES[:0]}, "must hold as many test_outputs as test_targets"),
        ({"validation_outputs": np.float32(1)}, "must hold as many validation_outputs as validation_targets"),
        ({"test_targets": np.array([{}] * 4)}, "is no archive of arrays (ValueError: Object arrays cannot be loaded"),
    ],
    ids=str,
)
def test_predictions_that_are_not_so_are_none(changes: dict[str, Any], why: str, tmp_path: Path) -> None:
    with pytest.raises(NotWhole) as caught:
        read_predictions(written(tmp_path / "a.npz", **(WHOLE | changes)))
    assert str(caught.value).startswith(why)


@pytest.mark.parametrize(
    ("outputs", "targets", "can"),
    [
        (OUTPUTS, CLASSES, True),
        (OUTPUTS, CLASSES + 1, False),
        (OUTPUTS, CLASSES - 1, False),
        (OUTPUTS[:, 0], CLASSES, False),
        (OUTPUTS * np.nan, CLASSES, False),
        (OUTPUTS, OUTPUTS, True),
        (OUTPUTS, OUTPUTS[:, :1], False),  # a task with a loss of its own
        (OUTPUTS, OUTPUTS * np.inf, False),
    ],
)
def test_only_classes_and_values_are_measured(outputs: np.ndarray, targets: np.ndarray, can: bool) -> None:
    assert measurable({"test_outputs": outputs, "test_targets": targets}) is can


def damaged(path: Path, how: str) -> None:
    whole = path.read_bytes()
    path.unlink()
    if how == "pipe":
        os.mkfifo(path)
    elif how == "link":
        path.symlink_to("/dev/zero")
    elif how == "folder":
        path.mkdir()
    elif how == "array":
        with path.open("wb") as file:
            np.save(file, OUTPUTS)
    elif how == "promise":  # an array of a thousand million million numbers
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(
                "kernel.npy",
                b"\x93NUMPY\x01\x00v\x00"
                + f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({10**15},), }}".ljust(117).encode()
                + b"\n",
            )
    elif how == "text":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("kernel.npy", "no array")
    else:
        cut = {"half": whole[: len(whole) // 2], "bit": bytearray(whole), "nothing": b"", "other": b"x" * 99}[how]
        if isinstance(cut, bytearray):
            cut[len(cut) // 3] ^= 4
        path.write_bytes(cut)


@pytest.mark.parametrize(
    "how", ["pipe", "link", "folder", "array", "promise", "text", "half", "bit", "nothing", "other"]
)  # fmt: skip
def test_archives_that_are_none_are_refused_in_one_line(how: str, tmp_path: Path) -> None:
    kernel = np.random.default_rng(0).normal(size=(40, 40))
    for read in (check_weights, read_predictions):
        path = written(tmp_path / f"{read.__name__}.npz", kernel=kernel, **WHOLE)
        damaged(path, how)
        with pytest.raises(NotWhole) as caught:
            read(path)
        assert len(str(caught.value)) < 400
