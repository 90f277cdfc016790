"""A folder that is held: what is done below it is done in this very folder, and through no link.

Every file is reached component by component from the folder's descriptor, and no component may be a symbolic link; the
folder itself may be one. Files are written whole or not at all, see :mod:`benchsuite.drafts`.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from benchsuite.descriptors import keep, let_go
from benchsuite.drafts import draft, sweep, try_draft

KEEPS_NO_FOLDERS = (errno.EINVAL, errno.EBADF, errno.EOPNOTSUPP)
"""Said by file systems, some network drives among them, that cannot be told to keep a folder, or need not be."""
FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
Identity = tuple[int, int]
"""Device and number of a file: no other has both while somebody holds it."""


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
            OSError: If one is not there, or is a link; or if the folder is held already.
        """
        if self._pinned:
            raise OSError(errno.EBUSY, "this process holds it already", str(self.path))
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
            OSError: If nobody can tell: a network drive does not answer.
        """
        for name, descriptor in self._pinned.items():
            try:
                # The folder itself may be reached through a link, what is in it may not be one.
                found = os.stat(name, dir_fd=self._pinned[""], follow_symlinks=False) if name else os.stat(self.path)
            except (FileNotFoundError, NotADirectoryError):
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
            with draft(parent, last) as file:
                yield file

    def settle(self, *names: str) -> None:
        """Wait until the names of files that were written are on the disk as well, or a power cut may lose them.

        Args:
            names: Of the files; each folder that holds some of them is kept once.

        Raises:
            OSError: If that cannot be done; the files are there, and whole.
        """
        for name in {name.rpartition("/")[0]: name for name in names}.values():
            with self._parent(name) as (parent, _):
                keep_names(parent)

    def try_to_write(self, name: str) -> None:
        """Find out whether files can be made in one of its folders.

        Raises:
            OSError: If they cannot.
        """
        with self._parent(f"{name}/.") as (parent, _):
            try_draft(parent)

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
            sweep(os.listdir(top), top)
            for name in names:
                try:
                    # Opened here: a pipe in its place would be waited for. What is no folder is told by whoever needs one.
                    inner = os.open(name, FOLDER | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=top)
                except OSError as error:
                    if error.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
                        continue
                    raise
                try:
                    for _, _, files, descriptor in os.fwalk(".", dir_fd=inner):  # through no link
                        sweep(files, descriptor)
                finally:
                    os.close(inner)

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
                    at = self._step(at, folder, create=create, path="/".join(folders[: depth + 1]))
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
                keep_names(at)  # or what is written there may be lost with its folder
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


def keep_names(folder: int) -> None:
    """Wait until the names in a folder are on the disk.

    Args:
        folder: Its descriptor.

    Raises:
        OSError: If that cannot be done, unless this file system never can.
    """
    try:
        os.fsync(folder)
    except OSError as error:
        if error.errno not in KEEPS_NO_FOLDERS:
            raise


def identity(found: os.stat_result) -> Identity:
    """Return what no other file has."""
    return found.st_dev, found.st_ino
