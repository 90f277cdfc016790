"""A worker that cannot be prepared says so in one line; an answer that cannot be sent is a crash, and costs no other."""

from __future__ import annotations

import re
from dataclasses import replace
from multiprocessing.reduction import ForkingPickler
from pathlib import Path
from typing import Any

import pytest

from benchsuite.engine.fed.known import KnownFindings
from benchsuite.engine.numerics import numerics
from benchsuite.errors import BenchsuiteError
from benchsuite.execution import Options
from benchsuite.execution.litter import Litter
from benchsuite.execution.messages import Answer
from benchsuite.execution.worker import Worker, _code_of_bundled, _sendable
from benchsuite.extras import Extras
from benchsuite.outcomes import Outcome
from benchsuite.recipe import Setting
from benchsuite.record import Costs, Ending, Environment
from benchsuite.registry import PluginSearch, Registry
from benchsuite.selection import baseline
from benchsuite.trial import Trial


def options(folder: Path) -> Options:
    where = str(folder)
    return Options(PluginSearch(local=False), "cpu", 1, 2**30, where, where, where, Extras())


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (
            MemoryError(),
            "a worker cannot start: 1 GiB (--memory) are too little for TensorFlow. Give it 4 or more.",
        ),
        (OSError(28, "No space\nleft"), "a worker cannot start: OSError: [Errno 28] No space left"),
        (BenchsuiteError("no GPU."), "no GPU."),
    ],
)
def test_a_worker_that_cannot_start_says_so_in_one_line(
    error: Exception, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: Any) -> None:
        raise error

    monkeypatch.setattr("benchsuite.engine.device.configure", broken)
    with pytest.raises(BenchsuiteError) as caught:
        Worker(options(tmp_path), 0)
    assert str(caught.value) == line


def test_an_answer_that_cannot_be_sent_is_the_crash_that_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    class Alone:
        def environment(self, xla: bool | None) -> Environment:
            return Environment(device="cpu", worker=3)

    ending = Ending(outcome=Outcome.COMPLETED, costs=Costs(wall_seconds=1.5), environment=Environment(device="cpu"))
    good = Answer(ending, 1000)
    assert ForkingPickler.loads(_sendable(good, Alone())) == good  # type: ignore[arg-type]
    bad = replace(good, probes={"nobody": lambda: None})
    sent = ForkingPickler.loads(_sendable(bad, Alone()))  # type: ignore[arg-type]
    assert sent.ending.outcome is Outcome.CRASHED
    assert "lambda" in sent.ending.reason
    assert (sent.ending.costs.wall_seconds, sent.ending.environment.worker) == (1.5, 3)
    assert sent.resident_bytes == 1000
    monkeypatch.setattr("benchsuite.execution.worker.MOST_SENT", 10_000)
    sent = ForkingPickler.loads(_sendable(replace(good, probes={"a": "x" * 10_000}), Alone()))  # type: ignore[arg-type]
    assert sent.ending.outcome is Outcome.CRASHED
    assert re.fullmatch(
        r"curves and probes of the trial take 10,\d\d\d bytes; a record may take 10,000", sent.ending.reason
    )
    assert not sent.probes


class Left:
    """What a trial left changed."""

    def __init__(self, *changes: str) -> None:
        self._changes = changes

    def differences(self) -> tuple[str, ...]:
        return self._changes


def test_an_interruption_that_a_plugin_raises_is_a_crash_with_its_traceback(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundled: Registry
) -> None:
    """The user's own never reaches a worker, which ignores the signal."""

    class Interrupted:
        def run(self, trial: Trial) -> None:
            raise KeyboardInterrupt("by a plugin")

    task = bundled.task("quadratic")
    trial = Trial(task.name, task.version, baseline(task, bundled), 0, 1, task.batch_size)
    worker = Worker.__new__(Worker)
    vars(worker).update(_options=options(tmp_path), _number=0, _session=Interrupted(), _registry=bundled)
    worker._rounding = numerics()
    worker._state = Left("the umask was changed")  # type: ignore[assignment]
    worker._litter = Litter()
    (answer,) = worker.run([trial.spec])
    assert answer.changed == ("the umask was changed",)
    ending = answer.ending
    assert (ending.outcome, ending.reason) == (Outcome.CRASHED, "KeyboardInterrupt: by a plugin")
    assert ending.results.failure is not None
    assert "in run" in ending.results.failure.traceback


class Silent:
    """The end of a connection that nobody listens to."""

    def fileno(self) -> int:
        return 2


@pytest.mark.parametrize(
    ("cache", "lineage", "looks"), [(True, (), True), (False, (), False), (True, ("./plugins/mine.py",), False)]
)
def test_what_others_traced_is_for_bundled_components_and_can_be_switched_off(
    cache: bool,
    lineage: tuple[str, ...],
    looks: bool,
    bundled: Registry,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = KnownFindings()
    monkeypatch.setenv("BENCHSUITE_CACHE", str(tmp_path))
    monkeypatch.setattr("benchsuite.engine.fed.known.KNOWN", known)
    monkeypatch.setattr("benchsuite.engine.device.configure", lambda *_: None)
    monkeypatch.setattr("benchsuite.execution.worker.limit_memory", lambda _: None)
    monkeypatch.setattr(Worker, "_load_plugins", lambda _: bundled)
    monkeypatch.setattr("gc.freeze", lambda: None)
    told = replace(options(tmp_path), compile_cache=cache, lineage=lineage)
    worker = Worker(told, 0, Silent())  # type: ignore[arg-type]
    assert (worker._session._known is not None) is looks
    component = bundled.component("optimizer", "sgd")
    known.put(component, Setting.of(component), {"fed": []})
    assert (known.get(component, Setting.of(component)) is not None) is cache


def test_what_was_found_of_a_component_is_known_of_bundled_ones_only(bundled: Registry) -> None:
    entry = bundled.entry("optimizer", "sgd")
    setting = Setting.of(entry.component)
    assert _code_of_bundled(bundled, setting) == entry.fingerprint
    other = replace(entry, plugin=replace(entry.plugin, origin="./plugins/mine.py"))
    assert _code_of_bundled(Registry(tables={"optimizer": {"sgd": other}}), setting) is None
