"""What happens inside a process that reads records for another one: it answers each piece of work with what it found."""

from __future__ import annotations

import gc
from pathlib import Path

from benchsuite.processes import connected
from benchsuite.record_files import RecordFiles


def serve(descriptor: int) -> None:
    """Read records until nobody asks any more.

    Args:
        descriptor: Of this end of the pipe.
    """
    gc.disable()  # a record is no garbage until it was sent, and has no circles
    connection = connected(descriptor)
    files = RecordFiles(Path(connection.recv()))
    while True:
        try:
            number, ids = connection.recv()
            connection.send((number, [files.load(trial_id) for trial_id in ids]))
        except (EOFError, OSError):  # the other process has what it wanted, or is no more
            return
