"""Stored results as they are read: searches at once, of the records those alone that are asked for.

``benchsuite.bundle.open_bundle`` checks all of a bundle, which takes seconds; here the hashes of the two files that are used are
checked, and each record that is used, to the letter.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path

from benchsuite.bundle.container import opened
from benchsuite.bundle.errors import MOST_RECORDS, BundleError
from benchsuite.bundle.lines import NotLines, split_lines, unpacked
from benchsuite.bundle.manifest import BundleRules, Manifest, sha256
from benchsuite.bundle.reading import RECORDS, SEARCHES, read_manifest
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from benchsuite.record_json import NotARecord, record_from_json
from benchsuite.searches import Search, search_from_json

FILE = "reference.zip"
ID = re.compile(rb'"id":"([0-9a-f]{32})"')


class Stored:
    """The results of a bundle.

    Args:
        path: Of the bundle.

    Raises:
        BundleError: If it is none, or a newer benchsuite wrote it. What is wrong with a record in it is told once that is read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.manifest: Manifest = read_manifest(path)[0]

    @property
    def rules(self) -> BundleRules:
        """By what its numbers may be compared."""
        return self.manifest.rules

    @cached_property
    def searches(self) -> list[Search]:
        """How tuned settings were chosen, sorted by id."""
        if SEARCHES not in self.manifest.files:
            return []
        try:
            return [search_from_json(line) for line in split_lines([self._content(SEARCHES)], MOST_RECORDS, "searches")]
        except (NotLines, NotARecord) as error:
            raise BundleError(self.path, f"has a {SEARCHES} that cannot be read: {error}") from None

    def record(self, trial_id: str) -> Record | None:
        """Return the record of a trial; ``None`` if it has none.

        Args:
            trial_id: Its id.

        Raises:
            BundleError: If its line holds no record.
        """
        line = self._lines.get(trial_id)
        return None if line is None else self._parsed(line)

    def records(self) -> Iterator[Record]:
        """Read all records, sorted by id."""
        return map(self._parsed, self._lines.values())

    def __len__(self) -> int:
        return len(self._lines)

    @cached_property
    def _lines(self) -> dict[str, bytes]:
        pieces = unpacked(self._content(RECORDS))
        try:
            lines = list(split_lines(pieces, MOST_RECORDS, "records"))
        except NotLines as error:
            raise BundleError(self.path, f"has a {RECORDS} that cannot be read: {error}") from None
        return {match[1].decode(): line for line in lines if (match := ID.search(line))}

    def _parsed(self, line: bytes) -> Record:
        try:
            return record_from_json(line)
        except NotARecord as error:
            raise BundleError(self.path, f"has a record that {error}") from None

    def _content(self, name: str) -> bytes:
        """Return a file that the manifest vouches for."""
        if name not in self.manifest.files:
            raise BundleError(self.path, f"has no {name}")
        with opened(self.path) as held:
            content = held.read(name)
        if sha256(content) != self.manifest.files[name].sha256:
            raise BundleError(self.path, f"has another file {name!r} than its manifest says")
        return content


def reference_file() -> Path:
    """Return where the stored reference results lie: in the checkout that benchsuite runs from, else beside its packages."""
    root = Path(__file__).parents[2]
    places = root / "results" / "reference" / FILE, root / "benchsuite_reference" / FILE
    return next((place for place in places if place.is_file()), places[0])


def load_reference(path: Path | None = None) -> Stored:
    """Return stored results.

    Args:
        path: Of a bundle; the reference results that ship with benchsuite unless given.

    Raises:
        BenchsuiteError: If there are none, or they cannot be read.
    """
    path = path or reference_file()
    if not path.exists():
        raise BenchsuiteError(
            f"there are no stored results at {path}. The wheel ships them; in a checkout `make reference` makes them."
        )
    return Stored(path)
