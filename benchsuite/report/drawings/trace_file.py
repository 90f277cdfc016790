"""A drawn trace as a file: PNG, SVG, or a GIF that shows the steps one after another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.errors import BenchsuiteError
from benchsuite.report.drawings.picture import SUFFIXES, write_picture
from benchsuite.report.drawings.theme import theme
from benchsuite.report.drawings.trace import Ground, TraceFigure, Way

if TYPE_CHECKING:
    from PIL.Image import Image

TRACE_SUFFIXES = (*SUFFIXES, ".gif")
GIF_DPI = 80
MOST_FRAMES = 60
FRAME_MILLISECONDS = 80
LAST_MILLISECONDS = 2500
"""How long the last picture of a GIF stays before it begins again."""


def write_trace(path: Path, ground: Ground, ways: Sequence[Way]) -> None:
    """Draw the ways over the surface and write the file, in the form that its suffix names.

    Raises:
        BenchsuiteError: If the file cannot be written.
    """
    drawing = TraceFigure(ground, ways)
    if path.suffix.lower() != ".gif":
        write_picture(path, drawing.figure)
        return
    try:
        with theme():
            _write_gif(path, drawing)
    except OSError as error:
        raise BenchsuiteError(f"cannot write {str(path)!r}: {error.strerror or error}.") from None


def _write_gif(path: Path, drawing: TraceFigure) -> None:
    """Write at most so many pictures, all with the colours of the last one: each on its own would lose the rare ones."""
    from PIL import Image

    count = min(drawing.steps, MOST_FRAMES)
    steps = sorted({round(number * drawing.steps / max(count, 1)) for number in range(count + 1)})
    pictures = []
    for step in steps:
        drawing.show(step)
        pictures.append(_picture(drawing))
    palette = _palette(pictures[-1], drawing.colours)
    first, *others = [picture.quantize(palette=palette, dither=Image.Dither.NONE) for picture in pictures]
    durations = [FRAME_MILLISECONDS] * len(others) + [LAST_MILLISECONDS]
    first.save(path, save_all=True, append_images=others, duration=durations, loop=0)


def _palette(picture: Image, colours: Sequence[str]) -> Image:
    """Return 256 colours for a picture: those of the ways and their edges first, which are rare in it, then its own."""
    from matplotlib.colors import to_rgb
    from PIL import Image

    pure = np.array([to_rgb(colour) for colour in dict.fromkeys(colours)])
    edges = np.vstack([share * pure + 1 - share for share in (1.0, 0.7, 0.4)])
    kept = [int(value) for value in np.rint(255 * edges).ravel()][: 3 * 128]
    own = picture.quantize(256 - len(kept) // 3).getpalette() or []
    palette = Image.new("P", (1, 1))
    palette.putpalette((kept + own)[: 3 * 256])
    return palette


def _picture(drawing: TraceFigure) -> Image:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    drawing.figure.set_dpi(GIF_DPI)
    canvas = FigureCanvasAgg(drawing.figure)
    canvas.draw()  # type: ignore[no-untyped-call]
    return Image.fromarray(np.asarray(canvas.buffer_rgba())).convert("RGB")  # type: ignore[no-untyped-call]
