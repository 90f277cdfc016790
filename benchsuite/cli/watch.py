"""``benchsuite watch``: serve the growing report of a results folder to this machine."""

from __future__ import annotations

import signal
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchsuite.cli.console import say, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, ResultsOption, plugin_search, registry
from benchsuite.cli.report import StaleOption
from benchsuite.scratch import scratch

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.cli.growing import ReportProcess
    from benchsuite.live import LiveServer, ReportPace, Watched
    from benchsuite.store import Store

PortOption = Annotated[
    int, typer.Option(metavar="N", help="Where to listen, on 127.0.0.1 alone. Any port that is free unless given.")
]
LOOK = 1.0
"""Seconds between two looks at the folder."""
SETTLE = 0.05
"""Seconds that a file system may need until it tells two changes apart."""


def watch(
    results: ResultsOption = Path("results"),
    port: PortOption = 0,
    stale: StaleOption = False,
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Serve the report to this machine while a study runs: it is written anew as records come, and pages load themselves.

    Nothing is written into the results folder.
    """
    from benchsuite.cli.growing import ReportOrder, ReportProcess
    from benchsuite.live import LiveServer, ReportPace, Watched
    from benchsuite.store import Store

    watched, console = Watched(results), terminal()
    with scratch() as place:
        server = LiveServer(place / "report", port)
        writer = ReportProcess(ReportOrder(results, server.folder, plugin_search(plugin, no_local), stale))
        with server.serving(), closing(writer):
            say(console, "Watching [bold]{}[/] at [bold]{}[/] (Ctrl-C ends it)", results, server.address)
            try:
                signal.signal(signal.SIGTERM, _end)
                registry(plugin, no_local)  # what cannot be loaded is told before anything is written
                GrowingReport(watched, server, Store(results, create=False), writer, ReportPace(), console).forever()
            except KeyboardInterrupt:
                say(
                    console,
                    "Watching ended. The records are as they were; `benchsuite report` writes the report for good.",
                )


def _end(number: int, frame: object) -> None:
    raise KeyboardInterrupt


class GrowingReport:
    """Writes a report anew whenever records changed and its pace allows it.

    Args:
        watched: The results folder.
        server: Serves what is written.
        store: Where records are read.
        writer: Writes the report.
        pace: How often.
        console: Where it says what it does.
    """

    def __init__(
        self,
        watched: Watched,
        server: LiveServer,
        store: Store,
        writer: ReportProcess,
        pace: ReportPace,
        console: Console,
    ) -> None:
        self.watched, self.server, self.store, self.writer = watched, server, store, writer
        self.pace, self.console = pace, console
        self._shown: object = None
        self._said = ""
        self._running: bool | None = None

    def forever(self) -> None:
        """Go on until somebody ends it.

        Raises:
            BenchsuiteError: If the folder is gone.
        """
        while True:
            self.look()
            time.sleep(LOOK)

    def look(self) -> None:
        """Look at the folder once."""
        from benchsuite.live import run_holds

        mark = self.watched.mark()
        running = run_holds(self.watched.folder)
        if mark != self._shown and not self.pace.pause(alone=running is False):
            time.sleep(SETTLE)
            with self.pace.writing():
                self._write(running)
            self._shown = mark
        if running and not self._running:
            say(self.console, "A run is going on.")
        if self._running and running is False:
            say(self.console, "The run has ended.{}", "" if mark == self._shown else " The report follows.")
        self._running = running

    def _write(self, running: bool | None) -> None:
        from benchsuite.report.tables.numbers import count_of

        began = time.monotonic()
        if not self.store.trials.is_dir() or not self.store.ids():
            self.server.waiting = "No trial has a record yet. This page looks for one by itself."
            return
        told = self.writer.write()
        if told.problem:
            self.watched.mark()  # a folder that is gone is told as that
            self.server.waiting = told.problem
            if told.problem != self._said:
                say(self.console, "[yellow]![/] {}", told.problem)
            self._said = told.problem
            return
        self._said = ""
        self.server.version += 1
        took = time.monotonic() - began
        next = f"; the next one in {took * 9:.0f} s at the earliest" if running and took * 9 > 10 else ""
        count = count_of(told.records, "record")
        say(self.console, "{}: {}, written in {:.1f} s{}", time.strftime("%H:%M:%S"), count, took, next)
