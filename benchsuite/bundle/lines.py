"""Records and others as lines of JSON: packed, and read back line by line with limits.

Records are ``records.jsonl.xz``: xz makes less than two thirds of what gzip does of them, in one stream of a few seconds.
"""

from __future__ import annotations

import json
import lzma
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from benchsuite.bundle.errors import MOST_BYTES, MOST_RATIO, SMALL
from benchsuite.bundle.manifest import NotAManifest
from benchsuite.record import Record, printable
from benchsuite.record_files import LARGEST
from benchsuite.record_json import NewerFormat, NotARecord

T = TypeVar("T")

FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6, "mf": lzma.MF_BT4, "nice_len": 273, "depth": 8}]
"""Of xz: as small as its preset 6, in three quarters of the time. Preset 9 takes no less room; preset 3 a quarter more."""
MEMORY = 128 * 2**20
"""Bytes that unpacking may take beyond what it gives; its dictionary has eight million."""
CHUNK = 2**20


class NotLines(Exception):
    """Raised for a file of lines that cannot be read; its text says why, as the end of a sentence."""


def record_line(record: Record) -> bytes:
    """Return a record as one line: the JSON of its file without blanks."""
    return json.dumps(
        printable(record.to_json()), sort_keys=True, allow_nan=False, ensure_ascii=False, separators=(",", ":")
    ).encode()


def one_line_of(content: bytes) -> bytes:
    """Return JSON of several lines as one, with sorted keys."""
    return json.dumps(
        json.loads(content), sort_keys=True, allow_nan=False, ensure_ascii=False, separators=(",", ":")
    ).encode()


def joined_lines(lines: Iterable[bytes]) -> bytes:
    """Return a file of lines."""
    return b"".join(line + b"\n" for line in lines)


def packed(content: bytes) -> bytes:
    """Return a file as xz packs it: equal files are equal bytes for one version of it."""
    return lzma.compress(content, format=lzma.FORMAT_XZ, check=lzma.CHECK_CRC64, filters=FILTERS)


def unpacked(content: bytes) -> Iterator[bytes]:
    """Yield what xz packed, a piece at a time.

    Raises:
        NotLines: If it is no whole xz of one stream, or grows beyond any limit.
    """
    unpack = lzma.LZMADecompressor(format=lzma.FORMAT_XZ, memlimit=MEMORY)
    most = min(MOST_BYTES, max(SMALL, MOST_RATIO * len(content)))
    given, left = 0, content
    while not unpack.eof:
        try:
            piece = unpack.decompress(left, CHUNK)
        except (lzma.LZMAError, EOFError, MemoryError) as error:
            raise NotLines(f"is no whole xz: {error}") from None
        left = b""
        if not piece and unpack.needs_input and not unpack.eof:
            raise NotLines("is no whole xz: it ends too early")
        given += len(piece)
        if given > most:
            raise NotLines(f"would unpack {len(content):,} bytes to more than {most:,}")
        if piece:
            yield piece
    if unpack.unused_data:
        raise NotLines("has something behind its end")


def split_lines(pieces: Iterable[bytes], most: int, noun: str) -> Iterator[bytes]:
    """Yield line after line of what comes in pieces.

    Args:
        pieces: Of a file that ends with the end of a line.
        most: Lines.
        noun: What they are, several of them.

    Raises:
        NotLines: If there are more, one is too long or empty, or the last one has no end.
    """
    rest, count = b"", 0
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n") if b"\n" in piece else (rest + piece,)
        for line in whole:
            count += 1
            if count > most:
                raise NotLines(f"has more than the {most:,} {noun} that are read")
            if not line:
                raise NotLines(f"has an empty line {count}")
            yield line
        if len(rest) > LARGEST:
            raise NotLines(f"has a line {count + 1} of more than {LARGEST:,} bytes")
    if rest:
        raise NotLines("does not end with the end of a line")


def read_lines(
    pieces: Iterable[bytes], read: Callable[[bytes], T], id_of: Callable[[T], str], most: int, noun: str
) -> list[T]:
    """Read a line after the other, sorted by id and each id once.

    Args:
        pieces: Of the file.
        read: Makes something of a line.
        id_of: Its id.
        most: Lines.
        noun: What they are, several of them.

    Raises:
        NewerFormat: If a newer benchsuite wrote a line.
        NotLines: If a line cannot be read, or they are not sorted, or one is there twice.
    """
    found: list[T] = []
    before = ""
    for number, line in enumerate(split_lines(pieces, most, noun), 1):
        try:
            one = read(line)
        except NewerFormat:
            raise
        except (NotARecord, NotAManifest) as error:
            raise NotLines(f"line {number}: {error}") from None
        id = id_of(one)
        if id <= before:
            twice = id == before
            raise NotLines(
                f"line {number}: {id} stands there twice" if twice else f"line {number}: is not sorted by id"
            )
        before = id
        found.append(one)
    return found
