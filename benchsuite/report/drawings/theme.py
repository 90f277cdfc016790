"""The look that all drawings share. Nothing here touches pyplot, or any global setting for longer than a drawing takes."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from benchsuite.hidden_modules import hidden
from benchsuite.report.drawings.palette import GRID, INK, MUTED

if TYPE_CHECKING:
    from matplotlib.axes import Axes

PAD = 8
"""Between axes and their title, in points."""
UNUSED = ("scipy.stats", "scipy.cluster")
"""What seaborn imports where it is installed, for densities and clusters that no drawing has: nine tenths of its import."""


@contextmanager
def theme() -> Iterator[None]:
    """Set seaborn's look for the drawings made inside, and for nothing else."""
    import matplotlib as mpl

    with hidden(UNUSED):
        import seaborn as sns

    own: dict[str, Any] = {
        "axes.edgecolor": GRID, "grid.color": GRID, "grid.linewidth": 0.7, "axes.facecolor": "none",
        "text.color": INK, "axes.labelcolor": MUTED, "axes.titlecolor": INK, "xtick.color": MUTED, "ytick.color": MUTED,
        "font.size": 8.5, "axes.titlesize": 9, "axes.labelsize": 8.5, "xtick.labelsize": 8, "ytick.labelsize": 8.5,
        "axes.titlepad": PAD, "lines.scale_dashes": True,
        # Names of components are text, never mathematics: a "$" in one must not be parsed.
        "text.parse_math": False,
        "svg.fonttype": "none", "path.simplify": True,
    }  # fmt: skip
    look: dict[Any, Any] = {**sns.axes_style("whitegrid"), **own}
    with warnings.catch_warnings(), mpl.rc_context(look):
        # A letter that no font here has: on a page the reader's own has it, in a file it is a box. Nobody can mend that where it is said.
        warnings.filterwarnings("ignore", r"Glyph .* missing from", UserWarning)
        yield


def set_title(axes: Axes, text: str, above: float = 0.0) -> None:
    """Give axes a title, so many inches higher than usual."""
    # A place of its own keeps matplotlib from laying out all ticks once more in search of one.
    axes.set_title(text, loc="left", y=1.0, pad=PAD + 72 * above)
