"""Small JSON files with a format number: written so that equal values are equal bytes, and read to the letter."""

from __future__ import annotations

import json
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError
from pydantic_core import from_json

from benchsuite.record import printable
from benchsuite.record_json import NewerFormat, NotARecord

T = TypeVar("T")


def to_json(data: Any, *, indent: int | None = 1) -> bytes:
    """Return the content of a file: sorted keys, texts as they are, and no number that JSON does not have.

    Args:
        data: What it holds, its ``format`` among that.
        indent: Blanks of each level; ``None`` for a single line.
    """
    return json.dumps(printable(data), indent=indent, sort_keys=True, allow_nan=False, ensure_ascii=False).encode()


def of_format(content: bytes, newest: int) -> dict[str, Any]:
    """Return the object that a file holds, without its format.

    Args:
        content: Of the file.
        newest: The largest format that is read; the first one is 1.

    Raises:
        NewerFormat: If a newer benchsuite wrote it.
        NotARecord: If it is not whole JSON, or no such object.
    """
    try:
        data = from_json(content, allow_inf_nan=False)
    except ValueError as error:
        raise NotARecord(f"is not whole JSON ({error})") from None
    return without_format(data, newest)


def without_format(data: Any, newest: int) -> dict[str, Any]:
    """Return an object without its format; arguments and errors are those of :func:`of_format`."""
    number = data.pop("format", None) if isinstance(data, dict) else None
    if not isinstance(data, dict) or type(number) is not int or number < 1:
        raise NotARecord(f"does not follow the format: top level: must be an object whose format is {newest}")
    if number > newest:
        raise NewerFormat(f"has format {number}; this benchsuite reads up to {newest}. Upgrade benchsuite")
    return data


def validated(adapter: TypeAdapter[T], data: Any) -> T:
    """Return the value that an object stands for.

    Args:
        adapter: Of its type.
        data: The object.

    Raises:
        NotARecord: If it is none, with the first thing that is wrong and where.
    """
    try:
        return adapter.validate_python(data)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "top level"
        raise NotARecord(f"does not follow the format: {where}: {first['msg']}") from None
    except RecursionError:
        raise NotARecord("does not follow the format: it is nested too deeply") from None
