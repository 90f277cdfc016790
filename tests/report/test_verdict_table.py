"""A verdict on a terminal of 80 columns: nothing is cut off, whatever the numbers."""

from __future__ import annotations

import io
import math

import numpy as np
import pytest
from rich.console import Console

from benchsuite.analysis.judging import judge
from benchsuite.analysis.two_sides import TwoSides
from benchsuite.analysis.verdict import Look, Verdict
from benchsuite.report.tables.verdict_table import lines_of, p_text, two_digits, verdict_table


def made(scale: float = 1.0, tasks: int = 3, shift: float = 2.0, **rest: object) -> Verdict:
    generator = np.random.default_rng(0)
    numbers = tuple(range(10))
    sides = [
        TwoSides(
            f"noisy_quadratic_{place}"[: 15 + place], "test accuracy", "max" if place else "min", numbers,
            scale * (generator.standard_normal(10) + shift), numbers, scale * generator.standard_normal(10), step_ratio=1.5,
        )
        for place in range(tasks)
    ]  # fmt: skip
    return judge(sides, kind="optimizer", a="adam", b="sgd", generator=generator, **rest)  # type: ignore[arg-type]


def shown(verdict: Verdict) -> str:
    stream = io.StringIO()
    Console(file=stream, width=80).print(verdict_table(verdict))
    return stream.getvalue()


@pytest.mark.parametrize("scale", [1e-7, 1e-5, 4e-4, 0.01, 1.0, 37.0, 4567.0, 1e7])
def test_no_number_is_cut_off(scale: float) -> None:
    text = shown(made(scale))
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= 80
    assert "P(A better)" in text


def test_failures_and_missing_values_are_words() -> None:
    numbers = tuple(range(10))
    failed, fine = np.full(10, -math.inf), np.linspace(0.9, 0.95, 10)
    sides = [
        TwoSides("t0", "test accuracy", "max", numbers, failed, numbers, fine),
        TwoSides("t1", "test accuracy", "max", numbers, np.full(10, math.nan), numbers, fine),
    ]
    verdict = judge(sides, kind="optimizer", a="adam", b="sgd", generator=np.random.default_rng(0))
    text = shown(verdict)
    assert "failed" in text
    assert "A failed" in text
    assert "∞" not in text
    assert "nan" not in text
    assert ("note", "Failed, which counts as worse than any number: adam 10 seeds.") in lines_of(verdict)


def test_a_target_that_was_missed_has_one_word_and_the_budget_for_a_number() -> None:
    numbers = tuple(range(10))
    steps, missed = np.linspace(100.0, 190.0, 10), np.full(10, math.inf)
    sides = [
        TwoSides("t0", "steps to 0.9", "min", numbers, steps, numbers, missed, target=0.9, budget=990.0),
        TwoSides("t1", "steps to 0.9", "min", numbers, missed, numbers, missed, target=0.9, budget=990.0),
        TwoSides("t2", "seconds to 0.9", "min", numbers, steps, numbers, missed, target=0.9),
    ]
    verdict = judge(sides, kind="optimizer", a="adam", b="sgd", generator=np.random.default_rng(0))
    text = shown(verdict)
    assert text.count("> 990") == 3
    assert text.count("B missed") == 2
    assert "failed" not in text
    assert "∞" not in text
    assert "+0.00" not in text  # two that missed are no equal numbers
    notes = [line for what, line in lines_of(verdict) if what == "note"]
    assert notes == ["Missed the target, which counts as worse than any number: adam 10 seeds, sgd 30 seeds."]


def test_what_is_said_below() -> None:
    said = dict(lines_of(made(look=Look(2, 3, (10, 20, 40)), level=0.01)))
    assert (
        said["verdict"].startswith("adam is better than sgd on these 3 tasks: better on ")
        or "Cannot tell" in said["verdict"]
    )
    lines = [text for _, text in lines_of(made(look=Look(2, 3, (10, 20, 40)), level=0.01))]
    assert any(line.startswith("Look 2 of at most 3 (after 10, 20, 40 seeds)") for line in lines)
    assert "A step of adam takes 1.5 times as long as one of sgd." in lines
    assert "99 % interval" in shown(made(level=0.01))


def test_one_task_has_no_row_over_all_and_no_correction() -> None:
    text = shown(made(tasks=1))
    assert "all together" not in text
    assert "of the whole table" not in text


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((0.0112, 0.004, 0.018), "0.011"), ((0.1478, 0.1477, 0.1479), "0.1478"), ((3.2e-6, 1e-6, 5e-6), "3e-06"),
        ((123.4, 80.0, 160.0), "123"), ((0.0, 0.0, 0.0), "0.00"), ((math.inf, -math.inf, math.inf), "inf"),
    ],
)  # fmt: skip
def test_differences_have_two_digits(values: tuple[float, float, float], text: str) -> None:
    assert two_digits(*values)(values[0]) == text


@pytest.mark.parametrize(
    ("p", "text"),
    [(0.5, "0.50"), (0.0123, "0.012"), (0.00123, "0.0012"), (1e-9, "<1e-4"), (math.nan, "–"), (1.0, "1.00")],
)
def test_p_values(p: float, text: str) -> None:
    assert p_text(p) == text
