"""What steps cost, as ``costs/`` of a results folder holds it: files of pytest-benchmark's format with a part of our own.

That part alone is read here, checked to the letter; the rest is for ``pytest-benchmark compare``. Whatever else lies there
is named in one line and stops nobody.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError
from pydantic_core import from_json

from benchsuite.damage import Damage
from benchsuite.plain_files import NotPlain, kind_of, read_plain
from benchsuite.record import Count, Name, Positive, Seconds, Share, Texts
from benchsuite.record_files import entries
from benchsuite.spaces import Value

FORMAT = 1
PLACE = "costs"
"""Folder of the results folder."""
PART = "benchsuite"
"""Key of our part of a file."""
FILE = re.compile(r"\d{8}T\d{6}Z-[a-z][a-z0-9_]*-[a-z][a-z0-9_]*-(cpu|gpu)(-\d+)?\.json")
LARGEST = 16 * 2**20
"""Bytes. 1,000 settings in 100 rounds have 3 million."""

Label = Annotated[str, Field(strict=True, min_length=1)]
EXACT = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class CostRow:
    """What a step of one setting costs.

    Args:
        label: The setting in words.
        ratio: Its step's time ÷ the yardstick's: the median over the rounds.
        low: The lower quartile of these ratios.
        high: The upper quartile.
        milliseconds: The fastest round, for one step.
        state_bytes: Of the optimizer's state for each trained number.
        compile_seconds: To build and compile its program; ``None`` if it shares that of another setting.
        hyperparameters: Name of each of its components → all hyperparameters.
        fingerprints: Likewise → the fingerprint of its code.
    """

    __pydantic_config__ = EXACT

    label: Label
    ratio: Share
    low: Share
    high: Share
    milliseconds: Share
    state_bytes: Share
    compile_seconds: Seconds | None
    hyperparameters: dict[Name, dict[Name, Value]]
    fingerprints: Texts


@dataclass(frozen=True)
class CostTable:
    """One contest: what a step of each setting costs.

    Args:
        format: Of this part of the file.
        kind: The kind of the settings.
        task: The task; ``None`` for the standard network.
        task_version: Its version.
        against: The yardstick in words.
        device: ``cpu`` or ``gpu``.
        device_name: ``cpu``, or the model of the GPU.
        precision: Of the programs.
        steps: Of a turn.
        rounds: In which all took turns.
        cpu_share: Processor time divided by wall time of the rounds; below 0.9 the core was shared.
        finished_at: ISO 8601, UTC.
        processor: Its model.
        cores: Of the machine.
        machine: Operating system and architecture.
        numerics: Fingerprint of what rounding depends on.
        versions: Package → version.
        rows: What was timed, in the order in which it was asked for, the yardstick first.
        failed: Setting in words → why it could not be timed.
    """

    __pydantic_config__ = EXACT

    format: Annotated[int, Field(strict=True, ge=1, le=FORMAT)]
    kind: Name
    task: Name | None
    task_version: Positive
    against: Label
    device: Annotated[str, Field(strict=True, pattern="^(cpu|gpu)$")]
    device_name: Name
    precision: Name
    steps: Positive
    rounds: Positive
    cpu_share: Share | None
    finished_at: Annotated[str, Field(strict=True, pattern=r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\+00:00$")]
    processor: Name
    cores: Count | None
    machine: Name
    numerics: Name
    versions: Texts
    rows: Annotated[tuple[CostRow, ...], Field(min_length=1)]
    failed: dict[Label, str]

    @property
    def place(self) -> str:
        """What it was measured on, in words."""
        return self.task or "a perceptron of a million parameters"

    @property
    def shared(self) -> bool:
        """Whether something else used the core meanwhile."""
        return self.cpu_share is not None and self.cpu_share < ALONE


ALONE = 0.9
"""Of its time a thread that has its core for itself gets so much or more."""

_tables: TypeAdapter[CostTable] = TypeAdapter(CostTable)


class NotCosts(Exception):
    """Raised for a file that holds no costs that can be read; its text says why."""


def read_costs(path: Path) -> CostTable:
    """Read a file of costs, checked to the letter.

    Raises:
        NotCosts: If it is no file, or not as docs/reference/record-format.md says.
        OSError: If it cannot be opened.
    """
    try:
        content = read_plain(path, LARGEST)
    except NotPlain as error:
        raise NotCosts(str(error)) from None
    return costs_from_json(content)


def costs_from_json(content: bytes) -> CostTable:
    """Return the costs that the content of a file holds, checked to the letter.

    Raises:
        NotCosts: If it is not as docs/reference/record-format.md says.
    """
    try:
        data = from_json(content, allow_inf_nan=False)
    except ValueError as error:
        raise NotCosts(f"is not whole JSON ({error})") from None
    part = data.get(PART) if isinstance(data, dict) else None
    if not isinstance(part, dict) or type(part.get("format")) is not int or part["format"] < 1:
        raise NotCosts(f"does not follow the format: {PART}: must be an object whose format is {FORMAT}")
    if part["format"] > FORMAT:
        raise NewerCosts(f"has format {part['format']}; this benchsuite reads up to {FORMAT}. Upgrade benchsuite")
    if not isinstance(data.get("benchmarks"), list):
        raise NotCosts("does not follow the format: benchmarks: must be a list")
    try:
        return _tables.validate_python(part)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, (PART, *first["loc"])))
        raise NotCosts(f"does not follow the format: {where}: {first['msg'].removeprefix('Value error, ')}") from None


class NewerCosts(NotCosts):
    """Raised for a file that a newer benchsuite wrote."""


def all_costs(folder: Path, damaged: list[Damage]) -> Iterator[CostTable]:
    """Read every file of costs of a results folder, oldest first.

    Args:
        folder: The results folder.
        damaged: Filled with all else that lies there.
    """
    place = folder / PLACE
    if place.is_symlink():
        damaged.append(Damage(PLACE, "is a link, and links are not followed"))
        return
    for entry in entries(place, PLACE, damaged):
        where = f"{PLACE}/{entry.name}"
        if not FILE.fullmatch(entry.name):
            kind = kind_of(entry.path)
            said = f"is {kind}" if "link" in kind else f"is {kind or 'a file'}, and its name is not that of costs"
            damaged.append(Damage(where, said))
            continue
        try:
            yield read_costs(Path(entry.path))
        except FileNotFoundError:  # it may go meanwhile
            continue
        except NewerCosts as error:
            damaged.append(Damage(where, str(error), newer=True))
        except NotCosts as error:
            damaged.append(Damage(where, str(error)))
        except OSError as error:
            damaged.append(Damage(where, f"cannot be read: {error.strerror}", readable=False))


def without(table: CostTable, stale: Callable[[str, CostRow], bool]) -> tuple[CostTable | None, list[str]]:
    """Leave out what other code was measured.

    Args:
        table: A contest.
        stale: Says of a kind and a row whether its code changed since.

    Returns:
        What is left, ``None`` where the yardstick is not; and the labels of what is left out.
    """
    old = [row.label for row in table.rows if stale(table.kind, row)]
    if table.rows[0].label in old:
        return None, old
    return replace(table, rows=tuple(row for row in table.rows if row.label not in old)), old


def newest(tables: Iterable[CostTable]) -> list[CostTable]:
    """Return, of contests that were measured more than once in the same way, the newest, in the order of their names."""
    found: dict[tuple[str, ...], CostTable] = {}
    for table in sorted(tables, key=lambda one: one.finished_at):
        found[table.kind, table.task or "", table.device, table.device_name, table.precision, table.against] = table
    return [found[key] for key in sorted(found)]
