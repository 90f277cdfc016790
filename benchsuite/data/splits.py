"""Splits: which examples train, validate and test. The same for every seed and every method."""

from __future__ import annotations

import numpy as np

from benchsuite.components import HoldOut, Split
from benchsuite.errors import BenchsuiteError


def split_indices(split: Split, y: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the positions of the training, validation and test part, disjoint, int64.

    Args:
        split: The rule.
        y: Targets ``[examples, ...]``; only their number and, for stratification, their classes matter.

    Raises:
        BenchsuiteError: If a part would be empty or the counts exceed the examples.
    """
    if not isinstance(split, HoldOut):
        return _cut(np.arange(len(y)), _counts(split, len(y)))
    generator = np.random.default_rng(split.seed)
    if not split.stratify:
        return _cut(generator.permutation(len(y)), _counts(split, len(y)))
    if y.ndim != 1 or not np.issubdtype(y.dtype, np.integer):
        raise BenchsuiteError(
            f"a stratified split needs integer classes [examples]. Received targets {y.dtype} {list(y.shape)}."
        )
    return _stratified(split, y, generator)


def _counts(split: Split, size: int) -> tuple[int, int, int]:
    parts = (split.train, split.validation, split.test)
    if all(isinstance(part, int) for part in parts):
        counts = tuple(int(part) for part in parts)
    else:
        # Rounded cumulative fractions: the parts add up, and three fractions with sum 1 use every example.
        edges = np.rint(np.cumsum((0.0, *parts)) * size).astype(int)
        counts = tuple(int(count) for count in np.diff(edges))
    if sum(counts) > size or min(counts) < 1:
        raise BenchsuiteError(f"{split} cannot split {size} examples: parts of {counts}.")
    return counts[0], counts[1], counts[2]


def _cut(order: np.ndarray, counts: tuple[int, int, int]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    train, validation, test = np.split(order[: sum(counts)], np.cumsum(counts)[:2])
    return train, validation, test


def _stratified(
    split: HoldOut, y: np.ndarray, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Cut off one part after another: a part's count of each class is off by less than one example for each cut so far."""
    left = generator.permutation(len(y))
    parts = []
    for size in _counts(split, len(y)):
        chosen = _proportional(y[left], size)
        parts.append(generator.permutation(left[chosen]))
        left = left[~chosen]
    return parts[0], parts[1], parts[2]


def _proportional(y: np.ndarray, size: int) -> np.ndarray:
    """Mark ``size`` examples, of each class its share rounded down, and one more where the remainder is largest."""
    _, classes, members = np.unique(y, return_inverse=True, return_counts=True)
    take, remainder = np.divmod(members * size, len(y))
    take[np.argsort(-remainder, kind="stable")[: size - take.sum()]] += 1
    # The examples of each class are numbered from 0 in the order in which they stand.
    numbers = np.empty(len(y), dtype=np.int64)
    numbers[np.argsort(classes, kind="stable")] = np.arange(len(y)) - np.repeat(np.cumsum(members) - members, members)
    return np.asarray(numbers < take[classes])
