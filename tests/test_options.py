"""Tables of options: what a line may hold, what is refused, and that one line is enough."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, dataclass
from pathlib import Path
from typing import Any

import pytest

from benchsuite.checks import above, form, one_of, whole
from benchsuite.errors import BenchsuiteError
from benchsuite.options import Table, build, one_for_each, option, options_of
from benchsuite.study import TABLES, Execution, Study


@dataclass(frozen=True)
class Dinner(Table):
    loud: bool = option(False, "Whether there is music.")
    guests: int = option(2, "Who comes.", whole(1), metavar="N", example=3)
    hours: float | None = option(None, "How long.", above(0), example=1.5)
    course: str = option("soup", "What is served.", one_of("course", ("soup", "fish")), example="fish")
    table: str = option("", "Its number, or its name.", form(r"\d+|t\w+", "be a number or a name with t"), numeric=True)
    names: tuple[str, ...] = option((), "Who exactly.", example=["Ada"])
    colours: tuple[str, ...] = option((), "Colours.", one_of("colour", ("dark_red", "blue")), kinds=True)
    place: Path = option(Path("home"), "Where.", example="out")
    drinks: Any = one_for_each(("red_wine", "water"), "drink", "How much {name}.", metavar="N", example=["much"])


def refused(**values: Any) -> str:
    with pytest.raises(BenchsuiteError) as caught:
        Dinner(**values)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_a_table_knows_its_lines() -> None:
    lines = {line.name: line for line in options_of(Dinner)}
    assert list(lines) == [
        "loud", "guests", "hours", "course", "table", "names", "colours", "place", "red_wine", "water",
    ]  # fmt: skip
    assert lines["red_wine"].flag == "--red-wine"
    assert lines["red_wine"].help == "How much red wine."
    assert lines["loud"].example is True
    assert (lines["hours"].type, lines["hours"].optional) == (float, True)
    assert (lines["guests"].type, lines["guests"].optional, lines["guests"].default) == (int, False, 2)


def test_defaults_are_those_of_the_table() -> None:
    dinner = Dinner()
    assert (dinner.loud, dinner.guests, dinner.hours, dinner.place, dinner.drinks) == (False, 2, None, Path("home"), {})
    assert dinner == build(Dinner, {})


def test_what_is_plainly_meant_counts() -> None:
    dinner = Dinner(hours=2, table=7, names="Ada", colours=["dark-red,blue"], place="out", drinks={"water": "x"})  # type: ignore[arg-type]
    assert isinstance(dinner.hours, float)
    assert (dinner.table, dinner.names, dinner.colours, dinner.place) == (
        "7",
        ("Ada",),
        ("dark_red", "blue"),
        Path("out"),
    )
    assert dinner.drinks == {"water": ("x",)}


def test_no_value_changes_later() -> None:
    dinner = Dinner()
    with pytest.raises(FrozenInstanceError):
        dinner.guests = 5  # type: ignore[misc]


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"loud": 1}, "loud must be true or false. Received: 1."),
        ({"loud": None}, "loud must be true or false. Received: None."),
        ({"guests": 0}, "guests must be a whole number from 1. Received: 0."),
        ({"guests": True}, "guests must be a whole number from 1. Received: True."),
        ({"guests": 2.0}, "guests must be a whole number from 1. Received: 2.0."),
        ({"guests": None}, "guests must be a whole number from 1. Received: None."),
        ({"hours": -1}, "hours must be a number above 0. Received: -1.0."),
        ({"hours": float("nan")}, "hours must be a number above 0. Received: nan."),
        ({"hours": False}, "hours must be a number above 0. Received: False."),
        ({"hours": "2"}, "hours must be a number above 0. Received: '2'."),
        ({"course": "fihs"}, "unknown course 'fihs'. Did you mean 'fish'? Known: fish, soup."),
        ({"course": 3}, "course must be one of soup, fish. Received: 3."),
        ({"table": "x"}, "table must be a number or a name with t. Received: 'x'."),
        ({"table": True}, "table must be a number or a name with t. Received: True."),
        ({"names": 3}, "names must be a list of strings. Received: 3."),
        ({"names": ["a", 3]}, "names must be a list of strings. Received: ['a', 3]."),
        ({"colours": "blue,rde"}, "unknown colour 'rde'. Known: blue, dark_red."),
        ({"place": 3}, "place must be a string. Received: 3."),
        ({"drinks": {"watr": "x"}}, "unknown drink 'watr'. Did you mean 'water'? Known: red_wine, water."),
        ({"drinks": {"water": 3}}, "water must be a list of strings. Received: 3."),
    ],
)
def test_a_bad_value_is_refused_with_what_is_possible(values: dict[str, Any], message: str) -> None:
    assert refused(**values) == message


def test_only_what_was_given_is_built_and_other_tables_are_passed_over() -> None:
    assert build(Dinner, {"guests": 4, "water": "x", "seeds": 9}) == Dinner(guests=4, drinks={"water": ("x",)})


def test_a_line_that_no_table_can_read_is_the_authors_error() -> None:
    @dataclass(frozen=True)
    class Odd(Table):
        when: complex = option(1j, "An imaginary time.")

    @dataclass(frozen=True)
    class Bare(Table):
        when: int = 3

    @dataclass(frozen=True)
    class Again(Table):
        guests: int = option(1, "The same name.")

    with pytest.raises(TypeError, match="the option when has the type <class 'complex'>"):
        options_of(Odd)
    with pytest.raises(TypeError, match=r"the field when of a table of options must be written with option\(…\)"):
        options_of(Bare)
    with pytest.raises(ValueError, match="two tables have an option of the same name: guests"):
        options_of(Dinner, Again)


# The tables of the product


@pytest.mark.parametrize("line", options_of(*TABLES), ids=lambda line: line.name)
def test_every_line_is_whole(line: Any) -> None:
    assert line.help.endswith(".")
    if not line.optional:  # the default keeps its own checks, or says that nothing was chosen
        assert line.default in ((), "") or all(check.holds(line.default) for check in line.checks)
    if line.in_file:
        assert line.read(line.example, line.name) != line.default, "an example must change something"


def test_what_decides_trials_is_in_the_study_and_nothing_else_is() -> None:
    names = {line.name for line in options_of(Execution)}
    of_what_is_kept = {"probe", "store_weights", "store_predictions", "no_compile_cache", "results"}
    assert names == {"workers", "executor", "timeout", "memory", "plugin", "observer", *of_what_is_kept}
    assert Study(device="gpu:1").device_kind == "gpu"
