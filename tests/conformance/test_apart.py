"""A promise that ends its process, or never ends, costs itself; all others are tried, each once."""

from __future__ import annotations

import signal
import time

import psutil
import pytest

from benchsuite.conformance import Told, tried_apart
from benchsuite.errors import BenchsuiteError
from benchsuite.execution import child
from benchsuite.registry import PluginSearch, Registry

STUB = "import sys; sys.path[:] = sys.argv[2].splitlines(); from tests.conformance.stub_child import serve; serve(int(sys.argv[1]))"
WANTED = [("optimizer", "sgd"), ("activation", "relu"), ("loss", "mse")]


@pytest.fixture(scope="module")
def told(bundled: Registry) -> list[Told]:
    """What is told of three components, of which five steps are fine and four are not."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(child, "BOOT", STUB)
        return list(tried_apart(PluginSearch(local=False), WANTED, bundled, seconds=1.0))


def test_each_step_is_told_once_and_in_order(told: list[Told]) -> None:
    assert [(one.name, one.key) for one in told] == [
        *(("sgd", key) for key in ("keeps", "crashes", "keeps_too", "trains")),
        *(("relu", key) for key in ("trains:tiny", "keeps", "trains")),
        *(("mse", key) for key in ("hangs", "ends", "keeps", "trains")),
    ]
    assert [one.last for one in told] == [one.key == "trains" for one in told]


@pytest.mark.parametrize(
    ("key", "problem", "cure"),
    [
        ("crashes", "it ended the process: signal 11 (SIGSEGV)", "Compiled code"),
        ("hangs", "it did not finish within 1 seconds", "--seconds"),
        ("ends", "it ended the process: exit code 3", "os._exit"),
    ],
)
def test_how_it_ended_and_where_is_a_finding(told: list[Told], key: str, problem: str, cure: str) -> None:
    (finding,) = next(one for one in told if one.key == key).looked.findings
    assert (finding.promise, finding.problem) == (f"it {key}", problem)
    assert cure in finding.cure
    assert "in make" in finding.where  # of the component, since no line of its file was in progress
    assert finding.line.startswith("def make")
    if key != "ends":  # that tells nothing
        assert "stub_child.py" in finding.traceback


def test_what_needs_a_step_that_ended_its_process_is_left_out_and_what_was_known_stays_known(told: list[Told]) -> None:
    died = next(one for one in told if one.key == "trains:tiny").looked
    assert died.over
    assert died.findings == ()
    assert died.tried is not None
    assert (died.tried.task, died.tried.trained) == ("tiny", False)
    # The next process of sgd was told that it had trained.
    assert next(one for one in told if one.key == "keeps_too").looked.findings[0].promise == "keeps_too other"
    trains = {one.name: one.looked.findings for one in told if one.key == "trains"}
    assert [finding.problem for finding in trains["relu"]] == [""]  # it did on the other one
    assert [finding.problem for finding in trains["sgd"]] == [""]


def test_nothing_is_left_when_nobody_listens_any_more(bundled: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "BOOT", STUB)
    before = {child.pid for child in psutil.Process().children(recursive=True)}
    findings = tried_apart(PluginSearch(local=False), [("loss", "mse"), ("optimizer", "sgd")][::-1], bundled)
    assert next(findings).key == "keeps"
    assert {child.pid for child in psutil.Process().children(recursive=True)} > before
    findings.close()  # as Ctrl-C does
    deadline = time.monotonic() + 10
    while {child.pid for child in psutil.Process().children(recursive=True)} > before and time.monotonic() < deadline:
        time.sleep(0.05)
    assert {child.pid for child in psutil.Process().children(recursive=True)} <= before


def test_a_process_that_cannot_start_is_told_with_its_last_words(
    bundled: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        child, "BOOT", f"import os; print('no room', flush=True); os.kill(os.getpid(), {signal.SIGABRT:d})"
    )
    with pytest.raises(BenchsuiteError, match=r"ended with signal 6 \(SIGABRT\) while it started\..*no room"):
        list(tried_apart(PluginSearch(local=False), WANTED, bundled))
