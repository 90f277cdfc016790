"""Stored results as they are read: searches at once, of the records those alone that are asked for."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from benchsuite.record_json import NotARecord, record_from_json
from benchsuite.searches import Search, search_from_json

FILE = "reference.zip"
FORMAT = 1
MANIFEST, RECORDS, SEARCHES = "manifest.json", "records.jsonl.gz", "searches.jsonl"
LARGEST = 400_000_000
"""Bytes that one file of the bundle may have when it is unpacked."""
ID = re.compile(rb'"id":"([0-9a-f]{32})"')


class Stored:
    """The results of a bundle.

    Args:
        path: A zip file that ``benchsuite publish`` wrote, and that somebody trusts: see ``benchsuite verify``.

    Raises:
        BenchsuiteError: If it is not there, is none, was changed, or a newer benchsuite wrote it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._manifest = self._read_manifest()

    @property
    def rules(self) -> Mapping[str, Any]:
        """What scores compare within: ``engine``, ``protocol``, ``record_format``, and ``tasks``: name → version."""
        rules: Mapping[str, Any] = self._manifest["rules"]
        return rules

    @property
    def made(self) -> str:
        """When it was made, as its manifest says."""
        return str(self._manifest.get("made", ""))

    @cached_property
    def searches(self) -> list[Search]:
        """How tuned settings were chosen, sorted by id."""
        try:
            found = [search_from_json(line) for line in self._content(SEARCHES).splitlines() if line]
        except NotARecord as error:
            raise self._broken(f"{SEARCHES} {error}") from None
        return sorted(found, key=lambda search: search.id)

    def record(self, trial_id: str) -> Record | None:
        """Return the record of a trial; ``None`` if it has none.

        Args:
            trial_id: Its id.

        Raises:
            BenchsuiteError: If its line holds no record.
        """
        line = self._lines.get(trial_id)
        return None if line is None else self._parsed(line)

    def records(self) -> Iterator[Record]:
        """Read all records, in the order of their ids."""
        for trial_id in sorted(self._lines):
            yield self._parsed(self._lines[trial_id])

    def __len__(self) -> int:
        return len(self._lines)

    @cached_property
    def _lines(self) -> dict[str, bytes]:
        found = {}
        for line in self._content(RECORDS).splitlines():
            if match := ID.search(line):
                found[match[1].decode()] = line
        return found

    def _parsed(self, line: bytes) -> Record:
        try:
            return record_from_json(line)
        except NotARecord as error:
            raise self._broken(f"a record in it {error}") from None

    def _read_manifest(self) -> Mapping[str, Any]:
        try:
            found = json.loads(self._member(MANIFEST))
            number = found["format"]
            if type(number) is int and number > FORMAT:
                raise BenchsuiteError(
                    f"{self.path} has format {number}; this benchsuite reads up to {FORMAT}. Upgrade benchsuite."
                )
            if (
                number != FORMAT
                or not isinstance(found["files"], dict)
                or not isinstance(found["rules"]["tasks"], dict)
            ):
                raise ValueError("it is not as a manifest is")
        except (KeyError, TypeError, ValueError, RecursionError) as error:
            raise self._broken(f"{MANIFEST} cannot be read: {error}") from None
        manifest: Mapping[str, Any] = found
        return manifest

    def _content(self, name: str) -> bytes:
        """Return a file that the manifest vouches for."""
        listed = self._manifest["files"].get(name)
        if listed is None:
            raise self._broken(f"its manifest lists no {name}")
        content = self._member(name)
        if hashlib.sha256(content).hexdigest() != listed.get("sha256"):
            raise self._broken(f"{name} is not the file that its manifest vouches for")
        return _unpacked(content, self._broken(f"{name} cannot be unpacked")) if name.endswith(".gz") else content

    def _member(self, name: str) -> bytes:
        try:
            with zipfile.ZipFile(self.path) as archive:
                about = archive.getinfo(name)
                if about.file_size > LARGEST:
                    raise self._broken(f"{name} has {about.file_size:,} bytes, more than the {LARGEST:,} that are read")
                return archive.read(about)
        except FileNotFoundError:
            raise BenchsuiteError(
                f"there are no stored results at {self.path}. `make reference` makes them in a checkout; the wheel ships them."
            ) from None
        except KeyError:
            raise self._broken(f"it holds no {name}") from None
        except (OSError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError) as error:
            raise self._broken(str(error)) from None

    def _broken(self, why: str) -> BenchsuiteError:
        return BenchsuiteError(f"{self.path} holds no results that can be read: {why}. Install benchsuite again.")


def reference_file() -> Path:
    """Return where the stored reference results lie: in the checkout that benchsuite runs from, else beside its packages."""
    root = Path(__file__).parents[2]
    places = root / "results" / "reference" / FILE, root / "benchsuite_reference" / FILE
    return next((place for place in places if place.is_file()), places[0])


def load_reference(path: Path | None = None) -> Stored:
    """Return stored results.

    Args:
        path: Of a bundle as a zip file; the reference results that ship with benchsuite unless given.

    Raises:
        BenchsuiteError: If there are none, or they cannot be read.
    """
    return Stored(path or reference_file())


def _unpacked(content: bytes, broken: BenchsuiteError) -> bytes:
    """Return what was packed, of no more bytes than are read."""
    unpacker = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        found = unpacker.decompress(content, LARGEST)
    except zlib.error:
        raise broken from None
    if not unpacker.eof:
        raise broken
    return found


def packed(lines: bytes) -> bytes:
    """Return lines as a bundle holds them: equal lines are equal bytes."""
    return gzip.compress(lines, 9, mtime=0)
