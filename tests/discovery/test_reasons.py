"""One line for every error, whatever it does when it is asked for its text."""

from __future__ import annotations

from typing import Any

import pytest

from benchsuite.discovery.reasons import LONGEST_REASON, LONGEST_TRACEBACK, UNSAYABLE, cut, one_line, traceback_of
from benchsuite.errors import BenchsuiteError


class Raising(Exception):
    def __str__(self) -> str:
        raise self

    __repr__ = __str__


class Leaving(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


class NoText(Exception):
    def __str__(self) -> Any:
        return 3


@pytest.mark.parametrize("error", [Raising, Leaving, NoText])
def test_an_error_that_cannot_be_shown_is_named(error: type[Exception]) -> None:
    assert one_line(error()) == f"{error.__name__}: {UNSAYABLE}"


@pytest.mark.parametrize("error", [Raising, NoText])
def test_its_traceback_is_shown_all_the_same(error: type[Exception]) -> None:
    with pytest.raises(error) as caught:
        raise error
    assert "in test_its_traceback_is_shown_all_the_same" in traceback_of(caught.value)


def test_one_line_of_bounded_length() -> None:
    assert one_line(ValueError("a\n  b\tc")) == "ValueError: a b c"
    assert one_line(BenchsuiteError("as it\nis")) == "as it is"
    assert one_line(KeyError()) == "KeyError"
    assert len(one_line(ValueError("x" * 10**6))) < LONGEST_REASON + 50
    assert one_line(SystemExit(3)) == "SystemExit: 3"


def test_of_a_long_traceback_the_end_is_kept() -> None:
    text = traceback_of(ValueError("x" * 10**6 + "the end"))
    assert len(text) == LONGEST_TRACEBACK + 1
    assert text.endswith("the end\n")


def test_what_is_cut_says_how_much() -> None:
    assert cut("abc", 3) == "abc"
    assert cut("abcde", 3) == "abc… (2 letters more)"
