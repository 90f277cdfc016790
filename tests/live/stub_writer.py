"""A process that writes no report and says what a test wrote down: how the server's side takes it is tried in seconds."""

from __future__ import annotations

import os
import signal
from multiprocessing.connection import Connection

from benchsuite.cli.growing import LARGEST, ReportOrder, ReportTold


def serve(descriptor: int) -> None:
    """Do the next thing on the list, each time that a report is asked for."""
    connection = Connection(descriptor)
    order: ReportOrder = connection.recv()
    while True:
        try:
            connection.recv()
        except EOFError:
            return
        todo, _, rest = (order.results / "plan").read_text(encoding="utf-8").partition("\n")
        (order.results / "plan").write_text(rest, encoding="utf-8")
        if todo == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if todo == "raises":
            raise ValueError("no \x1b[2Jroom")
        size = LARGEST + (todo == "large")
        connection.send(ReportTold(os.getpid(), "all are stale" if todo == "stale" else "", size))
