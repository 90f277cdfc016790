"""Feeds: how examples reach a program. Either all of them lie on the device, or they are staged in chunks.

A staged chunk holds the batches of some steps in their order, gathered on the host by a background thread while the
program works on the chunk before. Batches, and so all results, are the same bit for bit.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np

RESIDENT_BYTES = 2**28
"""Inputs and targets up to this size lie on the device as a whole."""
CHUNK_BYTES = 2**26
"""Size of a staged chunk, roughly: at least one batch."""
HEAD_EXAMPLES = 2**13
"""Training examples that always lie on the device, at least: for statistics of averaged weights, and probes."""

Item = TypeVar("Item")


@dataclass(frozen=True)
class Chunk:
    """What one call of a compiled function works on.

    Args:
        x: Inputs, a tensor.
        y: Targets, a tensor.
        rows: Positions in these of each batch, int32 ``[batches, batch]``; padded where fewer are left.
        first: Number of the first batch.
        count: Batches that are real.
    """

    x: Any
    y: Any
    rows: np.ndarray
    first: int
    count: int


class Resident:
    """All examples on the device.

    Args:
        x: Inputs of all parts.
        y: Targets of all parts.
    """

    def __init__(self, x: np.ndarray, y: np.ndarray) -> None:
        import tensorflow as tf

        self.x, self.y = tf.constant(widened(x)), tf.constant(widened(y))
        self.head = (self.x, self.y)

    def reaches(self, head: int) -> bool:
        """Say whether so many of the first examples lie on the device."""
        return True

    def chunks(self, rows: np.ndarray, keep: bool = False) -> Generator[Chunk]:
        """Yield the whole as one chunk."""
        yield Chunk(self.x, self.y, rows, 0, len(rows))

    def chunk_length(self, rows: np.ndarray) -> int:
        """Return how many batches one call gets."""
        return len(rows)


class Streamed:
    """Examples on the host, staged in chunks.

    Args:
        x: Inputs of all parts; may be a memory map.
        y: Targets of all parts, likewise.
        device: TensorFlow device to stage on.
        head: How many of the first examples always lie on the device.
        chunk_bytes: Size of a chunk, roughly.
    """

    def __init__(self, x: np.ndarray, y: np.ndarray, device: str, head: int, chunk_bytes: int = CHUNK_BYTES) -> None:
        import tensorflow as tf

        self._tf = tf
        self._x, self._y, self._device = x, y, device
        self._chunk_bytes = chunk_bytes
        self.head = (tf.constant(widened(x[:head])), tf.constant(widened(y[:head])))
        self._kept: tuple[np.ndarray, Chunk] | None = None

    def reaches(self, head: int) -> bool:
        """Say whether so many of the first examples lie on the device."""
        return len(self.head[0]) >= min(head, len(self._x))

    def chunk_length(self, rows: np.ndarray) -> int:
        """Return how many batches one call gets: always as many, so that all calls share a trace."""
        size: int = rows.shape[1] * sum(array[:1].nbytes * max(1, 4 // array.itemsize) for array in (self._x, self._y))
        return min(len(rows), max(1, self._chunk_bytes // size))

    def chunks(self, rows: np.ndarray, keep: bool = False) -> Generator[Chunk]:
        """Yield chunk after chunk; the next one is staged meanwhile.

        Args:
            rows: Positions of each batch, int32 ``[batches, batch]``.
            keep: Whether these very rows come again, as they do at each evaluation: if one chunk holds them, it stays on
                the device.
        """
        length = self.chunk_length(rows)
        if self._kept is not None and self._kept[0] is rows:
            yield self._kept[1]
            return

        def staged(first: int) -> Chunk:
            wanted = rows[first : first + length]
            count = len(wanted)
            if count < length:
                wanted = np.concatenate([wanted, np.repeat(wanted[-1:], length - count, axis=0)])
            flat = wanted.reshape(-1)
            with self._tf.device(self._device):
                x, y = self._tf.constant(widened(self._x[flat])), self._tf.constant(widened(self._y[flat]))
            return Chunk(x, y, np.arange(len(flat), dtype="int32").reshape(wanted.shape), first, count)

        if keep and length == len(rows):
            self._kept = rows, staged(0)
            yield self._kept[1]
            return
        yield from _ahead(staged, range(0, len(rows), length))


Feed = Resident | Streamed


def make_feed(x: np.ndarray, y: np.ndarray, device: str, head: int, resident_bytes: int = RESIDENT_BYTES) -> Feed:
    """Return the feed for examples of this size, of which so many always lie on the device; called with that chosen."""
    if x.nbytes + y.nbytes <= resident_bytes:
        return Resident(x, y)
    return Streamed(x, y, device, max(head, HEAD_EXAMPLES))


def widened(array: np.ndarray) -> np.ndarray:
    """Return small integers as int32, everything else as it is."""
    return array.astype("int32") if array.dtype in (np.uint8, np.uint16) else np.asarray(array)


def _ahead(make: Callable[[int], Item], numbers: Iterable[int]) -> Iterator[Item]:
    """Yield ``make`` of each number; the next one is made in a thread while the caller uses this one."""
    with ThreadPoolExecutor(1) as pool:
        waiting: Future[Item] | None = None
        for number in numbers:
            following = pool.submit(make, number)
            if waiting is not None:
                yield waiting.result()
            waiting = following
        if waiting is not None:
            yield waiting.result()
