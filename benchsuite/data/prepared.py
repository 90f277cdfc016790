"""From a task's ``data()`` to arrays that a program trains on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from benchsuite.components import Arrays, InOrder, Task
from benchsuite.curves import PARTS
from benchsuite.data.splits import fold_indices, inner_indices, split_indices
from benchsuite.data.watching import watching
from benchsuite.errors import BenchsuiteError, Unsupported
from benchsuite.opened import Stamp
from benchsuite.trial import Division

OWN = Division()
TRANSFORMED_AT_ONCE = 2**24
"""Numbers that a preprocessing gets at once: it may compute in float64."""


@dataclass(frozen=True)
class Dataset:
    """A task's data, split: all examples in one array, training part first, then validation, then test.

    Args:
        x: Inputs ``[examples, ...]``.
        y: Targets ``[examples, ...]``, standardized if the task says so.
        sizes: Examples in each part.
        checksum: 16 hexadecimal digits of the SHA-256 of the arrays as the task returned them.
        symbols: How many of the last columns of the inputs hold codes.
        vocabulary: What each code of the inputs stands for, if the task says.
    """

    x: np.ndarray
    y: np.ndarray
    sizes: tuple[int, int, int]
    checksum: str
    symbols: int = 0
    vocabulary: Sequence[str] = ()

    @property
    def input_type(self) -> str:
        """The type of the inputs as the network sees them: small integers are stored as they are, and widened."""
        return "int32" if np.issubdtype(self.x.dtype, np.integer) else "float32"

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


@dataclass(frozen=True)
class Raw:
    """A task's data as its ``data()`` returned them, checked.

    Args:
        arrays: The data.
        checksum: 16 hexadecimal digits of their SHA-256.
    """

    arrays: Arrays
    checksum: str


@dataclass(frozen=True)
class Observed:
    """Data that this process read.

    Args:
        checksum: Of the data.
        files: What they were read from, see :class:`~benchsuite.data.watching.FilesRead`.
    """

    checksum: str
    files: dict[str, Stamp | None]


observed: dict[str, Observed] = {}
"""Task → its data as they were read last."""


def load(task: Task, division: Division = OWN) -> Dataset:
    """Read a task's data and split it: see :func:`read` and :func:`split`."""
    return split(task, read(task), division)


def read(task: Task) -> Raw:
    """Call the task's ``data()`` and check what comes back.

    Raises:
        BenchsuiteError: In one line that names the task, if the data cannot be trained on.
    """
    with watching() as watch:
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
        if array.dtype not in (np.float32, np.int32, np.uint8, np.uint16):
            raise BenchsuiteError(
                f"{what} of {task.title} must be float32 or int32 (or uint8, uint16 for int32). Received: {array.dtype}."
            )
        if array.dtype == np.float32 and not np.isfinite(array).all():
            wrong = np.argwhere(~np.isfinite(array))
            raise BenchsuiteError(
                f"{what} of {task.title} hold NaN or infinity: {len(wrong):,} of {array.size:,} values, the first at {wrong[0].tolist()}. "
                "Clean them in data()."
            )
    checksum = hashlib.sha256()
    for array in (x, y):
        checksum.update(f"{array.dtype} {array.shape}".encode())
        checksum.update(np.ascontiguousarray(array).data)
    flat = x.ndim == 2 and x.dtype == np.float32
    if arrays.symbols and not (flat and 0 < arrays.symbols <= x.shape[1]):
        raise BenchsuiteError(
            f"symbols of {task.title} must count the last columns of float32 inputs [examples, columns] that hold codes. "
            f"Received: {arrays.symbols!r} for inputs {x.dtype} {list(x.shape)}."
        )
    if isinstance(task.loss, str) and _all_equal(y):
        raise BenchsuiteError(f"all targets of {task.title} are equal: there is nothing to learn.")
    raw = Raw(replace(arrays, x=x, y=y), checksum.hexdigest()[:16])
    observed[task.name] = Observed(raw.checksum, watch.files)
    return raw


def split(task: Task, raw: Raw, wanted: Division = OWN) -> Dataset:
    """Split a task's data.

    Args:
        task: The task.
        raw: Its data.
        wanted: Which examples train, validate and test; the task's own split unless given. After a refit the validation
            part stands twice, since it trains as well.

    Raises:
        BenchsuiteError: If they cannot be split so, or all training targets of a named loss are equal.
        Unsupported: If a fold leaves too few training examples, or but one target, or the task has no folds.
    """
    x, y, groups = np.asarray(raw.arrays.x), np.asarray(raw.arrays.y), raw.arrays.groups
    fold = wanted.fold or wanted.inner
    parts = _positions(task, y, groups, wanted)
    order = np.concatenate(parts)
    if len(parts[0]) < task.batch_size:
        few = f"{len(parts[0])} training examples, fewer than its batch size {task.batch_size}"
        if fold:
            raise Unsupported(f"a fold of {task.title} leaves {few}")
        raise BenchsuiteError(f"{task.title} has {few}.")
    # A view where nothing is shuffled: data may be larger than memory.
    taken = slice(0, len(order)) if np.array_equal(order, np.arange(len(order))) else order
    y = y[taken]
    if isinstance(task.loss, str) and _all_equal(y[: len(parts[0])]):
        if fold:
            raise Unsupported(f"a fold of {task.title} has one class in its training part")
        raise BenchsuiteError(f"all training targets of {task.title} are equal: there is nothing to learn.")
    if task.standardize_targets:
        train = y[: len(parts[0])].astype("float64")
        spread = train.std(axis=0)
        y = ((y - train.mean(axis=0)) / np.where(spread > 0, spread, 1.0)).astype("float32")
    sizes = (len(parts[0]), len(parts[1]), len(parts[2]))
    return Dataset(x[taken], y, sizes, raw.checksum, raw.arrays.symbols, raw.arrays.vocabulary)


def _positions(
    task: Task, y: np.ndarray, groups: np.ndarray | None, wanted: Division
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the positions of the training, validation and test part.

    Of a task that keeps only some examples to train on, the others are as if they did not exist, in a fold and a refit too.
    """
    fold = wanted.fold
    parts = fold_indices(task.split, y, groups, fold[1], fold[0]) if fold else split_indices(task.split, y, groups)
    if task.examples is not None:
        if task.examples > len(parts[0]):
            few = f"{task.title} has {len(parts[0])} training examples, of which it cannot keep {task.examples}"
            raise Unsupported(few) if fold else BenchsuiteError(f"{few}. Ask for fewer.")
        kept = parts[0][: task.examples]
        if fold and not isinstance(
            task.split, InOrder
        ):  # there, unlike in its own parts, they may stand in the data's order
            kept = np.random.default_rng([task.split.seed, 4]).permutation(parts[0])[: task.examples]
        parts = (kept, *parts[1:])
    if wanted.inner:
        number, count = wanted.inner
        try:
            return inner_indices(task.split, y, groups, parts, count, number)
        except BenchsuiteError as error:
            raise Unsupported(f"{task.title} cannot be tuned by cross-validation: {error}") from None
    if wanted.refit:
        return np.concatenate(parts[:2]), parts[1], parts[2]
    return parts


def prepare(dataset: Dataset, preprocessing: Any) -> Prepared:
    """Fit a preprocessing on the training part and apply it to all parts.

    Args:
        dataset: The data.
        preprocessing: What a :class:`~benchsuite.components.Preprocessing` made: ``fit`` and ``transform``, a layer of Keras', or
            ``None``.

    Raises:
        BenchsuiteError: If the result is not finite.
        Unsupported: If the inputs are not numbers, or would lose their axes.
    """
    if preprocessing is None:
        return Prepared(dataset.x, dataset)
    if dataset.x.dtype != np.float32:
        raise Unsupported(f"preprocessing needs float32 inputs; these are {dataset.x.dtype} (symbols have no mean)")
    flat = dataset.x.reshape(len(dataset.x), -1)
    flat.flags.writeable = False  # the next trial of this worker gets the same inputs
    numbers = flat[:, : flat.shape[1] - dataset.symbols]
    if not hasattr(preprocessing, "transform") and callable(preprocessing):
        preprocessing = _OfKeras(preprocessing)
    preprocessing.fit(numbers[dataset.part("train")])
    x = _transformed(preprocessing, numbers)
    if len(x) != len(flat) or not np.isfinite(x).all():
        raise BenchsuiteError("preprocessing must return one finite row for each example.")
    if x.shape != numbers.shape and dataset.x.ndim > 2:
        raise Unsupported(
            f"preprocessing makes {x.shape[1]} features of {numbers.shape[1]}; inputs {list(dataset.x.shape[1:])} "
            "would lose their axes"
        )
    if dataset.symbols:
        x = np.concatenate([x, flat[:, numbers.shape[1] :]], axis=1)
    return Prepared(x.reshape(dataset.x.shape) if x.shape == flat.shape else x, dataset)


def _all_equal(y: np.ndarray) -> bool:
    """Say whether there are no two targets that differ, without a copy of what may be larger than memory."""
    return y.size == 0 or bool(y.min() == y.max())


class _OfKeras:
    """A preprocessing layer of Keras': ``adapt`` fits it, if it has that, and a call transforms.

    Args:
        layer: The layer.
    """

    def __init__(self, layer: Any) -> None:
        self._layer = layer

    def fit(self, x: np.ndarray) -> None:
        """Fit the layer."""
        if hasattr(self._layer, "adapt"):
            self._layer.adapt(x)

    def transform(self, x: np.ndarray) -> np.ndarray:
        """Call the layer."""
        return np.asarray(self._layer(x))


def _transformed(preprocessing: Any, numbers: np.ndarray) -> np.ndarray:
    """Return the transformed rows, float32; many of them in pieces."""
    size = max(1, TRANSFORMED_AT_ONCE // max(1, numbers.shape[1]))
    pieces = [
        np.asarray(preprocessing.transform(numbers[start : start + size]), dtype=np.float32)
        for start in range(0, len(numbers), size)
    ]
    return pieces[0] if len(pieces) == 1 else np.concatenate(pieces)
