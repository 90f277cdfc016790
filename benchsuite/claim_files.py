"""The files of claims in a results folder: verdicts, computed numbers and registrations; which are some, and what is wrong with others."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

from benchsuite.claim_verdicts import ClaimVerdict, claim_from_json
from benchsuite.computed_numbers import ComputedNumbers, computed_from_json
from benchsuite.damage import Damage
from benchsuite.errors import BenchsuiteError
from benchsuite.files import write_into
from benchsuite.record_files import read_each, read_one
from benchsuite.registrations import Registration, registration_from_json

CLAIMS, COMPUTED, REGISTRATIONS = "claims", "computed", "registrations"
"""Where they lie, below the results folder."""
LARGEST = 16 * 2**20
"""Bytes of one file. A verdict of 20 parts with 1,000 arms on 10 seeds has 8 million."""
NAME = re.compile(r"[a-z][a-z0-9_]*\.json")
NAME_OF_PART = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*\.json")

T = TypeVar("T")


class _AsJson(Protocol):
    def to_json(self) -> bytes: ...


def read_claims(folder: Path, damaged: list[Damage]) -> Iterator[ClaimVerdict]:
    """Read verdict after verdict, sorted by the names of the claims.

    Args:
        folder: The results folder.
        damaged: Filled with all else that lies there, and is none.
    """
    return read_each(
        folder, CLAIMS, "claim", claim_from_json, damaged, key=lambda one: one.name, named=NAME, largest=LARGEST
    )


def read_computed(folder: Path, damaged: list[Damage]) -> Iterator[ComputedNumbers]:
    """Read the computed numbers of part after part; arguments are those of :func:`read_claims`."""
    return read_each(
        folder, COMPUTED, "part", computed_from_json, damaged, key=lambda one: one.title, named=NAME_OF_PART,
        largest=LARGEST,
    )  # fmt: skip


def read_registrations(folder: Path, damaged: list[Damage]) -> Iterator[Registration]:
    """Read registration after registration; arguments are those of :func:`read_claims`."""
    return read_each(
        folder, REGISTRATIONS, "claim", registration_from_json, damaged, key=lambda one: one.name, named=NAME,
        largest=LARGEST,
    )  # fmt: skip


def claim_verdict(folder: Path, name: str) -> ClaimVerdict | None:
    """Return the verdict on a claim; ``None`` if there is none.

    Raises:
        BenchsuiteError: If its file is none.
    """
    return _one(folder, f"{CLAIMS}/{name}.json", claim_from_json)


def computed_numbers(folder: Path, claim: str, part: str) -> ComputedNumbers | None:
    """Return what was computed for a part; ``None`` if nothing was.

    Raises:
        BenchsuiteError: If its file is none.
    """
    return _one(folder, f"{COMPUTED}/{claim}.{part}.json", computed_from_json)


def registration(folder: Path, name: str) -> Registration | None:
    """Return what is registered of a claim; ``None`` if nothing is.

    Raises:
        BenchsuiteError: If its file is none.
    """
    return _one(folder, f"{REGISTRATIONS}/{name}.json", registration_from_json)


def write_claim(folder: Path, verdict: ClaimVerdict) -> None:
    """Write a verdict whole or not at all; the one before is replaced.

    Args:
        folder: The results folder.
        verdict: The verdict.

    Raises:
        BenchsuiteError: If the disk is full, or the folder has gone.
    """
    _write(folder, f"{CLAIMS}/{verdict.name}.json", verdict, claim_from_json)


def write_computed(folder: Path, numbers: ComputedNumbers) -> None:
    """Write computed numbers; see :func:`write_claim`."""
    _write(folder, f"{COMPUTED}/{numbers.title}.json", numbers, computed_from_json)


def write_registration(folder: Path, found: Registration) -> None:
    """Write a registration; see :func:`write_claim`."""
    _write(folder, f"{REGISTRATIONS}/{found.name}.json", found, registration_from_json)


def _one(folder: Path, name: str, parse: Callable[[bytes], T]) -> T | None:
    found = read_one(folder / name, name, parse, LARGEST)
    if isinstance(found, Damage):
        raise BenchsuiteError(f"{folder}: {found}. Nothing was changed. Move it away: it is made again.")
    return found


def _write(folder: Path, name: str, what: _AsJson, parse: Callable[[bytes], object]) -> None:
    content = what.to_json()
    parse(content)  # what cannot be read must not be written
    write_into(folder, name, content)
