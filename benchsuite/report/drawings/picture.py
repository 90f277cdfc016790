"""A figure of its own: how large it is and who draws it, and as a file, PNG, SVG or PDF by the file's suffix."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchsuite.errors import BenchsuiteError
from benchsuite.report.drawings.palette import INK
from benchsuite.report.drawings.svg import to_svg
from benchsuite.report.drawings.theme import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SUFFIXES = (".png", ".svg", ".pdf")
PNG_DPI = 150
HEADING = 0.34
"""Height of the line above a figure that stands alone, in inches."""
NO_TIMES: dict[str, dict[str, Any]] = {".svg": {"Date": None}, ".pdf": {"CreationDate": None}}
"""Suffix → what keeps the time of day out of a file."""


@dataclass(frozen=True, slots=True)
class Margins:
    """Room around the axes, in inches."""

    left: float = 0.7
    right: float = 0.25
    bottom: float = 0.5
    top: float = 0.32


@dataclass(frozen=True)
class Picture:
    """A figure that is not drawn yet.

    Args:
        name: What tells it from all others, such as ``ecdf optimizer``: names of files and ids are made of it.
        title: What it is called, a line.
        words: What it shows, with the numbers that matter, for readers who do not see it.
        draw: Draws it on given axes and returns these.
        width: Of the axes, in inches.
        height: Of the axes, in inches.
        margins: Around the axes.
        compose: Makes the whole figure, where that is more than one pair of axes.
    """

    name: str
    title: str
    words: str
    draw: Callable[[Axes], Axes]
    width: float = 6.0
    height: float = 3.6
    margins: Margins = Margins()
    compose: Callable[[], Figure] | None = None

    def figure(self) -> Figure:
        """Return it drawn, for a page that has a heading of its own."""
        return self._figure(0.0)

    def alone(self) -> Figure:
        """Return it drawn for a file: on white, its title above."""
        figure = self._figure(HEADING)
        figure.set_facecolor("white")
        with theme():
            height = float(figure.get_size_inches()[1])
            figure.text(0.012, 1 - 0.2 / height, self.title, fontsize=9.5, color=INK, va="center")
        return figure

    def svg(self) -> str:
        """Return it as an ``<svg>`` element of a page."""
        return to_svg(self.figure(), self.name, self.words, self.title)

    def _figure(self, heading: float) -> Figure:
        from matplotlib.figure import Figure

        if self.compose is not None:
            return _raised(self.compose(), heading)
        room = self.margins
        width = room.left + self.width + room.right
        height = room.bottom + self.height + room.top + heading
        with theme():
            figure = Figure(figsize=(width, height), facecolor="none")
            place = (room.left / width, room.bottom / height, self.width / width, self.height / height)
            self.draw(figure.add_axes(place))
        return figure


def _raised(figure: Figure, heading: float) -> Figure:
    """Return a figure with so many inches of room above all that is on it."""
    width, height = (float(size) for size in figure.get_size_inches())
    share = height / (height + heading)
    figure.set_size_inches(width, height + heading)
    for axes in figure.axes:
        place = axes.get_position()
        axes.set_position((place.x0, place.y0 * share, place.width, place.height * share))
    for text in figure.texts:
        text.set_y(text.get_position()[1] * share)
    return figure


def check_picture(path: Path, suffixes: Sequence[str] = SUFFIXES, option: str = "--output") -> None:
    """Refuse a file that could not be written, before any work starts.

    Args:
        path: The file.
        suffixes: What it may end in.
        option: That named it, for the message.

    Raises:
        BenchsuiteError: If it ends in something else, or its folder does not exist.
    """
    if path.suffix.lower() not in suffixes:
        possible = f"{', '.join(suffixes[:-1])} or {suffixes[-1]}"
        raise BenchsuiteError(f"{option} must end in {possible}. Received: {str(path)!r}.")
    if not path.parent.is_dir() or path.is_dir():
        what = "is a folder" if path.is_dir() else f"the folder {str(path.parent)!r} does not exist"
        raise BenchsuiteError(f"cannot write {str(path)!r}: {what}. Name a file in a folder that exists.")


def write_picture(path: Path, figure: Figure) -> None:
    """Write a figure in the form that the file's suffix names; equal figures give equal files.

    Raises:
        BenchsuiteError: If the file cannot be written.
    """
    import matplotlib as mpl

    try:
        # Hinted, letters of some sizes get strokes of two widths, and look as if they were of another font.
        with theme(), mpl.rc_context({"svg.hashsalt": "benchsuite", "text.hinting": "none"}):
            figure.savefig(path, dpi=PNG_DPI, metadata=NO_TIMES.get(path.suffix.lower()))
    except OSError as error:
        raise BenchsuiteError(f"cannot write {str(path)!r}: {error.strerror or error}.") from None
