"""Verdicts on claims as tables: what the terminal, the CSV and the Markdown say, and that no text steers any of them."""

from __future__ import annotations

import csv
import io
import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure
from rich.console import Console

from benchsuite.claim_verdicts import GridEdges, claim_from_json
from benchsuite.report.drawings.claim_effects import draw_claim_part, part_words
from benchsuite.report.tables.claim_edges import edge_sentences, edges_line
from benchsuite.report.tables.claim_table import claim_csv, claim_markdown, claim_table
from benchsuite.report.tables.claim_words import (
    bounds_text,
    claim_sentence,
    deciding,
    effect_text,
    found_sentence,
    in_order,
    infinite_text,
    minutes_text,
    number_text,
    overall_sentence,
    part_sentence,
    seeds_text,
)
from tests.claims_made import claim, computed, part, several


def _printed(width: int = 80) -> list[str]:
    console = Console(width=width, record=True, file=io.StringIO())
    console.print(claim_table(several()))
    return console.export_text().splitlines()


def test_the_table_has_a_row_for_each_claim_and_fits_80_columns() -> None:
    lines = _printed()
    assert max(map(len, lines)) <= 80
    assert [line.split()[0] for line in lines if line[:1].strip() and line.split()[0] in ("C9", "C10", "C34", "mine")] == [
        "C9", "C10", "C34", "mine",
    ]  # fmt: skip
    text = "\n".join(lines)
    assert "1 of 3 parts" in text
    assert "quick" in text
    assert "…" not in text, "nothing is cut off"


def test_numbers_come_in_order_and_names_behind() -> None:
    assert [one.label for one in in_order(reversed(several()))] == ["C9", "C10", "C34", "mine"]


def test_the_effect_is_that_of_the_part_that_decided() -> None:
    found = claim(parts=[part("first"), part("second", "does not hold", at_least=0.05)])
    assert deciding(found).name == "second"
    assert deciding(replace(found, word="holds")).name == "first"
    assert "(second), where at least 0.05 was asked for; of its 2 parts 1 holds, 1 does not hold" in claim_sentence(
        found
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.0, "0"),
        (-0.0312, "−0.0312"),
        (3e-9, "3e−9"),
        (12345.0, "12,345"),
        (2e7, "2e7"),
        (-1.5e-12, "−1.5e−12"),
    ],
)
def test_numbers_have_three_digits_and_a_minus_that_is_one(value: float | None, text: str) -> None:
    assert number_text(value) == text


def test_intervals_and_bounds_in_words() -> None:
    assert effect_text(part()) == "0.034 [0.0305, 0.0375] accuracy"
    assert effect_text(part(low=None, high=None)) == "0.034 [−∞, ∞] accuracy"
    assert effect_text(part(low=2.0676, high=2.0679)) == "0.034 [2.0676, 2.0679] accuracy"
    assert effect_text(part(low=2.0, high=2.0)) == "0.034 [2, 2] accuracy"
    assert effect_text(computed()) == "3e−9"
    assert effect_text(computed(value=None, word="cannot tell")) == "–"
    assert bounds_text(part(at_least=0.9, at_most=1.1)) == "0.9 to 1.1"
    assert bounds_text(part(at_least=1.0, at_most=1.0)) == "exactly 1"
    assert bounds_text(computed()) == "at most 0.0001"
    assert bounds_text(computed(at_most=1.001)) == "at most 1.001"
    assert bounds_text(part(at_least=math.log(2))) == "at least 0.693"
    assert bounds_text(part(at_least=0.25 - 1e-6, at_most=0.25 + 1e-6)) == "0.249999 to 0.250001"
    assert bounds_text(part(at_least=0.25 - 1e-8, at_most=0.25 + 1e-8)) == "0.24999999 to 0.25000001"
    assert seeds_text(claim(parts=[part(), part("b", seeds=6), computed()])) == "6 to 10"
    assert seeds_text(claim(parts=[computed()])) == "–"
    assert [minutes_text(seconds) for seconds in (1.2, 90.0, 5_000.0)] == ["0.02", "1.5", "83"]


def test_a_part_says_why_it_cannot_tell() -> None:
    wide = part(word="cannot tell", low=-0.01)
    assert "the interval reaches over a bound" in part_sentence(wide)
    gone = replace(wide, estimate=None, reason="seed 3 gave no number")
    assert part_sentence(gone).endswith("was asked for. Seed 3 gave no number.")
    assert "reaches over" not in part_sentence(gone)
    assert "95.1 %" in part_sentence(part())
    assert "confidence" not in part_sentence(computed())


def test_all_together_in_one_sentence() -> None:
    said = overall_sentence(several())
    assert said.startswith("4 claims: 2 hold, 1 does not hold, 1 cannot tell.")
    assert "1 verdict had the fewest seeds" in said


def test_the_csv_has_a_row_for_each_part_to_the_last_digit() -> None:
    rows = list(
        csv.DictReader(
            io.StringIO(claim_csv([*several(), claim("evil", sentence="=1+1", parts=[part(estimate=1 / 3)])]))
        )
    )
    assert len(rows) == 7
    evil = next(row for row in rows if row["claim"] == "evil")
    assert evil["sentence"] == "'=1+1"
    assert float(evil["estimate"]) == 1 / 3
    mine = next(row for row in rows if row["claim"] == "mine")
    assert mine["estimate"] == mine["low"] == ""


def test_no_text_ends_a_cell_of_the_markdown() -> None:
    lines = claim_markdown(several(), lambda one: f"#{one.name}").splitlines()
    assert len(lines) == 6
    assert "[C9](#dropout_helps)" in lines[2]
    assert "&lt;b&gt;own&lt;/b&gt; claim \\| with a bar" in lines[5]
    assert all(line.replace("\\|", "").count("|") == 8 for line in lines)


def test_an_infinite_effect_is_told_as_such() -> None:
    gone: dict[str, Any] = {"estimate": None, "low": None, "high": None, "effects": (None,) * 6, "seeds": 6}
    assert "It holds: ∞" in part_sentence(part(above=tuple(range(6)), **gone))
    assert "It does not hold: −∞" in part_sentence(part(word="does not hold", below=tuple(range(6)), **gone))
    assert "no number" in part_sentence(part(word="cannot tell", above=(0, 1), **gone))
    every = part(above=tuple(range(6)), **gone)
    assert effect_text(every) == "∞ accuracy"
    assert found_sentence(every).startswith("Found: ∞ accuracy at 95.1 % confidence; ∞ in 6 of 6 seeds.")
    most = part(**{**gone, "above": (1, 2, 3, 4), "low": 0.33, "effects": (0.4, None, None, None, None, 0.3)})
    assert effect_text(most) == "∞ [0.33, ∞] accuracy"
    least = replace(most, above=(), below=most.above, low=None, high=0.33)
    assert effect_text(least) == "−∞ [−∞, 0.33] accuracy"
    assert part_words(most).endswith("∞ [0.33, ∞] accuracy; wanted at least 0.02; 6 seeds, ∞ in 4 of 6 seeds")
    assert "without a number" not in part_words(most)
    assert part_words(part(word="cannot tell", **gone)).endswith("6 of them without a number")
    assert infinite_text(part()) == ""


def test_an_infinite_number_is_drawn_at_the_edge_where_it_lies() -> None:
    part_of = {"estimate": None, "low": 0.33, "high": None, "effects": (0.4, None, None, 0.3), "seeds": 4}
    axes = draw_claim_part(Figure().add_subplot(), part(above=(1,), below=(2,), **part_of))
    left, right = axes.get_xlim()
    marks = {line.get_marker(): float(np.asarray(line.get_xdata())[0]) for line in axes.lines}
    assert (marks[">"], marks["<"]) == (right, left)
    assert "x" not in marks
    axes = draw_claim_part(Figure().add_subplot(), part(above=(1,), **part_of))
    assert {">", "x"} <= {line.get_marker() for line in axes.lines}, "seed 2 has no number"


def test_choices_at_an_edge_of_a_grid_are_told_with_their_seeds() -> None:
    arms = ("sgd_0", "sgd_1", "sgd_2")
    edge = GridEdges("learning_rate of sgd", arms, 10, (0,), tuple(range(1, 10)))
    inside = GridEdges("strength of l2", arms[:2], 10, (), ())
    assert edge_sentences(part(grids=(edge, inside))) == [
        "At an edge of its grid: learning_rate of sgd, among sgd_0 … sgd_2 the smallest in 1 of 10 seeds (0) and the largest in 9 of "
        "10 seeds (1, 2, 3, 4, 5, 6, 7, 8, 9); a better one may lie beyond."
    ]
    assert edge_sentences(part(grids=(inside,))) == ["Every value that was chosen lies inside of its grid."]
    assert edge_sentences(part()) == []
    several = claim(parts=(part(grids=(edge, inside)), part("other", grids=(inside,)), part("third")))
    assert edges_line(several) == (
        "Values at an edge of their grid were chosen in score_gained (10 of 10 seeds): better ones may lie beyond."
    )
    assert edges_line(claim()) == ""
    many = replace(edge, smallest=tuple(range(12)), largest=(), seeds=12)
    assert "(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, …)" in edge_sentences(part(grids=(many,)))[0]
    assert claim_from_json(several.to_json()) == several
