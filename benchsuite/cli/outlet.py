"""Where what is printed goes, and what becomes of a run whose output cannot be written: a full disk, a terminal that is gone."""

from __future__ import annotations

import contextlib
import os
import threading
from typing import IO, Any

from benchsuite.errors import BenchsuiteError, said_by


class CannotPrint(BenchsuiteError):
    """What is printed cannot be written where it goes to."""


class Outlet:
    """A stream whose failure is told once, as an error that the user can mend; from then on what is printed goes nowhere.

    A reader that has had enough, such as ``head``, is not such a failure: ``BrokenPipeError`` stays what it is.

    Args:
        stream: Where to.
        name: What the user calls it.

    Attributes:
        failed: What failed; a library may have kept it to itself.

    Raises:
        CannotPrint: By the first write or flush of the main thread that fails, or that follows one which failed in another
            thread: what a thread raises reaches nobody.
    """

    def __init__(self, stream: IO[str], name: str) -> None:
        self._stream = stream
        self._name = name
        self._untold: CannotPrint | None = None
        self.failed: CannotPrint | None = None

    def write(self, text: str) -> int:
        """Write a text."""
        try:
            self._stream.write(text)
        except OSError as error:
            self._fails(error)
        self._tell()
        return len(text)

    def flush(self) -> None:
        """Write what is held back."""
        try:
            self._stream.flush()
        except OSError as error:
            self._fails(error)
        self._tell()

    def __getattr__(self, name: str) -> Any:
        if name == "_stream":
            raise AttributeError(name)
        return getattr(self._stream, name)

    def _fails(self, error: OSError) -> None:
        with contextlib.suppress(OSError, ValueError):  # what is held back goes nowhere too, also when Python ends
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)
        if isinstance(error, BrokenPipeError):
            raise error
        self._untold = self.failed = CannotPrint(
            f"cannot print to {self._name}: {said_by(error)}. What was stored is whole. "
            "Print to another place and run the same command again."
        )

    def _tell(self) -> None:
        if self._untold is not None and threading.current_thread() is threading.main_thread():
            failed, self._untold = self._untold, None
            raise failed
