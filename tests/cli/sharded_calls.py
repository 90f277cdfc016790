"""The command line where no trial trains: for what shards, joining them and their scripts promise."""

from __future__ import annotations

import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from typer.testing import CliRunner

from benchsuite.cli.app import app
from benchsuite.errors import BenchsuiteError
from benchsuite.execution import Options
from benchsuite.registry import Registry
from tests.tuning.simulated import Measure, Simulated
from tests.tuning.test_search import chance

RUNNER = CliRunner(env={"COLUMNS": "250"})


def call(*words: object, code: int = 0) -> str:
    """What a command prints."""
    done = RUNNER.invoke(app, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout


def refused(*words: object) -> str:
    """What a command that does nothing says, in one line."""
    done = RUNNER.invoke(app, [str(word) for word in words])
    assert isinstance(done.exception, BenchsuiteError), done.output
    assert "\n" not in str(done.exception)
    return str(done.exception)


def simulate(monkeypatch: pytest.MonkeyPatch, folder: Path, measure: Measure = chance) -> None:
    """Work in a folder; no trial trains, and no page is written."""
    begun: list[str] = []

    def simulated(options: Options, known: Registry) -> Any:
        begun.append(options.log(0).name)
        return Simulated(2, Random(len(begun)), known, measure)

    monkeypatch.chdir(folder)
    monkeypatch.setattr("benchsuite.cli.workers._executor", simulated)
    monkeypatch.setattr("benchsuite.cli.renewal.renewed", lambda *_: (None, "", None))


def files(results: Path) -> dict[str, bytes]:
    """All that a study is; when it began is no part of it."""
    found = {}
    for name in ("trials", "searches", "studies", "computed"):
        for path in (results / name).rglob("*.json"):
            content = re.sub(rb'"(began|finished_at|computed_at)": "[^"]*"', b"", path.read_bytes())
            found[str(path.relative_to(results))] = content
    return found
