"""A drive as a network has it: slow, hanging, failing or gone, whenever a file says so. Linux alone: a FUSE file system of our own.

Called as ``network_drive.py PLACE BACKING CONTROL``: shows at PLACE what lies in BACKING, and ends with the process that
started it. Before each request it reads CONTROL, a JSON object of any of

- ``delay``: seconds that each request takes;
- ``hang``: whether nothing is answered until this is false again, as on a drive that is mounted ``hard``;
- ``error``: the name of an error (``EIO``, ``ESTALE``, ``EDQUOT``), with which all requests end, as on one mounted ``soft``;
- ``of``: the requests that take so long or end so (``fsync``, ``write``, ``create``, ``link`` …); all unless given.

Two of them over one folder are two machines that mount it from one server. Locks of files (``flock``) are the server's and
hold for both, those of folders for one machine alone, as on NFS; with ``"locks": false`` there are none, as where no lock
server runs. No file is made without a name. Needs no library: the kernel's protocol is spoken here, and any process that is
alone in its mount name space may mount it.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import json
import os
import resource
import signal
import struct
import sys
import time
from pathlib import Path
from typing import Any

REQUESTS = {
    1: "lookup", 2: "forget", 3: "getattr", 4: "setattr", 5: "readlink", 6: "symlink", 9: "mkdir", 10: "unlink", 11: "rmdir",
    12: "rename", 13: "link", 14: "open", 15: "read", 16: "write", 17: "statfs", 18: "release", 20: "fsync", 25: "flush",
    26: "init", 27: "opendir", 28: "readdir", 29: "release", 30: "fsync", 32: "lock", 33: "lock", 35: "create",
    36: "interrupt", 38: "destroy", 42: "forget", 45: "rename2",
}  # fmt: skip
"""The kernel's numbers, ``include/uapi/linux/fuse.h``. What is not here is answered with ENOSYS."""
UNANSWERED = ("forget", "interrupt", "destroy")
ALWAYS_WELL = (*UNANSWERED, "init", "release")
HEAD = struct.Struct("<IIQQIIII")
LARGEST = 2**17
REMEMBERED = 1
"""Seconds for which the kernel believes what it was told of names and attributes."""
FLOCK_LOCKS = 1 << 10
FLOCK = 1
BIG_WRITES = 1 << 5
MS_NOSUID_NODEV = 2 | 4


class Drive:
    """The file system.

    Args:
        device: Descriptor of ``/dev/fuse``.
        backing: The folder that it shows.
        control: The file that says how it fares.
    """

    def __init__(self, device: int, backing: Path, control: Path) -> None:
        self._device = device
        self._control = control
        self._nodes = {1: os.open(backing, os.O_PATH)}
        self._numbers = {self._identity(self._nodes[1]): 1}
        self._last = 1

    def serve(self) -> None:
        """Answer until it is unmounted."""
        while True:
            try:
                request = os.read(self._device, LARGEST + 2**12)
            except OSError as error:
                if error.errno in (errno.ENOENT, errno.EINTR):  # the request was taken back
                    continue
                return
            _, number, unique, node, *_ = HEAD.unpack_from(request)
            name = REQUESTS.get(number, "")
            try:
                self._fare(name)
                handle = getattr(self, f"_{name}", None)
                if handle is None:
                    raise OSError(errno.ENOSYS, name)
                answer, code = handle(node, request[HEAD.size :]), 0
            except OSError as error:
                answer, code = b"", -(error.errno or errno.EIO)
            if name not in UNANSWERED:
                try:
                    os.write(self._device, struct.pack("<IiQ", 16 + len(answer), code, unique) + answer)
                except OSError as error:
                    if error.errno != errno.ENOENT:
                        return

    def _fare(self, name: str) -> None:
        """Be slow, hang or fail, if that is asked for."""
        while name not in ALWAYS_WELL:
            try:
                said: dict[str, Any] = json.loads(self._control.read_text(encoding="utf-8"))
            except (OSError, ValueError):
                return
            if name not in said.get("of", [name]):
                return
            if said.get("hang"):
                time.sleep(0.02)
                continue
            time.sleep(said.get("delay", 0))
            if said.get("error"):
                raise OSError(getattr(errno, said["error"]), name)
            if name == "lock" and not said.get("locks", True):
                raise OSError(errno.ENOLCK, name)
            return

    # What each request does. Each gets a node and the rest of the request, and returns the rest of the answer.

    def _init(self, node: int, rest: bytes) -> bytes:
        flags = BIG_WRITES | FLOCK_LOCKS
        return struct.pack("<IIIIHHIIHHI28x", 7, 31, LARGEST, flags, 16, 12, LARGEST, 1, 0, 0, 0)

    def _lookup(self, node: int, rest: bytes) -> bytes:
        return self._entry(node, _text(rest))

    def _forget(self, node: int, rest: bytes) -> bytes:
        return b""  # a study is short: what was looked up once stays open

    _interrupt = _destroy = _forget

    def _getattr(self, node: int, rest: bytes) -> bytes:
        return struct.pack("<QII", REMEMBERED, 0, 0) + _attributes(os.fstat(self._nodes[node]))

    def _setattr(self, node: int, rest: bytes) -> bytes:
        valid, _, _, size, *_, mode = struct.unpack_from("<IIQQQQQQIIII", rest)
        path = self._path(node)
        if valid & 1:
            os.chmod(path, mode & 0o7777)
        if valid & 8:
            os.truncate(path, size)
        if valid & (16 | 32 | 128 | 256):
            os.utime(path)
        return self._getattr(node, b"")

    def _readlink(self, node: int, rest: bytes) -> bytes:
        return os.fsencode(os.readlink("", dir_fd=self._nodes[node]))

    def _symlink(self, node: int, rest: bytes) -> bytes:
        name, target, _ = rest.split(b"\0", 2)
        os.symlink(target, name, dir_fd=self._nodes[node])
        return self._entry(node, name)

    def _mkdir(self, node: int, rest: bytes) -> bytes:
        (mode,) = struct.unpack_from("<I", rest)
        os.mkdir(_text(rest[8:]), mode, dir_fd=self._nodes[node])
        return self._entry(node, _text(rest[8:]))

    def _unlink(self, node: int, rest: bytes) -> bytes:
        os.unlink(_text(rest), dir_fd=self._nodes[node])
        return b""

    def _rmdir(self, node: int, rest: bytes) -> bytes:
        os.rmdir(_text(rest), dir_fd=self._nodes[node])
        return b""

    def _rename(self, node: int, rest: bytes) -> bytes:
        (other,) = struct.unpack_from("<Q", rest)
        old, new, *_ = rest[8:].split(b"\0")
        os.rename(old, new, src_dir_fd=self._nodes[node], dst_dir_fd=self._nodes[other])
        return b""

    def _rename2(self, node: int, rest: bytes) -> bytes:
        if struct.unpack_from("<QI", rest)[1]:
            raise OSError(errno.EINVAL, "flags")
        return self._rename(node, rest[:8] + rest[16:])

    def _link(self, node: int, rest: bytes) -> bytes:
        (old,) = struct.unpack_from("<Q", rest)
        os.link(self._path(old), _text(rest[8:]), dst_dir_fd=self._nodes[node], follow_symlinks=True)
        return self._entry(node, _text(rest[8:]))

    def _open(self, node: int, rest: bytes) -> bytes:
        (flags,) = struct.unpack_from("<I", rest)
        flags &= os.O_ACCMODE | os.O_TRUNC
        return struct.pack("<QII", os.open(self._path(node), flags), 0, 0)

    def _create(self, node: int, rest: bytes) -> bytes:
        flags, mode = struct.unpack_from("<II", rest)
        name = _text(rest[16:])
        flags = flags & (os.O_ACCMODE | os.O_TRUNC | os.O_EXCL) | os.O_CREAT | os.O_NOFOLLOW
        file = os.open(name, flags, mode & 0o7777, dir_fd=self._nodes[node])
        return self._entry(node, name) + struct.pack("<QII", file, 0, 0)

    def _read(self, node: int, rest: bytes) -> bytes:
        file, offset, size = struct.unpack_from("<QQI", rest)
        return os.pread(file, size, offset)

    def _write(self, node: int, rest: bytes) -> bytes:
        file, offset, size = struct.unpack_from("<QQI", rest)
        return struct.pack("<II", os.pwrite(file, rest[40 : 40 + size], offset), 0)

    def _fsync(self, node: int, rest: bytes) -> bytes:
        return b""  # the machine does not lose power here

    _flush = _fsync

    def _lock(self, node: int, rest: bytes) -> bytes:
        file, _, _, _, kind, _, flags = struct.unpack_from("<QQQQIII", rest)
        if not flags & FLOCK:
            raise OSError(errno.ENOSYS, "lock")
        # Never waited for: others would wait with it.
        fcntl.flock(
            file, {fcntl.F_RDLCK: fcntl.LOCK_SH, fcntl.F_WRLCK: fcntl.LOCK_EX}.get(kind, fcntl.LOCK_UN) | fcntl.LOCK_NB
        )
        return b""

    def _release(self, node: int, rest: bytes) -> bytes:
        os.close(struct.unpack_from("<Q", rest)[0])
        return b""

    def _statfs(self, node: int, rest: bytes) -> bytes:
        at = os.statvfs(self._nodes[1])
        numbers = at.f_blocks, at.f_bfree, at.f_bavail, at.f_files, at.f_ffree, at.f_bsize, 255, at.f_frsize
        return struct.pack("<QQQQQIII28x", *numbers)

    def _opendir(self, node: int, rest: bytes) -> bytes:
        return struct.pack("<QII", os.open(self._path(node), os.O_RDONLY | os.O_DIRECTORY), 0, 0)

    def _readdir(self, node: int, rest: bytes) -> bytes:
        folder, offset, size = struct.unpack_from("<QQI", rest)
        answer = b""
        for place, name in enumerate(sorted(os.listdir(folder))):
            if place < offset:
                continue
            try:
                found = os.stat(name, dir_fd=folder, follow_symlinks=False)
            except OSError:
                continue
            encoded = os.fsencode(name)
            entry = struct.pack("<QQII", found.st_ino, place + 1, len(encoded), found.st_mode >> 12) + encoded
            entry += bytes(-len(entry) % 8)
            if len(answer) + len(entry) > size:
                break
            answer += entry
        return answer

    def _entry(self, parent: int, name: bytes) -> bytes:
        """Give a file its number, and tell it with its attributes."""
        file = os.open(name, os.O_PATH | os.O_NOFOLLOW, dir_fd=self._nodes[parent])
        key = self._identity(file)
        if key in self._numbers:
            os.close(file)
        else:
            self._last += 1
            self._numbers[key], self._nodes[self._last] = self._last, file
        node = self._numbers[key]
        head = struct.pack("<QQQQII", node, 0, REMEMBERED, REMEMBERED, 0, 0)
        return head + _attributes(os.fstat(self._nodes[node]))

    def _path(self, node: int) -> str:
        return f"/proc/self/fd/{self._nodes[node]}"

    @staticmethod
    def _identity(file: int) -> tuple[int, int]:
        found = os.fstat(file)
        return found.st_dev, found.st_ino


def _attributes(at: os.stat_result) -> bytes:
    seconds = [divmod(when, 10**9) for when in (at.st_atime_ns, at.st_mtime_ns, at.st_ctime_ns)]
    longs = at.st_ino, at.st_size, at.st_blocks, *(whole for whole, _ in seconds)
    rest = (*(part for _, part in seconds), at.st_mode, at.st_nlink, at.st_uid, at.st_gid, 0, 4096, 0)
    return struct.pack("<6Q10I", *longs, *rest)


def _text(rest: bytes) -> bytes:
    return rest.split(b"\0", 1)[0]


def main(place: Path, backing: Path, control: Path) -> None:
    """Mount it, say so on standard output, and serve it.

    Args:
        place: A folder.
        backing: What is shown there.
        control: The file that says how it fares.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(1, ctypes.c_ulong(signal.SIGKILL), 0, 0, 0)  # it ends with whoever started it
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGTSTP", "SIGQUIT"):
        signal.signal(getattr(signal, name), signal.SIG_IGN)
    most = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    device = os.open("/dev/fuse", os.O_RDWR)
    options = f"fd={device},rootmode=40755,user_id={os.geteuid()},group_id={os.getegid()},allow_other"
    if libc.mount(b"network", os.fsencode(place), b"fuse", MS_NOSUID_NODEV, options.encode()):
        sys.exit(f"cannot mount: {os.strerror(ctypes.get_errno())}")
    print("mounted", flush=True)
    os.close(1)
    Drive(device, backing, control).serve()


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:4]))
