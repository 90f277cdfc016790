"""The figure of a comparison along an axis: it shows the numbers of the analysis, at places of a logarithmic axis, and what failed."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from benchsuite.analysis.along_axis import AlongAxis, AxisRecords, along_axis
from benchsuite.analysis.comparison import About
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.report import Contents
from benchsuite.report.drawings.picture import write_picture
from benchsuite.report.drawings.scaling import scaling_figure, scaling_picture
from benchsuite.report.figures.asked import FigureChoice, FigureSource
from benchsuite.report.figures.figure_kinds import pictures
from benchsuite.report.tables.scaling_table import factor_text, scaling_lines
from tests.along import WIDTHS, at_width

RECORDS = {
    width: [
        [at_width(width, name, seed, speed * (1.3**place if name == "adam" else 1), value=value) for seed in range(6)]
        for name, speed, value in (("adam", 0.4, 0.97), ("sgd", 0.2, 0.95))
    ]
    for place, width in enumerate(WIDTHS)
}
ABOUT = About("optimizer", "adam", "sgd", TrialMeasure.named("test"))


@pytest.fixture(scope="module")
def found() -> AlongAxis:
    held = [AxisRecords(width, a, b, usual=width == 64) for width, (a, b) in RECORDS.items()]
    return along_axis("digits_mlp", "width", held, ABOUT)


def places_of(figure: Figure, panel: int) -> dict[float, float]:
    """Return the diamonds of a panel: place on the axis → height."""
    marks = [line for line in figure.axes[panel].get_lines() if line.get_marker() == "D"]
    return {float(line.get_xdata()[0]): float(line.get_ydata()[0]) for line in marks}  # type: ignore[index]


def test_the_figure_shows_the_numbers_of_the_analysis(found: AlongAxis) -> None:
    figure = scaling_figure(found)
    wanted = {math.log2(point.value): point for point in found.points}
    assert places_of(figure, 1) == {place: point.verdict.difference for place, point in wanted.items()}
    assert places_of(figure, 2) == pytest.approx({place: math.log2(point.speed_up) for place, point in wanted.items()})
    for axes in figure.axes:
        assert [label.get_text() for label in axes.get_xticklabels()] == ["16", "32", "64", "128"]
        assert axes.get_xlabel() == "width, logarithmic"
    (trend,) = [
        line
        for line in figure.axes[2].get_lines()
        if len(line.get_xdata()) == 2 and line.get_xdata()[0] == 4.0 != line.get_xdata()[1]
    ]  # type: ignore[arg-type, index]
    assert list(trend.get_ydata()) == [found.speed_up.first, found.speed_up.last]
    dots = [len(held.get_offsets()) for held in figure.axes[0].collections]  # type: ignore[arg-type]
    assert dots == [6] * 8


def test_words_and_bytes_are_those_of_the_numbers(found: AlongAxis, tmp_path: Path) -> None:
    picture = scaling_picture(found)
    assert (
        f"width=128: A {found.points[-1].verdict.word}, speed-up {factor_text(found.points[-1].speed_up)}"
        in picture.words
    )
    assert found.speed_up.word in picture.words
    for name in ("one.svg", "two.svg"):
        write_picture(tmp_path / name, scaling_picture(found).alone())
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "two.svg").read_bytes()


def test_a_side_that_failed_everywhere_is_still_drawn(tmp_path: Path) -> None:
    lost = [[at_width(width, "adam", seed, 0.2, outcome="diverged") for seed in range(6)] for width in WIDTHS]
    held = [AxisRecords(width, a, RECORDS[width][1]) for width, a in zip(WIDTHS, lost, strict=True)]
    failed = along_axis("digits_mlp", "width", held, ABOUT)
    assert (failed.points[0].speed_up, failed.speed_up.word) == (0.0, "cannot tell")
    write_picture(tmp_path / "failed.svg", scaling_picture(failed).alone())
    lines = dict(scaling_lines(failed))
    assert lines["trend"] == (
        "Nothing can be said of the speed-up of adam over sgd along width: no seed has a line through its values, since runs failed or "
        "are not there."
    )


def test_the_figure_by_its_name_is_the_same_and_knows_the_own_value(found: AlongAxis) -> None:
    records = [record for sides in RECORDS.values() for side in sides for record in side]
    source = FigureSource(Contents(records), own_values={"digits_mlp": {"width": 64}})
    asked = FigureChoice(components=("adam", "sgd"), over="width")
    (picture,) = pictures("scaling", source, asked)
    assert picture.words == scaling_picture(found).words
    (without,) = pictures("scaling", FigureSource(Contents(records)), asked)
    assert "width=64" in picture.words
    assert "width=64" not in without.words
