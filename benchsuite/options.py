"""Tables of options: one field is an option of the command line, a key of a study file, a typed value, its check and its page.

A table is a frozen dataclass, and a line of it all there is to write::

    @dataclass(frozen=True)
    class Study(Table):
        epochs: int = option(10, "The budget.", whole(1), metavar="N", example=5)

The field's type decides what may be written: ``bool``, ``int``, ``float``, ``str``, ``Path``, ``tuple[str, ...]``, each but the
last also as ``X | None`` where no value stands for itself. A name that is a word of Python has ``_`` behind it in the table.
"""

from __future__ import annotations

import keyword
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar, cast

from benchsuite.checks import Check
from benchsuite.errors import BenchsuiteError, unknown

T = TypeVar("T")

STRINGS = tuple[str, ...]
WORDS: dict[Any, str] = {
    bool: "be true or false",
    int: "be a whole number",
    float: "be a number",
    str: "be a string",
    Path: "be a string",
    STRINGS: "be a list of strings",
}
"""Type → what a value of it must do."""


@dataclass(frozen=True)
class Option:
    """One option, with all that is known of it.

    Args:
        name: Its name in Python and in a study file.
        type: One of :data:`WORDS`.
        default: The value where nothing is said.
        help: What it does, a sentence.
        checks: What a value of the right type must be as well.
        metavar: What stands for the value in the help.
        example: A value that changes something, as it is written in a study file.
        optional: Whether ``None`` is a value, for what nobody chose.
        in_file: Whether it may stand in a study file.
        positional: Whether it is an argument of the command line, without a name.
        kinds: Whether each value is a name or several separated by commas, and ``-`` may stand for ``_``.
        numeric: Whether a study file may hold a whole number without quotes.
        spelled: Makes of a list or a table in a study file what the command line takes.
        field: The field of the table; of another name where a field holds several options.
    """

    name: str
    type: Any
    default: Any
    help: str
    checks: tuple[Check, ...] = ()
    metavar: str | None = None
    example: Any = None
    optional: bool = False
    in_file: bool = True
    positional: bool = False
    kinds: bool = False
    numeric: bool = False
    spelled: Callable[[Any], Any] | None = None
    field: str = ""

    @property
    def several(self) -> bool:
        """Whether it takes a list."""
        return bool(self.type == STRINGS)

    @property
    def flag(self) -> str:
        """How the command line names it."""
        return (self.metavar or self.name) if self.positional else f"--{self.name.replace('_', '-')}"

    @property
    def words(self) -> str:
        """What a value must do, as a verb and its object; of several values, what they all are."""
        return self.checks[0].words if self.checks and (self.spelled or not self.several) else WORDS[self.type]

    @property
    def parameter(self) -> str:
        """Its name as a parameter of a function, which no word of Python may be."""
        return f"{self.name}_" if keyword.iskeyword(self.name) else self.name

    def read(self, value: Any, called: str) -> Any:
        """Return a value as the table holds it, whoever wrote it and where.

        Args:
            value: From the command line, a study file or Python.
            called: How an error names the option.

        Raises:
            BenchsuiteError: If it is of another type, or a check does not hold.
        """
        if value is None and self.optional:
            return None
        converted = self._converted(value)
        if not self._typed(converted):
            raise BenchsuiteError(f"{called} must {self.words}. Received: {value!r}.")
        if self.kinds:
            converted = tuple(part.strip().replace("-", "_") for text in converted for part in text.split(","))
        for check in self.checks:
            if converted != self.default and not check.holds(converted):
                raise check.refusal(called, converted)
        return converted

    def _converted(self, value: Any) -> Any:
        """Let what is plainly meant count: a list of one without brackets, a whole number for a fraction."""
        if self.several and isinstance(value, str):
            return (value,)
        if self.spelled and isinstance(value, list | dict):
            return self.spelled(value)
        if self.several and isinstance(value, list):
            return tuple(value)
        if self.type is Path and isinstance(value, str):
            return Path(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return float(value) if self.type is float else str(value) if self.numeric else value
        return value

    def _typed(self, value: Any) -> bool:
        if self.several:
            return isinstance(value, tuple) and all(isinstance(item, str) for item in value)
        return isinstance(value, self.type) and (self.type is bool or not isinstance(value, bool))


def option(
    default: T,
    help: str,
    *checks: Check,
    metavar: str | None = None,
    example: Any = None,
    in_file: bool = True,
    positional: bool = False,
    kinds: bool = False,
    numeric: bool = False,
    spelled: Callable[[Any], Any] | None = None,
) -> T:
    """Write one line of a table; see :class:`Option` for the arguments. An example is needed where the type alone gives none."""
    known = {
        "help": help,
        "checks": checks,
        "metavar": metavar,
        "example": example,
        "in_file": in_file,
        "positional": positional,
        "kinds": kinds,
        "numeric": numeric,
        "spelled": spelled,
    }
    return field(default=default, metadata=known)


def one_for_each(
    names: Iterable[str], noun: str, help: str, *, metavar: str, example: Any
) -> Mapping[str, tuple[str, ...]]:
    """Write several options of one form as one line of a table; the field maps the names of those that were given to their values.

    Args:
        names: The names.
        noun: What such a name is, for the error about another one.
        help: What each does; ``{name}`` stands for its name in words.
        metavar: What stands for the value in the help.
        example: A value that changes something, whichever the name.
    """
    known = {"names": tuple(names), "noun": noun, "help": help, "metavar": metavar, "example": example}
    return cast(Mapping[str, tuple[str, ...]], field(default_factory=dict, metadata=known))


def same(table: type[Table], name: str) -> Any:
    """Write a line of a table as another table has it: the same default, help and checks.

    Args:
        table: The other table.
        name: Of its field.
    """
    known: Any = next(each for each in fields(cast(Any, table)) if each.name == name)
    return field(default=known.default, default_factory=known.default_factory, metadata=known.metadata)


class Table:
    """What every table inherits: no object with a bad value exists."""

    def __post_init__(self) -> None:
        for known in fields(cast(Any, self)):
            value = getattr(self, known.name)
            lines = {line.name: line for line in _lines(known, _types(type(self))[known.name])}
            if "names" not in known.metadata:
                (line,) = lines.values()
                object.__setattr__(self, known.name, line.read(value, line.name))
                continue
            for name in value:
                if name not in lines:
                    raise unknown(known.metadata["noun"], str(name), lines)
            read = {name: line.read(value[name], name) for name, line in lines.items() if name in value}
            object.__setattr__(self, known.name, read)


def options_of(*tables: type[Table]) -> tuple[Option, ...]:
    """Return the options of tables, in the order in which they are written."""
    found = [
        line
        for table in tables
        for known in fields(cast(Any, table))
        for line in _lines(known, _types(table)[known.name])
    ]
    names = [line.name for line in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"two tables have an option of the same name: {', '.join(twice)}")
    return tuple(found)


TABLE = TypeVar("TABLE", bound=Table)


def build(table: type[TABLE], values: Mapping[str, Any]) -> TABLE:
    """Return a table with the values that were given, and its defaults for the rest; other tables' values are passed over."""
    arguments: dict[str, Any] = {}
    for line in options_of(table):
        if line.name in values and line.field == line.parameter:
            arguments[line.field] = values[line.name]
        elif line.name in values:
            arguments.setdefault(line.field, {})[line.name] = values[line.name]
    return table(**arguments)


_known_types: dict[type[Any], dict[str, Any]] = {}
"""Table → its annotations, read: to read them anew took half of the time of a command that only looks something up."""


def _types(table: type[Table]) -> dict[str, Any]:
    if table not in _known_types:
        _known_types[table] = typing.get_type_hints(table)
    return _known_types[table]


def _lines(known: Field[Any], annotation: Any) -> list[Option]:
    """Return the options of a field: one, or as many as it has names."""
    about = dict(known.metadata)
    if "help" not in about:
        raise TypeError(f"the field {known.name} of a table of options must be written with option(…).")
    if "names" in about:
        return [
            Option(
                name, STRINGS, (), about["help"].format(name=name.replace("_", " ")), metavar=about["metavar"],
                example=about["example"], field=known.name,
            )
            for name in about["names"]
        ]  # fmt: skip
    parts = typing.get_args(annotation) if isinstance(annotation, types.UnionType) else (annotation,)
    (plain,) = [part for part in parts if part is not types.NoneType]
    if plain not in WORDS:
        raise TypeError(f"the option {known.name} has the type {annotation}, which no table can read.")
    assert known.default is not MISSING
    example = about.pop("example")
    if example is None and plain is bool:
        example = not known.default
    return [
        Option(
            known.name.removesuffix("_"),
            plain,
            known.default,
            **about,
            example=example,
            optional=len(parts) > 1,
            field=known.name,
        )
    ]
