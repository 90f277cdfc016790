"""Study files: what was asked of a results folder, so that nobody need believe that all of it is there.

``results/studies/<id>.json``, written when a run begins: the command, its options, and which trials were planned, or which
searches. docs/reference/record-format.md describes the JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from benchsuite.errors import cannot_write
from benchsuite.folder import Folder
from benchsuite.plain_files import NotPlain, kind_of, read_plain
from benchsuite.record import MadeBy, Name, printable
from benchsuite.record_files import LARGEST, RECORD, Damage, entries
from benchsuite.record_json import NewerFormat, NotARecord
from benchsuite.trial import identity

FORMAT = 1
STUDIES = "studies"
"""Where they lie, below the results folder."""
MOST_WORDS = 10_000
"""Of a command."""

TrialId = Annotated[str, Field(strict=True, pattern="^[0-9a-f]{32}$")]
Word = Annotated[Name, Field(max_length=10_000)]
Plain = (
    Annotated[bool, Field(strict=True)]
    | Annotated[int, Field(strict=True, ge=-(2**63) + 1, le=2**63 - 1)]
    | Annotated[float, Field(strict=True, allow_inf_nan=False)]
    | Word
    | tuple[Word, ...]
)
MOMENT = r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+00:00$"
EXACT = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True, kw_only=True)
class StudyFile:
    """What one command asked for.

    Args:
        verb: Of the command: ``run``, ``compare``, ``tune`` …
        command: Its words as they were typed, ``benchsuite`` first; of paths the last part alone.
        options: The same by the keys of study files, those of a study file that it named among them.
        planned: The trials that were planned, by id: each must have a record. Those of the first look where a comparison
            decides itself how many there are.
        searches: The searches that were asked for, by id; which trials they try depends on what comes of the first.
        began: When it was asked for first, UTC, ISO 8601.
        made_by: The code that was asked.
    """

    __pydantic_config__ = EXACT

    verb: Word
    command: Annotated[tuple[Word, ...], Field(max_length=MOST_WORDS)]
    options: dict[Word, Plain]
    planned: tuple[TrialId, ...]
    searches: tuple[TrialId, ...]
    began: Annotated[str, Field(strict=True, pattern=MOMENT)]
    made_by: MadeBy

    @property
    def id(self) -> str:
        """32 hexadecimal digits of what was asked for, whenever that was, and whoever made it."""
        asked = {name: getattr(self, name) for name in ("verb", "command", "options", "planned", "searches")}
        return identity(asked)


def study_to_json(study: StudyFile, *, indent: int | None = 1) -> bytes:
    """Return the content of a study's file: equal ones are equal bytes."""
    data = printable({"format": FORMAT, "id": study.id, **asdict(study)})
    return json.dumps(data, indent=indent, sort_keys=True, allow_nan=False, ensure_ascii=False).encode()


def study_from_json(content: bytes) -> StudyFile:
    """Read a study file, checked to the letter.

    Args:
        content: Of the file.

    Raises:
        NewerFormat: If a newer benchsuite wrote it.
        NotARecord: If it is not whole, or not as docs/reference/record-format.md says.
    """
    try:
        data: Any = from_json(content, allow_inf_nan=False)
    except ValueError as error:
        raise NotARecord(f"is not whole JSON ({error})") from None
    number = data.pop("format", None) if isinstance(data, dict) else None
    if type(number) is not int or number < 1:
        raise NotARecord(f"does not follow the format: top level: must be an object whose format is {FORMAT}")
    if number > FORMAT:
        raise NewerFormat(f"has format {number}; this benchsuite reads up to {FORMAT}. Upgrade benchsuite")
    id = data.pop("id", None)
    try:
        study = _studies.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "top level"
        raise NotARecord(f"does not follow the format: {where}: {first['msg']}") from None
    except RecursionError:
        raise NotARecord("does not follow the format: it is nested too deeply") from None
    if id != study.id:
        raise NotARecord("does not follow the format: id: is that of another study")
    for name in ("planned", "searches"):
        ids = getattr(study, name)
        if len(set(ids)) < len(ids):
            raise NotARecord(f"does not follow the format: {name}: an id stands there twice")
    return study


def study_name(study_id: str) -> str:
    """Return where a study's file lies, below the results folder."""
    return f"{STUDIES}/{study_id}.json"


def write_study(folder: Path, study: StudyFile) -> None:
    """Write a study file whole or not at all, unless the same was asked for before: then the first file stays.

    Args:
        folder: The results folder.
        study: What is asked of it.

    Raises:
        CannotWrite: If the disk is full, or the folder has gone.
    """
    name = study_name(study.id)
    content = study_to_json(study)
    study_from_json(content)  # what cannot be read must not be written
    if (folder / name).is_file():
        return
    try:
        Folder(folder).write(name, content)
    except OSError as error:
        raise cannot_write(folder / name, error) from None


def read_studies(folder: Path, damaged: list[Damage]) -> Iterator[StudyFile]:
    """Read study file after study file, sorted by id.

    Args:
        folder: The results folder.
        damaged: Filled with all else that lies there, and is none.
    """
    place = folder / STUDIES
    if place.is_symlink():
        damaged.append(Damage(STUDIES, "is a link, and links are not followed", readable=False))
        return
    for entry in entries(place, STUDIES, damaged):
        where = f"{STUDIES}/{entry.name}"
        if not RECORD.fullmatch(entry.name) or not entry.is_file(follow_symlinks=False):
            what = kind_of(entry.path) or "a file whose name is not that of a study"
            damaged.append(Damage(where, f"is {what}"))
            continue
        try:
            study = study_from_json(read_plain(entry.path, LARGEST))
        except FileNotFoundError:  # it may go meanwhile
            continue
        except NewerFormat as error:
            damaged.append(Damage(where, str(error), newer=True))
        except (NotPlain, NotARecord) as error:
            damaged.append(Damage(where, str(error)))
        except OSError as error:
            damaged.append(Damage(where, f"cannot be read: {error.strerror}", readable=False))
        else:
            if study.id != entry.name.removesuffix(".json"):
                damaged.append(Damage(where, f"holds study {study.id}, which its name does not say"))
                continue
            yield study


_studies: TypeAdapter[StudyFile] = TypeAdapter(StudyFile)
