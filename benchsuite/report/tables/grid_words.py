"""What page and terminal say of a grid alike."""

from __future__ import annotations

from benchsuite.analysis import Grid
from benchsuite.report.shown import EVERY_TRIAL
from benchsuite.report.tables.numbers import Format, column_format, whole


def grid_format(grid: Grid) -> Format:
    """Return the one format that all medians of a grid are shown in."""
    held = [entry for line in grid.entries for entry in line if entry is not None and entry.final is not None]
    return column_format(entry.final.estimate for entry in held if entry.final)


def left_out_text(grid: Grid, every: str = EVERY_TRIAL) -> str:
    """Return how many settings a grid does not show; empty where it shows all.

    Args:
        grid: The grid.
        every: The file that has all trials.
    """
    if not any(grid.left_out):
        return ""
    shown = ", ".join(
        f"{whole(len(held))} of {whole(len(held) + more)} settings of {kind.replace('_', ' ')}"
        for held, more, kind in zip((grid.rows, grid.columns), grid.left_out, grid.kinds, strict=True)
    )
    return f"The best are shown: {shown}. All trials are in {every}."
