"""Disks that are full, for real: what did not fit was nobody's failure, and the same command goes on once there is room."""

from __future__ import annotations

import json
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from benchsuite.outcomes import Outcome
from benchsuite.store import Store


def files(folder: Path) -> set[str]:
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


# A record takes 6 kB, predictions on digits_mlp 28 kB, and the largest script of the site 100 kB and more.
STUDY = ["--task", "digits_mlp", "--optimizer", "sgd", "--seeds", "1", "--epochs", "1", "--store-predictions"]


def run(folder: Path, largest: int) -> subprocess.CompletedProcess[str]:
    """Run the study where no file can grow beyond a size: needs no rights, and fails as a full disk does."""
    return subprocess.run(
        [sys.executable, "-m", "benchsuite", "run", "--no-local", "--results", str(folder / "results"), *STUDY],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY)),
    )


@pytest.mark.slow
def test_a_run_without_room_for_predictions_and_one_without_room_for_its_report(tmp_path: Path) -> None:
    results = tmp_path / "results"
    done = run(tmp_path, 20_000)
    assert done.returncode == 2, done.stdout + done.stderr
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"benchsuite: cannot write {results}/predictions/")
    assert line.endswith(
        ".npz: File too large. All records written so far are whole. Mend that and run the same command again."
    )
    asked = {
        str(path.relative_to(results))
        for folder in ("studies", "commands")
        for path in results.glob(f"{folder}/*.json")
    }
    assert len(asked) == 2
    assert files(results) == {".lock", "logs/worker-0.log", *asked}

    done = run(tmp_path, 30_500)
    assert done.returncode == 2, done.stdout + done.stderr
    assert "1 trial in" in done.stdout  # it says what it did all the same
    assert "1 completed" in done.stdout
    # Whose font cache has no room either, Matplotlib says so before.
    assert done.stderr.splitlines()[-1] == (
        "benchsuite: cannot write the report: File too large. Every record is whole. Mend that, and run `benchsuite report`."
    )
    assert "Traceback" not in done.stderr
    (record,) = Store(results, create=False).records()
    assert record.outcome is Outcome.COMPLETED
    kept = {f"trials/{record.id[:2]}/{record.id}.json", f"predictions/{record.id[:2]}/{record.id}.npz"}
    report = {name for name in files(results) if name.startswith("report/")}
    assert files(results) - report == {".lock", "logs/worker-0.log", *asked, *kept}
    # What is there of the site is whole, and what says that all of it is there is not.
    assert "report/leaderboard.csv" in report
    assert "report/site.json" not in report
    assert not [name for name in report if name.endswith(".part")]
    assert all((results / name).read_bytes().rstrip().endswith(b"</html>") for name in report if name.endswith("html"))


# A file system that is full, in a name space of its own: it goes with the process.
ISOLATED = ["unshare", "--map-root-user", "--user", "--mount"]
FILL = """
import json, sys
from pathlib import Path
import numpy as np
from benchsuite.engine.keep import _write
from benchsuite.errors import CannotWrite
from benchsuite.files import extra_file
from benchsuite.store import Store
from tests.factories import make_record
folder, said = Path(sys.argv[1]), []
store, wanted = Store(folder), [make_record(seed=seed) for seed in range(40)]
with store.locked():
    for record in wanted:
        try:
            weights = extra_file(store.extras.weights, record.id)
            _write(weights, {"kernel": np.random.default_rng(0).random(500)}, store.identity)
            store.write(record)
        except CannotWrite as error:
            said.append(str(error))
    store.check(store.ids())
whole = [path.stem for path in folder.glob("trials/??/*.json")]
assert sorted(store.read_all()) == sorted(whole)
for path in folder.glob("weights/??/*.npz"):
    with np.load(path) as found:
        assert found["kernel"].shape == (500,)
left = [str(path) for path in folder.rglob(".*.part")]
print(json.dumps([len(whole), sorted(set(line.split(": ")[1] for line in said)), left]))
"""


def test_a_file_system_that_is_full(tmp_path: Path) -> None:
    there = tmp_path / "there"
    there.mkdir()
    if shutil.which("unshare") is None:
        pytest.skip("no unshare here: only Linux has it")
    mount = f"mount -t tmpfs -o size=200k none {there}"
    tried = subprocess.run([*ISOLATED, "sh", "-c", mount], capture_output=True, text=True, check=False)
    if tried.returncode:
        pytest.skip(f"this user may not mount a file system here: {tried.stderr.strip()}")
    script = (
        f'set -e; {mount}; "$0" -c "$1" {there}/results; mount -o remount,size=9m {there}; "$0" -c "$1" {there}/results'
    )
    done = subprocess.run(
        [*ISOLATED, "sh", "-c", script, sys.executable, FILL],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    full, roomy = map(json.loads, done.stdout.splitlines())
    assert 5 < full[0] < 40
    assert full[1:] == [
        [
            "No space left on device. All records written so far are whole. Free some space and run the same command again."
        ],
        [],
    ]
    assert roomy == [40, [], []]
    assert list(there.iterdir()) == []
