"""JSON with a line for each value, faster than Python's own: that has compiled code for JSON without lines only."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from functools import cache
from json.encoder import encode_basestring
from typing import Any

_PLAIN = frozenset({str, int, float, bool, type(None)})
FEW = 6
"""Entries of a list or object that are sooner written one by one than by an encoder that is made for them."""


def indented(value: Any) -> str:
    """Return what ``json.dumps(value, indent=1, sort_keys=True, allow_nan=False, ensure_ascii=False)`` does.

    Args:
        value: A JSON value; all keys are texts.

    Raises:
        ValueError: If a number is not finite.
        TypeError: If something in it is no JSON value.
    """
    return _text(value, "\n")


def _text(value: Any, line: str) -> str:
    """Return a value that stands on a line.

    Args:
        value: The value.
        line: How another line begins where it ends.
    """
    if (plain := _WRITERS.get(type(value))) is not None:
        return plain(value)
    if not isinstance(value, dict | list | tuple) or not value:
        return _encoder("").encode(value)
    inner = f"{line} "
    held = value.values() if isinstance(value, dict) else value
    if len(value) > FEW and _PLAIN.issuperset(
        map(type, held)
    ):  # compiled code writes the separators, and the lines with them
        text = _encoder(inner).encode(value)
        return f"{text[0]}{inner}{text[1:-1]}{line}{text[-1]}"
    if isinstance(value, dict):
        parts = [f"{encode_basestring(key)}: {_text(one, inner)}" for key, one in sorted(value.items())]
        return f"{{{inner}{f',{inner}'.join(parts)}{line}}}"
    return f"[{inner}{f',{inner}'.join([_text(one, inner) for one in value])}{line}]"


def _float(value: float) -> str:
    if not math.isfinite(value):
        raise ValueError(f"Out of range float values are not JSON compliant: {value}")
    return repr(value)


@cache
def _encoder(line: str) -> json.JSONEncoder:
    return json.JSONEncoder(separators=(f",{line}", ": "), sort_keys=True, allow_nan=False, ensure_ascii=False)


_WRITERS: dict[type, Callable[[Any], str]] = {
    str: encode_basestring,
    int: repr,
    float: _float,
    bool: {True: "true", False: "false"}.__getitem__,
    type(None): lambda _: "null",
}
