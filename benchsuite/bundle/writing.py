"""Writing a bundle: whole or absent, and the same bytes for the same content and date."""

from __future__ import annotations

import fcntl
import io
import os
import re
import secrets
import shutil
import stat
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from benchsuite.analysis.frames import trials_frame
from benchsuite.bundle.errors import LARGEST_FILE, MOST_BYTES
from benchsuite.bundle.lines import joined_lines, one_line_of, packed, record_line
from benchsuite.bundle.manifest import (
    MANIFEST,
    BundleCounts,
    BundleRules,
    Challenged,
    HeldFile,
    Manifest,
    manifest_from_json,
    manifest_to_json,
    sha256,
)
from benchsuite.bundle.names import wrong_names
from benchsuite.bundle.places import strangers
from benchsuite.bundle.reading import COSTS, RECORDS, SEARCHES, STATEMENT, STUDIES, TABLE
from benchsuite.errors import BenchsuiteError, said_by
from benchsuite.folder import Folder
from benchsuite.record import MadeBy, Record
from benchsuite.rules import newest_rules, rules_now
from benchsuite.searches import Search, search_to_json
from benchsuite.study_files import StudyFile, study_to_json

AS_THEY_ARE = (".xz", ".parquet", ".png", ".gz")
"""Packed already: a zip stores them."""
NO_DATE = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can name."""


@dataclass(frozen=True, kw_only=True)
class BundleContent:
    """All that goes into a bundle.

    Args:
        records: Of one engine and one version of each task, in any order.
        searches: Likewise.
        studies: Likewise.
        costs: Name → content, of files of costs.
        statements: Likewise, of what others said.
        files: Name → content, of all else: ``environment.json``, ``SUMMARY.md``, the site …
        made: When, UTC, ISO 8601.
        made_by: The code that writes it.
        command: The words that made it.
        author: Who signs it.
        note: What they say of it.
        challenges: What it answers.
        thin: Whether the records are thinned: the manifest says so.
    """

    records: Sequence[Record]
    searches: Sequence[Search] = ()
    studies: Sequence[StudyFile] = ()
    costs: Mapping[str, bytes] = field(default_factory=dict)
    statements: Mapping[str, bytes] = field(default_factory=dict)
    files: Mapping[str, bytes] = field(default_factory=dict)
    made: str
    made_by: MadeBy
    command: tuple[str, ...] = ("benchsuite", "publish")
    author: str = ""
    note: str = ""
    challenges: Challenged | None = None
    thin: bool = False


def write_bundle(content: BundleContent, path: Path, *, table: bool = True) -> Path:
    """Write a bundle as a folder, or as a zip where the path ends so; what is there is replaced at once, at the end.

    Args:
        content: What goes into it.
        path: Where to. A folder may be there if it is empty or a bundle.
        table: Whether ``records.parquet`` is made of the records as well; of thinned ones it is not.

    Returns:
        The path.

    Raises:
        BenchsuiteError: If the content is none that a bundle may hold, such as records of two engines, or it cannot be written;
            what was there is there still.
    """
    path = Path(path)
    files = bundle_files(content, path, table=table)
    try:
        return _zip(files, path) if path.suffix.lower() == ".zip" else _folder(files, path)
    except OSError as error:
        raise BenchsuiteError(
            f"cannot write the bundle {path}: {said_by(error)}. What was there is as it was."
        ) from None


def bundle_files(content: BundleContent, path: Path, *, table: bool = True) -> dict[str, bytes]:
    """Return name → content of all files of a bundle, the manifest among them.

    Args:
        content: What goes into it.
        path: Where it goes, for errors.
        table: Whether ``records.parquet`` is made of the records as well.

    Raises:
        BenchsuiteError: If the content is none that a bundle may hold.
    """
    records = sorted(content.records, key=lambda one: one.id)
    searches = sorted(content.searches, key=lambda one: one.id)
    studies = sorted(content.studies, key=lambda one: one.id)
    files = {RECORDS: packed(joined_lines(map(record_line, records)))}
    if searches:
        files[SEARCHES] = joined_lines(one_line_of(search_to_json(one)) for one in searches)
    if studies:
        files[STUDIES] = joined_lines(study_to_json(one, indent=None) for one in studies)
    if table and records and not content.thin:
        files[TABLE] = _table(records)
    files |= {f"{COSTS}{name}": held for name, held in content.costs.items()}
    files |= content.files
    engine, tasks = newest_rules(records)
    version = rules_now(engine)
    manifest = Manifest(
        made_by=content.made_by,
        made=content.made,
        command=content.command,
        rules=BundleRules(version.engine, version.protocol, version.record_format, tasks),
        author=content.author,
        note=content.note,
        challenges=content.challenges,
        thin=content.thin,
        counts=BundleCounts(
            len(records),
            dict(sorted(Counter(record.outcome for record in records).items())),
            len(searches),
            len(studies),
            len(tasks),
        ),
        files={name: HeldFile(sha256(held), len(held)) for name, held in sorted(files.items())},
    )
    _check(content, files, tasks, engine, path)
    written = manifest_to_json(manifest)
    manifest_from_json(written)  # what cannot be read must not be written
    statements = {f"statements/{name}": held for name, held in content.statements.items()}
    return {MANIFEST: written, **dict(sorted((files | statements).items()))}


def _check(
    content: BundleContent, files: Mapping[str, bytes], tasks: Mapping[str, int], engine: int, path: Path
) -> None:
    """Refuse what no reader would take."""
    for record in content.records:
        if record.trial.engine != engine or tasks[record.trial.task] != record.trial.task_version:
            raise _refused(
                path,
                f"would hold records of engine {record.trial.engine} and version {record.trial.task_version} of task "
                f"{record.trial.task!r} beside newer ones, with which they compare in nothing",
            )
    if wrong := wrong_names([*files, *(f"statements/{name}" for name in content.statements)]):
        raise _refused(path, wrong)
    if wrong := strangers(files):
        raise _refused(path, wrong)
    for name in content.statements:
        if not STATEMENT.fullmatch(f"statements/{name}"):
            raise _refused(path, f"has a statement {name!r}: its name must end with .json")
    for name, held in files.items():
        if len(held) > LARGEST_FILE:
            raise _refused(path, f"would hold a file of {len(held):,} bytes, more than are read: {name!r}")
    if (whole := sum(map(len, files.values()))) > MOST_BYTES:
        raise _refused(path, f"would hold {whole:,} bytes, more than the {MOST_BYTES:,} that are read")


def _refused(path: Path, why: str) -> BenchsuiteError:
    return BenchsuiteError(f"cannot write the bundle {path}: it {why}. Nothing was written.")


def _table(records: Sequence[Record]) -> bytes:
    """Return the table of all trials as Parquet, packed as small as it goes."""
    content = io.BytesIO()
    trials_frame(records).to_parquet(content, index=False, compression="zstd", compression_level=15)
    return content.getvalue()


def _zip(files: Mapping[str, bytes], path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    with Folder(path.parent).writing(path.name) as raw, zipfile.ZipFile(raw, "w") as file:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, NO_DATE)
            entry.external_attr = (stat.S_IFREG | 0o644) << 16
            entry.create_system = 3  # the same bytes on every system
            stored = name.endswith(AS_THEY_ARE)
            entry.compress_type = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
            file.writestr(entry, content, compresslevel=9)
    return path


def _folder(files: Mapping[str, bytes], path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    _sweep(path)
    with _beside(path) as temporary:
        for name, content in files.items():
            place = temporary / name
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
        for place in [*temporary.rglob("*"), temporary]:
            _synced(place)
        put_in_place(temporary, path)
    return path


def put_in_place(new: Path, path: Path) -> None:
    """Let a folder take the place of another: at every moment the one or the other is there, where the system can do that.

    Args:
        new: Beside it.
        path: What there is goes.

    Raises:
        OSError: If that cannot be done.
    """
    from benchsuite.bundle.exchange import exchange

    if not path.is_dir():
        os.rename(new, path)
    elif not exchange(new, path):  # a kill between the next two lines leaves the old one beside its place
        aside = new.with_name(f"{new.name}.old")
        os.rename(path, aside)
        try:
            os.rename(new, path)
        except BaseException:
            os.rename(aside, path)
            raise
        shutil.rmtree(aside, ignore_errors=True)
    _synced(path.parent)


@contextmanager
def _beside(path: Path) -> Iterator[Path]:
    """Make a folder beside a path, locked while it is written, and take away what has its name at the end."""
    temporary = path.with_name(f".{path.name[:100]}.{secrets.token_hex(8)}.part")
    temporary.mkdir()
    handle = os.open(temporary, os.O_RDONLY)
    try:
        with suppress(OSError):  # where there are no locks, nothing is swept
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield temporary
    finally:
        os.close(handle)
        shutil.rmtree(temporary, ignore_errors=True)


def _sweep(path: Path) -> None:
    """Delete what writers that were killed have left beside a path; what was there before goes back to its place."""
    pattern = re.compile(rf"\.{re.escape(path.name[:100])}\.[0-9a-f]{{16}}\.part(\.old)?")
    for left in path.parent.iterdir():
        if not pattern.fullmatch(left.name) or left.is_symlink() or not left.is_dir():
            continue
        handle = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # its writer lives
            continue
        finally:
            os.close(handle)
        if left.suffix == ".old" and not path.exists():  # killed before the new one took its place
            os.rename(left, path)
        else:
            shutil.rmtree(left, ignore_errors=True)


def _synced(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
