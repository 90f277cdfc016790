"""``benchsuite cost``: what a step costs, relative to a yardstick."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchsuite.cli.console import say, show, terminal
from benchsuite.cli.options import plugin_search, registry

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from benchsuite.costs.options import Costing
    from benchsuite.costs.said import Preparing


def cost(asked: Costing) -> None:
    """Time a step of every optimizer, or of what is selected, relative to a yardstick.

    All take turns in one process with one thread. The numbers go to results/costs/, for the report and for
    `pytest-benchmark compare`.
    """
    from benchsuite.costs.written import check_library

    check_library()
    from benchsuite.costs.process import measure
    from benchsuite.costs.request import Order, contests
    from benchsuite.costs.written import table_of, write
    from benchsuite.engine.device import Device
    from benchsuite.report.tables.cost_table import cost_table, failed_lines, shared_line

    Device.parse(asked.device)
    known = registry(asked.plugin, asked.no_local)
    console = terminal()
    for broken in known.broken:
        say(console, "[yellow]![/] {}: {} is broken: {}", broken.origin, broken.name, broken.reason)
    wanted = contests(asked, known)
    _warn_of_load(console)
    search = plugin_search(asked.plugin, asked.no_local)
    order = Order(search, asked.device, asked.precision, asked.rounds, asked.steps, tuple(wanted))
    results = asked.results.resolve()
    with console.status("") as status:
        for course in measure(order, lambda said: _tell(status, said)):
            table = table_of(course)
            path = write(results, course, table)
            show(console, cost_table(table))
            for line in failed_lines(table):
                say(console, "[yellow]![/] {}", line)
            if line := shared_line(table):
                say(console, "[yellow]![/] {}", line)
            say(console, "Wrote {}", path)


def _tell(status: Status, said: Preparing) -> None:
    from benchsuite.cli.console import cell

    what = f"{said.number + 1} of {said.of}: compiling {said.label}" if said.label else "all take turns"
    status.update(cell(f"{said.contest}: {what}"))


def _warn_of_load(console: Console) -> None:
    """Say so where no core is free: a timing counts only where it has one for itself."""
    import psutil

    cores = psutil.cpu_count() or 1
    free = cores * (1 - psutil.cpu_percent(0.3) / 100)
    if free < 0.9:
        say(
            console,
            "[yellow]![/] No core of this machine is free ({:.1f} of {} are): milliseconds measured now may not repeat.",
            free,
            cores,
        )
