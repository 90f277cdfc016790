"""The run's end of the connection to a worker: it never waits for the rest of a message, whatever the worker does."""

from __future__ import annotations

import contextlib
import select
import socket
import struct
from multiprocessing.reduction import ForkingPickler
from typing import Any

LONGEST = 2**31 - 1
"""Bytes of a message, as :class:`multiprocessing.connection.Connection`, the worker's end, writes their number."""


class Closed(Exception):
    """Raised when nothing more will come."""


class Garbled(Exception):
    """Raised when something has come that is no message: another than the worker wrote it."""


class Channel:
    """One end of a new connection; the other one, :attr:`theirs`, goes to the worker and is then closed here."""

    def __init__(self) -> None:
        self._ours, self.theirs = socket.socketpair()
        self._poll = select.poll()  # select.select() knows the first 1024 descriptors only
        self._poll.register(self._ours, select.POLLIN)
        self._read = bytearray()

    def send(self, message: Any) -> None:
        """Send a message; to whoever has gone, nothing is sent. Where it cannot be sent, whoever is there is let go.

        Without an end of what it can read it would wait for the message for ever, and the run for its answer.
        """
        content = bytes(ForkingPickler.dumps(message))
        try:
            self._ours.sendall(struct.pack("!i", len(content)) + content)
        except OSError:
            with contextlib.suppress(OSError):
                self._ours.shutdown(socket.SHUT_WR)  # what it has said can still be read

    def receive(self, seconds: float) -> Any:
        """Return the next message; ``None`` if it is not there as a whole within some seconds.

        Raises:
            Closed: If the other end is closed.
            Garbled: If it is none.
        """
        message = self._next()
        while message is None:
            try:
                if not self._poll.poll(seconds * 1000):
                    return None
                more = self._ours.recv(2**20, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return None
            except OSError:
                raise Closed from None
            if not more:
                raise Closed
            self._read += more
            seconds = 0.0
            message = self._next()
        return message

    def close(self) -> None:
        """Close it."""
        self._ours.close()

    def _next(self) -> Any:
        if len(self._read) < 4:
            return None
        (size,) = struct.unpack_from("!i", self._read)
        if not 0 < size <= LONGEST:
            raise Garbled
        if len(self._read) < 4 + size:
            return None
        content = bytes(self._read[4 : 4 + size])
        del self._read[: 4 + size]
        try:
            return ForkingPickler.loads(content)
        except Exception:
            raise Garbled from None
