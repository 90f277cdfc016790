"""Typed commands: the command behind a study as it was typed, with its paths, so that it can be typed again.

``results/commands/<id of the study>.json``. Study files travel with bundles and say nothing of a machine; these files are of the
machine, and no bundle has them. docs/reference/record-format.md describes the JSON.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter

from benchsuite.damage import Damage
from benchsuite.files import write_into
from benchsuite.plain_files import NotPlain, read_plain
from benchsuite.record_files import LARGEST, read_each
from benchsuite.record_json import NotARecord
from benchsuite.study_files import EXACT, MOST_WORDS, TrialId, Word
from benchsuite.versioned_json import of_format, to_json, validated

FORMAT = 1
COMMANDS = "commands"
"""Where they lie, below the results folder."""
FIRST = "benchsuite"
"""The first word of each."""


@dataclass(frozen=True, kw_only=True)
class TypedCommand:
    """A command as it was typed last.

    Args:
        study: What it asked for, by the study's id.
        folder: In which it was typed, absolute: paths are relative to it.
        words: Its words, ``benchsuite`` first, but for ``--shard`` and ``--results``.
    """

    __pydantic_config__ = EXACT

    study: TrialId
    folder: Word
    words: Annotated[tuple[Word, ...], Field(min_length=1, max_length=MOST_WORDS)]

    @property
    def elsewhere(self) -> bool:
        """Whether it was typed in another folder than this one, which is there: its paths lead somewhere only from that one."""
        return os.path.isdir(self.folder) and not os.path.samefile(self.folder, os.curdir)

    @property
    def away(self) -> bool:
        """Whether the folder in which it was typed is not on this machine: its relative paths lead nowhere."""
        return not os.path.isdir(self.folder)

    def line(self, *more: str) -> str:
        """Return what a shell takes here and now; of one that was typed :attr:`away`, its words alone.

        Args:
            more: Words at its end.
        """
        said = shlex.join([*self.words, *more])
        return f"cd {shlex.quote(self.folder)} && {said}" if self.elsewhere else said


def command_to_json(command: TypedCommand) -> bytes:
    """Return the content of a typed command's file: equal ones are equal bytes."""
    return to_json({"format": FORMAT, **asdict(command)})


def command_from_json(content: bytes) -> TypedCommand:
    """Read a typed command, checked to the letter.

    Args:
        content: Of the file.

    Raises:
        NewerFormat: If a newer benchsuite wrote it.
        NotARecord: If it is not whole, or not as docs/reference/record-format.md says.
    """
    command = validated(_commands, of_format(content, FORMAT))
    if command.words[0] != FIRST:
        raise NotARecord(f"does not follow the format: words: the first one must be {FIRST}")
    if not command.folder.startswith("/"):
        raise NotARecord("does not follow the format: folder: must be absolute")
    return command


def write_command(folder: Path, command: TypedCommand) -> None:
    """Write a typed command in place of one that asked for the same before; a path that cannot be written down is none.

    Args:
        folder: The results folder.
        command: What was typed.

    Raises:
        CannotWrite: If the disk is full, or the folder has gone.
    """
    name = f"{COMMANDS}/{command.study}.json"
    try:
        content = command_to_json(command)
        if command_from_json(content) != command:  # a name that is no text
            return
    except NotARecord:  # control characters in a name: what the study file says of the command must do
        return
    with suppress(OSError, NotPlain):
        if read_plain(folder / name, LARGEST) == content:
            return
    write_into(folder, name, content)


def read_commands(folder: Path, damaged: list[Damage]) -> Iterator[TypedCommand]:
    """Read typed command after typed command, sorted by the ids of their studies.

    Args:
        folder: The results folder.
        damaged: Filled with all else that lies there, and is none.
    """
    return read_each(folder, COMMANDS, "typed command", command_from_json, damaged, key=lambda command: command.study)


_commands: TypeAdapter[TypedCommand] = TypeAdapter(TypedCommand)
