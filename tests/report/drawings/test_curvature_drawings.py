"""The drawings of spectra and loss surfaces, from made-up ones: what is on them, and that nothing leaves the picture."""

import numpy as np
import pytest
from PIL import Image

from benchsuite.diagnostics.spectrum import Spectrum
from benchsuite.diagnostics.surface import across, along, between
from benchsuite.report.drawings.loss_surface import surface_figure
from benchsuite.report.drawings.picture import write_picture
from benchsuite.report.drawings.spectrum import spectrum_figure

WEIGHTS = np.zeros(2)
DIRECTIONS = np.eye(2)


def bowl(theta):
    return float(theta @ theta)


def surface(loss_at=bowl, way=True):
    lines = [along(loss_at, WEIGHTS, direction, points=9) for direction in DIRECTIONS]
    plane = across(loss_at, WEIGHTS, (DIRECTIONS[0], DIRECTIONS[1]), points=7)
    joined = between(loss_at, np.array([-0.5, 0.0]), np.array([0.5, 0.0]), points=9) if way else None
    return surface_figure("a bowl of $x$", lines, plane, joined, 0.5)


def within(figure):
    """Whether all that is drawn lies on the figure."""
    figure.draw_without_rendering()
    box, (width, height) = figure.get_tightbbox(), figure.get_size_inches()
    return min(box.x0, box.y0, width - box.x1, height - box.y1) >= 0


@pytest.mark.parametrize(
    "loss_at", [bowl, lambda theta: 1.0, lambda theta: np.nan if theta[0] > 0.4 else bowl(theta) - 7]
)
def test_surfaces_of_any_shape_are_drawn_within_the_picture(loss_at):
    figure = surface(loss_at)
    assert len(figure.axes) == 3
    assert within(figure)


def test_the_way_is_left_out_where_there_is_none():
    assert len(surface(way=False).axes) == 2


def test_lines_mean_and_solutions_are_where_they_are():
    lines, _, way = surface().axes
    mean = lines.lines[2].get_xydata()
    np.testing.assert_allclose(mean[:, 1], np.where(mean[:, 0] ** 2 <= 1.5, mean[:, 0] ** 2, np.nan))
    np.testing.assert_allclose(way.lines[1].get_xydata(), [[0, 0.25], [1, 0.25]])


def test_spectra_are_named_and_drawn_where_they_lie(tmp_path):
    spectra = {
        "start": Spectrum(100, np.array([-1.0, 0.0, 4.0]), np.array([0.01, 0.98, 0.01])),
        "end": Spectrum(100, np.array([0.0, 2.0]), np.array([0.99, 0.01])),
    }
    figure = spectrum_figure("a net", spectra)
    (axes,) = figure.axes
    assert [text.get_text() for text in axes.get_legend().get_texts()] == ["start: -1 to 4", "end: 0 to 2"]
    x, y = axes.lines[0].get_data()
    assert x[np.argmax(np.where(x > 2, y, 0))] == pytest.approx(4, abs=0.01)
    assert within(figure)
    write_picture(tmp_path / "a.png", figure)
    with Image.open(tmp_path / "a.png") as picture:
        assert picture.size == (960, 540)
