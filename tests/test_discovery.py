"""A working folder may be anybody's: of its ``plugins`` and ``tasks`` only files are run that are meant for benchsuite."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

import benchsuite as bs
from benchsuite.cli.app import app
from benchsuite.discovery import Skipped, described
from benchsuite.discovery.local_files import MOST, is_plugin
from benchsuite.registry import PluginSearch, Registry, load_registry

PLUGIN = """
import benchsuite as bs

@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="NAME", make=lambda: None)]
"""
RUNS = "from pathlib import Path\nPath(__file__).with_suffix('.ran').touch()\n"
"""What a file does that must not be run: it leaves a trace."""


def write(path: Path, text: str | bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def plugin(name: str) -> str:
    return PLUGIN.replace("NAME", name)


def found(folder: Path) -> Registry:
    return load_registry(PluginSearch(folder=str(folder)))


def local(registry: Registry) -> list[str]:
    return [plugin.origin for plugin in registry.plugins if plugin.origin != "bundled"]


def skipped(registry: Registry) -> dict[str, str]:
    return {skip.path: skip.reason for skip in registry.skipped}


# Strangers' code


CELERY = {
    "tasks/__init__.py": "from . import mail, reports\n",
    "tasks/celery.py": "from celery import Celery\napp = Celery('shop', broker='redis://localhost')\n",
    "tasks/mail.py": "from .celery import app\n@app.task\ndef send(to):\n    '''Not a hookimpl.'''\n",
    "tasks/reports.py": "import os\nos.system('true')  # as in @bs.hookimpl\n",
    "tasks/test_mail.py": "import benchsuite as bs; bs.hookimpl\n",
    "tasks/nightly/__init__.py": "from .clean import clean\n",
    "tasks/nightly/clean.py": "def clean(): ...\nclean()\n",
    "tasks/scripts/delete_everything.py": "import shutil\n",
    "tasks/ünï codé.py": "x = 'hookimpl'\n",
    "plugins/conftest.py": "import pytest\n@pytest.hookimpl\ndef pytest_configure(): ...\n",
    "plugins/django_app/__init__.py": "default_app_config = 'x'\n",
    "plugins/django_app/broken.py": "def hookimpl(:\n",
    "plugins/python2.py": "print 'hello'\n",
}


@pytest.mark.parametrize("verb", [("list",), ("list", "task"), ("info", "adam")])
def test_no_job_of_somebody_elses_project_is_run(verb: tuple[str, ...], tmp_path: Path) -> None:
    for name, text in CELERY.items():
        write(tmp_path / name, text if "print '" in text else RUNS + text)
    before = sorted(tmp_path.rglob("*"))
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "benchsuite", *verb],
        cwd=tmp_path, capture_output=True, text=True, check=False, env={**os.environ, "COLUMNS": "80"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert sorted(tmp_path.rglob("*")) == before  # no trace, and not even byte code
    if verb[0] == "list":
        (line,) = [line for line in done.stdout.splitlines() if line.startswith("skipped ")]
        assert line == "skipped 8: no __init__.py in tasks/scripts/ … `benchsuite doctor` names all"
        assert len(line) <= 80
        # It says that it is meant for us, and cannot be one of ours.
        assert "broken broken (./plugins/django_app/broken.py): SyntaxError: invalid syntax" in done.stdout
    assert "DeprecationWarning" not in done.stderr


def test_the_same_files_are_run_where_they_are_meant_for_benchsuite(tmp_path: Path) -> None:
    """Otherwise the test above could not fail."""
    write(tmp_path / "tasks/mail.py", RUNS + plugin("mine"))
    assert local(found(tmp_path)) == ["./tasks/mail.py"]
    assert (tmp_path / "tasks/mail.ran").exists()


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("import benchsuite as bs\n@bs.hookimpl\ndef register_tasks(): return []", True),
        ("import benchsuite\nregister_tasks = benchsuite.hookimpl(lambda: [])", True),
        ("from benchsuite import hookimpl\n@hookimpl\ndef register_tasks(): return []", True),
        ("from benchsuite import hookimpl as ours", True),
        ("from benchsuite import *\n@hookimpl\ndef register_tasks(): return []", True),
        ("def later():\n    import benchsuite as b\n    return b.hookimpl(tryfirst=True)", True),
        ("import pluggy\nhookimpl = pluggy.HookimplMarker('benchsuite')", True),
        ("def f(:  # hookimpl", True),  # ends as broken, with its line
        ("# import benchsuite as bs; bs.hookimpl", False),
        ("'''import benchsuite; benchsuite.hookimpl'''", False),
        ("import benchsuite as bs\nx = 'hookimpl'", False),
        ("import benchsuite as bs  # bs.hookimpl\nbs.read", False),
        ("import benchsuite as bs\nbs.hookimpls", False),
        ("import pytest\n@pytest.hookimpl\ndef f(): ...", False),
        ("import pluggy\nhookimpl = pluggy.HookimplMarker('tox')", False),
        ("from .benchsuite import hookimpl", False),
        ("import benchsuite_extras\nbenchsuite_extras.hookimpl", False),
        ("def f(:", False),
        ("", False),
        ("\ufeffimport benchsuite as bs\nbs.hookimpl", True),
    ],
)
def test_a_file_is_meant_for_benchsuite_if_its_code_names_its_hookimpl(text: str, counts: bool) -> None:
    assert is_plugin(text.encode()) is counts


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(b"\xff\xfe hookimpl \xe4", id="no UTF-8"),
        pytest.param(b"hookimpl = 1\x00", id="a null byte"),
        pytest.param(b"hookimpl = " + b"(" * 3000 + b")" * 3000, id="too deep"),
    ],
)
def test_what_is_no_python_and_has_the_word_is_broken(text: bytes, tmp_path: Path) -> None:
    write(tmp_path / "plugins/odd.py", text)
    (broken,) = found(tmp_path).broken
    assert broken.origin == "./plugins/odd.py"
    assert broken.reason.startswith(("SyntaxError: ", "ValueError: ", "MemoryError", "RecursionError"))


def test_another_encoding_is_read_as_python_reads_it(tmp_path: Path) -> None:
    write(tmp_path / "plugins/latin.py", b"# coding: latin-1\n" + plugin("m\u00fcde").encode("latin-1"))
    (broken,) = found(tmp_path).broken  # read, run, and its name refused
    assert "Received: 'm\u00fcde'" in broken.reason


# Where


def test_a_plugin_lies_in_one_of_the_folders_or_in_a_package_there(tmp_path: Path) -> None:
    write(tmp_path / "plugins/direct.py", plugin("direct"))
    for name in ("pack", "pack/deeper", "tests"):
        write(tmp_path / f"plugins/{name}/__init__.py", "")
    write(tmp_path / "plugins/pack/inside.py", plugin("inside"))
    write(tmp_path / "plugins/pack/steps.py", "x = 1\n")
    write(tmp_path / "plugins/pack/deeper/no.py", RUNS + plugin("no"))
    write(tmp_path / "plugins/tests/helper.py", "")
    write(tmp_path / "plugins/folder/no.py", RUNS + plugin("no"))
    write(tmp_path / "plugins/data/numbers.npz", "")
    write(tmp_path / "plugins/.hidden/__init__.py", plugin("no"))
    write(tmp_path / "tasks/pack/__init__.py", plugin("whole"))
    write(tmp_path / "elsewhere/no.py", plugin("no"))
    registry = found(tmp_path)
    assert local(registry) == [
        "./plugins/direct.py",
        "./plugins/pack/inside.py",
        "./tasks/pack/__init__.py",
    ]
    assert registry.broken == []
    assert skipped(registry) == {
        "plugins/folder/": "no __init__.py in",
        "plugins/pack/steps.py": "no bs.hookimpl in",
        "plugins/tests/": "no bs.hookimpl in",
    }
    assert not list(tmp_path.rglob("*.ran"))


def test_the_modules_of_a_package_import_each_other(tmp_path: Path) -> None:
    write(tmp_path / "plugins/pack/__init__.py", "RATE = 0.5\n")
    write(tmp_path / "plugins/pack/_steps.py", "from . import RATE\ndef make():\n    return RATE\n")
    text = plugin("inside").replace("lambda: None", "make") + "\nfrom ._steps import make\n"
    write(tmp_path / "plugins/pack/inside.py", text)
    write(tmp_path / "plugins/pack/other.py", plugin("other") + "\nfrom .inside import make\n")
    registry = found(tmp_path)
    assert registry.broken == []
    assert registry.component("optimizer", "inside").make() == 0.5
    modules = [registry.entry("optimizer", name).plugin.module for name in ("inside", "other")]
    assert modules[0].make is modules[1].make  # the package is loaded once
    write(tmp_path / "plugins/pack/__init__.py", "RATE = 0.25  # another length\n")
    assert found(tmp_path).component("optimizer", "inside").make() == 0.25


def test_a_package_whose_init_fails_costs_itself_only(tmp_path: Path) -> None:
    write(tmp_path / "plugins/pack/__init__.py", "1 / 0\n")
    write(tmp_path / "plugins/pack/inside.py", plugin("inside"))
    write(tmp_path / "plugins/fine.py", plugin("fine"))
    registry = found(tmp_path)
    assert [(broken.origin, broken.reason) for broken in registry.broken] == [
        ("./plugins/pack/inside.py", "ZeroDivisionError: division by zero")
    ]
    assert "fine" in registry.tables["optimizer"]


def test_links_huge_files_pipes_and_folders_cost_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "plugins"
    write(folder / "mine.py", plugin("mine"))
    write(folder / "__init__.py", "")
    (folder / "again").symlink_to(folder)  # plugins/again/again/…
    (folder / "twice.py").symlink_to(folder / "mine.py")
    (folder / "circle").symlink_to(folder / "circle")
    (folder / "circle.py").symlink_to(folder / "circle.py")
    (folder / "gone.py").symlink_to(folder / "nowhere.py")
    os.mkfifo(folder / "pipe.py")  # reading it would wait for ever
    with (folder / "huge.py").open("wb") as file:
        file.write(b"import benchsuite as bs; bs.hookimpl\n")
        file.truncate(2**40)
    for number in range(MOST + 1):
        write(folder / f"many/{number}.py", "")
    (folder / "many/__init__.py").touch()
    start = time.perf_counter()
    registry = found(tmp_path)
    assert time.perf_counter() - start < 10  # it hangs or fills the memory otherwise
    assert local(registry) == ["./plugins/mine.py"]
    assert registry.broken == []
    assert skipped(registry) == {
        "plugins/circle.py": "cannot read",
        "plugins/gone.py": "cannot read",
        "plugins/huge.py": "too large",
        "plugins/many/": f"over {MOST} entries in",
        "plugins/pipe.py": "no regular file:",
    }


def test_a_folder_that_must_not_be_read_is_skipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "tasks/mine.py", plugin("mine"))
    real = os.scandir

    def refuse(path: Any) -> Any:
        if str(path).endswith("tasks"):
            raise PermissionError(path)
        return real(path)

    monkeypatch.setattr("os.scandir", refuse)
    assert skipped(found(tmp_path)) == {"tasks/": "cannot read"}


# What is said of it


def test_what_is_skipped_is_one_line_that_fits(tmp_path: Path) -> None:
    many = [Skipped(f"tasks/job_{number}.py", "no bs.hookimpl in") for number in range(30)]
    rare = Skipped("plugins/mine/", "no __init__.py in")
    assert described([], 80) == ""
    assert described([rare], 80) == "skipped 1: no __init__.py in plugins/mine/"
    assert described([*many, rare], 80) == (
        "skipped 31: no __init__.py in plugins/mine/ … `benchsuite doctor` names all"
    )
    assert described([*many, rare], 110) == (
        "skipped 31: no __init__.py in plugins/mine/; no bs.hookimpl in tasks/job_0.py … `benchsuite doctor` names all"
    )
    for number in range(30):
        assert f" tasks/job_{number}.py" in described([*many, rare])
    assert "…" not in described([*many, rare])
    assert described([*many[:2], rare], 99) == (
        "skipped 3: no __init__.py in plugins/mine/; no bs.hookimpl in tasks/job_0.py, tasks/job_1.py"
    )
    for width in range(60, 200):
        assert len(described([*many, rare], width)) <= width


def test_doctor_says_what_was_skipped_and_finds_nothing_wrong_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("benchsuite.data.load", lambda task: None)
    monkeypatch.setattr("benchsuite.cli.doctor._devices", lambda: [])
    write(tmp_path / "tasks/[bold]mail.py", RUNS)
    done = CliRunner().invoke(app, ["doctor"], catch_exceptions=False)
    assert done.exit_code == 0
    assert "\n  skipped 1: no bs.hookimpl in tasks/[bold]mail.py\n" in done.stdout
    assert "skipped" not in CliRunner().invoke(app, ["doctor", "--no-local"]).stdout
    for number in range(40):
        write(tmp_path / f"tasks/mail_{number}.py", RUNS)
    assert CliRunner().invoke(app, ["list", "schedule"]).stdout.endswith(" … `benchsuite doctor` names all\n")
    text = CliRunner().invoke(app, ["doctor"]).stdout
    assert all(f" tasks/mail_{number}.py" in text for number in range(40))


def test_a_name_that_is_not_found_reminds_of_what_was_skipped(tmp_path: Path) -> None:
    write(tmp_path / "plugins/mine.py", "import benchsuite as bs\ndef register_optimizers(): ...\n")
    with pytest.raises(bs.BenchsuiteError) as refused:
        found(tmp_path).entry("optimizer", "mine")
    assert str(refused.value).startswith("unknown optimizer 'mine'. ")
    assert str(refused.value).endswith("In ./plugins and ./tasks, skipped 1: no bs.hookimpl in plugins/mine.py.")


# Which distribution


def test_every_plugin_says_which_distribution_it_belongs_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    site = tmp_path / "site"
    for name in ("a_dist", "b_dist"):
        write(site / f"{name}-1.5.dist-info/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.5\n")
        write(site / f"{name}_module.py", plugin(name))
    write(site / "a_dist-1.5.dist-info/entry_points.txt", "[benchsuite]\nsome = a_dist_module\nbad = no_such_module\n")
    write(site / "b_dist-1.5.dist-info/top_level.txt", "b_dist_module\n")
    write(site / "alone.py", plugin("alone"))
    write(tmp_path / "plugins/mine.py", plugin("mine"))
    monkeypatch.syspath_prepend(site)
    registry = load_registry(PluginSearch(("b_dist_module", "alone"), str(tmp_path)))
    distributions = {
        name: registry.entry("optimizer", name).plugin.distribution
        for name in ("adam", "a_dist", "b_dist", "alone", "mine")
    }
    assert distributions == {
        "adam": ("benchsuite", version("benchsuite")),
        "a_dist": ("a_dist", "1.5"),
        "b_dist": ("b_dist", "1.5"),
        "alone": None,
        "mine": None,
    }
    assert [(broken.origin, broken.distribution) for broken in registry.broken] == [("a_dist 1.5", ("a_dist", "1.5"))]
