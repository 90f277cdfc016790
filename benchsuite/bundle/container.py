"""What a bundle's files lie in: a folder or a zip, both read with the same limits and through no link."""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from benchsuite.bundle.errors import LARGEST_FILE, MOST_BYTES, MOST_FILES, MOST_RATIO, SMALL, BundleError, said
from benchsuite.bundle.names import wrong_names
from benchsuite.plain_files import kind_of

FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC
LARGEST_ZIP = 512 * 2**20
GIT = ".git"
"""What a checkout of a branch has beside the files of that branch: nothing of it is read."""
LOCAL_HEADER = 30
"""Bytes before the name of an entry of a zip."""
STORED_ALIKE = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Container(Protocol):
    """The files of a bundle."""

    sizes: Mapping[str, int]
    """Name → bytes, unpacked, as the container says."""

    def read(self, name: str, most: int = LARGEST_FILE) -> bytes:
        """Return the content of a file.

        Raises:
            BundleError: If it is larger, or not as the container says.
        """
        ...


@contextmanager
def opened(path: Path) -> Iterator[Container]:
    """Open a folder or a zip, after its names, kinds and sizes were checked.

    Raises:
        BundleError: If it is neither, or holds what no bundle holds.
    """
    try:
        mode = os.stat(path).st_mode
    except (OSError, ValueError) as error:
        raise BundleError(path, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if stat.S_ISDIR(mode):
        with _FolderFiles.at(path) as held:
            yield held
    elif stat.S_ISREG(mode):
        with _ZipFiles.at(path) as held:
            yield held
    else:
        raise BundleError(path, f"is {kind_of(path) or 'no file'}, and a bundle is a folder or a zip")


class _FolderFiles:
    """The files of a folder, each reached from its descriptor."""

    def __init__(self, path: Path, top: int) -> None:
        self._path, self._top = path, top
        sizes: dict[str, int] = {}
        self._list(top, "", sizes)
        _check(path, sizes)
        self.sizes: Mapping[str, int] = dict(sorted(sizes.items()))

    @classmethod
    @contextmanager
    def at(cls, path: Path) -> Iterator[_FolderFiles]:
        try:
            top = os.open(path, FOLDER & ~os.O_NOFOLLOW)  # the folder itself may be reached through a link
        except OSError as error:
            raise BundleError(path, f"cannot be read: {error.strerror}") from None
        try:
            yield cls(path, top)
        finally:
            os.close(top)

    def _list(self, at: int, prefix: str, sizes: dict[str, int]) -> None:
        """Add what lies in a folder and below it, without following anything."""
        with os.scandir(at) as found:
            entries = sorted(found, key=lambda one: one.name)
        for entry in entries:
            name = prefix + entry.name
            if name == GIT:
                continue
            state = os.stat(entry.name, dir_fd=at, follow_symlinks=False)
            if stat.S_ISDIR(state.st_mode) and not stat.S_ISLNK(state.st_mode):
                if name.count("/") > 64:
                    raise BundleError(self._path, f"has folders that lie too deep: {said(name)!r}")
                inner = os.open(entry.name, FOLDER, dir_fd=at)
                try:
                    self._list(inner, f"{name}/", sizes)
                finally:
                    os.close(inner)
                continue
            if not stat.S_ISREG(state.st_mode):
                what = "a link" if stat.S_ISLNK(state.st_mode) else "a pipe, socket or device"
                raise BundleError(self._path, f"has {what} where a file must be: {said(name)!r}")
            if state.st_nlink > 1:
                raise BundleError(
                    self._path, f"has a file that has another name elsewhere, a hard link: {said(name)!r}"
                )
            sizes[name] = state.st_size
            if len(sizes) > MOST_FILES + 1:
                raise BundleError(self._path, f"has more than the {MOST_FILES:,} files that are read")

    def read(self, name: str, most: int = LARGEST_FILE) -> bytes:
        *folders, last = name.split("/")
        at, opened_here = self._top, []
        try:
            for folder in folders:
                at = os.open(folder, FOLDER, dir_fd=at)
                opened_here.append(at)
            handle = os.open(last, FILE, dir_fd=at)
            opened_here.append(handle)
            if not stat.S_ISREG(os.fstat(handle).st_mode):
                raise BundleError(self._path, f"has no file any more where one was: {said(name)!r}")
            size = self.sizes[name]
            parts, left = [], size + 1
            while left and (part := os.read(handle, min(left, 2**20))):
                parts.append(part)
                left -= len(part)
        except OSError as error:
            raise BundleError(self._path, f"has a file that cannot be read, {said(name)!r}: {error.strerror}") from None
        finally:
            for descriptor in reversed(opened_here):
                os.close(descriptor)
        content = b"".join(parts)
        return _whole(self._path, name, content, size, most)


class _ZipFiles:
    """The files of a zip, none of which is ever unpacked to the disk."""

    def __init__(self, path: Path, file: zipfile.ZipFile, size: int) -> None:
        self._path, self._file = path, file
        entries = file.infolist()
        folders = [entry.filename.rstrip("/") for entry in entries if entry.filename.endswith("/")]
        self._entries: dict[str, zipfile.ZipInfo] = {}
        names = []
        for entry in entries:
            _check_entry(path, entry)
            if not entry.filename.endswith("/"):
                names.append(entry.orig_filename)
                self._entries[entry.filename] = entry
        if wrong := wrong_names(names) or wrong_names(folders):
            raise BundleError(path, wrong)
        if both := sorted(set(names) & set(folders)):
            raise BundleError(path, f"has {said(both[0])!r} as a file and as a folder")
        self._check_places(entries)
        sizes = {name: entry.file_size for name, entry in self._entries.items()}
        _check(path, sizes)
        packed = sum(entry.compress_size for entry in entries)
        if (whole := sum(sizes.values())) > max(SMALL, MOST_RATIO * min(packed, size)):
            raise BundleError(path, f"would unpack {size:,} bytes to {whole:,}: no bundle is packed so tightly")
        self.sizes: Mapping[str, int] = dict(sorted(sizes.items()))

    @classmethod
    @contextmanager
    def at(cls, path: Path) -> Iterator[_ZipFiles]:
        size = path.stat().st_size
        if size > LARGEST_ZIP:
            raise BundleError(path, f"has {size:,} bytes, more than the {LARGEST_ZIP:,} that are read")
        try:
            file = zipfile.ZipFile(path)
        except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile, UnicodeError, OverflowError) as error:
            raise BundleError(path, f"is no whole zip: {said(str(error))}") from None
        with file:
            yield cls(path, file, size)

    def _check_places(self, entries: list[zipfile.ZipInfo]) -> None:
        """Refuse entries that share bytes: then one would be counted as many."""
        end = 0
        for entry in sorted(entries, key=lambda one: one.header_offset):
            if entry.header_offset < end:
                raise BundleError(self._path, f"has entries that overlap, {said(entry.filename)!r} among them")
            # The extra field of the place itself may be longer or shorter than that of the list; its name is the same.
            end = entry.header_offset + LOCAL_HEADER + len(entry.orig_filename.encode()) + entry.compress_size
        if entries and (first := min(entry.header_offset for entry in entries)):
            raise BundleError(self._path, f"has {first:,} bytes before its first file: it is something else as well")

    def read(self, name: str, most: int = LARGEST_FILE) -> bytes:
        entry = self._entries[name]
        if entry.file_size > most:
            return _whole(self._path, name, b"", entry.file_size, most)
        try:
            with self._file.open(entry) as stream:
                content = stream.read(entry.file_size + 1)
                rest = stream.read(1)  # only at its end is the checksum looked at
        except (
            OSError,
            ValueError,
            EOFError,
            NotImplementedError,
            RuntimeError,
            zipfile.BadZipFile,
            zlib.error,
        ) as error:
            raise BundleError(
                self._path, f"has a file that cannot be unpacked, {said(name)!r}: {said(str(error))}"
            ) from None
        return _whole(self._path, name, content + rest, entry.file_size, most)


def _check_entry(path: Path, entry: zipfile.ZipInfo) -> None:
    """Refuse an entry that is encrypted, no file, or packed in a way that few can read."""
    name = said(entry.orig_filename)
    if "\0" in entry.orig_filename or entry.orig_filename != entry.filename:
        raise BundleError(path, f"has a file {name!r}: its name has letters that no name may have")
    if entry.flag_bits & 0x1 or entry.flag_bits & 0x40:
        raise BundleError(path, f"has a file that is encrypted: {name!r}")
    if entry.compress_type not in STORED_ALIKE:
        raise BundleError(
            path, f"has a file that is packed by method {entry.compress_type}, not deflated or stored: {name!r}"
        )
    kind = stat.S_IFMT(entry.external_attr >> 16)
    folder = entry.filename.endswith("/")
    if kind not in ((0, stat.S_IFDIR) if folder else (0, stat.S_IFREG)):
        what = "a link" if kind == stat.S_IFLNK else "no file"
        raise BundleError(path, f"has {what} where a file must be: {name!r}")
    if folder and entry.file_size:
        raise BundleError(path, f"has a folder with content: {name!r}")
    if entry.file_size < 0 or entry.compress_size < 0:
        raise BundleError(path, f"has a file of less than no bytes: {name!r}")


def _check(path: Path, sizes: Mapping[str, int]) -> None:
    if wrong := wrong_names(sizes):
        raise BundleError(path, wrong)
    for name, size in sizes.items():
        if size > LARGEST_FILE:
            raise BundleError(
                path, f"has a file of {size:,} bytes, more than the {LARGEST_FILE:,} that are read: {said(name)!r}"
            )
    if (whole := sum(sizes.values())) > MOST_BYTES:
        raise BundleError(path, f"holds {whole:,} bytes, more than the {MOST_BYTES:,} that are read")


def _whole(path: Path, name: str, content: bytes, size: int, most: int) -> bytes:
    if size > most:
        raise BundleError(path, f"has a file of {size:,} bytes where at most {most:,} are read: {said(name)!r}")
    if len(content) != size:
        raise BundleError(path, f"has a file that is not as long as its container says: {said(name)!r}")
    return content
