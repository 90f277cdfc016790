"""What happens inside the process that writes a growing report: each time it is asked to, it writes it anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchsuite.cli.growing import ReportOrder, ReportTold, resident_bytes
from benchsuite.errors import BenchsuiteError
from benchsuite.processes import connected
from benchsuite.registry import Registry, load_registry

if TYPE_CHECKING:
    from benchsuite.record import Record


def serve(descriptor: int) -> None:
    """Write reports until nobody asks any more.

    Args:
        descriptor: Of this end of the pipe.
    """
    connection = connected(descriptor)
    order: ReportOrder = connection.recv()
    writer = Writer(order, load_registry(order.search))
    while True:
        try:
            connection.recv()
        except EOFError:
            return
        connection.send(writer.write())


class Writer:
    """Writes the report, again and again; what it has read it does not read again.

    Args:
        order: Which report.
        known: The plugins that were found.
    """

    def __init__(self, order: ReportOrder, known: Registry) -> None:
        from benchsuite.store import Store

        self._order, self._known = order, known
        self._store = Store(order.results, create=False)
        self._held: dict[str, Record] = {}

    def write(self) -> ReportTold:
        """Write it once."""
        from benchsuite.cli.report import write

        order = self._order
        try:
            written = write(self._store, self._known, stale=order.stale, held=self._held, folder=order.folder)
        except BenchsuiteError as error:
            return ReportTold(0, str(error), resident_bytes())
        records = {record.id: record for record in written.contents.records}
        self._held = {} if order.stale else records  # a stale one may be renewed under the same id
        return ReportTold(len(records), "", resident_bytes())
