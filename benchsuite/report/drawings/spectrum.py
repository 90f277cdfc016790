"""The drawing of a Hessian's spectrum: the density of its eigenvalues at moments of a training, the scale of densities logarithmic."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from benchsuite.diagnostics.spectrum import Spectrum
from benchsuite.report.drawings.palette import INK, MUTED, Style
from benchsuite.report.drawings.theme import theme

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, HEIGHT = 6.4, 3.6
"""Of the figure, in inches."""
POINTS = 1_500
BEYOND = 0.06
"""How far the axis goes past the ends of the spectrum, as a share of it."""


def spectrum_figure(title: str, spectra: Mapping[str, Spectrum]) -> Figure:
    """Return the figure of spectra.

    Args:
        title: Of what network.
        spectra: When → spectrum, in order.
    """
    from matplotlib.figure import Figure

    with theme():
        figure = Figure(figsize=(WIDTH, HEIGHT), facecolor="white")
        axes = figure.add_axes((0.75 / WIDTH, 0.5 / HEIGHT, 1 - 0.95 / WIDTH, 1 - 0.95 / HEIGHT))
        draw_spectra(axes, spectra)
        axes.set_title(f"Hessian of {title}", loc="left")
    return figure


def draw_spectra(axes: Axes, spectra: Mapping[str, Spectrum]) -> Axes:
    """Draw the densities, the legend with the ends of each; what stands for less than one eigenvalue is cut off below.

    Args:
        axes: Where to draw.
        spectra: When → spectrum, in order.
    """
    low, high = min(one.smallest for one in spectra.values()), max(one.largest for one in spectra.values())
    room = BEYOND * max(high - low, 1e-12)
    at = np.linspace(low - room, high + room, POINTS)
    tallest, least = 0.0, np.inf
    for order, (name, one) in enumerate(spectra.items()):
        style, density = Style(order), one.density(at)
        tallest = max(tallest, float(density.max()))
        # A single eigenvalue is a bell of area 1/size; a tenth of its height is where it ends for the eye.
        least = min(least, 0.1 / one.size / (0.01 * max(one.largest - one.smallest, 1e-12) * np.sqrt(2 * np.pi)))
        axes.plot(
            at, np.maximum(density, 1e-300), color=style.colour, linewidth=1.5, zorder=3 + order,
            label=f"{name}: {one.smallest:.3g} to {one.largest:.3g}",
        )  # fmt: skip
    axes.axvline(0, color=INK, linewidth=0.6, zorder=1)
    axes.set_yscale("log")
    axes.set_ylim(least, tallest * 2)
    axes.set_xlim(at[0], at[-1])
    axes.set_xlabel("eigenvalue")
    axes.set_ylabel("density", color=MUTED)
    axes.yaxis.set_major_formatter(lambda value, _: f"{value:.0e}")
    axes.minorticks_off()
    axes.grid(visible=False, axis="x")
    for edge in ("top", "right", "left"):
        axes.spines[edge].set_visible(False)
    axes.legend(loc="upper center", frameon=False, handlelength=1.6)
    return axes
