"""From a task's ``data()`` to arrays that a program trains on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchsuite.components import Arrays, Task
from benchsuite.data.splits import split_indices
from benchsuite.errors import BenchsuiteError

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Dataset:
    """A task's data, split: all examples in one array, training part first, then validation, then test.

    Args:
        x: Inputs ``[examples, ...]``.
        y: Targets ``[examples, ...]``, standardized if the task says so.
        sizes: Examples in each part.
        checksum: 16 hexadecimal digits of the SHA-256 of the arrays as the task returned them.
    """

    x: np.ndarray
    y: np.ndarray
    sizes: tuple[int, int, int]
    checksum: str

    def part(self, name: str) -> slice:
        """Return where a part lies."""
        number = PARTS.index(name)
        start = sum(self.sizes[:number])
        return slice(start, start + self.sizes[number])


@dataclass(frozen=True)
class Prepared:
    """A dataset after preprocessing."""

    x: np.ndarray
    dataset: Dataset


def load(task: Task) -> Dataset:
    """Call the task's ``data()``, check what comes back, and split it.

    Raises:
        BenchsuiteError: In one line that names the task, if the data cannot be trained on.
    """
    arrays = task.data()
    if not isinstance(arrays, Arrays):
        raise BenchsuiteError(f"data() of {task.title} must return bs.Arrays(x, y). Received: {type(arrays).__name__}.")
    x, y = np.asarray(arrays.x), np.asarray(arrays.y)
    if x.ndim == 0 or y.ndim == 0:
        raise BenchsuiteError(
            f"data() of {task.title} must return arrays [examples, ...]. Received: shapes {x.shape} and {y.shape}."
        )
    if len(x) != len(y) or len(x) == 0:
        raise BenchsuiteError(
            f"data() of {task.title} must return as many inputs as targets. Received: {len(x)} and {len(y)}."
        )
    for what, array in (("inputs", x), ("targets", y)):
        if array.dtype not in (np.float32, np.int32):
            raise BenchsuiteError(f"{what} of {task.title} must be float32 or int32. Received: {array.dtype}.")
        if not np.isfinite(array).all():
            raise BenchsuiteError(f"{what} of {task.title} hold NaN or infinity. Clean them in data().")
    checksum = hashlib.sha256()
    for array in (x, y):
        checksum.update(f"{array.dtype} {array.shape}".encode())
        checksum.update(np.ascontiguousarray(array).data)
    parts = split_indices(task.split, y)
    order = np.concatenate(parts)
    if len(parts[0]) < task.batch_size:
        raise BenchsuiteError(
            f"{task.title} has {len(parts[0])} training examples, fewer than its batch size {task.batch_size}."
        )
    y = y[order]
    if task.standardize_targets:
        train = y[: len(parts[0])].astype("float64")
        spread = train.std(axis=0)
        y = ((y - train.mean(axis=0)) / np.where(spread > 0, spread, 1.0)).astype("float32")
    return Dataset(x[order], y, (len(parts[0]), len(parts[1]), len(parts[2])), checksum.hexdigest()[:16])


def prepare(dataset: Dataset, preprocessing: Any) -> Prepared:
    """Fit a preprocessing on the training part and apply it to all parts.

    Args:
        dataset: The data.
        preprocessing: What a :class:`~benchsuite.components.Preprocessing` made: ``fit`` and ``transform``, or
            ``None``.

    Raises:
        BenchsuiteError: If the inputs are not numbers to preprocess, or the result is not finite.
    """
    if preprocessing is None:
        return Prepared(dataset.x, dataset)
    if dataset.x.dtype != np.float32:
        from benchsuite.errors import Unsupported

        raise Unsupported(f"preprocessing needs float32 inputs; these are {dataset.x.dtype} (symbols have no mean)")
    flat = dataset.x.reshape(len(dataset.x), -1)
    flat.flags.writeable = False  # the next trial of this worker gets the same inputs
    preprocessing.fit(flat[dataset.part("train")])
    x = np.asarray(preprocessing.transform(flat), dtype=np.float32)
    if len(x) != len(flat) or not np.isfinite(x).all():
        raise BenchsuiteError("preprocessing must return one finite row for each example.")
    return Prepared(x.reshape(dataset.x.shape) if x.shape == flat.shape else x, dataset)
