"""Examples to be drawn, the form that suits them, and the place on a figure where they go."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from benchsuite.report.drawings.trace import Ground

SMALLEST_SIDE = 5
"""Pixels that a square needs to be drawn as one."""
SHADED = 24
"""Examples in which shades are looked for."""


@dataclass(frozen=True)
class Frame:
    """A place on a figure, in inches from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def top(self) -> float:
        """Where it ends."""
        return self.bottom + self.height

    def axes(self, figure: Figure) -> Axes:
        """Return axes that fill it."""
        width, height = (float(size) for size in figure.get_size_inches())
        return figure.add_axes((self.left / width, self.bottom / height, self.width / width, self.height / height))

    def cell(self, column: int, row: int, columns: int, rows: int, gaps: tuple[float, float, float, float]) -> Frame:
        """Return a cell of a grid, rows counted from the top, less its gaps left, bottom, right and top."""
        left, bottom, right, top = gaps
        wide, high = self.width / columns, self.height / rows
        return Frame(
            self.left + column * wide + left,
            self.top - (row + 1) * high + bottom,
            wide - left - right,
            high - bottom - top,
        )


@dataclass(frozen=True)
class Samples:
    """Training examples, as the task gives them.

    Args:
        x: Inputs ``[examples, ...]``.
        y: Targets ``[examples, ...]``.
        standardized: Whether the targets have been standardized.
        ground: What to draw instead: the surface of a task that trains two numbers alone.
        vocabulary: What each code stands for; codes are written as numbers without it.
    """

    x: np.ndarray
    y: np.ndarray
    standardized: bool = False
    ground: Ground | None = None
    vocabulary: Sequence[str] = ()

    def label(self, number: int) -> str:
        """Return the target of an example if it is one number, else nothing."""
        target = np.asarray(self.y[number])
        if target.size != 1:
            return ""
        value = target.reshape(()).item()
        return str(value) if isinstance(value, int) else f"{value:.3g}"


def form_of(x: np.ndarray) -> str:
    """Return how inputs are drawn: ``images``, ``sequences``, ``codes`` or ``columns``.

    Nothing says what an array means, so its shape and values have to: one row of k² numbers from 0 to 1 is taken for a
    square image, and so are k rows of k of them.
    """
    shape = x.shape[1:]
    if len(shape) == 3 and shape[-1] in (1, 3):
        return "images"
    if np.issubdtype(x.dtype, np.integer):
        return "codes" if len(shape) == 1 else "columns"
    if len(shape) in (1, 2) and side_of(shape):
        some = x[:SHADED]
        # A table of one-hot columns has no shades; real images nearly always do.
        if some.min() >= 0 and some.max() <= 1 and len(np.unique(some)) > 2:
            return "images"
    return "sequences" if len(shape) == 2 else "columns"


def side_of(shape: tuple[int, ...]) -> int:
    """Return the side of the square that an example's numbers fill, or 0."""
    side = math.isqrt(math.prod(shape))
    square = shape == (side, side) if len(shape) == 2 else side * side == math.prod(shape)
    return side if square and side >= SMALLEST_SIDE else 0
