"""What was asked on the command line, in words that say nothing of this machine: for study files and manifests."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from benchsuite.registry import Registry
    from benchsuite.sources import Source, Together
    from benchsuite.store import Store
    from benchsuite.study_files import StudyFile
    from benchsuite.typed_commands import TypedCommand

OPTIONS = "benchsuite.options"
"""Where a context keeps the options by the keys of study files."""
PLACES = ("results", "study_file")
"""Options that say where something lies, and nothing of what is run."""
PART = "shard"
"""The option that says which part of a study a call runs: all parts are asked for the same study."""
MACHINES = ("executor",)
"""Options that may name a machine behind a colon."""
MODULES = ("plugin",)
"""Options that may name a file or something else."""
ELSEWHERE = re.compile(r"[/~\\]|[A-Za-z]:[/\\]")
"""How a path begins that says something of a machine."""

_context: ContextVar[Any] = ContextVar("asked", default=None)


@dataclass(frozen=True)
class Call:
    """One call of the command line.

    Args:
        verb: Its verb; of one with several actions the action stands among the options.
        words: All of it, ``benchsuite`` first; of paths the last part alone.
        typed: The same with paths as they were typed, but for ``--shard`` and ``--results``.
        options: The options that were given, by their keys in study files, those of a study file among them.
    """

    verb: str
    words: tuple[str, ...]
    typed: tuple[str, ...]
    options: Mapping[str, Any]


@contextmanager
def calling(context: Any) -> Iterator[None]:
    """Keep what is called, until the end of the call.

    Args:
        context: Of typer.
    """
    token = _context.set(context)
    try:
        yield
    finally:
        _context.reset(token)


def asked() -> Call | None:
    """Return what is called now; ``None`` where it is Python that calls."""
    context = _context.get()
    if context is None:
        return None
    names = _names(context)
    words = ["benchsuite", *names]
    as_typed = list(words)
    typed: dict[str, Any] = {}
    left_out = (PART, "results") if context.params.get(PART) else ()  # each part may have a folder of its own
    for one in context.command.params:
        source = context.get_parameter_source(one.name)
        if source is None or source.name != "COMMANDLINE":
            continue
        value = context.params[one.name]
        typed[one.name.removesuffix("_")] = value
        words += _words(one, value, _plain) if one.name not in left_out else []
        as_typed += _words(one, value, lambda _, value: value) if one.name not in (PART, "results") else []
    found = context.meta.get(OPTIONS, typed)
    options = {
        key: _plain(key, value) for key, value in found.items() if key not in (*PLACES, PART) and value is not None
    }
    if len(names) > 1:
        options["action"] = names[1]
    return Call(names[0], tuple(words), tuple(as_typed), options)


def _names(context: Any) -> list[str]:
    """Return the verb, and its action where it has several."""
    names: list[str] = []
    while context.parent is not None:
        names.insert(0, str(context.info_name))
        context = context.parent
    return names or [str(context.info_name)]


def write_study_file(source: Source | Together, known: Registry, store: Store) -> None:
    """Write down what a run was asked for, before it begins, and how that was typed.

    Args:
        source: Proposes its trials.
        known: The plugins that were found.
        store: The results folder.

    Raises:
        CannotWrite: If the disk is full, or the folder has gone.
    """
    from datetime import UTC, datetime

    from benchsuite.provenance import made_now
    from benchsuite.sources import alone
    from benchsuite.study_files import StudyFile, write_study
    from benchsuite.typed_commands import TypedCommand, write_command

    call = asked()
    if call is None:
        return
    planned = [trial.id for one in alone(source) for trial in getattr(one, "planned", ())]
    searches = [id for one in alone(source) if (id := getattr(one, "search_id", ""))]
    study = StudyFile(
        verb=call.verb,
        command=call.words,
        options=dict(call.options),
        planned=tuple(sorted(set(planned))),
        searches=tuple(sorted(set(searches))),
        began=datetime.now(UTC).isoformat(timespec="seconds"),
        made_by=made_now(known),
    )
    write_study(store.folder, study)
    write_command(store.folder, TypedCommand(study=study.id, folder=str(Path.cwd()), words=call.typed))


def of_study(command: TypedCommand, study: StudyFile) -> bool:
    """Say whether a typed command is that of a study, but for the folders of its paths: whoever wrote the file may have put in
    it what they liked, and it is said to be typed again.

    Args:
        command: As its file says that it was typed.
        study: The study that it names.
    """
    said = list(study.command)
    if "--results" in said:
        at = said.index("--results")
        del said[at : at + 2]
    if len(said) != len(command.words):
        return False
    flags = (f"--{name}" for name in MACHINES)
    machines = {number + 1 for flag in flags for number, word in enumerate(said) if word == flag}
    return all(
        one == word or _last_part(one) == word or (number in machines and one.partition(":")[0] == word)
        for number, (one, word) in enumerate(zip(command.words, said, strict=True))
    )


def _last_part(path: str) -> str:
    return re.split(r"[/\\]", path.rstrip("/\\"))[-1]


def _words(one: Any, value: Any, said: Callable[[str, Any], Any]) -> list[str]:
    """Return a parameter as it is typed.

    Args:
        one: The parameter.
        value: What was given.
        said: Makes of its name and a value what is said of that.
    """
    values = list(value) if isinstance(value, list | tuple) else [value]
    if one.param_type_name == "argument":
        return [str(said(one.name, each)) for each in values]
    flag = max(one.opts, key=len)
    if getattr(one, "is_flag", False):
        return [flag if value else max(one.secondary_opts, key=len, default=flag)]
    return [word for each in values for word in (flag, str(said(one.name, each)))]


def _plain(name: str, value: Any) -> Any:
    """Return a value as JSON has it, of a path the last part."""
    if isinstance(value, Path):
        return value.name
    if name in MACHINES and isinstance(value, str):
        return value.partition(":")[0]
    if isinstance(value, list | tuple):
        return tuple(_plain(name, each) for each in value)
    if isinstance(value, str) and (ELSEWHERE.match(value) or (name in MODULES and re.search(r"[/\\]", value))):
        return _last_part(value)
    return value if isinstance(value, bool | int | float | str) else str(value)
