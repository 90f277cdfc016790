"""Full disks, folders that go, links and rights: one line, exit 2, no trial is blamed, and the same command goes on."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from functools import cache
from pathlib import Path

from tests.attack.kills import SHORT, STUDY, Watched, undisturbed
from tests.attack.study import Ended, Study
from tests.attack.table import Attack, Found

KEEPING = ("--store-weights", "--store-predictions", "--probe", "all")
LONGER = ("--seeds", "6", "--epochs", "300")
TINY = ("--seeds", "1", "--epochs", "2")
# A mount of its own that goes with the command: nobody else sees it. What is written is copied out at the end.
ON_SMALL_DISK = """
set -e
mount -t tmpfs -o size={size},nr_inodes={inodes} small {results}
set +e
"$@"
code=$?
cp -a {results} {copy}
exit $code
"""
READ_ONLY = """
set -e
mount --bind {results} {results}
mount -o remount,bind,ro {results}
exec "$@"
"""


@cache
def may_mount() -> bool:
    """Say whether this user may mount something for one command."""
    try:
        return (
            subprocess.run(
                [*unshare(), "mount", "-t", "tmpfs", "x", "/mnt"], capture_output=True, check=False
            ).returncode
            == 0
        )
    except OSError:
        return False


def unshare() -> list[str]:
    """Return what gives a command a mount name space of its own."""
    return ["unshare", "-m"] if os.geteuid() == 0 else ["unshare", "-rm"]


def one_line(found: Found, ended: Ended, *held: str) -> None:
    """Note unless it ended with 2 and one line that says why."""
    found.need(ended.code == 2, f"exit {ended.code} instead of 2: {ended}")
    found.need(ended.err.count("\n") == 1 and ended.err.startswith("benchsuite: "), f"not one line: {ended.err[-500:]}")
    found.need(any(word in ended.err for word in held), f"it does not say {' or '.join(held)}: {ended.err[-300:]}")
    found.need(not ended.left, f"left behind: {ended.left}")


def _full(size: str, inodes: int) -> Callable[[Path], Found]:
    def attack(folder: Path) -> Found:
        if not may_mount():
            return Found(skipped="nobody may mount here")
        found = Found()
        wanted = undisturbed(folder.parent / "kills", SHORT)
        watched = Watched(folder / "study", SHORT, wanted)
        results, copy = watched.study.results, folder / "copy"
        results.mkdir()
        script = ON_SMALL_DISK.format(size=size, inodes=inodes, results=results, copy=copy)
        wrapper = [*unshare(), "sh", "-c", script, "sh"]
        ended = watched.study.run("run", *STUDY, *SHORT, *KEEPING, wrapper=wrapper)
        one_line(found, ended, "No space left on device")
        shutil.rmtree(results)
        copy.rename(results)
        found.need(not [path for path in results.rglob(".*") if path.name != ".lock"], "a temporary file is left")
        watched.look(found)
        kept = len(watched.written)
        ended = watched.study.run("run", *STUDY, *SHORT, *KEEPING)
        found.need(ended.code == 0, f"with space again: {ended}")
        watched.look(found)
        found.need(len(watched.written) == len(wanted), f"{len(watched.written)} of {len(wanted)} records")
        for kind in ("weights", "probes"):  # this task has no predictions to keep
            many = len([path for path in (results / kind).rglob("*") if path.is_file()])
            found.need(many == len(wanted), f"{many} of {len(wanted)} {kind}")
        found.measured = f"disk of {size}, {inodes} files: {kept} of {len(wanted)} records kept, none failed, the rest with space again"
        return found

    return attack


def _goes(how: Callable[[Study], None]) -> Callable[[Path], Found]:
    def attack(folder: Path) -> Found:
        found = Found()
        watched = Watched(folder / "study", LONGER, undisturbed(folder.parent / "kills", LONGER))
        running = watched.study.start("run", *STUDY, *LONGER)
        hit = running.wait_for(lambda: len(watched.study.files()) > 0, 90)
        found.need(hit and running.alive, "it was over before the blow")
        how(watched.study)
        ended = running.ended(90)
        one_line(found, ended, "results")
        found.measured = f"exit {ended.code} after {ended.seconds:.0f} s"
        return found

    return attack


def _moved(study: Study) -> None:
    study.results.rename(study.folder / "moved")


def _replaced(study: Study) -> None:
    study.results.rename(study.folder / "moved")
    study.results.mkdir()


def _deleted(study: Study) -> None:
    moved = study.folder / "moved"  # a deletion takes a moment, in which more is written
    study.results.rename(moved)
    shutil.rmtree(moved)


def _a_file_instead(study: Study) -> None:
    _deleted(study)
    study.results.write_text("a file")


def _linked(trial: str) -> list[str]:
    """Return what is a link, in one study after another; what has a suffix is a file."""
    record = f"trials/{trial[:2]}/{trial}.json"
    folders = [f"trials/{trial[:2]}", "weights", "report", "logs", "stale"]
    return [*folders, record, "trials.parquet", "report/index.html", "logs/worker-0.log", ".lock"]


def _links(folder: Path) -> Found:
    """Folders and files of the results lead elsewhere: nothing is written there."""
    found, refused = Found(), 0
    wanted = undisturbed(folder.parent / "kills", TINY)
    trial = next(iter(wanted))
    for number, name in enumerate(_linked(trial)):
        study = Study(folder / str(number))
        outside = study.folder / "outside"
        place = study.results / name
        place.parent.mkdir(parents=True, exist_ok=True)
        if Path(name).suffix or name == ".lock":
            outside.write_text("precious")
        else:
            outside.mkdir()
            (outside / "file").write_text("precious")
        place.symlink_to(outside)
        ended = study.run("run", *STUDY, *TINY, "--store-weights")
        if outside.is_dir():
            held = [path.name for path in outside.iterdir()] == ["file"]
        else:
            held = outside.read_text(errors="replace") == "precious"
        found.need(held, f"something was written through the link {name}")
        found.need(ended.code in (0, 2), f"{name}: {ended}")
        found.need("Traceback" not in ended.out + ended.err, f"{name}: {ended}")
        found.need(ended.code == 0 or ended.err.count("\n") == 1, f"{name}: not one line: {ended.err[-300:]}")
        refused += ended.code == 2
    found.measured = f"{number + 1} links, {refused} refused in one line"
    return found


def _read_only(folder: Path) -> Found:
    if not may_mount():
        return Found(skipped="nobody may mount here")
    found = Found()
    study = Study(folder / "study")
    study.results.mkdir()
    wrapper = [*unshare(), "sh", "-c", READ_ONLY.format(results=study.results), "sh"]
    ended = study.run("run", *STUDY, *SHORT, wrapper=wrapper)
    one_line(found, ended, "Read-only file system")
    found.measured = f"exit {ended.code} after {ended.seconds:.0f} s"
    return found


def _umask(folder: Path) -> Found:
    found = Found()
    for umask, mode in ((0o077, 0o600), (0o002, 0o664), (0o022, 0o644)):
        study = Study(folder / f"{umask:03o}")
        ended = study.run("run", *STUDY, *TINY, *KEEPING, umask=umask)
        found.need(ended.code == 0, str(ended))
        for path in study.results.rglob("*"):
            want = mode | 0o111 & ~umask if path.is_dir() else mode
            found.need(
                path.stat().st_mode & 0o777 == want,
                f"{path.name} has {path.stat().st_mode & 0o777:o} with umask {umask:03o}",
            )
    found.measured = "umask 077, 002, 022: every file and folder follows it"
    return found


def attacks() -> list[Attack]:
    """Return the attacks of this module."""
    full = "exit 2 and one line; 0 trials blamed for it; with space again the same bits"
    gone = "exit 2 and one line, nothing left"
    return [
        Attack("the disk is full of weights and predictions", full, _full("300k", 2000)),
        Attack("the disk has no room for one more file", full, _full("10m", 24)),
        Attack("the results folder is moved during a run", gone, _goes(_moved)),
        Attack("… and another one is put in its place", gone, _goes(_replaced)),
        Attack("the results folder is deleted during a run", gone, _goes(_deleted)),
        Attack("… and a file is put in its place", gone, _goes(_a_file_instead)),
        Attack("links inside the results folder", "nothing is written through them; exit 0, or 2 in one line", _links),
        Attack("a results folder on a read-only disk", gone, _read_only),
        Attack("the umask", "every file and folder follows it", _umask),
    ]
