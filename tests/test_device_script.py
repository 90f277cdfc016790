"""``benchmarks/device.py`` without a GPU: its arguments, its parts' limits, and that no part can cost another one its row."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from benchmarks import device
from benchmarks.device import ANSWER, STEPS, Options, Row, in_process, parts
from benchsuite.data import load
from benchsuite.registry import Registry

ROOT = Path(__file__).parent.parent


def test_every_task_that_it_times_exists(bundled: Registry) -> None:
    for one in STEPS:
        assert bundled.task(one.task).batch_size
        assert bundled.task(one.stand_in or one.task).tier in ("quick", "full", "large")
        assert one.reduced < one.steps


def test_its_own_time_is_less_than_that_of_a_lent_machine() -> None:
    assert device.TOTAL < 600
    assert all(part.seconds < device.TOTAL / 2 for part in parts())
    assert len({part.name for part in parts()}) == len(parts())


def test_a_language_task_gets_random_tokens_of_its_own_form(bundled: Registry) -> None:
    for name, symbols in (("gpt2_1m", 256), ("gpt2_124m", 50_257)):
        task = device.small(bundled.task(name))
        dataset = load(task)
        assert dataset.sizes[0] >= 2 * task.batch_size
        assert dataset.x.dtype == np.int32
        assert 0 <= dataset.x.min() < dataset.x.max() < symbols
        assert np.array_equal(dataset.x[:, 1:], dataset.y.reshape(dataset.x.shape)[:, :-1])


@pytest.mark.parametrize(
    ("does", "found", "said"),
    [
        (f"echo noise; echo '{ANSWER}{json.dumps([vars(Row('a', '1'))])}'", "1", ""),
        ("echo deep trouble; exit 3", "–", "could not be measured: ended with 3: deep trouble"),
        ("kill -SEGV $$", "–", "could not be measured: ended with -11: nothing printed"),
        ("sleep 60", "–", "could not be measured: not done within 1 s"),
    ],
)
def test_whatever_becomes_of_a_part_a_row_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, does: str, found: str, said: str
) -> None:
    python = tmp_path / "python"
    python.write_text(f"#!/bin/bash\n{does}\n", encoding="utf-8")
    python.chmod(0o755)
    monkeypatch.setattr(device.sys, "executable", str(python))
    began = time.monotonic()
    (row,) = in_process(parts()[0], Options("cpu", False, tmp_path), 1.0)
    assert time.monotonic() - began < 20
    assert (row.found, row.note) == (found, said)


def test_a_part_for_which_no_time_is_left_says_so(tmp_path: Path) -> None:
    (row,) = in_process(parts()[0], Options("cpu", False, tmp_path), 0.5)
    assert row.note == "could not be measured: the time for all parts was over"


def test_the_table_says_what_holds_and_the_exit_code_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = {
        "digits_mlp": Row("digits_mlp", "0.05", "≤ 0.06", True),
        "lanes": device.could_not("lanes", "this benchsuite has no --lanes"),
        "same bits": Row("same bits", "5 of 6", "all", False),
    }
    monkeypatch.setattr(device, "in_process", lambda part, options, limit: [rows[part.name]])
    monkeypatch.setattr(device, "about", lambda name: "a card")
    assert device.main(["--device", "cpu", "--only", "digits_mlp"]) == 0
    assert device.main(["--device", "cpu", "--only", "lanes"]) == 1
    assert device.main(["--device", "cpu", "--only", "digits_mlp,same bits"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[-1] for line in lines if line.startswith(("digits_mlp ", "same bits "))] == [
        "yes",
        "yes",
        "NO",
    ]


def test_unknown_parts_and_devices_are_refused() -> None:
    with pytest.raises(SystemExit):
        device.main(["--only", "nothing"])
    done = subprocess.run(
        ["bash", "benchmarks/device.sh", "--device", "tpu", "--only", "digits_mlp"],
        cwd=ROOT, capture_output=True, text=True, check=False, env={"PYTHON": sys.executable, "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    assert done.returncode == 1
    assert "--device must be cpu, gpu or gpu:N. Received: 'tpu'." in done.stdout, done.stdout + done.stderr
