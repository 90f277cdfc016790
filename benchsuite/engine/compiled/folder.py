"""Compiled code on the disk: one file for each function, private to the user, believed only if it is whole.

It is code that runs, so nothing is read that somebody else could have written: the folder, those in it and every file are the
user's own, no links, and writable for nobody else. What stands above is not looked at: who can write there can put another
folder in its place, but none that belongs to the user. A file holds a checksum of all the rest, which says what is compiled
and for which machine and versions; it is checked each time, just before the code is used. A file appears whole or not
at all, so any number of processes may read and write at once, and be killed at any moment.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import stat
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from benchsuite.errors import said_by
from benchsuite.plain_files import FLAGS

MOST_BYTES = 2**30
"""Of all files together; those that were used longest ago go first."""
LARGEST = 2**28
"""Bytes of one file."""
TIDY_EVERY = 32
"""Files that a process writes until it looks how large the folder has become."""

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_CHECKSUM = hashlib.sha256().digest_size
_TEMPORARY = ".part"
_ABANDONED = 3600.0
"""Seconds after which a file that is still unfinished has lost its writer."""


class NotOurs(Exception):
    """Raised for a folder that cannot be trusted; its text says why."""


@dataclass(frozen=True)
class Held:
    """What lies in the folder.

    Args:
        files: Their number.
        size: Bytes of all together.
    """

    files: int
    size: int


class CompiledFolder:
    """The folder.

    Args:
        root: Where it is; made when something is kept.
        kind: Hash of all that compiled code depends on beside what it computes: code of one kind only is found.
        most: Bytes of all files together.
    """

    def __init__(self, root: Path, kind: str, most: int = MOST_BYTES) -> None:
        self.root, self.kind, self._most = root, kind, most
        self._written = 0

    def get(self, name: str) -> dict[str, bytes] | None:
        """Return the files that were kept under a name, or nothing; what is not whole is removed.

        Args:
            name: Of what is compiled.
        """
        try:
            with self._opened() as folder:
                content = _read(folder, name)
                if content is None:
                    return None
                files = _unpacked(content, self.kind, name)
                if files is None:
                    os.unlink(name, dir_fd=folder)
                    return None
                with suppress(OSError):
                    os.utime(name, dir_fd=folder)  # used now
                return files
        except (OSError, NotOurs):
            return None

    def put(self, name: str, files: Mapping[str, bytes]) -> None:
        """Keep files under a name. Where that cannot be done, nothing is kept."""
        content = _packed(files, self.kind, name)
        if len(content) > min(LARGEST, self._most):
            return
        with suppress(OSError, NotOurs), self._opened(create=True) as folder:
            temporary = f"{name}.{secrets.token_hex(8)}{_TEMPORARY}"
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
            descriptor = os.open(temporary, flags, 0o600, dir_fd=folder)
            try:
                # Not flushed to the disk: after a power cut the checksum tells what is whole.
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with suppress(OSError):
                    os.unlink(temporary, dir_fd=folder)
                raise
        self._written += 1
        if self._written % TIDY_EVERY == 1:
            self.tidy()

    def drop(self, name: str) -> None:
        """Remove what is kept under a name, if anything."""
        with suppress(OSError, NotOurs), self._opened() as folder:
            os.unlink(name, dir_fd=folder)

    def tidy(self) -> None:
        """Remove what was used longest ago until the rest fits, of whatever kind it is, and folders that are empty."""
        with suppress(OSError, NotOurs), _folder(self.root) as root:
            found = []
            for used, size, kind, name in sorted(_entries(root)):
                if name.endswith(_TEMPORARY) and used < (time.time() - _ABANDONED) * 1e9:
                    _unlink(root, kind, name)
                else:
                    found.append((used, size, kind, name))
            left = sum(size for _, size, _, _ in found)
            for _, size, kind, name in found:
                if left <= self._most:
                    break
                _unlink(root, kind, name)
                left -= size
            for kind in os.listdir(root):
                if kind != self.kind:
                    with suppress(OSError):
                        os.rmdir(kind, dir_fd=root)  # only an empty one goes

    def held(self) -> Held:
        """Return how many files there are, and how large they are together."""
        try:
            with _folder(self.root) as root:
                sizes = [size for _, size, _, _ in _entries(root)]
        except (OSError, NotOurs):
            sizes = []
        return Held(len(sizes), sum(sizes))

    @contextmanager
    def _opened(self, create: bool = False) -> Iterator[int]:
        if create:
            _make(self.root)
        with _folder(self.root) as root:
            if create:
                with suppress(FileExistsError):
                    os.mkdir(self.kind, 0o700, dir_fd=root)
            with _folder(self.kind, root) as folder:
                yield folder


def problem_of(root: Path) -> str:
    """Return why nothing can be kept in a folder, in a few words; empty if it can, and then the folder is there."""
    try:
        _make(root)
        with _folder(root) as folder:
            return "" if os.access(".", os.W_OK, dir_fd=folder) else f"you cannot write to {root}"
    except NotOurs as error:
        return str(error)
    except OSError as error:
        return f"{root}: {said_by(error)}"


def _make(root: Path) -> None:
    root.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        os.mkdir(root, 0o700)


@contextmanager
def _folder(path: Path | str, within: int | None = None) -> Iterator[int]:
    """Open a folder that is the user's own."""
    try:
        descriptor = os.open(path, _FOLDER, dir_fd=within)
    except NotADirectoryError:
        raise NotOurs(f"{path} is no folder, or a link") from None
    try:
        about = os.fstat(descriptor)
        if about.st_uid != os.geteuid():
            raise NotOurs(f"{path} belongs to somebody else")
        if about.st_mode & 0o022:
            raise NotOurs(f"others can write to {path}; run: chmod go-w {path}")
        yield descriptor
    finally:
        os.close(descriptor)


def _entries(root: int) -> Iterator[tuple[int, int, str, str]]:
    """Yield when each file was used last, its size, its folder and its name."""
    for kind in os.listdir(root):
        with suppress(OSError, NotOurs), _folder(kind, root) as folder:
            for name in os.listdir(folder):
                with suppress(OSError):
                    about = os.stat(name, dir_fd=folder, follow_symlinks=False)
                    yield about.st_mtime_ns, about.st_size, kind, name


def _unlink(root: int, kind: str, name: str) -> None:
    with suppress(OSError, NotOurs), _folder(kind, root) as folder:
        os.unlink(name, dir_fd=folder)


def _read(folder: int, name: str) -> bytes | None:
    """Return the content of a file; what is no file of the user's own goes, or stays where it cannot."""
    try:
        descriptor = os.open(name, FLAGS, dir_fd=folder)
    except FileNotFoundError:
        return None
    except OSError:  # a link, a socket
        os.unlink(name, dir_fd=folder)
        return None
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(descriptor)
        ours = stat.S_ISREG(about.st_mode) and about.st_uid == os.geteuid() and not about.st_mode & 0o022
        if ours and about.st_size <= LARGEST:
            return file.read(LARGEST + 1)
    os.unlink(name, dir_fd=folder)
    return None


def _packed(files: Mapping[str, bytes], kind: str, name: str) -> bytes:
    head = json.dumps({"kind": kind, "name": name, "files": {file: len(content) for file, content in files.items()}})
    rest = b"".join([head.encode(), b"\n", *files.values()])
    return hashlib.sha256(rest).digest() + rest


def _unpacked(content: bytes, kind: str, name: str) -> dict[str, bytes] | None:
    """Return the files that a file holds; nothing if it is torn, changed, or that of something else."""
    checksum, rest = content[:_CHECKSUM], content[_CHECKSUM:]
    if hashlib.sha256(rest).digest() != checksum:
        return None
    head, _, left = rest.partition(b"\n")
    files = {}
    try:
        told = json.loads(head)
        if (told["kind"], told["name"]) != (kind, name):
            return None
        for file, size in told["files"].items():
            files[file], left = left[:size], left[size:]
    except (ValueError, LookupError, TypeError, AttributeError):  # whole, and written by somebody with other ideas
        return None
    return files
