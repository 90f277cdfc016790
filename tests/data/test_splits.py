"""Splits: disjoint, complete, stratified, and the same each time."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchsuite as bs
from benchsuite.data.splits import fold_count, fold_indices, inner_indices, split_indices

PARTS = [(0.6, 0.2, 0.2), (0.5, 0.25, 0.25), (0.8, 0.1, 0.1), (0.4, 0.3, 0.2), (1 / 3, 1 / 3, 1 / 3)]
LABELS = st.lists(st.integers(0, 5), min_size=20, max_size=200)
RULES = [bs.HoldOut, bs.InOrder]


def refused(split: Any, y: np.ndarray) -> str:
    with pytest.raises(bs.BenchsuiteError) as caught:
        split_indices(split, y)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@given(
    size=st.integers(20, 500),
    parts=st.sampled_from(PARTS),
    rule=st.sampled_from(RULES),
    stratify=st.booleans(),
    seed=st.integers(0, 9),
)
def test_parts_are_disjoint_and_complete_and_of_the_size_asked_for(
    size: int, parts: tuple[float, float, float], rule: Any, stratify: bool, seed: int
) -> None:
    y = np.random.default_rng(seed).integers(0, 4, size).astype("int32")
    split = bs.HoldOut(*parts, stratify=stratify, seed=seed) if rule is bs.HoldOut else bs.InOrder(*parts)
    found = split_indices(split, y)
    together = np.concatenate(found)
    assert len(set(together.tolist())) == len(together)
    assert set(together.tolist()) <= set(range(size))
    assert all(len(part) > 0 and np.issubdtype(part.dtype, np.integer) for part in found)
    for part, fraction in zip(found, parts, strict=True):
        assert abs(len(part) - fraction * size) <= 1
    if sum(parts) > 1 - 1e-9:
        assert len(together) == size


@given(
    counts=st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40)),
    spare=st.integers(0, 10),
    rule=st.sampled_from(RULES),
)
def test_counts_are_taken_to_the_letter(counts: tuple[int, int, int], spare: int, rule: Any) -> None:
    found = split_indices(rule(*counts), np.zeros(sum(counts) + spare, "float32"))
    assert tuple(len(part) for part in found) == counts
    assert len(set(np.concatenate(found).tolist())) == sum(counts)


@given(labels=LABELS, parts=st.sampled_from(PARTS), seed=st.integers(0, 3))
def test_stratified_parts_hold_each_class_in_proportion(
    labels: list[int], parts: tuple[float, float, float], seed: int
) -> None:
    y = np.array(labels, "int32")
    found = split_indices(bs.HoldOut(*parts, stratify=True, seed=seed), y)
    # Less than one example for each cut until then; a test part that takes all the rest needs no cut of its own.
    cuts = (1, 2, 3 if sum(parts) < 1 - 1e-9 else 2)
    for label in np.unique(y):
        members = np.count_nonzero(y == label)
        for part, allowed in zip(found, cuts, strict=True):
            share = members * len(part) / len(y)
            assert abs(np.count_nonzero(y[part] == label) - share) < allowed


def test_stratified_parts_hold_every_class_even_of_many_small_ones() -> None:
    y = np.concatenate([np.zeros(1000), np.arange(1, 101), np.arange(1, 101)]).astype("int32")
    train, _, _ = split_indices(bs.HoldOut(0.5, 0.25, 0.25, stratify=True), y)
    assert abs(np.count_nonzero(y[train] == 0) - 500) < 1


@pytest.mark.parametrize("stratify", [False, True])
def test_a_split_is_the_same_each_time_and_another_for_another_seed(stratify: bool) -> None:
    y = np.arange(300, dtype="int32") % 3
    first, again, other = (
        split_indices(bs.HoldOut(0.6, 0.2, 0.2, stratify=stratify, seed=seed), y) for seed in (0, 0, 1)
    )
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(np.sort(first[0]), np.sort(other[0]))


@pytest.mark.parametrize("stratify", [False, True])
def test_held_out_parts_are_drawn_at_random(stratify: bool) -> None:
    y = np.arange(1000, dtype="int32") % 2
    for part in split_indices(bs.HoldOut(0.6, 0.2, 0.2, stratify=stratify), y):
        assert abs(part.mean() - 499.5) < 75  # no part is the beginning or the end of the data
        assert not np.array_equal(part, np.sort(part))


def test_a_split_does_not_depend_on_numpys_global_chance() -> None:
    y = np.arange(100, dtype="int32") % 2
    np.random.seed(1)  # noqa: NPY002  # what must not matter
    first = split_indices(bs.HoldOut(0.6, 0.2, 0.2), y)
    np.random.seed(2)  # noqa: NPY002
    assert np.array_equal(first[0], split_indices(bs.HoldOut(0.6, 0.2, 0.2), y)[0])


def test_in_order_keeps_the_order() -> None:
    found = split_indices(bs.InOrder(0.5, 0.3, 0.2), np.zeros(10))
    assert [part.tolist() for part in found] == [[0, 1, 2, 3, 4], [5, 6, 7], [8, 9]]


@pytest.mark.parametrize("y", [np.zeros(10, "float32"), np.zeros((10, 2), "int32")], ids=["floats", "two axes"])
def test_stratifying_what_has_no_classes_is_refused(y: np.ndarray) -> None:
    assert refused(bs.HoldOut(0.6, 0.2, 0.2, stratify=True), y) == (
        f"a stratified split needs integer classes [examples]. Received targets {y.dtype} {list(y.shape)}."
    )


@pytest.mark.parametrize(
    ("split", "size", "counts"),
    [
        (bs.HoldOut(8, 2, 2), 11, "(8, 2, 2)"),
        (bs.InOrder(8, 2, 2), 11, "(8, 2, 2)"),
        (bs.HoldOut(0.9, 0.05, 0.05), 4, "(4, 0, 0)"),
        (bs.HoldOut(0.6, 0.2, 0.2, stratify=True), 2, "(1, 1, 0)"),
    ],
    ids=repr,
)
def test_too_few_examples_are_refused(split: Any, size: int, counts: str) -> None:
    message = refused(split, np.zeros(size, "int32"))
    assert message == f"{split} cannot split {size} examples: parts of {counts}."


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize(
    "parts",
    [
        (0.6, 0.3, 0.2),
        (0.0, 0.5, 0.5),
        (1.0, 0.0, 0.0),
        (-0.1, 0.5, 0.5),
        (0, 1, 1),
        (10, 5, 0.2),
        (True, 1, 1),
        ("a", 1, 1),
    ],
    ids=repr,
)
def test_parts_that_make_no_sense_are_refused_when_declared(rule: Any, parts: tuple[Any, Any, Any]) -> None:
    with pytest.raises(bs.BenchsuiteError) as caught:
        rule(*parts)
    assert str(caught.value) == (
        f"{rule.__name__} needs three fractions above 0 with a sum of at most 1, or three counts from 1. "
        f"Received: {parts!r}."
    )


@given(weights=st.tuples(*[st.floats(0.01, 0.98)] * 3), used=st.floats(0.2, 1.0), size=st.integers(10, 300))
def test_any_declared_split_is_carried_out_or_refused(
    weights: tuple[float, float, float], used: float, size: int
) -> None:
    parts = [used * weight / sum(weights) for weight in weights]
    try:
        found = split_indices(bs.HoldOut(*parts), np.zeros(size))
    except bs.BenchsuiteError:
        # Only where a part really has no example.
        assert min(np.diff(np.rint(np.cumsum((0.0, *parts)) * size))) < 1
    else:
        assert all(len(part) for part in found)


@given(sizes=st.lists(st.integers(1, 12), min_size=5, max_size=30), seed=st.integers(0, 9))
def test_groups_are_never_torn_apart(sizes: list[int], seed: int) -> None:
    groups = np.repeat(np.arange(len(sizes)), sizes)
    y = np.zeros(len(groups), "int32")
    parts = split_indices(bs.ByGroup(0.6, 0.2, 0.2, seed=seed), y, groups)
    members = [set(groups[part]) for part in parts]
    assert not members[0] & (members[1] | members[2])
    assert not members[1] & members[2]
    assert sorted(np.concatenate(parts)) == list(range(len(y)))
    assert [len(part) for part in members] == np.diff(np.rint(np.array([0, 0.6, 0.8, 1.0]) * len(sizes))).tolist()


def test_a_published_test_set_stays_the_last_examples() -> None:
    y = np.arange(100).astype("int32") % 4
    train, validation, test = split_indices(bs.Published(validation=20, test=30, stratify=True), y)
    assert test.tolist() == list(range(70, 100))
    assert sorted([*train, *validation]) == list(range(70))
    assert set(np.bincount(y[validation])) == {5}


@given(
    size=st.integers(12, 120),
    folds=st.sampled_from([2, 3, 5, 10, "n"]),
    stratify=st.booleans(),
    seed=st.integers(0, 5),
)
def test_every_example_is_tested_in_exactly_one_fold(size: int, folds: int | str, stratify: bool, seed: int) -> None:
    y = np.random.default_rng(seed).integers(0, 3, size).astype("int32")
    rule = bs.HoldOut(0.6, 0.2, 0.2, stratify=stratify, seed=seed)
    count = fold_count(rule, y, None, folds)
    assert count == (size if folds == "n" else folds)
    parts = [fold_indices(rule, y, None, folds, number) for number in range(count)]
    assert sorted(np.concatenate([test for *_, test in parts])) == list(range(size))
    for train, validation, test in parts:
        assert sorted([*train, *validation, *test]) == list(range(size))
        assert len(validation) == max(1, round(0.25 * (size - len(test))))
    lengths = [len(test) for *_, test in parts]
    assert max(lengths) - min(lengths) <= 1
    if stratify:
        for label in range(3):
            counts = [np.sum(y[test] == label) for *_, test in parts]
            assert max(counts) - min(counts) <= 1


def test_folds_by_group_keep_groups_whole() -> None:
    groups = np.repeat(np.arange(6), [3, 9, 2, 5, 4, 7])
    y = np.zeros(30, "int32")
    rule = bs.ByGroup(0.5, 0.25, 0.25)
    assert fold_count(rule, y, groups, "n") == 6
    tested = []
    for number in range(3):
        parts = fold_indices(rule, y, groups, 3, number)
        assert sorted(np.concatenate(parts)) == list(range(30))
        assert len({frozenset(groups[part]) for part in parts}) == 3
        assert sum(len(set(groups[part])) for part in parts) == 6
        tested += sorted(set(groups[parts[2]]))
    assert sorted(tested) == list(range(6))


@pytest.mark.parametrize(
    ("rule", "text"),
    [
        (bs.InOrder(0.6, 0.2, 0.2), "its split is by position, which folds would tear apart"),
        (bs.Published(5, 5), "its split is published, which folds would tear apart"),
        (bs.HoldOut(0.6, 0.2, 0.2), "20 examples cannot be cut into 21 folds"),
        (bs.ByGroup(0.6, 0.2, 0.2), "needs the group of each example: groups \\[20\\]"),
    ],
)
def test_what_cannot_be_folded_is_refused(rule: Any, text: str) -> None:
    with pytest.raises(bs.BenchsuiteError, match=text):
        fold_indices(rule, np.zeros(20, "int32"), None, 21, 0)


@pytest.mark.parametrize(
    ("split", "groups"),
    [
        (bs.HoldOut(0.6, 0.2, 0.2, stratify=True), None),
        (bs.HoldOut(0.6, 0.2, 0.2), None),
        (bs.ByGroup(0.6, 0.2, 0.2), np.repeat(np.arange(20), 5)),
        (bs.Published(validation=20, test=20), None),
    ],
)
def test_inner_folds_validate_each_example_that_does_not_test_once(split: Any, groups: Any) -> None:
    y = np.tile(np.array([0, 0, 0, 1]), 25)
    own = split_indices(split, y, groups)
    folds = [inner_indices(split, y, groups, own, 5, number) for number in range(5)]
    rest = sorted(np.concatenate(own[:2]))
    assert sorted(np.concatenate([validation for _, validation, _ in folds])) == rest
    for train, validation, test in folds:
        assert test is own[2]  # no fold sees it, nor changes it
        assert sorted(np.concatenate([train, validation])) == rest
        if groups is not None:
            assert not set(groups[train]) & set(groups[validation])
        if getattr(split, "stratify", False) and groups is None:
            assert abs(y[validation].mean() - y[rest].mean()) < 0.05


def test_a_split_by_position_has_no_inner_folds_and_few_examples_not_many() -> None:
    y = np.arange(10) % 2
    own = split_indices(bs.InOrder(0.6, 0.2, 0.2), y)
    with pytest.raises(bs.BenchsuiteError, match="by position"):
        inner_indices(bs.InOrder(0.6, 0.2, 0.2), y, None, own, 2, 0)
    with pytest.raises(bs.BenchsuiteError, match="8 examples that do not test cannot be cut into 9 folds"):
        inner_indices(bs.HoldOut(0.6, 0.2, 0.2), y, None, own, 9, 0)
