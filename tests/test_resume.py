"""The same trials give the same bits: one worker or two, killed at random moments and resumed, or in a fresh folder."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchsuite.outcomes import Outcome
from benchsuite.store import Store

pytestmark = pytest.mark.slow

STUDY = [
    "--task",
    "noisy_quadratic,digits_mlp",
    "--optimizer",
    "sgd,adam",
    "--regularization",
    "dropout",
    "--seeds",
    "2",
    "--epochs",
    "4",
]
# noisy_quadratic has two optimizers and, asked for by name, dropout (which finds no layer there).
TRIALS = 12


def command(folder, *more):
    return [sys.executable, "-m", "benchsuite", "run", "--no-local", "--results", str(folder), *STUDY, *more]


def run(folder, *more):
    return subprocess.run(command(folder, *more), capture_output=True, text=True, check=False, timeout=300)


def numbers(folder):
    """All that records say but for what may differ from run to run."""
    found = {record.id: record.to_json() for record in Store(folder, create=False).records()}
    differing = ("costs", "environment", "made_by")  # somebody may commit meanwhile
    return {name: {k: v for k, v in held.items() if k not in differing} for name, held in found.items()}


@pytest.fixture(scope="module")
def reference(tmp_path_factory):
    folder = tmp_path_factory.mktemp("reference") / "results"
    done = run(folder, "--workers", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_the_reference_is_whole(reference):
    records = Store(reference, create=False).read_all()
    assert len(records) == TRIALS
    alone = [record for record in records.values() if record.outcome is Outcome.UNSUPPORTED]
    assert {record.outcome for record in records.values()} == {Outcome.COMPLETED, Outcome.UNSUPPORTED}
    assert len(alone) == 2  # one for each seed
    for record in alone:
        assert (record.trial.task, record.trial.recipe.one("regularization").name) == ("noisy_quadratic", "dropout")
    assert (reference / "report" / "index.html").exists()
    assert (reference / "report" / "leaderboard.csv").exists()


def test_the_report_of_a_run_is_the_one_that_is_made_of_its_files(reference, tmp_path):
    """A run does not read again what it has just written."""
    pages = [str(path.relative_to(reference)) for path in (reference / "report").rglob("*.*") if path.is_file()]
    derived = (*pages, "trials.parquet")
    assert {"report/index.html", "report/leaderboard.csv"} <= {*derived}
    shutil.copytree(reference, tmp_path / "results", ignore=shutil.ignore_patterns("report", "*.parquet"))
    command = [sys.executable, "-m", "benchsuite", "report", "--no-local", "--results", str(tmp_path / "results")]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stdout + done.stderr
    for name in derived:
        assert (tmp_path / "results" / name).read_bytes() == (reference / name).read_bytes(), name


def test_killed_at_random_moments_and_resumed_gives_the_same_bits(reference, tmp_path):
    folder = tmp_path / "results"
    chance = random.Random(7)
    kills = 0
    for workers in ("2", "1"):
        process = subprocess.Popen(
            command(folder, "--workers", workers), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        before = len(list(Store(folder, create=False).trials.glob("??/*.json")))
        # Wait until it does something new, then a random moment more.
        end = time.monotonic() + 60
        while time.monotonic() < end and process.poll() is None:
            if len(list(Store(folder, create=False).trials.glob("??/*.json"))) > before:
                break
            time.sleep(0.02)
        time.sleep(chance.uniform(0, 0.5))
        if process.poll() is None:
            process.send_signal(signal.SIGKILL)
            kills += 1
        process.wait()
    assert kills >= 1
    found = numbers(folder)  # every file there is whole
    assert {trial_id: found[trial_id] for trial_id in found} == {
        trial_id: numbers(reference)[trial_id] for trial_id in found
    }
    done = run(folder, "--workers", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert numbers(folder) == numbers(reference)


def test_a_second_run_computes_nothing_again(reference):
    before = {path: path.stat().st_mtime_ns for path in Store(reference, create=False).trials.glob("??/*.json")}
    done = run(reference, "--workers", "2")
    assert done.returncode == 0
    assert "nothing was computed again" in done.stdout
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_two_workers_and_a_fresh_folder_give_the_same_bits_and_a_second_run_on_it_is_told(reference, tmp_path):
    folder = tmp_path / "results"
    first = subprocess.Popen(
        command(folder, "--workers", "2"), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    try:
        end = time.monotonic() + 60
        lock = Path(folder, ".lock")
        while time.monotonic() < end and not (lock.exists() and lock.read_text()):
            time.sleep(0.01)
        first.send_signal(signal.SIGSTOP)  # so that it has not ended when the second one has started
        second = run(folder)
        first.send_signal(signal.SIGCONT)
        said, _ = first.communicate(timeout=300)
    finally:
        first.kill()
        first.wait()
    assert second.returncode == 2
    assert second.stderr.count("\n") == 1
    assert f"another run (process {first.pid}) is writing to {folder}" in second.stderr
    assert first.returncode == 0, said
    assert numbers(folder) == numbers(reference)


def test_ctrl_c_stops_cleanly_and_says_how_to_go_on(tmp_path):
    folder = tmp_path / "results"
    process = subprocess.Popen(
        command(folder, "--workers", "1", "--seeds", "20"),  # so many that it is not done before it is told
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    end = time.monotonic() + 60
    while time.monotonic() < end and not list(folder.glob("trials/??/*.json")):
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGINT)  # the whole group, as a terminal does
    out, err = process.communicate(timeout=60)
    assert process.returncode == 1, out + err
    assert "the same command goes on from here" in out
    assert "Traceback" not in err
    assert 1 <= len(numbers(folder)) < TRIALS * 10
