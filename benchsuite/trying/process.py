"""One process that tries plugins, seen from outside: started, listened to, ended with all that it left behind."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import psutil

from benchsuite.discovery import PluginSearch
from benchsuite.discovery.guard import search_path
from benchsuite.processes import signal_name
from benchsuite.text import without_controls
from benchsuite.trying.child import CLOSED, FORKED
from benchsuite.trying.tried import TriedFirst

IMPORT_SECONDS = 60.0
"""An import may take so long; TensorFlow takes three seconds, on a busy machine ten."""
START_SECONDS = 60.0
"""And so long the start of the process, before any plugin."""
END_SECONDS = 15.0
"""And its end, after the last one, if it computes nothing meanwhile: on a busy machine that of a large library takes a while."""
LOOK_EVERY = 0.05
WORKING_SECONDS = 0.1
"""Who has used less processor time since the last look does nothing."""
PATIENT_SECONDS = 3.0
"""After so long somebody who waits at a terminal learns what for."""
LONGEST_PRINTED = 4000
LONGEST_LINE = 2**20

# As for a worker: the search path is this process's own, and set before anything is imported.
BOOT = (
    "import sys; sys.path[:] = sys.argv[2].splitlines(); "
    "from benchsuite.trying.child import try_all; try_all(int(sys.argv[1]))"
)


@dataclass
class Attempt:
    """What one process has told.

    Args:
        done: What came of each plugin that it got through.
        leaving: Those of them that left something behind which the end of the process waits for.
        at: The one during which it ended; ``None`` if it got through all.
        reason: Why it did not end as it should, in one line; empty if it did.
        printed: The end of what it printed.
        ready: Whether it got as far as the first plugin.
    """

    done: dict[str, TriedFirst] = field(default_factory=dict)
    leaving: list[str] = field(default_factory=list)
    at: str | None = None
    reason: str = ""
    printed: str = ""
    ready: bool = False


def attempt(search: PluginSearch, keys: Sequence[str], seconds: float = IMPORT_SECONDS) -> Attempt:
    """Try some plugins in one process.

    Args:
        search: Where plugins are looked for.
        keys: Of the candidates, in order.
        seconds: Each may take.

    Raises:
        OSError: If no process can be started.
    """
    ours, theirs = os.pipe()
    try:
        process = subprocess.Popen(
            [sys.executable, "-c", BOOT, str(theirs), "\n".join(search_path())],
            pass_fds=[theirs],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is not for it, and what it leaves behind can be found
        )
    except BaseException:
        os.close(ours)
        raise
    finally:
        os.close(theirs)
    listening = _Listening(process, ours, seconds)
    try:
        assert process.stdin is not None
        with contextlib.suppress(OSError), process.stdin as told:
            places = {"plugins": search.plugins, "folder": search.folder, "local": search.local}
            told.write(json.dumps({**places, "keys": list(keys), "parent": os.getpid()}).encode())
        return listening.to_the_end()
    finally:
        with contextlib.suppress(OSError):
            os.killpg(process.pid, signal.SIGKILL)  # also what it forked, and what it never ended
        process.wait()
        listening.close()


class _Listening:
    """Reads what a process tells and prints."""

    def __init__(self, process: subprocess.Popen[bytes], told: int, seconds: float) -> None:
        assert process.stdout is not None
        self._process = process
        self._told = told
        self._printed = process.stdout
        self._seconds = seconds
        self._line = b""
        self._tail = b""
        self._said: set[str] = set()
        self.attempt = Attempt()
        self._used, self._used_at = 0.0, 0.0
        self._selector = selectors.DefaultSelector()
        for descriptor in (told, self._printed.fileno()):
            os.set_blocking(descriptor, False)
            self._selector.register(descriptor, selectors.EVENT_READ)

    def close(self) -> None:
        self._selector.close()
        self._printed.close()
        os.close(self._told)

    def to_the_end(self) -> Attempt:
        """Listen until the process has ended, or must be."""
        found = self.attempt
        since, told = time.monotonic(), 0
        while True:
            heard = self._listen()
            if found.ready + len(found.done) + (found.at is not None) != told:
                since, told = time.monotonic(), found.ready + len(found.done) + (found.at is not None)
            waited = time.monotonic() - since
            code = self._process.poll()
            if code is not None and not heard:
                found.reason = found.reason or self._ended(code)
                break
            if found.at is not None and waited > PATIENT_SECONDS:
                self._say(found.at)
            limit = self._seconds if found.at is not None else END_SECONDS if found.ready else START_SECONDS
            ends = found.ready and found.at is None
            if ends and self._works() and waited < START_SECONDS:
                continue
            if not heard and waited > limit:
                found.reason = (
                    f"importing it did not finish within {self._seconds:g} seconds"
                    if found.at is not None
                    else "the process that imported it does not end: a thread or an atexit function of its keeps it"
                )
                break
        found.printed = self._tail.decode(errors="replace")
        return found

    def _works(self) -> bool:
        """Say whether the process has computed anything lately."""
        try:
            used = sum(psutil.Process(self._process.pid).cpu_times()[:2])
        except psutil.Error:
            return False
        now = time.monotonic()
        if used - self._used > WORKING_SECONDS:
            self._used, self._used_at = used, now
        return now - self._used_at < END_SECONDS

    def _say(self, key: str) -> None:
        if key not in self._said and sys.stderr is not None and sys.stderr.isatty():
            self._said.add(key)
            origin = without_controls(key.partition("\n")[0])
            print(f"Importing {origin} takes long; at most {self._seconds:g} seconds.", file=sys.stderr)

    def _listen(self) -> bool:
        """Read what is there; say whether there was something."""
        heard = False
        for key, _ in self._selector.select(LOOK_EVERY):
            try:
                data = os.read(key.fd, 2**16)
            except OSError:
                data = b""
            if not data:
                self._selector.unregister(key.fd)
            elif key.fd == self._told:
                self._hear(data)
            else:
                self._tail = (self._tail + data)[-LONGEST_PRINTED:]
            heard = heard or bool(data)
        if not self._selector.get_map():
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(LOOK_EVERY)
        return heard

    def _hear(self, data: bytes) -> None:
        *lines, self._line = (self._line + data).split(b"\n")
        self._line = self._line[:LONGEST_LINE]
        for line in lines:
            try:
                said = json.loads(line)
                what, key = said["what"], said["key"]
            except (ValueError, KeyError, TypeError):  # a plugin wrote into it
                continue
            found = self.attempt
            if what == "ready":
                found.ready = True
            elif what == "begun":
                found.at = key
            elif what == FORKED:
                found.done[key] = TriedFirst(
                    "importing it makes a copy of the process (fork), which goes on as if it were it"
                )
            elif what == "done" and key == found.at:
                found.at = None
                if said.get("leaves"):
                    found.leaving.append(key)
                tried = TriedFirst.from_json({"reason": "", "printed": "", "at": time.time(), **said})
                if tried is not None and key not in found.done:
                    found.done[key] = tried

    def _ended(self, code: int) -> str:
        if code == CLOSED:
            return "importing it closed file descriptors that are not its own"
        how = f"killed the process: {signal_name(-code)}" if code < 0 else f"ended the process with exit code {code}"
        if self.attempt.at is not None or not self.attempt.ready:
            return f"importing it {how}"
        return "" if code == 0 else f"it {how} when that should have ended"
