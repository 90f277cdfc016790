"""Collecting: results folders of the shards of a study become one, with all that was kept beside the records.

Records, searches, studies and claims are joined as :mod:`benchsuite.bundle.merging` joins them. Weights, predictions and
probes come along where the record that stands has the same numbers: they are of that training.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

from benchsuite.bundle.merging import Contribution
from benchsuite.errors import BenchsuiteError, cannot_write
from benchsuite.extra_content import LARGEST_ARRAYS, LARGEST_PROBES
from benchsuite.extra_files import ExtraFiles
from benchsuite.extras import Extras
from benchsuite.folder import Folder
from benchsuite.freshness import without_data
from benchsuite.plain_files import NotPlain, open_plain
from benchsuite.record import Record
from benchsuite.searches import Search
from benchsuite.seed_numbers import seed_numbers
from benchsuite.store import Store
from benchsuite.study import Study
from benchsuite.study_files import StudyFile
from benchsuite.typed_commands import read_commands, write_command

KEPT = {"weights": ("npz", LARGEST_ARRAYS), "predictions": ("npz", LARGEST_ARRAYS), "probes": ("json", LARGEST_PROBES)}
"""Folder → how the names of its files end, and the bytes that one may have."""
CHUNK = 2**20


@dataclass(frozen=True)
class Lacking:
    """What of a study is not there.

    Args:
        study: The study; of several that asked for the same trials, the first of those that keep most beside them.
        trials: Planned trials without a record, or with one that says that there were no data, by id.
        searches: Searches that have not ended, by id.
        more: Words that its command lacks to keep all that any of them keeps.
        beside: Folder of what was asked for beside records → records without it, of those that came so far as to have it.
    """

    study: StudyFile
    more: Sequence[str]
    trials: Sequence[str]
    searches: Sequence[str]
    beside: Mapping[str, Sequence[Record]]

    def __bool__(self) -> bool:
        return bool(self.trials or self.searches or self.beside)


def lacking(
    studies: Sequence[StudyFile], records: Mapping[str, Record], searches: Iterable[Search], files: ExtraFiles
) -> list[Lacking]:
    """Return what each study lacks, in the order in which they began.

    Commands that asked for the same trials are one study, whatever workers, limits and the like they had, and however they were
    spelled: what any of them keeps beside records is asked of all of its trials.

    Weights, predictions and probes are asked of planned trials and of those that a search tried, by the rule of a run.

    Args:
        studies: What was asked for.
        records: Id → record of a trial.
        searches: Those that have ended.
        files: What is kept beside the records.
    """
    ended = {search.id: search for search in searches}
    found = []
    for study, extras in _as_one(studies):
        beside: dict[str, list[Record]] = {}
        if asked := extras.apart():
            ids = (*study.planned, *_tried(study, [ended[id] for id in study.searches if id in ended], records))
            there = [records[id] for id in dict.fromkeys(ids) if id in records]
            for name, wanted in asked.items():
                if without := [record for record in there if files.lacking(record, wanted)]:
                    beside[name] = without
        trials = [id for id in study.planned if id not in records or without_data(records[id])]
        more = extras.flags(Extras.of(study.options))
        found.append(Lacking(study, more, trials, [id for id in study.searches if id not in ended], beside))
    return found


def _as_one(studies: Sequence[StudyFile]) -> Iterator[tuple[StudyFile, Extras]]:
    """Yield one study of each set of trials, with what any of those that asked for them keeps beside records."""
    same: dict[object, list[tuple[Extras, StudyFile]]] = {}
    for study in sorted(studies, key=lambda study: (study.began, study.id)):
        same.setdefault(_trials_of(study), []).append((Extras.of(study.options), study))
    for each in same.values():
        whole = reduce(Extras.with_all, (extras for extras, _ in each))
        _, study = min(each, key=lambda one: len(whole.flags(one[0])))
        yield study, whole


def _trials_of(study: StudyFile) -> object:
    """Return what decides which trials a study has: searches are evaluated on seeds of which their ids say nothing."""
    if not study.planned and not study.searches:
        return study.id
    seeds = None
    if study.searches:
        seeds = str(study.options.get("seeds", Study.seeds if study.verb == "run" else ""))
        with suppress(BenchsuiteError):  # whoever wrote the file
            seeds = ",".join(map(str, sorted(set(seed_numbers(seeds)))))
    return study.verb, frozenset(study.planned), frozenset(study.searches), seeds


def _tried(study: StudyFile, searches: Sequence[Search], records: Mapping[str, Record]) -> list[str]:
    """Return the trials that the searches of a study ran: others may have evaluated the same searches on more seeds."""
    try:
        seeds = set(seed_numbers(str(study.options.get("seeds", Study.seeds))))
    except BenchsuiteError:  # whoever wrote the file
        seeds = set()
    evaluated = [id for search in searches for id in search.evaluated]
    return [
        *(id for search in searches for id in search.tuning_ids),
        *(id for id in evaluated if id in records and records[id].trial.seed in seeds),
    ]


def carry_extras(parts: Sequence[Contribution], there: Contribution, store: Store) -> Counter[str]:
    """Copy what was kept beside records into a results folder that is locked, before the records themselves.

    A run writes in the same order: so a file that a killed run or collection left belongs to no record, and is replaced.

    Args:
        parts: Results folders, the first one first.
        there: What lies in the results folder already.
        store: The results folder.

    Returns:
        Name of the folder → how many files were copied.

    Raises:
        BenchsuiteError: If a file cannot be read, the disk is full or the folder has gone.
    """
    root = Folder(store.folder)
    standing = {record.id: record for record in there.records}
    copied: Counter[str] = Counter()
    for part in parts:
        held = {record.id: record for record in part.records}
        for record in part.records:
            if record.id not in standing:
                standing[record.id] = record
                store.extras.discard(record.id)
        for name in KEPT:
            for trial_id, path in _files(Path(part.where), name):
                if trial_id not in held or held[trial_id].numbers() != standing[trial_id].numbers():
                    continue
                place = str(path.relative_to(part.where))
                if not os.path.lexists(store.folder / place):
                    _copy(path, place, KEPT[name][1], root)
                    if not _stands(held[trial_id], Path(part.where)):
                        root.remove(place)
                        continue
                    copied[name] += 1
    return copied


def carry_commands(parts: Sequence[Path], folder: Path) -> None:
    """Copy how studies were typed into a results folder that is locked; what is there stays, and of several the first one's.

    Args:
        parts: Results folders.
        folder: The results folder.

    Raises:
        CannotWrite: If the disk is full or the folder has gone.
    """
    there = {command.study for command in read_commands(folder, [])}
    for part in parts:
        for command in read_commands(part, []):
            if command.study not in there:
                there.add(command.study)
                write_command(folder, command)


def _files(folder: Path, name: str) -> Iterator[tuple[str, Path]]:
    """Yield the trials of which something is kept in a folder, with its files, sorted."""
    ending = KEPT[name][0]
    form = re.compile(rf"([0-9a-f]{{32}})\.{ending}")
    top = folder / name
    if top.is_symlink() or not top.is_dir():
        return
    for inner in sorted(top.iterdir()):
        if inner.is_symlink() or not inner.is_dir():
            continue
        for file in sorted(inner.iterdir()):
            match = form.fullmatch(file.name)
            if match and match[1][:2] == inner.name:
                yield match[1], file


def _stands(record: Record, folder: Path) -> bool:
    """Say whether a shard still has a record: one that trains a stale trial anew may have put other weights beside it."""
    try:
        now = Store(folder, create=False).read(record.id)
    except BenchsuiteError:
        return False
    return now is not None and now.numbers() == record.numbers()


def _copy(path: Path, place: str, most: int, root: Folder) -> None:
    """Copy a file, whole or not at all."""
    try:
        handle, _ = open_plain(path, most)
    except NotPlain as error:
        raise BenchsuiteError(f"{path} {error}. Move it away: the record of its trial stays.") from None
    except OSError as error:
        raise BenchsuiteError(f"cannot read {path}: {error.strerror}. Nothing of it was written.") from None
    with os.fdopen(handle, "rb") as source:
        try:
            with root.writing(place) as target:
                while chunk := source.read(CHUNK):
                    target.write(chunk)
        except OSError as error:
            raise cannot_write(root.path / place, error) from None
