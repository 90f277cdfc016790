"""The drawing of a trace, from made-up ways: nothing here trains."""

import re

import numpy as np
import pytest
from matplotlib.colors import to_rgb
from PIL import Image

import benchsuite as bs
from benchsuite.outcomes import Outcome
from benchsuite.report.drawings.palette import COLOURS
from benchsuite.report.drawings.trace import FAR, Ground, TraceFigure, Way, cut, number
from benchsuite.report.drawings.trace_file import write_trace

X, Y = np.linspace(-2, 2, 41), np.linspace(-1, 1, 21)
GROUND = Ground("bowl", X, Y, X[None, :] ** 2 + Y[:, None] ** 2, (-1.5, 0.5), [(0, 0)])


def way(label="sgd", steps=100, shrinks=0.95, outcome=Outcome.COMPLETED):
    points = np.array([[-1.5, 0.5]]) * shrinks ** np.arange(steps + 1)[:, None]
    return Way(label, points.astype("float32"), (points**2).sum(axis=1), outcome)


WAYS = [way(), way("$adam$[learning_rate=0.1]", shrinks=0.8), way("fast", 3, -30.0, Outcome.DIVERGED)]


@pytest.mark.parametrize(("excess", "text"), [(0.05, "5.0e-02"), (0.0, "0"), (-1e-8, "0"), (float("nan"), "nan")])
def test_a_number_is_short_and_never_below_0(excess, text):
    assert number(excess) == text


def test_the_legend_says_how_each_ended():
    figure = TraceFigure(GROUND, [*WAYS, way("x" * 80), way("none", 0, outcome=Outcome.UNSUPPORTED)]).figure
    texts = [text.get_text() for text in figure.legends[0].get_texts()]
    assert texts[:3] == ["sgd: 8.8e-05", "$adam$[learning_rate=0.1]: 1.0e-19", "fast: diverged at step 3"]
    assert re.fullmatch(r"x{20,}…: 8\.8e-05", texts[3])
    assert texts[4] == "none: unsupported"
    figure.draw_without_rendering()
    right = max(text.get_window_extent().x1 for text in figure.legends[0].get_texts())
    assert right <= figure.bbox.x1


def test_every_way_has_a_colour_of_its_own_until_they_run_out():
    assert TraceFigure(GROUND, WAYS * 3).colours == [light for light, _ in COLOURS[:9]]


def test_a_figure_can_be_drawn_up_to_any_step():
    drawing = TraceFigure(GROUND, WAYS)
    assert drawing.steps == 100
    for step, drawn in ((0, [1, 1, 1]), (7, [8, 8, 4]), (None, [101, 101, 4])):
        drawing.show(step)
        assert [len(lines[2].get_xdata()) for lines in drawing._lines] == drawn


def test_a_way_is_cut_where_no_renderer_follows():
    frame = ((-1.0, 1.0), (-1.0, 1.0))
    near = np.array([[0, 0], [3, 0], [0.5, 0]], "float32")
    np.testing.assert_array_equal(cut(near, *frame), near)
    np.testing.assert_allclose(cut(np.array([[0, 0], [1e12, 1e12], [0, 0]]), *frame), [[0, 0], [2 * FAR, 2 * FAR]])
    np.testing.assert_array_equal(cut(np.array([[0, 0], [np.nan, 1]]), *frame), [[0, 0]])
    np.testing.assert_array_equal(cut(np.array([[0, 0], [np.inf, 1]]), *frame), [[0, 0]])


def test_png_and_svg(tmp_path):
    for name in ("a.png", "a.SVG", "b.svg"):
        write_trace(tmp_path / name, GROUND, WAYS)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (1440, 645)
    svg = (tmp_path / "a.SVG").read_text(encoding="utf-8")
    assert svg == (tmp_path / "b.svg").read_text(encoding="utf-8")
    assert "$adam$[learning_rate=0.1]" in svg
    assert "diverged at step 3" in svg


def test_gif_shows_the_steps_in_the_colours_of_the_ways(tmp_path, monkeypatch):
    path = tmp_path / "a.gif"
    monkeypatch.setattr("benchsuite.report.drawings.trace_file.MOST_FRAMES", 6)
    write_trace(path, GROUND, WAYS)
    assert path.stat().st_size < 100_000
    with Image.open(path) as picture:
        assert picture.n_frames == 7
        picture.seek(1)
        early = np.asarray(picture.convert("RGB")).reshape(-1, 3)
        picture.seek(picture.n_frames - 1)
        assert picture.info["duration"] > 1000
    for order in range(len(WAYS)):
        assert np.abs(early - 255 * np.array(to_rgb(COLOURS[order][0]))).max(axis=1).min() <= 2


def test_ways_that_never_moved_or_failed_at_once_can_be_drawn(tmp_path):
    stuck = Way("stuck", np.array([[0.0, 0.0]]), np.array([0.0]), Outcome.CRASHED)
    write_trace(tmp_path / "a.gif", GROUND, [stuck])
    lost = Way("lost", np.array([[-1.5, 0.5], [np.nan, np.nan]]), np.array([2.5, np.nan]), Outcome.DIVERGED)
    nowhere = Way("nowhere", np.array([[-1.5, 0.5]]), np.array([np.nan]), Outcome.DIVERGED)
    write_trace(tmp_path / "a.png", GROUND, [nowhere, lost])


@pytest.mark.parametrize("value", [0.0, 3.0, np.nan, np.inf])
def test_a_surface_without_contours_can_be_drawn(value):
    excess = np.full((21, 41), value)
    excess[0, 0] = 0.0
    TraceFigure(Ground("flat", X, Y, excess, (0, 0), []), [way()]).figure.draw_without_rendering()


def test_a_file_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "a.gif").mkdir()
    with pytest.raises(bs.BenchsuiteError, match=r"^cannot write '.*a.gif': "):
        write_trace(tmp_path / "a.gif", GROUND, [way(steps=1)])
