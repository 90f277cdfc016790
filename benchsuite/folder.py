"""A folder that is held: what is written below it is whole or absent, lies in this very folder, and goes through no link.

Every file is reached component by component from the folder's descriptor, and no component may be a symbolic link; the
folder itself may be one. A new file has no name before it is whole (Linux), so that a killed writer leaves nothing. One
that takes the place of another has a temporary name for a moment; what a writer that was killed in it left,
:meth:`Folder.sweep` takes away.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
Identity = tuple[int, int]
"""Device and number of a file: no other has both while somebody holds it."""

_TEMPORARY = re.compile(r"\..+\.[0-9a-f]{16}\.part")
_NAMELESS = getattr(os, "O_TMPFILE", 0) if os.path.isdir("/proc/self/fd") else 0
_held: set[int] = set()


class Gone(OSError):
    """Raised when a folder that is held is not what its path leads to any more."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.ESTALE, f"{path} was deleted, moved or replaced meanwhile", str(path))


class Folder:
    """A folder, opened for each thing that is done in it, or held for as long as :meth:`hold` says.

    Names of files are relative to it, with slashes.

    Args:
        path: Where it is.
        identity: Of the folder that must be there; any will do unless given.
    """

    def __init__(self, path: Path, identity: Identity | None = None) -> None:
        self.path = path
        self.identity = identity
        self._pinned: dict[str, int] = {}  # "" is the folder itself

    @contextmanager
    def hold(self, *names: str) -> Iterator[int]:
        """Hold the folder and some of the folders in it: a write fails as soon as one is not where it was.

        Yields:
            Its descriptor.

        Raises:
            OSError: If one is not there, or is a link.
        """
        try:
            self._pinned[""] = keep(self._open())
            for name in names:
                self._pinned[name] = keep(self._step(self._pinned[""], name, create=False))
            yield self._pinned[""]
        finally:
            for descriptor in self._pinned.values():
                let_go(descriptor)
            self._pinned = {}

    def pin(self, name: str, descriptor: int) -> None:
        """Hold one more file that is open; it is closed at the end of :meth:`hold`."""
        self._pinned[name] = keep(descriptor)

    def check(self) -> None:
        """Look whether all that is held is where it was.

        Raises:
            Gone: If it is not.
        """
        for name, descriptor in self._pinned.items():
            try:
                # The folder itself may be reached through a link, what is in it may not be one.
                found = os.stat(name, dir_fd=self._pinned[""], follow_symlinks=False) if name else os.stat(self.path)
            except OSError:
                raise Gone(self.path / name) from None
            if identity(found) != identity(os.fstat(descriptor)):
                raise Gone(self.path / name)

    def write(self, name: str, content: bytes) -> None:
        """Write a file so that a reader, or a power cut, sees all of it or the file before.

        Raises:
            OSError: If that cannot be done; the file before is as it was.
        """
        with self.writing(name) as file:
            file.write(content)

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """Give a file to write to, which gets its name once all is written and on the disk. Folders are made on the way.

        Raises:
            OSError: If that cannot be done; the file before is as it was, and nothing is left.
        """
        with self._parent(name, create=True) as (parent, last):
            self._refuse_link(parent, last, name)
            descriptor, temporary = _draft(parent, last)
            try:
                with os.fdopen(descriptor, "wb") as file:
                    yield file
                    file.flush()
                    os.fsync(descriptor)
                    if not temporary:
                        try:
                            _name(descriptor, parent, last)
                            return
                        except FileExistsError:
                            temporary = _temporary(last)
                            _name(descriptor, parent, temporary)
                    os.replace(temporary, last, src_dir_fd=parent, dst_dir_fd=parent)
            except BaseException:
                if temporary:
                    with suppress(OSError):
                        os.unlink(temporary, dir_fd=parent)
                raise

    def try_to_write(self, name: str) -> None:
        """Find out whether files can be made in one of its folders.

        Raises:
            OSError: If they cannot.
        """
        with self._parent(f"{name}/.") as (parent, _):
            descriptor, temporary = _draft(parent, "trial")
            os.close(descriptor)
            if temporary:
                os.unlink(temporary, dir_fd=parent)

    def open(self, name: str, flags: int) -> int:
        """Open a file that is no link, nor a pipe or a device. Folders are made on the way.

        Returns:
            A descriptor, which no child process inherits.

        Raises:
            OSError: If that cannot be done.
        """
        with self._parent(name, create=True) as (parent, last):
            self._refuse_link(parent, last, name)
            # Without O_NONBLOCK a pipe that nobody reads would be waited for.
            flags |= os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            descriptor = os.open(last, flags, 0o666, dir_fd=parent)
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.close(descriptor)
                raise OSError(errno.EINVAL, f"{self.path / name} is not a regular file", str(self.path / name))
            return descriptor

    def move(self, name: str, other: str) -> None:
        """Give a file another name; what had that name goes.

        Raises:
            OSError: If that cannot be done.
        """
        with self._parent(name) as (source, last), self._parent(other, create=True) as (target, new):
            os.replace(last, new, src_dir_fd=source, dst_dir_fd=target)

    def remove(self, name: str) -> None:
        """Delete a file, or nothing if there is none.

        Raises:
            OSError: If that cannot be done.
        """
        with suppress(FileNotFoundError), self._parent(name) as (parent, last):
            os.unlink(last, dir_fd=parent)

    def sweep(self, *names: str) -> None:
        """Delete what writers that were killed have left in the folder and, at any depth, in some of its folders.

        Raises:
            OSError: If that cannot be done.
        """
        with self._opened() as top:
            _sweep(os.listdir(top), top)
            for name in names:
                with suppress(FileNotFoundError):
                    for _, _, files, descriptor in os.fwalk(name, dir_fd=top):  # through no link
                        _sweep(files, descriptor)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        if "" in self._pinned:
            self.check()
            yield self._pinned[""]
            return
        descriptor = self._open()
        try:
            yield descriptor
        finally:
            os.close(descriptor)

    def _open(self) -> int:
        try:
            descriptor = os.open(self.path, FOLDER)
        except FileNotFoundError:
            if self.identity is None:
                raise
            raise Gone(self.path) from None
        if self.identity not in (None, identity(os.fstat(descriptor))):
            os.close(descriptor)
            raise Gone(self.path)
        return descriptor

    @contextmanager
    def _parent(self, name: str, *, create: bool = False) -> Iterator[tuple[int, str]]:
        """Open the folder that a file lies in; yield it, and the file's name there."""
        *folders, last = name.split("/")
        with self._opened() as at:
            opened: list[int] = []
            try:
                for depth, folder in enumerate(folders):
                    made = create and not (depth == 0 and folder in self._pinned)
                    at = self._step(at, folder, create=made, path="/".join(folders[: depth + 1]))
                    opened.append(at)
                yield at, last
            finally:
                for descriptor in opened:
                    os.close(descriptor)

    def _step(self, at: int, folder: str, *, create: bool, path: str = "") -> int:
        flags = FOLDER | os.O_NOFOLLOW
        try:
            try:
                return os.open(folder, flags, dir_fd=at)
            except FileNotFoundError:
                if not create:
                    raise
            with suppress(FileExistsError):  # another process may be faster
                os.mkdir(folder, dir_fd=at)
            return os.open(folder, flags, dir_fd=at)
        except OSError as error:
            if error.errno in (errno.ENOTDIR, errno.ELOOP):  # Linux says the one, others the other
                self._refuse_link(at, folder, path or folder)
            raise

    def _refuse_link(self, at: int, last: str, name: str) -> None:
        with suppress(FileNotFoundError):
            if stat.S_ISLNK(os.stat(last, dir_fd=at, follow_symlinks=False).st_mode):
                path = self.path / name
                said = f"{path} is a symbolic link, and nothing in a results folder is written through one"
                raise OSError(errno.ELOOP, said, str(path))


def identity(found: os.stat_result) -> Identity:
    """Return what no other file has."""
    return found.st_dev, found.st_ino


def keep(descriptor: int) -> int:
    """Remember that a descriptor is held: children that are forked meanwhile have no part in it."""
    _held.add(descriptor)
    return descriptor


def let_go(descriptor: int) -> None:
    """Close a descriptor and end its lock, also where a child that this process cannot know of has a copy."""
    if descriptor not in _held:  # this is such a child: it was closed, and the number may be another file's
        return
    _held.discard(descriptor)
    with suppress(OSError):  # it never had a lock
        fcntl.flock(descriptor, fcntl.LOCK_UN)
    os.close(descriptor)


def _leave_to_parent() -> None:
    """Close in a forked child what its parent holds: else the child would hold it beyond the parent's end."""
    while _held:
        with suppress(OSError):
            os.close(_held.pop())


os.register_at_fork(after_in_child=_leave_to_parent)


def _draft(parent: int, last: str) -> tuple[int, str]:
    """Return a file to write to and its temporary name, which is empty where it needs none."""
    if _NAMELESS:
        with suppress(OSError):  # not every file system can; what else is wrong, the next line says
            return os.open(".", os.O_WRONLY | os.O_CLOEXEC | _NAMELESS, 0o666, dir_fd=parent), ""
    name = _temporary(last)
    flags = os.O_WRONLY | os.O_CLOEXEC | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
    descriptor = os.open(name, flags, 0o666, dir_fd=parent)
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    return descriptor, name


def _temporary(last: str) -> str:
    return f".{last[:100]}.{secrets.token_hex(8)}.part"


def _name(descriptor: int, parent: int, name: str) -> None:
    """Give a file without a name one that is not taken. Its lock tells whoever sweeps that its writer lives."""
    with suppress(OSError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.link(f"/proc/self/fd/{descriptor}", name, dst_dir_fd=parent, follow_symlinks=True)


def _sweep(names: list[str], folder: int) -> None:
    for name in filter(_TEMPORARY.fullmatch, names):
        with suppress(FileNotFoundError, BlockingIOError):  # its writer lives, or was faster
            descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                os.unlink(name, dir_fd=folder)
            finally:
                os.close(descriptor)
