"""Study files: what was asked of a results folder, so that nobody need believe that all of it is there.

``results/studies/<id>.json``, written when a run begins: the command, its options, and which trials were planned, or which
searches. docs/reference/record-format.md describes the JSON.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter

from benchsuite.damage import Damage
from benchsuite.files import write_into
from benchsuite.record import MadeBy, Name
from benchsuite.record_files import read_each
from benchsuite.record_json import NotARecord
from benchsuite.trial import identity
from benchsuite.versioned_json import of_format, to_json, validated

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
    return to_json({"format": FORMAT, "id": study.id, **asdict(study)}, indent=indent)


def study_from_json(content: bytes) -> StudyFile:
    """Read a study file, checked to the letter.

    Args:
        content: Of the file.

    Raises:
        NewerFormat: If a newer benchsuite wrote it.
        NotARecord: If it is not whole, or not as docs/reference/record-format.md says.
    """
    data = of_format(content, FORMAT)
    id = data.pop("id", None)
    study = validated(_studies, data)
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
    write_into(folder, name, content)


def read_studies(folder: Path, damaged: list[Damage]) -> Iterator[StudyFile]:
    """Read study file after study file, sorted by id.

    Args:
        folder: The results folder.
        damaged: Filled with all else that lies there, and is none.
    """
    return read_each(folder, STUDIES, "study", study_from_json, damaged, key=lambda study: study.id)


_studies: TypeAdapter[StudyFile] = TypeAdapter(StudyFile)
