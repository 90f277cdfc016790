"""The promises of a plugin as pytest shows them to its author."""

from __future__ import annotations

import os
import subprocess
import sys
import unittest
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from benchsuite.conformance import Finding, Told, TriedOn
from benchsuite.conformance.step import Looked
from benchsuite.errors import BenchsuiteError
from benchsuite.testing import promise, promises_of
from benchsuite.testing.plugin import pytest_pycollect_makemodule

PLUGIN = '''"""Two activations."""

import benchsuite as bs


def make():
    return lambda x: x


@bs.hookimpl
def register_activations():
    return [bs.Activation(name=name, make=make, summary="x.") for name in ("first", "second")]
'''
BROKEN = Finding(
    "its summary says what it is", "it has none", "a traceback", "two.py:6, in make", "Write one.", "def make():"
)
CONFTEST = """
import sys
from benchsuite.testing import promise
from tests.testing.test_testing import tried

promise.tried_apart = tried

def pytest_unconfigure():
    print("imported:", sorted({"tensorflow", "keras"} & sys.modules.keys()))
"""
STARTED: list[list[tuple[str, str]]] = []


def tried(search: Any, wanted: list[tuple[str, str]], registry: Any) -> Iterator[Told]:
    """Say what a process would tell of the plugin: the first activation has no summary, and does not train everywhere."""
    STARTED.append(wanted)
    for kind, name in wanted:
        summary = BROKEN if name == "first" else Finding(BROKEN.promise)
        yield Told(kind, name, "described", Looked((summary,)))
        yield Told(kind, name, "survives", Looked((Finding("its settings survive a record"),)))
        yield Told(kind, name, "made", Looked((Finding("made"),)))
        failed = TriedOn("tiny_classes", False, Finding("", "crashed: no"))
        yield Told(kind, name, "trains:tiny_classes", Looked((), failed, over=True))
        yield Told(kind, name, "trains:tiny_images", Looked())
        yield Told(kind, name, "trains", Looked((Finding("it trains a tiny task"),)), last=True)


@pytest.fixture
def plugin(tmp_path: Path) -> Path:
    path = tmp_path / "two.py"
    path.write_text(PLUGIN, encoding="utf-8")
    return path


def of(name: str, key: str, found: list[promise.Promise]) -> promise.Promise:
    (one,) = [one for one in found if (one.name, one.key) == (name, key)]
    return one


def test_a_promise_is_kept_broken_or_has_nothing_to_look_at(plugin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(promise, "tried_apart", tried)
    monkeypatch.setattr(sys.modules[__name__], "STARTED", [])
    found = promises_of(plugin)
    assert len({str(one) for one in found}) == len(found)
    assert str(found[0]) == "activation:first its summary says what it is"
    of("second", "described", found).check()
    with pytest.raises(AssertionError) as caught:
        of("first", "described", found).check()
    assert str(caught.value).splitlines() == [
        "its summary says what it is",
        "  it has none",
        "  at two.py:6, in make",
        "    def make():",
        "  Write one.",
    ]
    for key, reason in (
        ("trains:tiny_classes", "tiny_classes: crashed: no"),
        ("trains:tiny_images", "it says nothing about this component"),
        ("saved:tiny_classes", "a promise that it needs is broken"),
    ):
        with pytest.raises(unittest.SkipTest, match=reason):
            of("first", key, found).check()
    of("first", "trains", found).check()
    # The second was asked for first: a process began with it, and another one tried what stands before.
    assert STARTED == [[("activation", "second")], [("activation", "first"), ("activation", "second")]]
    of("second", "trains", found).check()
    assert len(STARTED) == 2
    assert {one.name for one in promises_of(plugin, "second")} == {"second"}
    with pytest.raises(BenchsuiteError, match=r"two\.py.*'third'.*first, second"):
        promises_of(plugin, "third")


def test_the_process_ends_with_the_last_promise_and_not_later(plugin: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[bool] = []

    def ending(*arguments: Any) -> Iterator[Told]:
        try:
            yield from tried(*arguments)
            yield from tried(*arguments)  # never asked for
        finally:
            ended.append(True)

    monkeypatch.setattr(promise, "tried_apart", ending)
    found = promises_of(plugin)
    of("first", "trains", found).check()
    assert not ended
    of("second", "trains", found).check()
    assert ended


def test_a_file_in_the_folder_of_what_is_bundled_has_promises() -> None:
    found = promises_of(Path(__file__).parents[2] / "plugins/schedules/cosine.py")
    assert {(one.kind, one.name) for one in found} == {("schedule", "cosine")}


def test_a_file_without_components_is_refused_since_no_test_would_fail(tmp_path: Path) -> None:
    path = tmp_path / "empty.py"
    path.write_text(
        "from benchsuite import hookimpl\n\n\n@hookimpl\ndef register_losses():\n    return []\n", encoding="utf-8"
    )
    with pytest.raises(BenchsuiteError, match=r"empty\.py registers no component and no task"):
        promises_of(path)


def test_pytest_tries_a_plugin_that_is_named_and_imports_no_tensorflow(plugin: Path, tmp_path: Path) -> None:
    (tmp_path / "conftest.py").write_text(CONFTEST, encoding="utf-8")
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "benchsuite.testing.plugin", "-p", "no:cacheprovider", "--benchsuite", "two.py"],
        cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": str(root)},
    )  # fmt: skip
    assert done.returncode == 1, done.stdout + done.stderr
    assert "first its summary says what it is" in done.stdout
    assert "  it has none\n  at two.py:6, in make\n    def make():\n  Write one.\n" in done.stdout
    assert "1 failed" in done.stdout
    assert "promise.py" not in done.stdout  # nothing of ours stands between
    assert done.stdout.endswith("imported: []\n")


@pytest.mark.parametrize(
    ("wanted", "named", "name"), [(False, True, "two.py"), (True, False, "two.py"), (True, True, "test_two.py")]
)
def test_only_a_file_that_was_named_with_the_option_and_has_no_tests_is_a_plugin(
    wanted: bool, named: bool, name: str
) -> None:
    config = SimpleNamespace(getoption=lambda _: wanted, getini=lambda _: ["test_*.py", "*_test.py"])
    parent = SimpleNamespace(config=config, session=SimpleNamespace(isinitpath=lambda _: named))
    assert pytest_pycollect_makemodule(Path(name), parent) is None
