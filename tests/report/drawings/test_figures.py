"""Figures: equal bytes, small, no outside address, colours that belong to names, failed seeds drawn."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from benchsuite.analysis import leaderboards
from benchsuite.record import Record
from benchsuite.report.drawings.axis_scale import AxisScale
from benchsuite.report.drawings.comparison import comparison
from benchsuite.report.drawings.learning_curves import draw_learning_curves
from benchsuite.report.drawings.palette import COLOURS, Style, styles_of
from benchsuite.report.drawings.room import FIGURES, LEAST, MOST_DOTS, WHOLE, Room, room_of_each
from benchsuite.report.drawings.row_names import LONGEST_LABEL
from benchsuite.report.drawings.seed_strip import draw_seed_strip, strip_range
from benchsuite.report.drawings.series import Series, series_of
from benchsuite.report.drawings.svg import to_svg
from benchsuite.report.drawings.theme import theme
from tests.factories import AUTOENCODER, DIGITS, component, make_record, make_study, remade


def svg_of(records: list[Record], kind: str = "optimizer", position: int = 0) -> str:
    board = next(board for board in leaderboards(records) if board.kind == kind)
    series = series_of(board, position, {record.id: record for record in records}, styles_of([board]))
    return to_svg(comparison(series, board.columns[position]), "test", "a test")


def series(**changes: Any) -> Series:
    given = {"label": "adam", "style": Style(0), "finals": (0.9,), "interval": None, "failed": 0,
             "curves": (((0.0, 1.0, 2.0), (0.1, 0.5, 0.9)),)}  # fmt: skip
    return Series(**{**given, **changes})  # type: ignore[arg-type]


def axes_with(
    draw: Any, held: list[Series], measure: str = "accuracy", direction: str = "max", room: Room = WHOLE
) -> Any:
    from matplotlib.figure import Figure

    with theme():
        return draw(Figure().add_subplot(), held, measure, direction, room)


def points_of(axes: Any) -> list[tuple[float, float]]:
    """Return the seeds of a strip, row by row: crosses and hollow marks stand for what lies beyond."""
    seeds = [line for line in axes.lines if line.get_linestyle() == "None" and line.get_markersize() == 4.2]
    return [(float(x), float(y)) for line in seeds for x, y in zip(*line.get_data(), strict=True)]


STUDY = make_study(seeds=3, tasks=2)


def test_equal_records_give_equal_bytes_whatever_the_order():
    assert svg_of(STUDY) == svg_of(STUDY[::-1])


def test_a_figure_is_small_and_has_no_outside_address():
    svg = svg_of(STUDY)
    assert len(svg.encode()) < 150_000
    assert "http" not in svg
    assert "<style" not in svg
    assert set(re.findall(r"url\(([^)]*)\)", svg)) == {
        f"#{name}" for name in re.findall(r'<clipPath id="([^"]*)"', svg)
    }


def test_twenty_components_over_many_epochs_stay_small():
    task = replace(DIGITS, epochs=300)
    records = [make_record(task, {"optimizer": [component(f"method_{number:02d}")]}, seed=seed)
               for number in range(20) for seed in range(3)]  # fmt: skip
    assert len(svg_of(records).encode()) < 150_000


def test_ids_of_two_figures_never_meet():
    board = leaderboards(STUDY)[0]
    held = series_of(board, 0, {record.id: record for record in STUDY}, styles_of([board]))
    first, second = (to_svg(comparison(held, board.columns[0]), name, "x") for name in ("one", "two"))
    ids = [set(re.findall(r'\bid="([^"]*)"', svg)) for svg in (first, second)]
    assert ids[0]
    assert not ids[0] & ids[1]


def test_every_component_is_named_and_hostile_names_stay_text():
    hostile = component('<script>alert("$x^2$")</script> & $\\frac$ _x')
    svg = svg_of([make_record(), make_record(changes={"optimizer": [hostile]})])
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg
    assert ">adam</text>" in svg


def test_colours_belong_to_names():
    few, many = leaderboards(STUDY[:6]), leaderboards(STUDY)
    styles = styles_of(many)
    assert len({style.index for (kind, _), style in styles.items() if kind == "optimizer"}) == 11
    assert len({(style.colour, style.dash) for (kind, _), style in styles.items() if kind == "optimizer"}) == 11
    board = next(board for board in many if board.kind == "optimizer")
    by_id = {record.id: record for record in STUDY}
    drawn = [{one.label: one.style for one in series_of(board, position, by_id, styles)} for position in (0, 1)]
    assert drawn[0] == drawn[1]
    assert len(few) > 0


def test_thirty_styles_stay_apart():
    assert len({(Style(index).colour, Style(index).dash) for index in range(30)}) == 30
    assert len({colour for pair in COLOURS for colour in pair}) == 2 * len(COLOURS)


def test_rows_of_one_name_share_the_colour_and_differ_in_shade():
    records = [
        make_record(changes={"optimizer": [component("sgd", rate=rate)]}, value=rate) for rate in (0.1, 0.2, 0.3)
    ]
    board = leaderboards(records)[0]
    held = series_of(board, 0, {record.id: record for record in records}, styles_of([board]))
    assert len({one.style for one in held}) == 1
    assert len({one.shade for one in held}) == 3


def test_the_thick_line_is_the_median_with_failures_as_worst():
    paths = tuple((((0.0, 1.0), (0.1, end))) for end in (0.5, 0.7, 0.9))
    assert axes_with(draw_learning_curves, [series(curves=paths)]).lines[0].get_ydata()[-1] == 0.7
    assert axes_with(draw_learning_curves, [series(curves=paths[1:], failed=1)]).lines[0].get_ydata()[-1] == 0.7
    # Two of three failed: the median seed has no curve, so there is no thick line.
    lone = axes_with(draw_learning_curves, [series(curves=paths[2:], failed=2)]).lines[0].get_ydata()
    assert all(value != value for value in lone)


def test_each_seed_has_a_faint_line():
    paths = tuple((((0.0, 1.0), (0.1, end))) for end in (0.5, 0.7, 0.9))
    axes = axes_with(draw_learning_curves, [series(curves=paths)])
    assert len(axes.collections[0].get_segments()) == 3


def test_when_nothing_completed_the_figure_says_so():
    records = [make_record(seed=seed, outcome="diverged") for seed in range(3)]
    assert "no trial completed" in svg_of(records)


def test_a_failed_seed_is_a_cross_at_the_worse_edge():
    held = [series(finals=(0.9, 0.8, None), failed=1), series(label="sgd", finals=(0.85,))]
    axes = axes_with(draw_seed_strip, held)
    crosses = [line for line in axes.lines if line.get_marker() == "x"]
    assert [list(cross.get_xdata()) for cross in crosses] == [[0.8]]
    axes = axes_with(draw_seed_strip, [series(finals=(0.1, 0.2, None), failed=1)], "loss", "min")
    assert [list(line.get_xdata()) for line in axes.lines if line.get_marker() == "x"] == [[0.2]]


def test_the_strip_shows_every_seed_within_its_range():
    axes = axes_with(draw_seed_strip, [series(finals=(0.9, 0.91, 0.92))])
    assert points_of(axes) == [(0.9, 0), (0.91, 0), (0.92, 0)]


def test_one_seed_far_behind_does_not_press_the_others_together():
    linear = AxisScale("linear")
    low, high = strip_range([0.1, 0.95, 0.96, 0.97, None], "max", linear)
    assert (low, high) == (pytest.approx(0.97 - 3 * (0.97 - 0.955)), 0.97)
    assert strip_range([0.03, 0.01, 9.0, 0.02, 0.04], "min", linear) == (0.01, pytest.approx(0.07))
    # On a logarithmic axis three times as far is three times the factor.
    low, high = strip_range([1e-4, 1e-3, 1e-3, 1e3, None], "min", AxisScale("zero", 1e-4))
    assert (low, high) == (1e-4, pytest.approx(0.1))


def test_the_strip_range_is_never_empty():
    for scale in (AxisScale("linear"), AxisScale("one", 0.01)):
        for values in ([], [None], [0.5, 0.5], [0.0]):
            low, high = strip_range(values, "max", scale)
            assert low < high


def test_long_labels_are_shortened():
    svg = svg_of([make_record(), make_record(changes={"optimizer": [component("x" * 200)]})])
    assert "x" * (LONGEST_LABEL - 1) + "…" in svg
    assert not any("x" * LONGEST_LABEL in text for text in re.findall(r">([^<]*)<", svg))


def test_gaps_in_a_curve_are_survived():
    record = remade(make_record(AUTOENCODER), lambda data: data["curves"]["validation_loss"].__setitem__(3, None))
    assert "<svg" in svg_of([record])


def test_drawing_changes_no_global_setting():
    import matplotlib as mpl

    before = dict(mpl.rcParams)
    svg_of([make_record()])
    assert dict(mpl.rcParams) == before


def test_of_very_many_rows_the_baseline_and_the_best_of_each_name_are_drawn():
    records = [make_record(changes={"optimizer": [component("sgd", rate=r)]}, value=0.9 - r / 100) for r in range(1, 9)]
    records += [make_record(value=0.2), make_record(changes={"optimizer": [component("zzz")]}, value=0.1)]
    board = leaderboards(records)[0]
    held = series_of(board, 0, {record.id: record for record in records}, styles_of([board]), Room(rows=4))
    assert [one.label for one in held] == ["sgd[rate=1]", "sgd[rate=2]", "adam", "zzz"]
    assert [one.shade for one in held] == [1.0, pytest.approx(0.4), 1.0, 1.0]


def test_a_figure_of_thousands_of_seeds_stays_small_and_its_median_is_over_all(monkeypatch: pytest.MonkeyPatch):
    paths = tuple(((0.0, 1.0), (0.1, number / 1000)) for number in range(1001))
    held = [series(curves=paths, finals=tuple(number / 1000 for number in range(1001)))]
    axes = axes_with(draw_learning_curves, held)
    assert len(axes.collections[0].get_segments()) == WHOLE.lines
    assert axes.lines[0].get_ydata()[-1] == 0.5
    points = [x for x, _ in points_of(axes_with(draw_seed_strip, held))]
    assert len(points) == MOST_DOTS
    assert (points[0], points[-1]) == (
        0.0,
        0.9995,
    )  # 1 has no place on an axis of the distance to 1: half of the smallest


def test_what_a_figure_draws_is_bounded_however_many_rows_seeds_and_figures_there_are():
    marks = []
    for figures, count, seeds in ((1, 60, 200), (400, 12, 1000)):
        room = room_of_each(figures)
        paths = tuple(((0.0, 1.0), (0.1, number / seeds)) for number in range(seeds))
        held = [
            series(curves=paths, finals=tuple(n / seeds for n in range(seeds)), label=f"m{n}") for n in range(count)
        ]
        lines = axes_with(draw_learning_curves, held, room=room)
        drawn = [segment for one in lines.collections for segment in one.get_segments()]
        assert len(drawn) <= room.lines
        dots = axes_with(draw_seed_strip, held, room=room)
        marks.append(len(points_of(dots)))
        assert marks[-1] <= room.dots
        assert "seeds of each row" in dots.get_title(loc="left")
    assert marks[0] > 4 * marks[1]


def test_few_figures_have_all_room_and_hundreds_share_it():
    assert room_of_each(0) == room_of_each(FIGURES) == WHOLE
    assert room_of_each(2 * FIGURES) == Room(30, 200, 2500, 600)
    assert room_of_each(100 * FIGURES) == LEAST


def test_pruned_rows_are_not_drawn():
    records = [make_record(), make_record(changes={"optimizer": [component("sgd")]}, outcome="pruned")]
    assert ">sgd<" not in svg_of(records)
