"""Output where the locale knows ASCII alone: real processes, as a cluster's batch system starts them."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchsuite.cli.console import PLAIN, safe_output
from benchsuite.record_json import record_from_json
from benchsuite.store import Store
from tests.factories import component, make_json, of_nobody

ASCII = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
ENCODED = {"PYTHONIOENCODING": "ascii"}


def benchsuite(folder: Path, environment: dict[str, str], *arguments: str) -> str:
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("LC_", "LANG", "PYTHON"))}
    done = subprocess.run(
        [sys.executable, "-m", "benchsuite", *arguments, "--no-local"],
        env={**kept, **environment, "COLUMNS": "80"}, cwd=folder, capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b""), done.stderr.decode(errors="replace")
    return done.stdout.decode("ascii")


@pytest.mark.parametrize("environment", [ASCII, ENCODED], ids=["LC_ALL=C", "PYTHONIOENCODING=ascii"])
def test_every_table_can_be_read_in_ascii(tmp_path: Path, environment: dict[str, str]):
    store = Store(tmp_path / "results")
    for seed in range(3):
        for changes, value in (({}, 0.9 + seed / 100), ({"optimizer": [component("métho∂")]}, 0.5)):
            found = of_nobody(make_json(changes=changes, seed=seed, value=value))
            store.write(record_from_json(json.dumps(found).encode()))
    text = benchsuite(tmp_path, environment, "report", "--results", "results")
    assert "accuracy ^" in text
    assert "0.9000-0.9200" in text
    assert "m\\xe9tho\\u2202" in text
    assert "^" not in benchsuite(tmp_path, environment, "list", "schedule")
    assert "formula" in benchsuite(tmp_path, environment, "info", "adam")


def test_every_letter_that_stands_for_another_is_plain():
    assert all(letter.isascii() for letters in PLAIN.values() for letter in letters)
    assert not any(letter.isascii() for letter in PLAIN)


def test_bytes_that_are_no_text_are_escaped_even_where_the_locale_is_utf_8(monkeypatch: pytest.MonkeyPatch):
    for encoding, shown in (("utf-8", "\\udcff ↑\n"), ("ascii", "\\udcff ^\n"), ("latin-1", "\\udcff ^\n")):
        stream = io.TextIOWrapper(io.BytesIO(), encoding, write_through=True, newline="\n")
        monkeypatch.setattr(sys, "stdout", stream)
        safe_output()
        print("\udcff ↑")
        assert stream.buffer.getvalue().decode(encoding) == shown  # type: ignore[attr-defined]
