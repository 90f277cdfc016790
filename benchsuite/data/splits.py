"""Splits: which examples train, validate and test. The same for every seed and every method."""

from __future__ import annotations

import numpy as np

from benchsuite.components.arrays import ByGroup, HoldOut, InOrder, Published, Split
from benchsuite.errors import BenchsuiteError

Parts = tuple[np.ndarray, np.ndarray, np.ndarray]


def split_indices(split: Split, y: np.ndarray, groups: np.ndarray | None = None) -> Parts:
    """Return the positions of the training, validation and test part, disjoint, int64.

    Args:
        split: The rule.
        y: Targets ``[examples, ...]``; only their number and, for stratification, their classes matter.
        groups: Group of each example, for :class:`~benchsuite.components.ByGroup`.

    Raises:
        BenchsuiteError: If a part would be empty, the counts exceed the examples, or there are no groups to split by.
    """
    if isinstance(split, InOrder):
        return _cut(np.arange(len(y)), _counts(split, len(y)))
    generator = np.random.default_rng(split.seed)
    if isinstance(split, Published):
        rest = len(y) - split.test
        if rest - split.validation < 1:
            raise BenchsuiteError(f"{split} cannot split {len(y)} examples: none are left to train on.")
        train, validation = _two(np.arange(rest), y, split.validation, split.stratify, generator)
        return train, validation, np.arange(rest, len(y))
    if isinstance(split, ByGroup):
        groups = _checked_groups(split, groups, y)
        names = np.unique(groups)
        parts = _cut(generator.permutation(names), _counts(split, len(names)))
        train, validation, test = (generator.permutation(np.flatnonzero(np.isin(groups, part))) for part in parts)
        return train, validation, test
    if not split.stratify:
        return _cut(generator.permutation(len(y)), _counts(split, len(y)))
    _check_classes(y)
    return _stratified(split, y, generator)


def fold_indices(
    split: Split, y: np.ndarray, groups: np.ndarray | None, folds: int | str, number: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the parts of one fold of a k-fold cross-validation: fold ``number`` tests, the others train and validate.

    Folds respect what the task's split does: classes in proportion where it stratifies, whole groups where it goes by
    group. As large a share of what does not test validates as in the task's split.

    Args:
        split: The task's rule.
        y: Targets ``[examples, ...]``.
        groups: Group of each example, or ``None``.
        folds: How many, or ``"n"``: one for each example (each group): leave-one-out.
        number: Which one, from 0.

    Raises:
        BenchsuiteError: If the task's split is by position or published, or there are too few examples.
    """
    count = fold_count(split, y, groups, folds)
    assert isinstance(split, HoldOut | ByGroup)
    generator = np.random.default_rng([split.seed, 1])
    share = split.validation / (split.train + split.validation)
    if isinstance(split, ByGroup):
        groups = _checked_groups(split, groups, y)
        names = generator.permutation(np.unique(groups))
        tested = names[number::count]
        rest = np.setdiff1d(names, tested)
        rest = rest[np.random.default_rng([split.seed, 2, number]).permutation(len(rest))]
        validating = rest[: max(1, round(share * len(rest)))]
        members = [np.isin(groups, part) for part in (np.setdiff1d(rest, validating), validating, tested)]
        train, validation, test = (np.flatnonzero(part) for part in members)
        return train, validation, test
    order = generator.permutation(len(y))
    if split.stratify:
        _check_classes(y)
        order = order[np.argsort(y[order], kind="stable")]  # every k-th of a class goes to the same fold
    test = order[number::count]
    rest = np.setdiff1d(np.arange(len(y)), test)
    inner = np.random.default_rng([split.seed, 2, number])
    train, validation = _two(rest, y, max(1, round(share * len(rest))), split.stratify, inner)
    return train, validation, test


def inner_indices(
    split: Split, y: np.ndarray, groups: np.ndarray | None, parts: Parts, folds: int, number: int
) -> Parts:
    """Return other parts for a tuning by cross-validation: fold ``number`` of what does not test validates, the rest trains.

    Folds respect what the task's split does: classes in proportion where it stratifies, whole groups where it goes by group.

    Args:
        split: The task's rule.
        y: Targets ``[examples, ...]``.
        groups: Group of each example, or ``None``.
        parts: The positions that the rule gives: training, validation and test part. The test part stays as it is.
        folds: How many.
        number: Which one, from 0.

    Raises:
        BenchsuiteError: If the task's split is by position, or there are too few examples.
    """
    if isinstance(split, InOrder):
        raise BenchsuiteError("its split is by position, which folds would tear apart")
    rest = np.sort(np.concatenate(parts[:2]))
    generator = np.random.default_rng([split.seed, 3])
    things = rest
    if isinstance(split, ByGroup):
        named = _checked_groups(split, groups, y)[rest]
        things = np.unique(named)
    if not 2 <= folds <= len(things):
        kind = "groups" if isinstance(split, ByGroup) else "examples"
        raise BenchsuiteError(f"{len(things)} {kind} that do not test cannot be cut into {folds} folds")
    order = generator.permutation(things)
    if isinstance(split, ByGroup):
        validating = np.isin(named, order[number::folds])
    else:
        if split.stratify:
            _check_classes(y)
            order = order[np.argsort(y[order], kind="stable")]  # every k-th of a class goes to the same fold
        validating = np.isin(rest, order[number::folds])
    return generator.permutation(rest[~validating]), rest[validating], parts[2]


def fold_count(split: Split, y: np.ndarray, groups: np.ndarray | None, folds: int | str) -> int:
    """Return how many folds there are.

    Raises:
        BenchsuiteError: If the task cannot be folded so.
    """
    if not isinstance(split, HoldOut | ByGroup):
        what = "by position" if isinstance(split, InOrder) else "published"
        raise BenchsuiteError(f"its split is {what}, which folds would tear apart")
    things = len(np.unique(_checked_groups(split, groups, y))) if isinstance(split, ByGroup) else len(y)
    count = things if folds == "n" else int(folds)
    if not 2 <= count <= things or things < 3:
        kind = "groups" if isinstance(split, ByGroup) else "examples"
        raise BenchsuiteError(f"{things} {kind} cannot be cut into {count} folds")
    return count


def _checked_groups(split: Split, groups: np.ndarray | None, y: np.ndarray) -> np.ndarray:
    if groups is None or np.shape(groups) != (len(y),):
        received = "none" if groups is None else f"shape {list(np.shape(groups))}"
        raise BenchsuiteError(
            f"{split} needs the group of each example: groups [{len(y)}] in bs.Arrays. Received: {received}."
        )
    return np.asarray(groups)


def _check_classes(y: np.ndarray) -> None:
    if y.ndim != 1 or not np.issubdtype(y.dtype, np.integer):
        raise BenchsuiteError(
            f"a stratified split needs integer classes [examples]. Received targets {y.dtype} {list(y.shape)}."
        )


def _two(
    members: np.ndarray, y: np.ndarray, size: int, stratify: bool, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Return all members but ``size`` of them, and these, both in random order."""
    shuffled = generator.permutation(members)
    if not stratify:
        return shuffled[size:], shuffled[:size]
    _check_classes(y)
    chosen = _proportional(y[shuffled], size)
    return generator.permutation(shuffled[~chosen]), generator.permutation(shuffled[chosen])


def _counts(split: HoldOut | InOrder | ByGroup, size: int) -> tuple[int, int, int]:
    parts = (split.train, split.validation, split.test)
    if all(isinstance(part, int) for part in parts):
        counts = tuple(int(part) for part in parts)
    else:
        # Rounded cumulative fractions: the parts add up, and three fractions with sum 1 use every example.
        edges = np.rint(np.cumsum((0.0, *parts)) * size).astype(int)
        counts = tuple(int(count) for count in np.diff(edges))
    if sum(counts) > size or min(counts) < 1:
        what = "groups" if isinstance(split, ByGroup) else "examples"
        raise BenchsuiteError(f"{split} cannot split {size} {what}: parts of {counts}.")
    return counts[0], counts[1], counts[2]


def _cut(order: np.ndarray, counts: tuple[int, int, int]) -> Parts:
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
