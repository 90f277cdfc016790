"""Strangers' tasks, a file in ./tasks and an installed distribution: certified and run like the bundled ones."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from benchsuite.registry import Registry
from tests.tiers import quick

pytestmark = pytest.mark.slow

PROJECT = """
[build-system]
requires = ["setuptools>=77"]
build-backend = "setuptools.build_meta"

[project]
name = "my-package"
version = "0.1.0"

[project.entry-points.benchsuite]
my_task = "my_package.my_task"

[tool.setuptools.package-data]
my_package = ["certificates/*.json"]
"""


class Place:
    """A working folder, and a folder in which distributions are installed."""

    def __init__(self, folder: Path) -> None:
        self.work, self.site, self.source = folder / "work", folder / "site", folder / "my-package"
        self.work.mkdir()

    def __call__(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "benchsuite", *arguments],
            cwd=self.work, capture_output=True, text=True, check=False, timeout=500,
            env={**os.environ, "COLUMNS": "200", "PYTHONPATH": str(self.site)},
        )  # fmt: skip

    def install(self) -> None:
        subprocess.run(
            [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--upgrade",
             "--target", str(self.site), str(self.source)],
            check=True, capture_output=True, text=True,
        )  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """What ``benchsuite new task`` writes, once as it is and once under another name in a distribution."""
    place = Place(tmp_path_factory.mktemp("strangers"))
    done = place("new", "task", "at_home")
    assert done.returncode == 0, done.stdout + done.stderr
    (written,) = (path for path in place.work.rglob("at_home.py"))
    assert written.parent == place.work / "tasks"
    # A graph, which is compiled in no time: XLA makes no difference here. And what is compared shares it.
    text = re.sub(r"compares=\[[^]]*\]", 'compares=["preprocessing"], xla=False', written.read_text(encoding="utf-8"))
    written.write_text(text, encoding="utf-8")
    package = place.source / "src/my_package"
    package.mkdir(parents=True)
    (place.source / "pyproject.toml").write_text(PROJECT, encoding="utf-8")
    (package / "__init__.py").write_text("", encoding="utf-8")
    (package / "my_task.py").write_text(text.replace("at_home", "far_away"), encoding="utf-8")
    # Its author certifies it from the source.
    done = place("certify", "far_away", "--write", "--plugin", str(package / "my_task.py"))
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 task certified." in done.stdout
    place.install()
    return place


def test_both_are_listed_with_where_they_come_from(place: Place) -> None:
    shown = place("list", "task").stdout
    (home,) = (line for line in shown.splitlines() if line.split()[:1] == ["at_home"])
    (away,) = (line for line in shown.splitlines() if line.split()[:1] == ["far_away"])
    assert "./tasks/at_home.py" in home
    assert "my-package 0.1.0" in away


def test_both_are_certified(place: Place) -> None:
    both = place("certify", "far_away", "at_home")
    assert both.returncode == 1
    assert "there is none: benchsuite certify --write makes one" in both.stdout
    assert "1 of 2 tasks not certified." in both.stdout
    away, home = both.stdout.split("at_home\n")
    assert away.startswith("far_away\n")
    assert "✗" not in away
    assert home.count("✗") == 1


def test_both_take_part_in_run_all(place: Place, bundled: Registry) -> None:
    planned = place("run", "--all", "--dry-run").stdout
    assert {"at_home", "far_away", *quick(bundled)} <= set(planned.split())
    done = place("run", "--all", "--task", "at_home,far_away", "--seeds", "1", "--epochs", "1", "--workers", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    found = [json.loads(path.read_text(encoding="utf-8")) for path in place.work.glob("results/trials/*/*.json")]
    tasks = [record["spec"]["task"]["name"] for record in found]
    assert tasks.count("at_home") == tasks.count("far_away") > 3
    assert {record["outcome"] for record in found} == {"completed"}
    said = {"at_home": "not certified", "far_away": "the data are those that were certified"}
    for name, words in said.items():
        assert words in (place.work / f"results/report/tasks/{name}.html").read_text(encoding="utf-8")


def test_a_distribution_whose_data_changed_is_found_out(place: Place) -> None:
    module = place.source / "src/my_package/my_task.py"
    text = module.read_text(encoding="utf-8")
    changed = re.sub(r"return bs.Arrays\((\w+)", r"return bs.Arrays(2 * \1", text)
    assert changed != text
    module.write_text(changed, encoding="utf-8")
    place.install()
    done = place("run", "--task", "far_away", "--baselines", "--seeds", "1", "--epochs", "1", "--workers", "1")
    assert "the data of task 'far_away' are not those of its certificate" in done.stdout
