"""Observers that are there, and see nothing until somebody asks for them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchsuite.components.base import check_name
from benchsuite.components.fields import shown
from benchsuite.errors import BenchsuiteError


@dataclass(frozen=True, kw_only=True)
class Observer:
    """What ``benchsuite run --observer NAME`` switches on.

    Args:
        name: Unique; lower-case letters, digits, underscores.
        make: ``(results) -> object``, called once with the path of the results folder, before the first trial. The object's
            methods that are marked with ``bs.hookimpl`` are life-cycle hooks, such as ``epoch_finished``. Heavy imports belong
            inside. It may raise :class:`BenchsuiteError`, such as for a package that is missing.
        summary: One line.

    Raises:
        BenchsuiteError: If a field is not as described.
    """

    name: str
    make: Callable[[Path], Any]
    summary: str = ""

    def __post_init__(self) -> None:
        check_name("observer", self.name)
        if not callable(self.make):
            raise BenchsuiteError(f"make of observer {self.name!r} must be callable. Received: {shown(self.make)}.")
