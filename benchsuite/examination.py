"""Everything in a results folder that is not as it should be: what ``benchsuite doctor --results`` says."""

from __future__ import annotations

import fcntl
import os
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchsuite.bundle.claim_disputes import read_claim_disputes
from benchsuite.bundle.disputes import read_challenges, read_disputes
from benchsuite.claim_files import read_claims, read_computed, read_registrations
from benchsuite.cost_files import all_costs
from benchsuite.damage import DAMAGED, Damage, move_aside
from benchsuite.extra_content import NotWhole, check_weights, read_predictions, read_probes
from benchsuite.folder import Folder
from benchsuite.plain_files import NotPlain, kind_of, open_plain
from benchsuite.record_files import FOLDER, TEMPORARY, RecordFiles, entries
from benchsuite.search_files import read_searches
from benchsuite.statement_files import read_statements
from benchsuite.study_files import read_studies
from benchsuite.typed_commands import read_commands

READERS: dict[str, Callable[[Path], Any]] = {
    "weights": check_weights,
    "predictions": read_predictions,
    "probes": read_probes,
}
ENDING = {"weights": "npz", "predictions": "npz", "probes": "json"}
BESIDE: tuple[Callable[[Path, list[Damage]], Iterator[object]], ...] = (
    all_costs,
    read_searches,
    read_studies,
    read_commands,
    read_challenges,
    read_statements,
    read_claims,
    read_computed,
    read_registrations,
    read_claim_disputes,
)
"""What reads the folders that hold a file for each thing, disputes aside, of which a trial may have several."""
IDLE = ("report", "logs", "stale", DAMAGED)
"""What nobody reads back, or a browser alone: links and forgotten files there are told, not what is in them."""


@dataclass(frozen=True)
class Examination:
    """What was found in a results folder.

    Args:
        records: Number of records that can be read.
        extras: Number of files beside them that can be read.
        damaged: All else.
    """

    records: int
    extras: int
    damaged: list[Damage] = field(default_factory=list)

    @property
    def movable(self) -> list[Damage]:
        """What can be set aside: a record of a newer benchsuite stays, and so does what may not be read."""
        return [one for one in self.damaged if one.readable and not one.newer]


def examine(folder: Path) -> Examination:
    """Read every file of a results folder that anything reads back."""
    damaged: list[Damage] = []
    ids = {record.id for record in RecordFiles(folder / "trials").records(damaged)}
    extras = 0
    for name in READERS:
        for path, trial_id in _extra_files(folder, name, damaged):
            where = str(path.relative_to(folder))
            if trial_id not in ids:
                damaged.append(Damage(where, "belongs to no record that can be read"))
                continue
            try:
                READERS[name](path)
            except NotWhole as error:
                damaged.append(Damage(where, str(error)))
            except OSError as error:
                damaged.append(Damage(where, f"cannot be read: {error.strerror}", readable=False))
            else:
                extras += 1
    extras += sum(1 for read in BESIDE for _ in read(folder, damaged))
    extras += sum(len(dispute.others) for dispute in read_disputes(folder, {}, damaged))
    for name in IDLE:
        damaged += _links(folder, folder / name)
    damaged += _leftovers(folder)
    return Examination(len(ids), extras, damaged)


def set_aside(folder: Path, found: Examination) -> list[tuple[str, str]]:
    """Move what is damaged to ``damaged/``; nothing is deleted.

    Args:
        folder: The results folder.
        found: What was found in it.

    Returns:
        Where each was, and where it is now.

    Raises:
        BenchsuiteError: If that cannot be done.
    """
    root = Folder(folder)
    return [(one.path, move_aside(root, one.path)) for one in found.movable if os.path.lexists(folder / one.path)]


def _extra_files(folder: Path, name: str, damaged: list[Damage]) -> Iterator[tuple[Path, str]]:
    """Yield the files of extras that are named and placed as such, with the trial of each."""
    pattern = re.compile(rf"([0-9a-f]{{32}})\.{ENDING[name]}")
    for place in _entries(folder, folder / name, damaged):
        if not (place.is_dir(follow_symlinks=False) and FOLDER.fullmatch(place.name)):
            damaged.append(Damage(f"{name}/{place.name}", _other(place, "holds nothing of a trial")))
            continue
        for file in _entries(folder, Path(place.path), damaged):
            matched = pattern.fullmatch(file.name)
            where = f"{name}/{place.name}/{file.name}"
            if not matched or file.name[:2] != place.name:
                damaged.append(Damage(where, _other(file, "its name and place are of no trial")))
            elif not file.is_file(follow_symlinks=False):
                damaged.append(Damage(where, f"is {kind_of(file.path)}"))
            else:
                yield Path(file.path), matched[1]


def _other(entry: os.DirEntry[str], why: str) -> str:
    kind = kind_of(entry.path) or "a file"
    return f"is {kind}" if "link" in kind else f"is {kind}, and {why}"


def _entries(folder: Path, place: Path, damaged: list[Damage]) -> list[os.DirEntry[str]]:
    where = str(place.relative_to(folder))
    if place.is_symlink():
        damaged.append(Damage(where, "is a link, and links are not followed"))
        return []
    return entries(place, where, damaged)


def _links(folder: Path, place: Path) -> Iterator[Damage]:
    """Yield the links below a folder, itself included."""
    if place.is_symlink():
        yield Damage(str(place.relative_to(folder)), "is a link, and nothing is written through one")
        return
    for root, folders, files in os.walk(place):
        for name in sorted((*folders, *files)):
            path = Path(root, name)
            if path.is_symlink() and DAMAGED not in path.parts[-2:]:  # what was set aside stays
                yield Damage(str(path.relative_to(folder)), "is a link, and nothing is written through one")


def _leftovers(folder: Path) -> Iterator[Damage]:
    """Yield files that a run that was killed was writing; of one that is being written the writer holds a lock."""
    for root, _, files in os.walk(folder):
        for name in sorted(files):
            if TEMPORARY.fullmatch(name) and not _held(Path(root, name)):
                where = str(Path(root, name).relative_to(folder))
                yield Damage(where, "is a temporary file of a run that was killed")


def _held(path: Path) -> bool:
    try:
        handle, _ = open_plain(path, sys.maxsize)
    except (NotPlain, OSError):
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(handle)
    return False
