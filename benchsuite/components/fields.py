"""What the fields of a component must be, whatever its kind: texts that fit a list, mappings, lists and numbers that can be stored."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from typing import Any

from benchsuite.errors import BenchsuiteError

LONGEST_NAME = 64
"""Letters of a name: it stands in selections, tables and the names of files."""
LONGEST_SUMMARY = 300
LONGEST_TEXT = 4000
MOST_HYPERPARAMETERS = 100
MOST_LISTED = 100
"""Entries of the lists of a task."""
LARGEST_COUNT = 2**31 - 1
LAST_LATIN = "\u00ff"
"""Beyond it are letters that look like others."""


def check_texts(component: Any) -> None:
    """Refuse texts that are none, or that no list can show, switches that are no ``bool``, and numbers that are not finite.

    Raises:
        BenchsuiteError: Naming the field.
    """
    for field in _fields(type(component)):
        value = getattr(component, field.name)
        called = f"{field.name} of {component.title}"
        if field.type == "bool" and not isinstance(value, bool):
            raise BenchsuiteError(f"{called} must be True or False. Received: {shown(value)}.")
        if field.type == "float" and not is_finite(value):
            raise BenchsuiteError(f"{called} must be a finite number. Received: {shown(value)}.")
        if field.type == "str":
            longest = LONGEST_SUMMARY if field.name == "summary" else LONGEST_TEXT
            object.__setattr__(component, field.name, _text(called, value, longest, field.name == "summary"))


_KNOWN: dict[type, list[dataclasses.Field[Any]]] = {}


def _fields(cls: type) -> list[dataclasses.Field[Any]]:
    if cls not in _KNOWN:  # a plugin may have ten thousand components
        _KNOWN[cls] = [field for field in dataclasses.fields(cls) if field.type in ("str", "bool", "float")]
    return _KNOWN[cls]


def _text(called: str, given: Any, longest: int, one_line: bool) -> str:
    if not isinstance(given, str):
        raise BenchsuiteError(f"{called} must be text. Received: {shown(given)}.")
    value = "".join(str.__iter__(given))  # and nothing else: a class of its own may do anything when it is shown
    if len(value) > longest:
        raise BenchsuiteError(
            f"{called} must have at most {longest:,} letters. Received: {len(value):,}. The module's docstring has room."
        )
    if one_line and len(value.splitlines()) > 1:
        raise BenchsuiteError(f"{called} must be one line. Received: {shown(value)}.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise BenchsuiteError(f"{called} must be text that can be stored. Received: {shown(value)}.") from None
    return value


def mapping(called: str, value: Any, most: int) -> dict[str, Any]:
    """Return a mapping of names as a plain dictionary.

    Raises:
        BenchsuiteError: If it is none, or larger.
    """
    if not isinstance(value, Mapping):
        raise BenchsuiteError(f"{called} must be a dictionary. Received: {shown(value)}.")
    if len(value) > most:
        raise BenchsuiteError(f"{called} must have at most {most} entries. Received: {len(value):,}.")
    found = dict(value)
    for key in found:
        if not isinstance(key, str) or not key.isidentifier() or len(key) > LONGEST_NAME:
            raise BenchsuiteError(
                f"{called} must have names of parameters as keys, with at most {LONGEST_NAME} letters. Received: {shown(key)}."
            )
    return found


def listed(called: str, value: Any, what: str) -> tuple[Any, ...]:
    """Return a list or tuple as a tuple.

    Raises:
        BenchsuiteError: If it is none, or longer than any such list.
    """
    if not isinstance(value, list | tuple):
        raise BenchsuiteError(f"{called} must be a list of {what}. Received: {shown(value)}.")
    if len(value) > MOST_LISTED:
        raise BenchsuiteError(f"{called} must have at most {MOST_LISTED} entries. Received: {len(value):,}.")
    return tuple(value)


def is_finite(value: Any) -> bool:
    """Say whether a value is a number that is neither infinite nor not-a-number, and that a float can hold."""
    try:
        return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    except OverflowError:
        return False


def shown(value: Any) -> str:
    """Return what a value looks like, in one line of bounded length; letters that may look like others as their codes."""
    try:
        text = repr(value)
        if isinstance(value, str) and not text.isascii() and max(text) > LAST_LATIN:
            text = ascii(value)
    except Exception as error:
        return f"a {type(value).__name__} whose repr raises {type(error).__name__}"
    text = " ".join(text.split())
    return text if len(text) <= 120 else f"{text[:120]}… ({len(text):,} letters)"
