"""The process that writes a growing report, seen from the server."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from benchsuite.cli import growing
from benchsuite.cli.growing import ReportOrder, ReportProcess, ReportTold
from benchsuite.cli.growing_child import Writer
from benchsuite.execution.child import Child
from benchsuite.record import Record
from benchsuite.record_json import record_from_json
from benchsuite.registry import PluginSearch, Registry
from benchsuite.store import Store
from tests.factories import make_json, of_nobody


@pytest.fixture
def process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., list[ReportTold]]]:
    """Ask for a report as often as there is something on the list; its number of records is that of the process."""

    def child(module: str, order: object, purpose: str) -> Child:
        assert module == "benchsuite.cli.growing_child"
        return Child("tests.live.stub_writer", order, purpose)

    monkeypatch.setattr(growing, "Child", child)
    opened = ReportProcess(ReportOrder(tmp_path, tmp_path, PluginSearch(local=False), False))

    def told(*plan: str) -> list[ReportTold]:
        (tmp_path / "plan").write_text("\n".join(plan), encoding="utf-8")
        return [opened.write() for _ in plan]

    yield told
    opened.close()


def test_a_process_that_has_grown_is_followed_by_a_fresh_one_and_one_that_dies_is_one_line(
    process: Callable[..., list[ReportTold]],
) -> None:
    first, stale, large, raised, last = process("", "stale", "large", "raises", "")
    assert (first.problem, stale.problem, large.problem) == ("", "all are stale", "")
    assert first.records == stale.records == large.records != last.records
    assert raised.problem == (
        "the process that writes the report ended with exit code 1. It printed last: ValueError: no room"
    )
    assert last.problem == ""
    assert psutil.pid_exists(last.records)
    assert not psutil.pid_exists(first.records)


def test_what_it_has_read_it_does_not_read_again(
    tmp_path: Path, bundled: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, asked = Store(tmp_path / "results"), []
    made = [record_from_json(json.dumps(of_nobody(make_json(seed=seed))).encode()) for seed in range(2)]

    def write(*_: object, held: Mapping[str, Record], **given: object) -> SimpleNamespace:
        asked.append((set(held), given["folder"]))
        return SimpleNamespace(contents=SimpleNamespace(records=made))

    monkeypatch.setattr("benchsuite.cli.report.write", write)
    for stale, second in ((False, {one.id for one in made}), (True, set())):
        asked.clear()
        writer = Writer(ReportOrder(store.folder, tmp_path / "report", PluginSearch(local=False), stale), bundled)
        told = [writer.write() for _ in range(2)]
        assert asked == [(set(), tmp_path / "report"), (second, tmp_path / "report")]
        assert all(one.records == 2 and not one.problem and one.resident_bytes > 10**7 for one in told)
