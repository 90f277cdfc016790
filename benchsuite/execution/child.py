"""A process that works for one part of the harness: started contained, told what to do, what it prints kept, ended with all it left."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import IO, Any

from benchsuite.discovery.guard import search_path
from benchsuite.engine.surroundings import worker_environment
from benchsuite.errors import BenchsuiteError
from benchsuite.execution.channel import Channel
from benchsuite.execution.containment import Contained
from benchsuite.files import temporary_folder

START_SECONDS = 300.0
"""The start may take so long, with TensorFlow and all plugins."""
GRACE_SECONDS = 5.0
"""Such a process says itself where it hangs, and ends; after so long it is ended."""
LONGEST_PRINTED = 16_000
# As for a worker: the search path is this process's own, and set before anything is imported.
BOOT = "import sys; sys.path[:] = sys.argv[2].splitlines(); from {module} import serve; serve(int(sys.argv[1]))"


class Child:
    """One process.

    Args:
        module: Holds ``serve(descriptor)``, which answers on a channel.
        order: What it is told first.
        purpose: What it is for, in an error: ``to compute in``.

    Raises:
        BenchsuiteError: If it cannot be started.
    """

    def __init__(self, module: str, order: object, purpose: str) -> None:
        self._printed: IO[bytes] = tempfile.TemporaryFile(dir=temporary_folder())  # noqa: SIM115  # closed at its end
        self._channel = Channel()
        try:
            with self._channel.theirs as theirs:
                command = [
                    sys.executable,
                    "-c",
                    BOOT.format(module=module),
                    str(theirs.fileno()),
                    "\n".join(search_path()),
                ]
                self._process = Contained(
                    command, worker_environment(os.environ), self._printed.fileno(), theirs.fileno()
                )
        except OSError as error:
            self._channel.close()
            self._printed.close()
            raise BenchsuiteError(f"no process can be started {purpose}: {error}.") from error
        self.send(order)

    def send(self, message: object) -> None:
        """Tell it something."""
        self._channel.send(message)

    def receive(self, seconds: float) -> Any:
        """Return what it says within some seconds; ``None`` if nothing.

        Raises:
            Closed: If it has gone.
            Garbled: If that is no message.
        """
        return self._channel.receive(seconds)

    def poll(self) -> int | None:
        """Return how it ended; ``None`` while it runs."""
        return self._process.poll()

    def end(self) -> int:
        """End it with all that it has started; return how it ended."""
        return self._process.end()

    def printed(self, begin: int) -> str:
        """Return the end of what it printed from a place of its output on, such as where it was when it crashed."""
        self._printed.seek(begin)
        return self._printed.read().decode(errors="replace")[-LONGEST_PRINTED:]

    def close(self) -> None:
        """End it, and forget what it printed."""
        self._process.end()
        self._channel.close()
        self._printed.close()
