"""The axis of sensitivity: every value that was tried is named where there is room."""

from __future__ import annotations

import warnings
from collections import defaultdict

import pytest
from matplotlib.figure import Figure

from benchsuite.analysis.sample import column_of
from benchsuite.analysis.sensitivity import Sensitivities, Sensitivity
from benchsuite.report.drawings.palette import Style
from benchsuite.report.drawings.sensitivity import draw_sensitivity
from benchsuite.report.drawings.svg import to_svg
from benchsuite.report.drawings.theme import theme
from tests.factories import make_record


def drawn(values: tuple[float, ...], name: str = "adam") -> Figure:
    line = tuple((value, 0.9) for value in values)
    one = Sensitivity(name, name, values, (0.9,) * len(values), line, False)
    found = Sensitivities(column_of(make_record()), "learning_rate", "validation accuracy", "accuracy", "max", (one,))
    styles = defaultdict(lambda: Style(0))
    with theme():
        figure = Figure()
        draw_sensitivity(figure.add_subplot(), found, "optimizer", styles)  # type: ignore[arg-type]
        figure.canvas.draw()
    return figure


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ((0.001, 0.003), ["0.001", "0.003"]),
        ((0.01,), ["0.01"]),
        ((0.001, 0.002, 0.005, 0.01), ["0.001", "0.002", "0.005", "0.01"]),
    ],
)
def test_few_values_are_all_named(values: tuple[float, ...], texts: list[str]):
    labels = drawn(values).axes[0].get_xticklabels()
    assert [label.get_text() for label in labels] == texts
    assert {label.get_fontname() for label in labels} == {
        label.get_fontname() for label in drawn(values).axes[0].get_yticklabels()
    }


def test_many_values_have_the_powers_of_ten():
    texts = {
        label.get_text() for label in drawn(tuple(10 ** (-4 + at / 5) for at in range(16))).axes[0].get_xticklabels()
    }
    assert {"0.0001", "0.001", "0.01", "0.1"} <= texts
    assert all(float(text) == float(f"{float(text):.0e}") for text in texts)


def test_a_letter_that_no_font_has_is_drawn_without_a_word():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        figure = drawn((0.01, 0.1), "名\U0001f600")
        assert "名" in to_svg(figure, "x", "y")
