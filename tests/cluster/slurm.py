"""A SLURM of one machine, for as long as a test lasts: Debian's own daemons, on loopback alone, in a folder of their own.

Nothing of a SLURM that this machine may be part of is touched: configuration, key, sockets, ports, state and logs are
others. Linux, Debian or what descends from it, and root.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchsuite.control_groups import usable_memory
from benchsuite.processes import die_with
from tests.attack import survivors

PACKAGES = ("slurm-wlm", "munge")
PROGRAMS = ("slurmctld", "slurmd", "munged", "sbatch")
START_SECONDS = 30.0
CONFIGURATION = """\
ClusterName=one
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={controller_port}
SlurmdPort={node_port}
SlurmUser=root
AuthType=auth/munge
AuthInfo=socket={folder}/munge.socket
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core_Memory
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
MpiDefault=none
ReturnToService=2
MinJobAge=86400
KillWait=20
NodeName={host} NodeAddr=127.0.0.1 CPUs={processors} RealMemory={memory}
PartitionName=main Nodes={host} Default=YES MaxTime=INFINITE State=UP
"""


class CannotBe(Exception):
    """Raised where there can be no SLURM; says why."""


@contextlib.contextmanager
def installed(keep: bool = False) -> Iterator[None]:
    """Install what is missing, and remove it at the end.

    Args:
        keep: Whether it stays.

    Raises:
        CannotBe: If that cannot be done here.
    """
    if sys.platform != "linux":
        raise CannotBe("SLURM runs on Linux alone")
    if os.geteuid() != 0:
        raise CannotBe("slurmd needs root")
    if all(map(shutil.which, PROGRAMS)):
        yield
        return
    if shutil.which("apt-get") is None:
        raise CannotBe("there is no SLURM here, and no apt-get to install it with")
    before = _packages()
    try:
        for command in (["update"], ["install", "--yes", "--no-install-recommends", *PACKAGES]):
            done = _apt(*command)
            if done.returncode:
                raise CannotBe(f"apt-get {command[0]} fails: {(done.stderr or done.stdout).strip()[-300:]}")
        yield
    finally:
        if not keep and (new := sorted(_packages() - before)):
            _apt("purge", "--yes", *new)


def _apt(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    return subprocess.run(["apt-get", *arguments], env=environment, capture_output=True, text=True, check=False)


def _packages() -> set[str]:
    """Return the names of all packages that are installed."""
    asked = ["dpkg-query", "--show", "--showformat", "${db:Status-Abbrev}${Package}\n"]
    said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    return {line[3:].strip() for line in said.splitlines() if line.startswith("ii")}


class Slurm:
    """One controller and one node that has as many processors as it is told, whatever the machine has.

    Args:
        folder: For all that it writes; it must not exist.
        processors: Of the node.
    """

    def __init__(self, folder: Path, processors: int) -> None:
        self.folder = folder
        self.configuration = folder / "slurm.conf"
        self._daemons: list[subprocess.Popen[bytes]] = []
        for place in (folder, folder / "state", folder / "spool"):
            place.mkdir(mode=0o755)
        key = folder / "munge.key"
        key.write_bytes(secrets.token_bytes(1024))
        key.chmod(0o600)
        ports = _free_ports(2)
        self.configuration.write_text(
            CONFIGURATION.format(
                host=socket.gethostname().split(".")[0], folder=folder, controller_port=ports[0], node_port=ports[1],
                processors=processors, memory=int(usable_memory() / 2**20 * 0.9),
            ),
            encoding="ascii",
        )  # fmt: skip

    @property
    def environment(self) -> dict[str, str]:
        """What its commands, and its jobs, need."""
        return {"SLURM_CONF": str(self.configuration)}

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Start it; at the end cancel all jobs, stop it, and see that nothing of it is left.

        Raises:
            CannotBe: If it does not start.
        """
        in_folder = {
            "key-file": "munge.key",
            "socket": "munge.socket",
            "pid-file": "munge.pid",
            "seed-file": "munge.seed",
        }
        munge = [f"--{option}={self.folder / name}" for option, name in in_folder.items()]
        try:
            self._start("munged", "--foreground", *munge)
            self._wait(lambda: (self.folder / "munge.socket").exists(), "munged")
            self._start("slurmctld", "-D", "-c")
            self._start("slurmd", "-D", "-c")
            self._wait(
                lambda: self.call("sinfo", "--noheader", "--format=%T").strip() == "idle", "slurmctld and slurmd"
            )
            yield
        finally:
            self._stop()

    def call(self, *command: str, where: Path | None = None, **variables: str) -> str:
        """Run one of its commands and return what it prints; all that it says, where it fails.

        Args:
            command: With its arguments.
            where: Working folder.
            variables: Of the environment, beside its own.
        """
        environment = {**os.environ, **self.environment, **variables}
        done = subprocess.run(command, cwd=where, env=environment, capture_output=True, text=True, check=False)
        return done.stdout if done.returncode == 0 else f"exit {done.returncode}: {done.stdout}{done.stderr}"

    def states(self, job: str) -> dict[int, tuple[str, str]]:
        """Return state and exit code of each task of an array, such as ``("COMPLETED", "0:0")``."""
        found = {}
        for line in self.call("scontrol", "--oneliner", "show", "job", job).splitlines():
            said = dict(part.split("=", 1) for part in line.split() if "=" in part)
            if said.get("ArrayTaskId", "").isdigit():
                found[int(said["ArrayTaskId"])] = said["JobState"], said["ExitCode"]
        return found

    def processes(self) -> list[survivors.Process]:
        """Return all that live and belong to it: daemons, and whatever a job started."""
        return survivors.processes(f"SLURM_CONF={self.configuration}")

    def log(self) -> str:
        """Return what its daemons say is wrong."""
        lines = [line for path in self.folder.glob("*.log") for line in path.read_text(errors="replace").splitlines()]
        return "; ".join(line for line in lines if "error" in line or "fatal" in line)[-1000:]

    def _start(self, *command: str) -> None:
        path = shutil.which(command[0], path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
        us = os.getpid()
        with (self.folder / f"{command[0]}.out").open("wb") as output:
            process = subprocess.Popen(
                [path or command[0], *command[1:]], env={**os.environ, **self.environment}, stdin=subprocess.DEVNULL,
                stdout=output, stderr=output, start_new_session=True, preexec_fn=lambda: die_with(us),
            )  # fmt: skip
        self._daemons.append(process)

    def _wait(self, what: object, who: str) -> None:
        end = time.monotonic() + START_SECONDS
        assert callable(what)
        while not what():
            if time.monotonic() > end or any(daemon.poll() is not None for daemon in self._daemons):
                raise CannotBe(f"{who} does not start here: {self.log() or self._printed()}")
            time.sleep(0.1)

    def _printed(self) -> str:
        return " ".join(path.read_text(errors="replace") for path in sorted(self.folder.glob("*.out")))[-1000:]

    def _stop(self) -> None:
        """Cancel what runs, then end the daemons, the last one first."""
        if len(self._daemons) == 3:
            self.call("scancel", "--user=root", "--full")
            end = time.monotonic() + START_SECONDS
            while self.call("squeue", "--noheader").strip() and time.monotonic() < end:
                time.sleep(0.2)
        for daemon in reversed(self._daemons):
            daemon.terminate()
            try:
                daemon.wait(START_SECONDS)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        for process in self.processes():
            process.kill()


def _free_ports(count: int) -> Sequence[int]:
    with contextlib.ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
