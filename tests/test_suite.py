"""The suite's own rules: nothing waits for the clock, and compiled code goes from one run to the next."""

from __future__ import annotations

import ast
import importlib
import importlib.util
import os
import sys
from pathlib import Path

import pytest

import benchsuite
from tests import bytecode, compiled_code
from tests.mutation.table import TESTS
from tests.processor_time import summary

HERE = Path(__file__).parent


def sleeps(path: Path) -> list[float]:
    """Return the seconds of each ``time.sleep`` that the test itself does; the text of a hostile plugin may sleep for ever."""
    return [
        node.args[0].value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).endswith("sleep")
        and node.args
        and isinstance(node.args[0], ast.Constant)
    ]


def test_no_test_waits_for_the_clock() -> None:
    found = {str(path.relative_to(HERE)): sleeps(path) for path in HERE.rglob("test_*.py")}
    assert sum(map(len, found.values())) > 5  # they are found
    assert {path: long for path, held in found.items() if (long := [seconds for seconds in held if seconds >= 1])} == {}


def kept(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


def test_compiled_code_stays_for_the_next_run_and_nothing_else_does(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(compiled_code.VARIABLE, str(tmp_path / "lasting"))
    first = compiled_code.begin()
    assert kept(first) == {}
    for name, text in {"compiled/kind/f_1": "code", "tried/plugin": "outcome"}.items():
        (first / name).parent.mkdir(parents=True, mode=0o700)
        (first / name).write_text(text)
    compiled_code.end(first)
    assert not first.exists()
    second = compiled_code.begin()
    assert kept(second) == {"compiled/kind/f_1": "code"}
    assert {path.stat().st_mode & 0o777 for path in (second / "compiled", second / "compiled/kind")} == {0o700}
    monkeypatch.setenv(compiled_code.VARIABLE, "")
    third = compiled_code.begin()
    assert kept(third) == {}
    for folder in (third, second):
        compiled_code.end(folder)
    assert kept(tmp_path / "lasting") == {"compiled/kind/f_1": "code"}


def test_this_run_has_a_cache_of_its_own() -> None:
    assert Path(os.environ["BENCHSUITE_CACHE"]).name.startswith("benchsuite-tests-")


def test_python_code_of_the_repository_alone_is_kept_whatever_the_environment_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Path(importlib.util.cache_from_source(str(benchsuite.__file__))).exists()
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for name in ("outside", "inside"):
        (tmp_path / f"{name}_of_kept.py").write_text("", encoding="utf-8")
    importlib.import_module("outside_of_kept")
    with bytecode.kept():
        importlib.import_module("inside_of_kept")
    assert sys.dont_write_bytecode
    assert [path.name.partition(".")[0] for path in tmp_path.rglob("*.pyc")] == ["inside_of_kept"]


def test_costs_are_added_by_file_and_by_test() -> None:
    lines = [
        "1.00\t2.00\t9.00\tsetup\t'a.py::x'",
        "0.50\t0.00\t1.00\tcall\t'a.py::x'",
        "4.00\t0.00\t4.00\tcall\t'b.py::y[1]'",
    ]
    text = summary("\n".join(lines) + "\n")
    rows = [line.split() for line in text.splitlines()]
    assert rows[1] == ["7.5", "5.5", "2.0", "14.0", "2", "all"]
    assert rows[2:4] == [["4.0", "4.0", "0.0", "4.0", "1", "b.py"], ["3.5", "1.5", "2.0", "10.0", "1", "a.py"]]
    assert rows[-1][-1] == "'a.py::x'"


def test_the_table_of_mutation_names_modules_and_tests_that_are_there() -> None:
    root = HERE.parent
    for module, named in TESTS.items():
        assert (root / module).is_file(), module
        for file, _, test in (one.partition("::") for one in named if one.startswith("tests/")):
            assert (root / file).is_file(), (module, file)
            name = test.partition("[")[0]
            assert not test or f"def {name}(" in (root / file).read_text(encoding="utf-8"), (module, test)
