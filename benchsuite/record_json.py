"""Records as files hold them: JSON of any format that there ever was is read, the newest is written.

Format 1 is converted when it is read; nothing is rewritten on disk.
"""

from __future__ import annotations

import json
from typing import Any

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from benchsuite.indented import indented
from benchsuite.record import FORMAT, Record, printable
from benchsuite.record_agreement import Disagreement, check_agreement

ALWAYS = ("reason", "fingerprints")


class NotARecord(Exception):
    """Raised for a file that holds no record that can be read; its text says why."""


class NewerFormat(NotARecord):
    """Raised for a record that a newer benchsuite wrote."""


def record_to_json(record: Record) -> bytes:
    """Return the content of a record's file: equal records are equal bytes."""
    data = record.to_json()
    try:
        return indented(data).encode()
    except UnicodeEncodeError:  # an error quoted bytes that are no text
        return indented(printable(data)).encode()


def record_from_json(content: bytes) -> Record:
    """Read a record of any format, checked to the letter.

    Args:
        content: Of its file.

    Raises:
        NewerFormat: If a newer benchsuite wrote it.
        NotARecord: If it is not whole, or not as docs/reference/record-format.md says.
    """
    data, of_unicode = _parsed(content)
    number = data.pop("format", None) if isinstance(data, dict) else None
    if type(number) is not int or number < 1:
        raise NotARecord(f"does not follow the format: top level: must be an object whose format is 1 to {FORMAT}")
    if number > FORMAT:
        raise NewerFormat(
            f"has format {number}; this benchsuite reads up to {FORMAT}. Upgrade benchsuite, or use another --results folder"
        )
    if number > 1 and not of_unicode:
        raise NotARecord("does not follow the format: a text in it holds a lone surrogate, which is no letter")
    data = _from_format_1(data) if number == 1 else data
    for name in ALWAYS if number > 1 else ():  # an ending in memory may leave them out, a file may not
        if name not in data:
            raise NotARecord(f"does not follow the format: {name}: Field required")
    try:
        record = _records.validate_python(data)
        if record.id != record.trial.id:
            raise NotARecord(f"holds another spec than that of trial {record.id}")
        check_agreement(record, data.get("curves", {}))
    except ValidationError as error:
        raise NotARecord(f"does not follow the format: {_said(error, number)}") from None
    except Disagreement as error:
        raise NotARecord(f"does not follow the format: {_placed(str(error), number)}") from None
    except RecursionError:
        raise NotARecord("does not follow the format: it is nested too deeply") from None
    # As many colons behind quotation marks as there are keys: then none stands there twice.
    if number == 1 or content.translate(None, b" \t\r\n").count(b'":') != _keys(record, data):
        _refuse_double_keys(content)
    return record


def _parsed(content: bytes) -> tuple[Any, bool]:
    """Return what a file holds, and whether its texts are Unicode: some of format 1 hold lone surrogates, shown as escapes."""
    try:
        return from_json(content, allow_inf_nan=False), True
    except ValueError:
        pass  # a lone surrogate among them, which Python reads
    try:
        data = json.loads(content.decode(), parse_constant=_refuse_constant)
        shown = printable(data)
        return shown, shown == data
    except (ValueError, RecursionError) as error:
        raise NotARecord(f"is not whole JSON ({error})") from None


def _keys(record: Record, data: dict[str, Any]) -> int:
    """Return how many keys the objects of a record of format 2 have, its format included."""
    spec, results, made_by = data["spec"], data.get("results") or {}, data["made_by"]
    reached = results.get("targets") or {}
    environment = data["environment"]
    objects = (
        data, spec, spec["task"], spec["streams"], spec.get("fold"), spec.get("changes"), spec.get("knobs"), spec.get("inner"),
        data.get("curves"), results, results.get("final"), results.get("best"), reached, results.get("failure"), data["costs"],
        environment, environment.get("versions"), data.get("fingerprints"), data["task"], made_by, made_by.get("plugins"),
        *reached.values(),
    )  # fmt: skip
    return 1 + sum([len(held) for held in objects if held]) + record.trial.recipe.keys + record.task.baseline.keys


def _refuse_double_keys(content: bytes) -> None:
    """Refuse an object with a key twice: readers differ in which of the two they believe."""

    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            keys = [key for key, _ in pairs]
            double = next(key for key in keys if keys.count(key) > 1)
            raise NotARecord(f"does not follow the format: it has the key {double!r} twice in one object")
        return found

    try:
        json.loads(content.decode(), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise NotARecord(f"is not whole JSON ({error})") from None


def _refuse_constant(text: str) -> None:
    raise ValueError(f"{text} is no JSON")


def _from_format_1(data: dict[str, Any]) -> dict[str, Any]:
    """Return a record of format 1 in format 2. What is not there stays away, and is refused like any other."""
    data = dict(data)
    results, environment = data.get("results"), data.get("environment")
    if isinstance(results, dict):
        data["results"] = results = dict(results)
        data["task"] = facts = results.pop("measure", None)
        if isinstance(facts, dict):
            data["task"] = facts = dict(facts)
            results["steps_per_epoch"] = facts.pop("steps_per_epoch", None)
    if isinstance(environment, dict):
        data["environment"] = environment = dict(environment)
        data["made_by"] = {"benchsuite": environment.pop("benchsuite", "")}
        packages = [name for name in ("python", "tensorflow", "keras", "numpy") if name in environment]
        environment["versions"] = {name: environment.pop(name) for name in packages}
    return data


_IN_FORMAT_1 = {
    "task": "results.measure",
    "results.steps_per_epoch": "results.measure.steps_per_epoch",
    "environment.versions": "environment",
    "made_by": "environment",
}
"""Place in format 2 → where that stood in format 1."""


def _said(error: ValidationError, number: int) -> str:
    """Return the first thing that is wrong, and where it stands in the file."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, first["loc"])) or "top level"
    return _placed(f"{where}: {first['msg'].removeprefix('Value error, ')}", number)


def _placed(said: str, number: int) -> str:
    """Return what is wrong with the place where it stands in the file."""
    where, colon, what = said.partition(":")
    if number == 1:
        before = [place for place in _IN_FORMAT_1 if f"{where}.".startswith(f"{place}.")]
        where = _IN_FORMAT_1[before[0]] + where.removeprefix(before[0]) if before else where
    return f"{where}{colon}{what}"


_records: TypeAdapter[Record] = TypeAdapter(Record)
