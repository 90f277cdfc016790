"""What steps cost, for the terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchsuite.cost_files import CostRow, CostTable
from benchsuite.report.tables.numbers import milliseconds
from benchsuite.text import one_line, shortened

if TYPE_CHECKING:
    from rich.table import Table

LONGEST_REASON = 200
NARROW = 26
"""Characters of a label: the other columns take the rest of 80."""


def ratio_text(value: float) -> str:
    """Return a ratio with three digits, or none behind the point where it is large."""
    return f"{value:.2f}" if value < 100 else f"{value:,.0f}"


def spread_text(low: float, high: float) -> str:
    """Return the quartiles of a ratio."""
    return f"{ratio_text(low)} – {ratio_text(high)}"


def shared_line(table: CostTable) -> str:
    """Return what is to be said where something else used the core; empty if it did not."""
    share = f"{table.cpu_share or 0.0:.0%}"
    return (
        f"The core was shared: it gave {share} of its time. Milliseconds are of a busy machine." if table.shared else ""
    )


def about_text(table: CostTable) -> str:
    """Return how a contest was held, in words."""
    device = table.device_name if table.device == "gpu" else "one thread of a CPU, whose own time counts"
    return (
        f"{table.rounds} rounds in turns, {table.steps} steps each, on {device}, {table.precision}. Time ÷: median of the "
        "rounds and its quartiles; ms: a step of the fastest round; bytes of optimizer state for each parameter."
    )


def in_order(table: CostTable) -> list[CostRow]:
    """Return the rows, cheapest first."""
    return sorted(table.rows, key=lambda row: row.ratio)


def failed_lines(table: CostTable) -> list[str]:
    """Return what could not be timed, one line each."""
    return [f"{label} was not timed: {shortened(reason, LONGEST_REASON)}" for label, reason in table.failed.items()]


def cost_table(table: CostTable) -> Table:
    """Return a contest as a table of at most 80 characters, cheapest first."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = Table(
        box=box.SIMPLE_HEAD,
        title=Text(one_line(f"step cost of {table.kind.replace('_', ' ')} on {table.place}"), style="bold"),
        title_justify="left",
        caption=Text(about_text(table), style="dim"),
        caption_justify="left",
        pad_edge=False,
        show_edge=False,
    )
    shown.add_column(Text(table.kind.replace("_", " ")), max_width=NARROW, overflow="fold")
    shown.add_column(
        Text(one_line(f"÷ {shortened(table.against, 100)}")), justify="right", max_width=12, overflow="fold"
    )
    shown.add_column(Text("quartiles"), justify="right", no_wrap=True)
    for head in ("step", "bytes", "compile"):
        shown.add_column(Text(head), justify="right", no_wrap=True)
    for row in in_order(table):
        shown.add_row(
            Text(one_line(row.label)),
            Text(ratio_text(row.ratio)),
            Text(spread_text(row.low, row.high)),
            Text(milliseconds(row.milliseconds)),
            Text(f"{row.state_bytes:.1f}"),
            Text("shared" if row.compile_seconds is None else f"{row.compile_seconds:.1f} s"),
        )
    return shown
