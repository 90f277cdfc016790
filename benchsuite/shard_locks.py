"""The locks of shards that share a results folder: each has a file of its own, ``.lock-3-of-16``, that says who holds it.

Shards begin one after another: ``.lock-shards`` is held by one that looks which others are at work. So two that begin at
once cannot overlook each other, and only one that is alone sweeps away what runs that were killed have left.
"""

from __future__ import annotations

import os
import re
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from benchsuite.descriptors import keep, let_go
from benchsuite.errors import BenchsuiteError
from benchsuite.folder import Folder
from benchsuite.lock_files import LockHeld, content_of, lock, lock_file
from benchsuite.shards import Shard

TURN = ".lock-shards"
_OWN = re.compile(r"\.lock-(\d{1,6})-of-(\d{1,6})")
_SAID = re.compile(r"(\d+) on ([\w.\-]+)")
LOOKS = 0.05
"""Seconds between two tries to get a lock that somebody has for a moment."""
MOMENT = 2.0
"""Seconds for which somebody who only looks may have a lock."""
LONGEST_TURN = 600.0
"""Seconds for which another shard may sweep a large folder on a slow drive, before this one gives up."""
MOST_NAMED = 5


@dataclass(frozen=True)
class AtWork:
    """A shard that is at work on a folder.

    Args:
        shard: Which.
        who: Its process and machine, in words; empty where nobody can say.
    """

    shard: Shard
    who: str

    def __str__(self) -> str:
        return f"{self.shard}{f' ({self.who})' if self.who else ''}"


def at_work(folder: Folder) -> list[AtWork]:
    """Return the shards that hold a folder, by number."""
    found = []
    for name, shard in _files(folder):
        with suppress(OSError):
            try:
                os.close(_looked_at(folder, name))
            except LockHeld:
                match = _SAID.fullmatch(content_of(folder, name, 300))
                found.append(AtWork(shard, f"process {match[1]} on {match[2]}" if match else ""))
    return sorted(found, key=lambda one: one.shard)


def named(shards: list[AtWork]) -> str:
    """Return shards that are at work as the subject of a sentence."""
    said = ", ".join(map(str, shards[:MOST_NAMED]))
    more = f" and {len(shards) - MOST_NAMED} more" if len(shards) > MOST_NAMED else ""
    return f"shard{'s' if len(shards) > 1 else ''} {said}{more} {'are' if len(shards) > 1 else 'is'}"


@contextmanager
def holding(folder: Folder, shard: Shard, hold: Callable[[], None], first: Callable[[], None]) -> Iterator[None]:
    """Hold a folder for one shard, beside others.

    Args:
        folder: The results folder, which is held.
        shard: Which.
        hold: Takes the folder's own locks, which shards share and other runs do not; may raise.
        first: Called while no other shard is at work, nor can begin.

    Raises:
        BenchsuiteError: If this very shard is at work already, or shards of another division are.
        OSError: If its file cannot be made.
    """
    own = f".lock-{shard.name}"
    turn = keep(_patiently(lambda: lock_file(folder, TURN, None), LONGEST_TURN, folder))
    file = -1
    try:
        hold()
        others = at_work(folder)
        for other in others:
            if other.shard == shard:
                raise BenchsuiteError(
                    f"shard {other} is at work on {folder.path} already. Wait for it, stop it, or choose another folder with "
                    "--results DIR."
                )
        if strange := [other for other in others if other.shard.of != shard.of]:
            raise BenchsuiteError(
                f"{named(strange)} at work on {folder.path}, and shard {shard} is of another division: trials would run "
                "twice. Wait for it, or choose another folder with --results DIR."
            )
        said = f"{os.getpid()} on {socket.gethostname()}"
        file = keep(_patiently(lambda: lock_file(folder, own, said), MOMENT, folder))
        if not others:
            _forget(folder, but=own)
            first()
    except BaseException:
        if file >= 0:
            let_go(file)
        raise
    finally:
        let_go(turn)
    try:
        yield
    finally:
        with suppress(OSError):
            folder.remove(own)  # while it is held: whoever opened it meanwhile sees that it is nobody's any more
        let_go(file)


def forget(folder: Folder) -> None:
    """Delete the files of shards that were killed. Nobody but the caller holds the folder."""
    _forget(folder, but="")


def _forget(folder: Folder, but: str) -> None:
    for name, _ in _files(folder):
        if name != but:
            with suppress(OSError):
                folder.remove(name)


def _files(folder: Folder) -> list[tuple[str, Shard]]:
    """Return the names of the files of shards, with these."""
    found = []
    for name in os.listdir(folder.path):
        match = _OWN.fullmatch(name)
        if match and 1 <= int(match[1]) <= int(match[2]):
            found.append((name, Shard(int(match[1]), int(match[2]))))
    return found


def _looked_at(folder: Folder, name: str) -> int:
    """Return a descriptor of a file that nobody holds.

    Raises:
        LockHeld: If somebody does.
    """
    file = folder.open(name, os.O_RDWR)
    try:
        lock(file, shared=True)
    except BaseException:
        os.close(file)
        raise
    return file


def _patiently(take: Callable[[], int], seconds: float, folder: Folder) -> int:
    """Take a lock that somebody may have for a while."""
    end = time.monotonic() + seconds
    while True:
        try:
            return take()
        except LockHeld:
            if time.monotonic() > end:
                raise BenchsuiteError(
                    f"another shard has been beginning its work on {folder.path} for {seconds:g} seconds. Look what it does, "
                    "stop it, or choose another folder with --results DIR."
                ) from None
        time.sleep(LOOKS)
