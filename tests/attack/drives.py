"""Network drives that are slow, hang, fail or vanish: no trial is blamed, the end is one line, and the same command goes on."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from tests.attack.disks import KEEPING, one_line, unshare
from tests.attack.study import MARK, Ended, Numbers, Running, Study
from tests.attack.table import Attack, Found, NotHere
from tests.faults.trainer import PAUSE

STUDY = (
    "run", "--no-local", "--task", "digits_mlp", "--optimizer", "sgd,adam,momentum", "--seeds", "4", "--workers", "2", *KEEPING
)  # fmt: skip
LIMIT = 12
"""Seconds that a trial may take here."""
SERVER = Path(__file__).with_name("network_drive.py")
# The drive belongs to the command's own name space and goes with it. It is no part of the study: it has no mark.
ON_DRIVE = """
env -u {mark} {python} -I -S {server} {place} {backing} {control} > {said} &
until grep -qs mounted {said}; do kill -0 $! || exit 99; sleep 0.02; done
exec "$@"
"""


class NetworkDrive:
    """A study whose results lie on a drive of its own. Its workers train nothing.

    Args:
        folder: Of the study.
        wanted: What an undisturbed run gives; nothing unless given.
    """

    def __init__(self, folder: Path, wanted: Numbers | None = None) -> None:
        variables = {"PYTHONPATH": str(Path(__file__).parents[2]), PAUSE: "0.3"}
        self.study = Study(folder, variables=variables, module="tests.attack.untrained")
        self.wanted = wanted or {}
        self.written: dict[str, bytes] = {}
        self._mounts = 0
        self._place, self.control = self.study.results, folder / "control"
        self.study.results = folder / "backing"  # what is looked at is what lies on the server
        for place in (self._place, self.study.results):
            place.mkdir()

    def fares(self, **said: Any) -> None:
        """Say how it fares from now on, see :mod:`tests.attack.network_drive`; well, if nothing is said."""
        written = self.control.with_suffix(".new")
        written.write_text(json.dumps(said), encoding="utf-8")
        written.replace(self.control)

    @property
    def wrapper(self) -> list[str]:
        """What runs a command where the drive is mounted: on another machine each time."""
        self._mounts += 1
        script = ON_DRIVE.format(
            mark=MARK, python=sys.executable, server=SERVER, place=self._place, backing=self.study.results,
            control=self.control, said=self.study.folder / f"said-{self._mounts}",
        )  # fmt: skip
        return [*unshare(), "sh", "-c", script, "sh"]

    def start(self, *arguments: str) -> Running:
        """Start a command."""
        return self.study.start(*arguments, wrapper=self.wrapper)

    def finished(self, found: Found) -> None:
        """Let the same command go on, with the drive well again, and look."""
        self.fares()
        self.whole(found, self.start(*STUDY).ended())

    def whole(self, found: Found, ended: Ended) -> None:
        """Note unless the study ended well, and all of it is there."""
        found.need(ended.code == 0, str(ended))
        found.need(not ended.left, f"left behind: {ended.left}")
        self.look(found)
        found.need(len(self.written) == len(self.wanted), f"{len(self.written)} of {len(self.wanted)} records")
        for kind in ("weights", "predictions", "probes"):
            many = len([path for path in (self.study.results / kind).rglob("*") if path.is_file()])
            found.need(many == len(self.wanted), f"{many} of {len(self.wanted)} {kind}")

    def look(self, found: Found) -> None:
        """Note what is lost, torn, written again, failed or of other bits."""
        files = self.study.files()
        found.need(self.written.items() <= files.items(), "a record was lost or written again")
        self.written = files
        found.need(not list(self.study.results.glob("stale/*")), "a record was set aside")
        for name, held in self.study.numbers().items():
            found.need(held == self.wanted.get(name), f"the record {name} has other bits: {held['outcome']}")


_undisturbed: dict[Path, Numbers] = {}


@cache
def may_mount_drives() -> bool:
    """Say whether this user may mount such a drive."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        script = ON_DRIVE.format(
            mark=MARK, python=sys.executable, server=SERVER, place="/mnt", backing=folder, control=folder / "control",
            said=folder / "said",
        )  # fmt: skip
        try:
            command = [*unshare(), "sh", "-c", script, "sh", "true"]
            return subprocess.run(command, capture_output=True, check=False, timeout=60).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False


def drive_of(folder: Path) -> NetworkDrive:
    """Return a drive for an attack, and on it a study of which an undisturbed run is known."""
    if not may_mount_drives():
        raise NotHere("nobody may mount a drive of his own here")
    place = folder.parent / "undisturbed"
    if place not in _undisturbed:
        drive = NetworkDrive(place)
        ended = drive.start(*STUDY).ended()
        assert ended.code == 0, ended
        _undisturbed[place] = drive.study.numbers()
    return NetworkDrive(folder / "study", _undisturbed[place])


def _slow(folder: Path) -> Found:
    drive = drive_of(folder)
    found = Found()
    drive.fares(delay=0.01)
    ended = drive.start(*STUDY, "--timeout", str(LIMIT)).ended()
    drive.whole(found, ended)
    found.measured = f"10 ms for each request: exit {ended.code} after {ended.seconds:.0f} s"
    return found


def _hanging(folder: Path) -> Found:
    drive = drive_of(folder)
    found = Found()
    running = drive.start(*STUDY, "--timeout", str(LIMIT))
    found.need(running.wait_for(drive.study.files, 120), "it was over before the blow")
    drive.fares(hang=True)
    running.wait_for(lambda: False, 1.5 * LIMIT)
    drive.fares()
    ended = running.ended(120)
    drive.whole(found, ended)
    found.measured = f"nothing answered for {1.5 * LIMIT:g} s, limit {LIMIT} s: exit {ended.code}, all trials completed"
    return found


def _interrupted(folder: Path) -> Found:
    """Ctrl-C while the drive hangs: heard once it answers again."""
    drive = drive_of(folder)
    found = Found()
    running = drive.start(*STUDY)
    found.need(running.wait_for(drive.study.files, 120), "it was over before the blow")
    drive.fares(hang=True)
    running.wait_for(lambda: False, 3)
    running.signal_group(signal.SIGINT)
    running.wait_for(lambda: False, 3)
    drive.fares()
    begun = time.monotonic()
    ended = running.ended(120)
    found.need(ended.code in (1, 130), str(ended))
    found.need("Traceback" not in ended.out + ended.err, str(ended))
    found.need(not ended.left, f"left behind: {ended.left}")
    drive.look(found)
    found.measured = (
        f"exit {ended.code} {time.monotonic() - begun:.0f} s after it answered, {len(drive.written)} records kept"
    )
    drive.finished(found)
    return found


def _failing(said: str, *requests: str, words: tuple[str, ...] = ()) -> Callable[[Path], Found]:
    """Let requests fail as soon as a record is there."""

    def attack(folder: Path) -> Found:
        drive = drive_of(folder)
        found = Found()
        running = drive.start(*STUDY)
        found.need(running.wait_for(drive.study.files, 120), "it was over before the blow")
        drive.fares(error=said, **({"of": list(requests)} if requests else {}))
        begun = time.monotonic()
        ended = running.ended(120)
        seconds = time.monotonic() - begun
        left = [one for one in ended.left if one.startswith("process")]  # a file cannot be removed from such a drive
        found.need(not left, f"left behind: {left}")
        ended = replace(ended, left=())
        one_line(found, ended, *(words or ("results",)))
        drive.look(found)
        kept = len(drive.written)
        drive.finished(found)
        found.measured = (
            f"exit {ended.code} {seconds:.0f} s after it, {kept} records kept; `{ended.err.strip()[-150:]}`"
        )
        return found

    return attack


def _failing_from_the_start(folder: Path) -> Found:
    drive = drive_of(folder)
    found, tried = Found(), 0
    drive.finished(found)
    for said in ("EIO", "ESTALE"):
        for requests in ((), ("read",), ("readdir", "opendir"), ("lookup", "getattr")):
            drive.fares(error=said, **({"of": list(requests)} if requests else {}))
            for verb in (STUDY, ("report",), ("doctor",)):
                ended = drive.start(*verb).ended(120)
                tried += 1
                what = f"{verb[0]}, {said} of {', '.join(requests) or 'all'}"
                found.need(ended.code in (0, 2), f"{what}: {ended}")
                found.need("Traceback" not in ended.out + ended.err, f"{what}: {ended}")
                found.need(ended.code == 0 or ended.err.count("\n") == 1, f"{what}: not one line: {ended.err[-300:]}")
            drive.look(found)
    drive.finished(found)
    found.measured = f"{tried} commands on a drive that fails, each exit 2 in one line, or nothing to do with it"
    return found


def _no_locks(folder: Path) -> Found:
    drive = drive_of(folder)
    found = Found()
    drive.fares(locks=False)
    ended = drive.start(*STUDY).ended(120)
    one_line(found, ended, "lock")
    found.measured = f"`{ended.err.strip()[-160:]}`"
    drive.finished(found)
    return found


def _two_machines(folder: Path) -> Found:
    """Two shards on two machines that share a results folder; what belongs to one machine alone is refused meanwhile."""
    drive = drive_of(folder)
    found = Found()
    drive.study.variables[PAUSE] = "90"  # more commands begin and end meanwhile, however busy the machine is
    first, second = shards = [drive.start(*STUDY, "--shard", shard) for shard in ("1/2", "2/2")]
    found.need(
        first.wait_for(lambda: len(list(drive.study.results.glob(".lock-*-of-2"))) == 2, 120), "they never began"
    )
    more = [drive.start(*STUDY, "--shard", "2/2"), drive.start(*STUDY)]
    same, other = (one.ended(120, clear=False) for one in more)
    for refused in (same, other):
        one_line(found, refused, "at work")
    found.need(first.alive and second.alive, "they were over before the others were refused")
    second.signal(signal.SIGKILL)
    first.signal(signal.SIGTERM)
    codes = [shard.ended(120, clear=False).code for shard in shards]
    found.need(codes == [1, -signal.SIGKILL], f"told to end and killed they ended with {codes}")
    drive.study.variables[PAUSE] = "0.3"
    for again in [drive.start(*STUDY, "--shard", shard) for shard in ("1/2", "2/2")]:
        ended = again.ended(clear=False)
        found.need(ended.code == 0, f"again: {ended}")
    kept = len(drive.study.files())
    drive.finished(found)
    left = list(drive.study.results.rglob(".*.part"))
    found.need(not left, f"left behind: {left}")
    found.measured = f"`{other.err.strip()[-150:]}`; both stopped, then {kept} records by both"
    return found


def _gone(folder: Path) -> Found:
    """The drive is taken away under the run, as ``umount -l`` does; what is written then lands in no other folder."""
    drive = drive_of(folder)
    found = Found()
    running = drive.start(*STUDY)
    found.need(running.wait_for(drive.study.files, 120), "it was over before the blow")
    place = str(drive.study.folder / "results")
    enter = ["nsenter", "-t", str(running.process.pid), "-m", "-U", "--preserve-credentials"]
    done = subprocess.run(
        [*(enter if len(unshare()[1]) > 2 else enter[:4]), "umount", "-l", place], capture_output=True, check=False
    )
    found.need(done.returncode == 0, f"it could not be unmounted: {done.stderr!r}")
    ended = running.ended(120)
    one_line(found, ended, "results")
    found.need(not list((drive.study.folder / "results").iterdir()), "something was written beside the drive")
    drive.look(found)
    found.measured = f"exit {ended.code}: `{ended.err.strip()[-150:]}`"
    drive.finished(found)
    return found


def attacks() -> list[Attack]:
    """Return the attacks of this module."""
    holds = "exit 0; every trial completed, with the bits of an undisturbed run"
    fails = "exit 2 and one line, no process left, 0 trials blamed; well again, the same bits"
    everything = [(said, f"a network drive on which all ends with {said}") for said in ("EIO", "ESTALE", "ENOTCONN")]
    parts = [
        ("EDQUOT", ("write",), "the quota is used up: writing says so"),
        ("EDQUOT", ("fsync", "flush"), "… or only fsync says so, as on NFS"),
        ("EDQUOT", ("create", "mkdir"), "… or nobody may have one more file"),
        ("EIO", ("fsync", "flush"), "a network drive that loses what was written, as fsync says"),
        ("EIO", ("link", "rename", "rename2"), "a network drive on which no file gets its name"),
        ("ETIMEDOUT", ("write", "fsync", "create"), "a network drive that is read alone"),
    ]
    return [
        Attack("a slow network drive", holds, _slow),
        Attack("a network drive that hangs for a while", holds, _hanging),
        Attack(
            "Ctrl-C while a network drive hangs", "exit 1, nothing left, nothing lost; then the same bits", _interrupted
        ),
        *(Attack(name, fails, _failing(said)) for said, name in everything),
        *(Attack(name, fails, _failing(said, *requests)) for said, requests, name in parts),
        Attack("commands on a network drive that fails from the start", "exit 2 and one line", _failing_from_the_start),
        Attack(
            "two shards on two machines that share a network drive",
            "nothing twice, nothing lost; the same bits",
            _two_machines,
        ),
        Attack("a network drive without locks", "exit 2 and one line", _no_locks),
        Attack("a network drive that is unmounted during a run", fails, _gone),
    ]
