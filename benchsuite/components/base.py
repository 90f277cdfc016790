"""What every component has, whatever its kind."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from benchsuite.components.fields import LARGEST_COUNT, LONGEST_NAME, MOST_HYPERPARAMETERS, check_texts, mapping, shown
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.spaces import SPACES, Space, Value

NAME = re.compile(r"[a-z][a-z0-9_]*")


def check_name(what: str, name: object) -> None:
    """Refuse names that a selection, a file name or a table could not carry."""
    if not isinstance(name, str) or not NAME.fullmatch(name) or len(name) > LONGEST_NAME:
        article = "an" if what[0] in "aeiou" else "a"
        most = f", at most {LONGEST_NAME}" if isinstance(name, str) and len(name) > LONGEST_NAME else ""
        raise BenchsuiteError(
            f"the name of {article} {what} must be lower-case letters, digits and underscores, a letter first{most}. "
            f"Received: {shown(name)}."
        )


@dataclass(frozen=True, kw_only=True)
class Component:
    """What a plugin provides: a named way to make one part of a training run.

    Args:
        name: Unique within its kind; lower-case letters, digits, underscores.
        make: Called with the hyperparameters as keywords when a trial is built; returns what its kind asks for.
            Heavy imports belong inside, so that listing plugins stays fast.
        space: Hyperparameter name → space. Every name must be a parameter of ``make``.
        summary: One line for lists.
        reference: Authors and year, arXiv number where there is one.
        formula: The update rule or definition, for ``benchsuite info``.
        version: Raise it when the same hyperparameters start to give other numbers.
        default: Whether tasks whose baseline does not name this kind use this component (one per kind).
        yardstick: Whether ``benchsuite cost`` tells the costs of its kind relative to this component (at most one per kind);
            relative to the default one where none is.
        wraps: Hyperparameter → kind, where its value is the name of another component, which this one uses with its
            defaults: when that one's code changes, the records of this one are stale as well.
        same_as: Name of another component of the kind that is the same method: where the records show it too, both are
            one row of a leaderboard and count once in its ranks.
        self_tuning: Whether it claims to need no hyperparameter chosen for the task: then it enters the track
            ``self_tuning`` with its defaults.

    Raises:
        BenchsuiteError: If a field is not as described.
    """

    kind: ClassVar[str] = "component"

    name: str
    make: Callable[..., Any]
    space: Mapping[str, Space] = field(default_factory=dict)
    summary: str = ""
    reference: str = ""
    formula: str = ""
    version: int = 1
    default: bool = False
    yardstick: bool = False
    wraps: Mapping[str, str] = field(default_factory=dict)
    same_as: str = ""
    self_tuning: bool = False

    def __post_init__(self) -> None:
        check_name(self.kind, self.name)
        check_texts(self)
        if not callable(self.make):
            raise BenchsuiteError(f"make of {self.title} must be callable. Received: {shown(self.make)}.")
        object.__setattr__(self, "space", mapping(f"space of {self.title}", self.space, MOST_HYPERPARAMETERS))
        object.__setattr__(self, "wraps", mapping(f"wraps of {self.title}", self.wraps, MOST_HYPERPARAMETERS))
        for key, space in self.space.items():
            if type(space) not in SPACES:
                raise BenchsuiteError(
                    f"the space of {key!r} in {self.title} must be LogUniform, OneMinusLogUniform, Uniform, Integer, Choice, "
                    f"Fixed or TrialId. Received: {shown(space)}."
                )
            if not space.required:
                space.checked(space.default, f"default of {key} in {self.title}")
        if (
            not isinstance(self.version, int)
            or isinstance(self.version, bool)
            or not 1 <= self.version <= LARGEST_COUNT
        ):
            raise BenchsuiteError(
                f"version of {self.title} must be a whole number from 1. Received: {shown(self.version)}."
            )
        if self.same_as != "":
            check_name(f"component in same_as of {self.title}", self.same_as)
            if self.same_as == self.name:
                raise BenchsuiteError(
                    f"same_as of {self.title} names that component itself. Name the other one, or leave it out."
                )
        for key, kind in self.wraps.items():
            if not isinstance(kind, str):
                raise BenchsuiteError(
                    f"wraps of {self.title} must be a dictionary of hyperparameters and kinds. Received: {shown(self.wraps)}."
                )
            if key not in self.space:
                raise unknown(f"hyperparameter in wraps of {self.title}:", key, self.space)
        self._check_signature()

    def _check_signature(self) -> None:
        """Refuse a space that ``make`` could not be called with, showing the author's own signature."""
        try:
            signature = inspect.signature(self.make)
        except (TypeError, ValueError):  # built-in callables have none
            return
        try:
            signature.bind(**dict.fromkeys(self.space))
        except TypeError as error:
            raise BenchsuiteError(
                f"make of {self.title} cannot be called with its space: {error}. "
                f"Received: make{signature}, space {sorted(self.space)}. Give each parameter a space or a default."
            ) from None

    @property
    def title(self) -> str:
        """Kind and name, for messages: ``optimizer 'sgd'``."""
        return f"{self.kind.replace('_', ' ')} {self.name!r}"

    @property
    def required(self) -> list[str]:
        """Hyperparameters that have no default: it runs only where the user chooses them."""
        return [key for key, space in self.space.items() if space.required]

    @property
    def defaults(self) -> dict[str, Value]:
        """Hyperparameter → default, ``None`` where there is none."""
        return {key: space.default for key, space in sorted(self.space.items())}

    def hyperparameters(self, chosen: Mapping[str, Value] | None = None) -> dict[str, Value]:
        """Return every hyperparameter: the chosen ones, checked, and the defaults of the others.

        Raises:
            BenchsuiteError: If a chosen name does not exist or its value lies outside its space.
        """
        chosen = chosen or {}
        for key in chosen:
            if key not in self.space:
                raise unknown(f"hyperparameter of {self.title}:", key, self.space)
        return {
            key: space.checked(chosen.get(key, space.default), f"{key} of {self.title}")
            for key, space in sorted(self.space.items())
        }
