"""What the walk, the kills and the malformed files found, each by itself."""

from __future__ import annotations

import fcntl
import json
import os
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchsuite.execution import containment
from benchsuite.execution.channel import Channel
from benchsuite.files import temporary_folder
from benchsuite.record_json import NotARecord, record_from_json
from benchsuite.store import Store
from tests.factories import make_json

PROBES = {"spec": {}, "layers": ["a"], "epochs": [0], "measures": {"m": [[1.0]]}}


def test_a_message_that_cannot_be_sent_lets_the_worker_go() -> None:
    channel = Channel()
    real = channel._ours

    def fails(content: bytes) -> None:
        raise BrokenPipeError

    channel._ours = SimpleNamespace(sendall=fails, shutdown=real.shutdown)  # type: ignore[assignment]
    channel.theirs.settimeout(5)
    channel.send("a trial")
    assert channel.theirs.recv(1) == b"", "it would wait for ever"
    real.close()
    channel.theirs.close()


def test_the_folder_for_temporary_files_is_tried_without_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def named() -> str:
        raise AssertionError("a run that is killed now leaves a file")

    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(tempfile, "_get_default_tempdir", named)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "missing"))
    monkeypatch.setenv("TEMP", str(tmp_path))
    assert temporary_folder() == tmp_path
    assert tempfile.gettempdir() == str(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_temporary_files_of_the_dead_alone_are_removed(tmp_path: Path) -> None:
    old = time.time() - 2 * containment.YOUNG_SECONDS
    for name in ("dead", "alive", "young"):
        (tmp_path / f"{containment.PREFIX}{name}").mkdir()
        (tmp_path / f"{containment.PREFIX}{name}" / "file").touch()
    for path in (*tmp_path.glob("*dead"), *tmp_path.glob("*alive"), tmp_path):
        os.utime(path, (old, old))
    (tmp_path / "stranger").mkdir()
    (alive,) = tmp_path.glob("*alive")
    held = os.open(alive, os.O_RDONLY)
    fcntl.flock(held, fcntl.LOCK_EX)
    try:
        containment._sweep(tmp_path)
    finally:
        os.close(held)
    assert sorted(path.name.removeprefix(containment.PREFIX) for path in tmp_path.iterdir()) == [
        "alive",
        "stranger",
        "young",
    ]


def test_spoiled_probes_are_moved_aside_and_named(tmp_path: Path) -> None:
    store = Store(tmp_path)
    trial = "ab" * 16
    store.write_probes(trial, PROBES)
    assert store.aside == []
    place = tmp_path / "probes/ab" / f"{trial}.json"
    place.write_text("{")
    store.write_probes(trial, PROBES)
    assert store.extras.probes(trial) == PROBES
    assert [path.read_text() for path in (tmp_path / "damaged").iterdir()] == ["{"]
    (line,) = store.aside
    assert f"probes/ab/{trial}.json is not whole JSON" in line
    assert "moved to damaged/" in line


def _gone(name: str) -> Any:
    return lambda data: data.pop(name)


def _huge(data: dict[str, Any]) -> None:
    data["task"]["baseline"]["optimizer"][0]["hyperparameters"]["learning_rate"] = 10**400


@pytest.mark.parametrize(
    ("change", "said"),
    [(_gone("reason"), "reason: "), (_gone("fingerprints"), "fingerprints: "), (_huge, "task.baseline.optimizer.0")],
)
def test_what_passed_as_a_record_is_none(change: Any, said: str) -> None:
    data = make_json()
    record_from_json(json.dumps(data).encode())
    change(data)
    with pytest.raises(NotARecord, match=f"does not follow the format: {said}"):
        record_from_json(json.dumps(data).encode())
