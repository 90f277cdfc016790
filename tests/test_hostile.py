"""The worst plugins one can think of, in one real run: each is named with its reason, and nothing else is lost."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

PLUGINS = Path(__file__).parent / "hostile"
RUNNING = (
    "raises_in_make", "nan_at_step_3", "segfault", "endless_loop", "eats_memory", "prints_a_lot", "exits_in_make",
    "returns_nonsense", "sgd",
)  # fmt: skip
TIMEOUT = 25

BROKEN = {
    "missing_import.py": "ModuleNotFoundError: No module named 'no_such_package_anywhere'",
    "misspelt_hook.py": "unknown hook 'register_optimisers'. Did you mean 'register_optimizers'? Known: ",
    "syntax_error.py": "SyntaxError: '(' was never closed (syntax_error.py, line 5)",
    "twin_b.py": "two plugins claim optimizer 'twin': ./plugins/twin_a.py and ./plugins/twin_b.py. Rename one: ",
    "wrong_return.py": "register_optimizers must return a list of bs.Optimizer. Received: dict.",
}

pytestmark = pytest.mark.slow


def benchsuite(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "benchsuite", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=400,
        env={**os.environ, "COLUMNS": "200"},
    )


@dataclass(frozen=True)
class Outcome:
    folder: Path
    done: subprocess.CompletedProcess[str]
    records: dict[str, dict[str, Any]]
    """By the name of the optimizer, or of the schedule that was asked for."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    shutil.copytree(PLUGINS, folder / "plugins", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest.fixture(scope="module")
def outcome(folder: Path) -> Outcome:
    done = benchsuite(
        folder, "run", "--task", "digits_mlp", "--epochs", "2", "--seeds", "1", "--optimizer", ",".join(RUNNING),
        "--schedule", "nan_schedule", "--workers", "2", "--timeout", str(TIMEOUT), "--memory", "6",
    )  # fmt: skip
    records = {}
    for path in sorted((folder / "results/trials").glob("*/*.json")):
        record = json.loads(path.read_text(encoding="utf-8"))
        schedule = record["spec"]["recipe"]["schedule"][0]["name"]
        name = record["spec"]["recipe"]["optimizer"][0]["name"] if schedule == "constant" else schedule
        records[name] = record
    return Outcome(folder, done, records)


# The run


def test_the_run_goes_through_and_every_trial_has_a_record(outcome: Outcome) -> None:
    assert outcome.done.returncode == 0, outcome.done.stdout + outcome.done.stderr
    assert set(outcome.records) == {*RUNNING, "nan_schedule"}
    assert outcome.done.stderr == ""
    assert "Traceback" not in outcome.done.stdout


def test_what_is_good_is_completed_beside_them(outcome: Outcome) -> None:
    for name in ("sgd", "prints_a_lot"):
        record = outcome.records[name]
        assert (record["outcome"], record["reason"]) == ("completed", "")
        assert record["curves"]["epoch"] == [0, 1, 2]
        assert None not in record["curves"]["test_accuracy"]


def test_what_is_printed_lies_in_the_log_and_not_in_the_display(outcome: Outcome) -> None:
    log = "".join(path.read_text(encoding="utf-8") for path in (outcome.folder / "results/logs").glob("*.log"))
    for letter in "xyz":
        assert letter * 2**20 in log
    assert "x" * 100 not in outcome.done.stdout


@pytest.mark.parametrize(
    ("name", "ended", "reason"),
    [
        ("raises_in_make", "crashed", "ValueError: I never work with rate 0.1 \\udcff"),
        ("exits_in_make", "crashed", "SystemExit: 3"),
        ("segfault", "crashed", "the worker process was killed by SIGSEGV"),
        (
            "endless_loop",
            "timed_out",
            f"it took longer than {TIMEOUT} seconds (--timeout), compilation included",
        ),
        (
            "eats_memory",
            "out_of_memory",
            "MemoryError: Unable to allocate 50.0 GiB for an array with shape (53687091200,) and data type uint8",
        ),
        # The third update spoils the weights; the fourth step is the first to see it.
        ("nan_at_step_3", "diverged", "the loss became nan at step 4"),
        ("nan_schedule", "crashed", "a schedule must return one finite multiplier for each step."),
        (
            "returns_nonsense",
            "crashed",
            "make of optimizer 'returns_nonsense' returned str, which has no build, variables, apply. "
            "Return a keras.optimizers.Optimizer, or what bs.Optimizer describes for its `wants`.",
        ),
    ],
)
def test_each_bad_one_is_a_record_with_its_reason(name: str, ended: str, reason: str, outcome: Outcome) -> None:
    record = outcome.records[name]
    assert (record["outcome"], record["reason"]) == (ended, reason)
    assert record["results"]["failure"] is not None
    assert record["task"]["primary"] == "accuracy"
    (line,) = [line for line in outcome.done.stdout.splitlines() if line.startswith(ended) and f"={name} " in line]
    assert line == f"{ended} digits_mlp {'schedule' if name == 'nan_schedule' else 'optimizer'}={name} seed=0: {reason}"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("raises_in_make", 'raise ValueError("I never work'),
        ("exits_in_make", "sys.exit(3)"),
        ("eats_memory", "np.ones(50 * 2**30"),
        ("segfault", "Fatal Python error: Segmentation fault"),
        ("returns_nonsense", "BenchsuiteError"),
    ],
)
def test_the_traceback_shows_the_authors_line(name: str, shown: str, outcome: Outcome) -> None:
    traceback = outcome.records[name]["results"]["failure"]["traceback"]
    assert shown in traceback
    if name != "segfault":  # whose traceback is faulthandler's
        assert traceback.startswith("Traceback (most recent call last):")
    if name != "returns_nonsense":  # which is found out in the engine
        assert f"plugins/{name}.py" in traceback


def test_a_diverged_trial_keeps_its_step_and_what_was_measured_before(outcome: Outcome) -> None:
    record = outcome.records["nan_at_step_3"]
    assert record["results"]["failure"]["step"] == 4
    assert record["curves"]["epoch"] == [0]
    assert record["curves"]["running_loss"] == [None]


def test_a_bad_logger_costs_its_log_only(outcome: Outcome) -> None:
    lines = [line for line in outcome.done.stdout.splitlines() if "bad_logger" in line]
    finished = [line for line in lines if line.startswith("! trial_finished of ")]
    assert len(finished) == len(RUNNING) + 1
    assert all(line.endswith("raised RuntimeError: no log today, 32") for line in finished)
    assert [line for line in lines if line.startswith("! study_finished of ")] != []


def test_the_report_and_the_table_hold_everything(outcome: Outcome) -> None:
    import pandas as pd

    table = pd.read_parquet(outcome.folder / "results/trials.parquet")
    assert table["outcome"].value_counts().to_dict() == {
        "crashed": 5, "completed": 2, "diverged": 1, "timed_out": 1, "out_of_memory": 1,
    }  # fmt: skip
    page = (outcome.folder / "results/report/index.html").read_text(encoding="utf-8")
    for name in ("segfault", "endless_loop", "eats_memory"):
        assert name in page
    assert "was never closed" in page  # broken plugins are named there as well


@pytest.mark.parametrize("file", BROKEN)
def test_the_run_names_each_broken_plugin_in_one_line(file: str, outcome: Outcome) -> None:
    (line,) = [line for line in outcome.done.stdout.splitlines() if line.startswith(f"! ./plugins/{file}: ")]
    assert line.startswith(f"! ./plugins/{file}: {Path(file).stem} is broken: {BROKEN[file]}")


# Without running


@pytest.fixture(scope="module")
def listed(folder: Path) -> subprocess.CompletedProcess[str]:
    return benchsuite(folder, "list", "optimizer")


@pytest.mark.parametrize("file", BROKEN)
def test_list_shows_each_broken_plugin_with_its_reason(file: str, listed: subprocess.CompletedProcess[str]) -> None:
    assert f"broken {Path(file).stem} (./plugins/{file}): {BROKEN[file]}" in listed.stdout


def test_list_shows_the_others_and_no_more_broken_ones(listed: subprocess.CompletedProcess[str]) -> None:
    assert listed.returncode == 0
    assert listed.stdout.count("broken ") == len(BROKEN)
    for name in (*RUNNING, "adam"):
        assert f"\n{name} " in listed.stdout


@pytest.mark.parametrize("file", [file for file in BROKEN if file != "twin_b.py"])
def test_a_broken_one_that_is_asked_for_is_refused_in_one_line(file: str, folder: Path) -> None:
    done = benchsuite(folder, "run", "--no-local", "--plugin", f"plugins/{file}", "--optimizer", "sgd")
    assert done.returncode == 2
    assert done.stderr.startswith(
        f"benchsuite: the plugin given with --plugin plugins/{file} is broken: {BROKEN[file]}"
    )
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_name_that_two_claim_is_refused_in_one_line(folder: Path) -> None:
    done = benchsuite(folder, "run", "--task", "digits_mlp", "--optimizer", "twin")
    assert done.returncode == 2
    assert done.stderr.startswith(f"benchsuite: {BROKEN['twin_b.py']}")
    assert done.stderr.count("\n") == 1
