"""A part of what ``make attack`` does with network drives: the store alone, in one process, on a drive that fails now and then."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.attack.drives import NetworkDrive, may_mount_drives

WRITES = """
import json, sys
from pathlib import Path
from benchsuite.errors import BenchsuiteError
from benchsuite.store import Store
from tests.factories import make_record

folder, control = Path("results"), Path(sys.argv[1])
wanted = [make_record(seed=seed) for seed in range(14)]

def fares(**said):
    control.write_text(json.dumps(said))

def tried(what):
    try:
        what()
    except BenchsuiteError as error:
        return str(error)

said = {}
faults = {
    "write": {"error": "EDQUOT", "of": ["write"]}, "fsync": {"error": "EDQUOT", "of": ["fsync", "flush"]},
    "create": {"error": "EDQUOT", "of": ["create"]}, "link": {"error": "EIO", "of": ["link", "rename"]},
    "some": {"error": "ETIMEDOUT", "of": ["write", "fsync", "flush"]}, "all": {"error": "ESTALE"},
}
records = iter(wanted)
store = Store(folder)

def on_a_drive_that_fails():
    with store.locked():
        store.write(next(records))
        for name, fault in faults.items():
            record = next(records)
            fares(**fault)
            said[name] = tried(lambda: store.write(record))
            if name == "all":
                said["check"] = tried(lambda: store.check([wanted[0].id]))
                raise BenchsuiteError("as a run ends")
            fares()
            store.write(record)

said["end"] = tried(on_a_drive_that_fails)
said["begin"] = tried(lambda: Store(folder))
fares()
said["left"] = len([path for path in folder.rglob(".*.part")])
store = Store(folder)
with store.locked():
    there = sorted(store.read_all())
    for record in wanted:
        if record.id not in there:
            store.write(record)
    store.check([record.id for record in wanted])
said["there"] = len(there)
said["all there"] = store.read_all() == {record.id: record for record in sorted(wanted, key=lambda one: one.id)}
said["left at last"] = [str(path) for path in folder.rglob(".*.part")]
print(json.dumps(said))
"""


def test_a_store_on_a_drive_that_fails_loses_nothing_and_says_one_line(tmp_path: Path) -> None:
    if not may_mount_drives():
        pytest.skip("this user may mount no drive of his own here")
    drive = NetworkDrive(tmp_path / "study")
    done = subprocess.run(
        [*drive.wrapper, sys.executable, "-c", WRITES, str(drive.control)],
        cwd=drive.study.folder, env=drive.study.environment, capture_output=True, text=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    for name, why, then in (
        ("write", "Disk quota exceeded", "Free some space"),
        ("fsync", "Disk quota exceeded", "Free some space"),
        ("create", "Disk quota exceeded", "Free some space"),
        ("link", "Input/output error", "Mend that"),
        ("some", "Connection timed out", "Mend that"),
    ):
        assert said[name].startswith("cannot write results/trials/"), name
        assert said[name].endswith(
            f": {why}. All records written so far are whole. {then} and run the same command again."
        )
    assert said["all"].startswith("cannot write results/trials/")
    assert said["check"] == (
        "cannot read results: Stale file handle. All records written so far are whole. Mend that and run the same command again."
    )
    assert said["end"] == "as a run ends"  # letting go of the lock fails as well, which is nobody's concern
    assert "Stale file handle" in said["begin"]
    assert said["there"] == 6
    assert said["all there"] is True
    assert said["left at last"] == []
    assert len(drive.study.files()) == 14
    assert list((drive.study.folder / "results").iterdir()) == []  # nothing was written beside the drive


HOLDS = """
import sys
from pathlib import Path
from benchsuite.errors import BenchsuiteError
from benchsuite.store import Store
try:
    with Store(Path("results")).locked():
        print("held", flush=True)
        sys.stdin.readline()
except BenchsuiteError as error:
    print(error)
"""


def test_two_machines_that_share_a_drive_do_not_run_on_one_folder_at_once(tmp_path: Path) -> None:
    """The server's locks are those of files: that of the folder itself holds on one machine alone."""
    if not may_mount_drives():
        pytest.skip("this user may mount no drive of his own here")
    drive = NetworkDrive(tmp_path / "study")

    def started() -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*drive.wrapper, sys.executable, "-c", HOLDS], cwd=drive.study.folder, env=drive.study.environment,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    first = started()
    try:
        assert first.stdout is not None
        assert first.stdout.readline() == "held\n"
        refused, _ = started().communicate(timeout=60)
        assert refused.startswith(f"another run (process {first.pid}) is writing to results.")
    finally:
        first.communicate("\n", timeout=60)
    freed, _ = started().communicate("\n", timeout=60)
    assert freed == "held\n"
    drive.fares(locks=False)
    without, _ = started().communicate("\n", timeout=60)
    assert without.startswith("cannot lock results/.lock: its file system has no locks")
