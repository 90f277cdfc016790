"""Texts of others: what is not seen is shown, what is long is cut, and an error that cannot be printed is told all the same."""

from __future__ import annotations

import io
import sys
import time
import unicodedata
from typing import Any

import pytest

from benchsuite.engine.ending import Account
from benchsuite.errors import BenchsuiteError, Unsupported
from benchsuite.outcomes import Outcome
from benchsuite.record import Costs, Ending, Environment, Failure, Record, Results
from benchsuite.text import (
    LONGEST_REASON,
    LONGEST_TRACEBACK,
    MOST_CALLS,
    as_reason,
    by_numbers,
    one_line,
    reason_of,
    shortened,
    text_of,
    traceback_of,
    without_controls,
)
from tests.factories import make_record


def test_every_letter_that_is_not_seen_is_shown():
    unseen = {"Cc", "Cf", "Zl", "Zp"}
    # The planes in between have no letters.
    every = "".join(map(chr, [*range(0x20000), *range(0xE0000, 0xE1000)]))
    left = {letter for letter in without_controls(every) if unicodedata.category(letter) in unseen}
    assert left == {"\n", "\t"}
    assert without_controls("é ∇ 漢 👍🏽 m̂") == "é ∇ 漢 👍🏽 m̂"
    assert one_line("two\nlines\r\n\tand a space of no\u200bwidth") == (
        "two\\nlines\\r\\n\\tand a space of no\\u200bwidth"
    )


@pytest.mark.parametrize("most", [100, 101, 102, 500])
@pytest.mark.parametrize("length", [101, 1000, 10**6])
def test_of_a_long_text_both_ends_are_kept_and_the_rest_is_counted(length: int, most: int):
    text = "a" * (length - 9) + " the end."
    cut = shortened(text, most)
    assert cut == text if length <= most else len(cut) <= most
    assert cut.startswith("aaa")
    assert cut.endswith("the end.")
    if length > most:
        head, left, end = cut.replace(" [… ", "|").replace(" characters left out …] ", "|").split("|")
        assert len(head) + int(left.replace(",", "")) + len(end) == length
    assert shortened(cut, most) == cut  # by whoever comes next


def test_where_the_rest_is_can_be_told():
    assert ", the log has it …]\n" in shortened("line\n" * 1000, 300, "the log has it")


class Raises(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


class NoText(Exception):
    def __str__(self) -> str:
        return 3  # type: ignore[return-value]


class Odd(str):
    def split(self, *_: Any) -> Any:
        raise RuntimeError

    def __len__(self) -> int:
        raise RuntimeError


class Derived(Exception):
    def __str__(self) -> str:
        return Odd("a text of a class of its own")


class Nameless(type):
    @property
    def __name__(cls) -> str:  # type: ignore[override]
        raise RuntimeError


class WithoutName(Exception, metaclass=Nameless):
    pass


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ValueError("two\nlines"), "ValueError: two lines"),
        (ValueError(), "ValueError"),
        (BenchsuiteError("is ours."), "is ours."),
        (BenchsuiteError(), "BenchsuiteError"),
        (Raises(), "Raises: (its text cannot be shown, which raised SystemExit)"),
        (NoText(), "NoText: (its text cannot be shown, which raised TypeError)"),
        (Derived(), "Derived: a text of a class of its own"),
        (WithoutName("x"), "WithoutName: x"),
        (
            SyntaxError("was never closed", ("/a/b/mine.py", 5, 1, "(", 5, 2)),
            "SyntaxError: was never closed (mine.py, line 5)",
        ),
    ],
)
def test_any_error_has_a_reason(error: Exception, reason: str):
    assert reason_of(error) == reason
    assert type(text_of(error)) is str
    assert traceback_of(error)


def test_a_message_of_a_hundred_megabytes_is_cut_in_no_time():
    begun = time.process_time()
    reason = reason_of(ValueError("word \n" * 17_000_000 + "the end"))
    assert time.process_time() - begun < 3
    assert len(reason) <= LONGEST_REASON
    assert reason.startswith("ValueError: word word")
    assert reason.endswith("word the end")
    assert "[… 101,99" in reason
    assert as_reason(reason) == reason


def recursion(depth: int) -> None:
    def one(left: int) -> None:
        other(left - 1)

    def other(left: int) -> None:
        if not left:
            raise ValueError("at the bottom")
        one(left)

    one(depth)


def test_ten_thousand_calls_are_summarized():
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(30_000)
    try:
        recursion(5_000)
    except ValueError as error:
        told = traceback_of(error)
    finally:
        sys.setrecursionlimit(before)
    assert told.count("  File ") == MOST_CALLS + 1
    assert "9,902 calls are left out" in told
    assert told.startswith("Traceback (most recent call last):")
    assert told.endswith("ValueError: at the bottom\n")
    assert len(told) < 2 * LONGEST_TRACEBACK


def test_causes_in_a_circle_and_groups_of_groups_have_an_end():
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    assert traceback_of(one).count("ValueError") == 2
    group: Exception = ValueError("leaf")
    assert "leaf" in traceback_of(ExceptionGroup("group", [group]))
    for _ in range(10):
        group = ExceptionGroup("group", [group] * 15)  # 15^10 leaves to whoever counts them
    begun = time.process_time()
    assert "more than 200 causes and members" in traceback_of(group)
    chain: Exception = ValueError("first")
    for _ in range(20_000):
        chain, chain.__cause__ = ValueError("next"), chain
    assert "more than 200 causes and members" in traceback_of(chain)
    assert time.process_time() - begun < 2


def test_an_ending_is_bounded_where_it_is_made_and_the_log_has_more(monkeypatch: pytest.MonkeyPatch):
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    ending = Account("cpu").failed(ValueError("x" * 3_000_000 + "end")).ending
    failure = ending.results.failure
    assert failure is not None
    assert len(ending.reason) <= LONGEST_REASON
    assert len(failure.traceback) <= LONGEST_TRACEBACK
    assert "more of it is in the log of its worker" in failure.traceback
    assert failure.traceback.endswith("xend\n")
    assert LONGEST_TRACEBACK < len(stream.getvalue()) < 2_000_000
    unsupported = Account("cpu").failed(Unsupported("y\n" * 1_000_000)).ending
    assert unsupported.outcome is Outcome.UNSUPPORTED
    assert len(unsupported.reason) <= LONGEST_REASON
    assert "\n" not in unsupported.reason


def test_a_record_is_bounded_whoever_made_the_ending():
    made = make_record()
    ending = Ending(
        outcome=Outcome.CRASHED,
        reason="r" * 10**6,
        results=Results(failure=Failure(step=None, traceback="\udcff" * 10**5)),
        costs=Costs(wall_seconds=1.0),
        environment=Environment(device="cpu"),
    )
    record = Record.of(made.trial, ending, made.task, made.made_by, {})
    assert len(record.reason) <= LONGEST_REASON
    assert record.results.failure is not None
    assert len(record.results.failure.traceback) <= LONGEST_TRACEBACK
    assert len(record.results.failure.traceback) > 0.9 * LONGEST_TRACEBACK


def test_texts_are_sorted_by_the_numbers_in_them():
    rising = [
        "t",
        "t~2",
        "t~2~noise=0.5",
        "t~10",
        "t~noise=-1",
        "t~noise=-0.5",
        "t~noise=1e-05",
        "t~noise=0.5",
        "t~noise=2",
        "u~1",
    ]
    assert sorted(set(rising), key=by_numbers) == rising
    assert by_numbers("a01") != by_numbers("a1")  # two texts have an order of their own
    assert sorted(["9" * 400, "8"], key=by_numbers) == ["8", "9" * 400]
