"""The verbs, as a user sees them."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchsuite.cli.app import app
from benchsuite.components import KINDS, RECIPE_KINDS
from benchsuite.registry import PluginSearch, Registry, load_registry
from tests.tiers import quick

VERBS = ("run", "trace", "lr-range", "list", "info", "new", "check", "certify", "data", "report", "doctor")


def said(*arguments: str, code: int = 0) -> str:
    done = CliRunner(env={"COLUMNS": "200"}).invoke(app, list(arguments))
    assert done.exit_code == code, done.output
    assert done.stderr == ""
    return done.stdout


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


# Help, and what it costs


def test_help_shows_every_verb() -> None:
    text = said("--help")
    assert [verb for verb in VERBS if f"\n  {verb} " in text] == list(VERBS)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_explains_itself(verb: str) -> None:
    text = said(verb, "--help")
    assert f"Usage: benchsuite {verb} " in text or f" {verb} " in text.splitlines()[0]
    assert said(verb, "-h") == text
    options = [line for line in text.splitlines() if line.startswith("  --")]
    assert options
    for line in options:
        assert len(line.split("  ")) > 2 or line.endswith((" DIR", " NAMES", "FILE|MODULE", " KINDS")), line


@pytest.mark.parametrize("kind", RECIPE_KINDS)
def test_every_kind_is_an_option_of_run(kind: str) -> None:
    assert f"\n  --{kind.replace('_', '-')} NAMES" in said("run", "--help")


@pytest.mark.parametrize(
    "arguments", [["--help"], ["run", "--help"], ["--version"], ["list"], ["info", "schedule:constant"]], ids=" ".join
)
def test_looking_around_imports_no_tensorflow(arguments: list[str]) -> None:
    script = (
        "import sys; from benchsuite.cli import main; sys.argv = ['benchsuite', *sys.argv[1:]]\n"
        "try:\n    main()\nfinally:\n"
        "    heavy = {'tensorflow', 'keras', 'pandas', 'seaborn', 'matplotlib', 'sklearn', 'scipy'} & set(sys.modules)\n"
        "    print('heavy:', sorted(heavy))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == "heavy: []"


def test_version() -> None:
    from importlib.metadata import version

    assert said("--version") == f"benchsuite {version('benchsuite')}\n"


# list and info


def test_usage_lines_are_words() -> None:
    usages = {verb: said(verb, "--help").splitlines()[0].partition("[OPTIONS]")[2].strip() for verb in VERBS}
    assert usages == {
        "run": "[STUDY.toml]", "trace": "SURFACE", "lr-range": "TASK OPTIMIZER", "list": "[KIND]", "info": "NAME",
        "new": "KIND NAME", "check": "NAMES...", "certify": "[TASK]...", "data": "[fetch] [TASK]...", "report": "", "doctor": "",
    }  # fmt: skip
    for verb in VERBS:
        assert not re.search(r"<\w+(\[\w+\])?>|\[required\]", said(verb, "--help"))
    assert not re.search(r"\.\.\.$", said("--help").partition("Commands:")[2], re.MULTILINE)


def test_list_into_a_pipe_is_one_line_for_each_with_tabs(bundled: Registry, folder: Path) -> None:
    rows = [line.split("\t") for line in said("list").splitlines()]
    assert [row[:2] for row in rows] == [
        [name, kind] for kind, table in bundled.tables.items() for name in sorted(table)
    ]
    assert all(row[2] == bundled.entry(row[1], row[0]).component.summary for row in rows)
    assert ["adam", "default, bundled"] in [[row[0], row[3]] for row in rows]


def test_list_shows_every_component_of_every_kind(
    bundled: Registry, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TTY_COMPATIBLE", "1")  # as a terminal has it
    monkeypatch.setenv("NO_COLOR", "1")
    text = re.sub(r"\x1b\[\d*m", "", said("list"))
    titles = [line.rstrip() for line in text.splitlines()]
    for kind, table in bundled.tables.items():
        assert kind.replace("_", " ") in titles
        for name, entry in table.items():
            assert f"\n{name} " in text
            assert entry.component.summary[:40] in text


def test_list_of_one_kind_shows_that_kind_alone(folder: Path) -> None:
    text = said("list", "gradient-transform")
    assert text == said("list", "gradient_transform")
    assert "clip_norm" in text
    assert "adam" not in text
    assert "default, bundled" in text  # none is what a baseline uses
    assert "quick, bundled" in said("list", "task")


def test_list_shows_where_plugins_come_from_and_which_are_broken(folder: Path) -> None:
    said("new", "optimizer", "mine")
    (folder / "plugins/bad.py").write_text("1 / 0\nfrom benchsuite import hookimpl", encoding="utf-8")
    text = said("list", "optimizer")
    (line,) = [line for line in text.splitlines() if line.startswith("mine\t")]
    assert line.endswith("\t./plugins/mine.py")
    assert text.splitlines()[-1] == "broken bad (./plugins/bad.py): ZeroDivisionError: division by zero"
    assert "mine" not in said("list", "optimizer", "--no-local")


def test_info_shows_all_there_is_to_know_about_a_component(
    bundled: Registry, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BENCHSUITE_CACHE", str(tmp_path / "cache"))
    adam = bundled.entry("optimizer", "adam")
    text = " ".join(said("info", "adam").split())
    assert text.startswith("optimizer 'adam' ")
    for part in (adam.component.summary, adam.component.formula, adam.component.reference, adam.fingerprint):
        assert " ".join(part.split()) in text
    for key, space in adam.component.space.items():
        assert f"{key} {space.default!r} by default, {space.describe()}; fed: values share a program" in text
    (remembered,) = (tmp_path / "cache/fed").iterdir()
    remembered.write_text('{"beta_1": "; as remembered"}', encoding="utf-8")
    assert "by default, a number from 0 to 0.9999 (1 − value on log scale); as remembered" in " ".join(
        said("info", "adam").split()
    )
    remembered.chmod(0o666)
    remembered.parent.chmod(0o777)  # others can write there: nothing in there is believed
    assert "as remembered" not in said("info", "adam")


def test_info_says_why_a_value_is_baked(folder: Path) -> None:
    assert "; baked into each program: " in said("info", "l_bfgs")


def test_info_shows_all_there_is_to_know_about_a_task(bundled: Registry, folder: Path) -> None:
    task = bundled.task("digits_mlp")
    text = " ".join(said("info", "digits_mlp").split())
    for part in (
        task.summary,
        task.license,
        task.citation,
        "optimizer: adam",
        "0.9, 0.95, 0.97 on the validation part",
    ):
        assert part in text


def test_info_of_a_name_that_several_kinds_have_shows_each(bundled: Registry, folder: Path) -> None:
    kinds = [kind for kind in RECIPE_KINDS if "none" in bundled.tables[kind]]
    text = said("info", "none")
    for kind in kinds:
        assert f"{kind.replace('_', ' ')} 'none'" in text
    one = said("info", "preprocessing:none")
    assert "preprocessing 'none'" in one
    assert "regularization 'none'" not in one


@pytest.mark.parametrize("kind", KINDS)
def test_info_can_show_everything(kind: str, bundled: Registry, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchsuite.cli.info.registry", lambda *_, **__: bundled)  # or each call would load all plugins
    # What is fed takes a program to find out; tests/engine/fed/test_bundled.py does, of each component.
    monkeypatch.setattr("benchsuite.cli.fed_facts._found", lambda component, setting: {})
    # Examples are worked out by TensorFlow; tests/plugins/test_theorem_claims.py does.
    monkeypatch.setattr("benchsuite.cli.claim_facts._example", lambda claim, known: "none")
    for name, entry in bundled.tables[kind].items():
        numbered = f"{getattr(entry.component, 'number', '')} {name}".strip()
        title = f"claim {numbered}" if kind == "claim" else f"{kind.replace('_', ' ')} {name!r}"
        assert title in said("info", f"{kind}:{name}")


def test_a_text_in_brackets_is_shown_as_it_is(folder: Path) -> None:
    said("new", "optimizer", "mine")
    path = folder / "plugins/mine.py"
    path.write_text(
        path.read_text(encoding="utf-8").replace("Say in one line what it does.", "[bold]x[/] of [0, 1]"),
        encoding="utf-8",
    )
    assert "[bold]x[/] of [0, 1]" in said("list", "optimizer")
    assert "[bold]x[/] of [0, 1]" in said("info", "mine")


# run --dry-run


def test_a_dry_run_says_what_would_run_and_writes_nothing(folder: Path, bundled: Registry) -> None:
    text = said("run", "--all", "--dry-run", "--workers", "2")
    assert " trials of " in text.splitlines()[1]  # behind what is left out
    planned = [line.split()[0] for line in text.splitlines() if line.startswith("  ") and line.endswith(" trials")]
    assert set(planned) == {name for name in quick(bundled) if bundled.task(name).compares}
    assert text.rstrip().endswith(" s with 2 workers. Nothing was written.")
    assert list(folder.iterdir()) == []


def test_what_needs_a_choice_is_left_out_of_a_whole_kind_and_that_is_said(folder: Path, bundled: Registry) -> None:
    first, second = (
        next(name for name in bundled.names("task") if kind in bundled.task(name).compares)
        for kind in ("initializer", "schedule")
    )
    whole = said("run", "--kind", "initializer", "--dry-run", "--seeds", "1", "--task", first)
    assert whole.startswith("! initializer 'transfer' is left out: it needs trial\n")
    (line,) = [line for line in whole.splitlines() if line.startswith("initializer, 14 settings: ")]
    assert "lsuv" in line
    assert "transfer" not in line
    assert "is left out" not in said("run", "--kind", "schedule", "--dry-run", "--task", second)
    chosen = said(
        *("run", "--initializer", f"transfer[trial={'0123456789abcdef' * 2}]", "--task", "digits_mlp", "--dry-run"),
        *("--seeds", "1"),
    )
    assert f"\ninitializer, 1 setting: transfer[trial={'0123456789abcdef' * 2}]\n" in chosen


# new


def test_new_says_what_it_wrote_and_what_comes_next(folder: Path) -> None:
    assert said("new", "gradient-transform", "mine") == (
        "Wrote plugins/mine.py and tests/test_mine.py. Next:\n"
        "  benchsuite check gradient_transform:mine\n"
        "  benchsuite run --gradient-transform mine\n"
    )
    assert said("new", "task", "ours", "--folder", "deep/er").startswith(
        "Wrote deep/er/tasks/ours.py and deep/er/tests/test_ours.py."
    )
    assert sorted(str(path.relative_to(folder)) for path in folder.rglob("*.py")) == [
        "deep/er/tasks/ours.py", "deep/er/tests/test_ours.py", "plugins/mine.py", "tests/test_mine.py",
    ]  # fmt: skip


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what ``new`` writes for each kind."""
    folder = tmp_path_factory.mktemp("new")
    for kind in KINDS:
        said("new", kind, f"my_{kind}", "--folder", str(folder))
    return folder


def test_what_new_writes_is_found_in_the_working_folder(written: Path) -> None:
    registry = load_registry(PluginSearch(folder=str(written)))
    assert registry.broken == []
    for kind in KINDS:
        assert registry.has(kind, f"my_{kind}")
        place = "tasks" if kind == "task" else "plugins"
        text = (written / place / f"my_{kind}.py").read_text(encoding="utf-8")
        assert "NAME" not in text + (written / "tests" / f"test_my_{kind}.py").read_text(encoding="utf-8")


def test_what_new_writes_is_well_formed(written: Path) -> None:
    rules = Path(__file__).parents[2] / "pyproject.toml"
    command = [sys.executable, "-m", "ruff", "check", "--config", str(rules), "--ignore", "E501,D103", "--no-cache"]
    done = subprocess.run([*command, str(written)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


CHECK = """
import dataclasses, json, sys
from benchsuite.conformance import checked, course
from benchsuite.components import KINDS
from benchsuite.registry import PluginSearch, load_registry
registry = load_registry(PluginSearch(folder=sys.argv[1]))
both = course.tiny_tasks_for
# One of the two tasks is enough here, and as a graph.
course.tiny_tasks_for = lambda *given: [dataclasses.replace(task, xla=False) for task in both(*given)[:1]]
print(json.dumps({kind: [[f.promise, f.problem] for f in checked(registry, kind, f"my_{kind}")] for kind in KINDS}))
"""


@pytest.fixture(scope="module")
def findings(written: Path) -> dict[str, list[tuple[str, str]]]:
    """What ``check`` finds about each of them, all in one process."""
    done = subprocess.run(
        [sys.executable, "-c", CHECK, str(written)], capture_output=True, text=True, check=False, timeout=500
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


@pytest.mark.slow
@pytest.mark.parametrize("kind", KINDS)
def test_what_new_writes_keeps_every_promise(kind: str, findings: dict[str, list[tuple[str, str]]]) -> None:
    assert len(findings[kind]) > 2
    assert [finding for finding in findings[kind] if finding[1]] == []


@pytest.mark.slow
def test_the_test_that_new_writes_passes(written: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/test_my_loss.py"],
        cwd=written, capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout


DIES = """import ctypes

import benchsuite as bs


def make():
    ctypes.string_at(0)


@bs.hookimpl
def register_activations():
    return [bs.Activation(name="dies", make=make, summary="It crashes.")]
"""


@pytest.mark.slow
def test_check_shows_kept_and_broken_promises_and_outlives_a_crash(folder: Path) -> None:
    said("new", "optimizer", "mine")
    path = folder / "plugins/mine.py"
    text = path.read_text(encoding="utf-8").replace("Say in one line what it does.", "")
    path.write_text(
        text.replace("    import keras\n", "    import keras\n\n    raise ValueError('[never] works')\n"),
        encoding="utf-8",
    )
    (folder / "plugins/dies.py").write_text(DIES, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "benchsuite", "check", "dies", "mine", "optimizer:mine", "--tracebacks", "kept"],
        capture_output=True, text=True, check=False, timeout=300, env={**os.environ, "COLUMNS": "80"},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (1, "")
    kept = [(folder / f"kept/{name}.txt").resolve() for name in ("activation-dies", "optimizer-mine")]
    number = next(number for number, line in enumerate(path.read_text().splitlines(), 1) if "raise" in line)
    assert (
        done.stdout
        == f"""activation dies
  ✓ its summary says what it is
  ✓ its settings survive a record
  ✗ make returns a new object at each call
      it ended the process: signal 11 (SIGSEGV)
      at plugins/dies.py:7, in make
        ctypes.string_at(0)
      Compiled code has a wrong address: look at what your plugin calls through ctypes or an extension module.
  tracebacks: {kept[0]}
optimizer mine
  ✗ its summary says what it is
      optimizer 'mine' has no summary
      at plugins/mine.py:6, in make
        def make(learning_rate, momentum):
      Say in one line what it does: summary="…" where it is registered.
  ✓ its settings survive a record
  ✗ make returns a new object at each call
      ValueError: [never] works
      at plugins/mine.py:{number}, in make
        raise ValueError('[never] works')
  tracebacks: {kept[1]}
3 broken promises.
"""
    )
    assert "string_at" in kept[0].read_text(encoding="utf-8")
    assert kept[1].read_text(encoding="utf-8").rstrip().endswith("ValueError: [never] works")


# doctor


def test_doctor_checks_versions_devices_data_and_plugins(
    bundled: Registry, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("benchsuite.cli.doctor._devices", lambda: [("1 core for workers", True)])  # TensorFlow is slow
    monkeypatch.setattr("benchsuite.cli.doctor._compiled", lambda: ("nothing is kept: [no] folder", False))
    monkeypatch.setattr("benchsuite.data.load", lambda task: None)
    text = said("doctor")
    parts = (
        "versions",
        "devices",
        "data",
        "plugins",
        "✓ tensorflow ",
        "✓ 1 core for workers",
        "! nothing is kept: [no] folder",
    )
    for part in (*parts, "All is well."):  # a run without compiled code is slower, and nothing else
        assert part in text
    for name in bundled.names("task"):
        assert (f"✓ {name}\n" in text) == (name in quick(bundled))
    assert "other tiers: benchsuite data --check" in text
    looked = "records  not looked at: `benchsuite doctor --results results` reads all of them"
    assert looked not in text
    (folder / "results" / "trials").mkdir(parents=True)
    assert looked in said("doctor")


def test_doctor_names_what_is_wrong(folder: Path, monkeypatch: pytest.MonkeyPatch, bundled: Registry) -> None:
    (folder / "plugins").mkdir()
    (folder / "plugins/bad.py").write_text("1 / 0\nfrom benchsuite import hookimpl", encoding="utf-8")

    lost = quick(bundled)[0]

    def load(task: Any) -> None:
        if task.name == lost:
            raise FileNotFoundError("no [such] file")

    monkeypatch.setattr("benchsuite.data.load", load)
    monkeypatch.setattr("benchsuite.cli.doctor._devices", lambda: [("TensorFlow cannot be imported: x", False)])
    monkeypatch.setattr("benchsuite.cli.doctor._compiled", lambda: ("kept", True))
    monkeypatch.setattr("benchsuite.cli.doctor.VERSIONS", ("benchsuite", "no-such-distribution"))
    text = said("doctor", code=1)
    for part in (
        "✗ no-such-distribution is not installed. Run: pip install no-such-distribution",
        "✗ TensorFlow cannot be imported: x",
        f"✗ {lost}: FileNotFoundError: no [such] file",
        "✗ bad (./plugins/bad.py): ZeroDivisionError: division by zero",
        "    1 / 0",
        "4 problems.",
    ):
        assert part in text
    assert "All is well" not in text


@pytest.mark.slow
def test_doctor_tries_whether_compiled_code_is_kept(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchsuite.cli.doctor import _compiled

    cache = folder / "cache"
    monkeypatch.setenv("BENCHSUITE_CACHE", str(cache))
    assert _compiled() == (f"kept in {cache}/compiled, and found again: 1 function, 0 of at most 1,024 MiB", True)
    (cache / "compiled").chmod(0o777)
    text, good = _compiled()
    assert text.startswith("nothing is kept: others can write to ")
    assert not good


@pytest.mark.slow
def test_doctor_asks_tensorflow_itself(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from benchsuite.cli.doctor import _devices
    from benchsuite.engine.surroundings import ignored

    for name in ignored(os.environ):  # what other tests' TensorFlow left in this process
        monkeypatch.delenv(name)
    monkeypatch.setenv("XLA_FLAGS", "--no_such_flag=1")  # TensorFlow alone would end with it
    lines = _devices()
    assert all(good for _, good in lines)
    assert lines[0][0].endswith(" for workers")
    assert lines[1][0].startswith("numerics ")
    assert lines[2][0] == "without effect on a worker: XLA_FLAGS"
    assert "TensorFlow sees /physical_device:CPU:0" in lines[3][0]
