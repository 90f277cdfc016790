"""Packages that only ship data are the extra ``data``: nothing else needs them, and their tasks say how to get them."""

import ast
import os
import re
import subprocess
import sys
from importlib.metadata import requires
from pathlib import Path

import pytest

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


TREES = {
    path.relative_to(ROOT).as_posix(): ast.parse(path.read_text(encoding="utf-8"))
    for folder in ("benchsuite", "plugins", "tasks")
    for path in sorted((ROOT / folder).rglob("*.py"))
}


def test_the_extra_holds_what_the_tasks_ask_for_and_nothing_else():
    assert set().union(*(_asked_for(tree) for tree in TREES.values())) == EXTRA


def test_no_module_imports_one_of_them_without_having_asked_for_it():
    """``packaged`` is what says which package is missing; an import alone would only say ModuleNotFoundError."""
    found = {name: set(_imported(tree)) & EXTRA - _asked_for(tree) for name, tree in TREES.items()}
    assert {name: packages for name, packages in found.items() if packages} == {}


BLOCKING = """import importlib.machinery
found = importlib.machinery.PathFinder.find_spec
def find_spec(name, path=None, target=None):
    return None if name.partition(".")[0] in {names!r} else found(name, path, target)
importlib.machinery.PathFinder.find_spec = find_spec
"""


@pytest.mark.slow
def test_a_run_without_them_says_what_to_install_and_the_next_one_trains(tmp_path):
    """In processes of their own: the command and its workers find none of the packages, as if they were not installed."""
    blocked = tmp_path / "blocked"
    blocked.mkdir()
    (blocked / "sitecustomize.py").write_text(BLOCKING.format(names=sorted(EXTRA)), encoding="utf-8")
    command = [sys.executable, "-m", "benchsuite", "run", "--task", "mnist5k_mlp,mnist1d_cnn,watch_gestures,kjv_genre"]
    command += ["--seeds", "1", "--epochs", "1", "--workers", "1", "--results", str(tmp_path / "results")]

    def run(environment):
        done = subprocess.run(
            command, env={**os.environ, **environment}, cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    said = run({"PYTHONPATH": str(blocked)})
    assert "4 crashed" in said
    reasons = re.findall(r"^crashed \w+ baseline seed=0: (.*)$", said, re.MULTILINE)
    assert sorted(reasons) == [
        f"the data are a file of the package {name}, which is not installed. Run: pip install 'benchsuite[data]'"
        for name in sorted(EXTRA)
    ]
    assert "4 completed" in run({})
