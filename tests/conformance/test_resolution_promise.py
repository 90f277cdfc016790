"""What a task says that it compares is what its certificate tells apart."""

from dataclasses import replace

import pytest

from benchsuite.analysis.resolution import block_of
from benchsuite.certificates import committed, kept
from benchsuite.certified_resolution import BLOCK
from benchsuite.conformance.of_resolution import PROMISE, judge_resolution, notes_on_resolution
from tests.bundled import REGISTRY

DIGITS = replace(REGISTRY.task("digits_mlp"), compares=["optimizer", "schedule"])


def kind(told, shares=None, **measures):
    return {
        "components": ["a", "b"],
        "pairs": 1,
        "told": shares or {"3": 0.0, "5": told / 2, "10": told},
        "measures": {name: {"10": share} for name, share in measures.items()},
    }


def block(**kinds):
    return block_of(DIGITS.name, DIGITS.version, {"budget": 10, "seeds": 10}, kinds)


def problems(found, task=DIGITS):
    return [finding.problem for finding in judge_resolution(task, found) if finding.problem]


@pytest.mark.parametrize(
    "name", [name for name in REGISTRY.names("task") if BLOCK in (committed(name, REGISTRY) or {})]
)
def test_every_task_compares_what_its_certificate_tells_apart(name):
    assert problems(committed(name, REGISTRY)[BLOCK], REGISTRY.task(name)) == []


def test_a_kind_of_which_no_pair_is_told_apart_is_found():
    found = judge_resolution(DIGITS, block(optimizer=kind(0.0, train_loss=0.0), schedule=kind(0.4)))
    assert [finding.promise for finding in found] == [PROMISE]
    assert found[0].problem == (
        "no pair of reference components is told apart of optimizer, with 10 seeds: take it out of compares, or give the task more "
        "examples, depth or epochs and measure again"
    )


def test_a_kind_that_another_of_its_measures_tells_apart_is_compared_by_that():
    found = block(optimizer=kind(0.0, train_loss=0.3), schedule=kind(0.4))
    assert problems(found) == []
    assert notes_on_resolution(DIGITS, found) == [
        "optimizer is told apart by another measure than the primary one (accuracy) alone"
    ]
    # A regularization has its price in the training loss: that it is larger is no merit.
    task = replace(DIGITS, compares=["regularization"])
    assert problems(block(regularization=kind(0.0, train_loss=1.0)), task)


def test_what_is_told_apart_well_and_not_compared_is_a_note():
    found = block(optimizer=kind(0.8), schedule=kind(0.1), initializer=kind(0.5), normalization=kind(0.4))
    assert problems(found) == []
    assert notes_on_resolution(DIGITS, found) == [
        "initializer is told apart well (50% of the pairs), and the task does not compare it"
    ]


def test_few_seeds_decide_nothing_and_what_was_not_measured_is_named():
    few = kind(0.0, {"3": 0.0, "5": 0.0})
    found = block(optimizer=few)
    assert problems(found) == []
    assert notes_on_resolution(DIGITS, found) == [
        "optimizer was measured with fewer than 10 seeds, which decide nothing",
        "its resolution was not measured for schedule",
    ]
    assert len(notes_on_resolution(DIGITS, found, whole=False)) == 1


def test_a_block_of_another_version_says_nothing():
    old = {**block(optimizer=kind(0.0)), "task_version": DIGITS.version - 1}
    assert judge_resolution(DIGITS, old) == notes_on_resolution(DIGITS, old) == []
    assert judge_resolution(DIGITS, None) == notes_on_resolution(DIGITS, None) == []


def test_writing_a_certificate_keeps_what_was_measured_apart_of_the_same_version():
    before = {"version": 2, "data": "old", "resolution": {"kinds": {}}, "variants": {"1": {}}}
    assert kept({"version": 2, "data": "new"}, before) == {**before, "data": "new"}
    assert kept({"version": 3, "data": "new"}, before) == {"version": 3, "data": "new"}
    assert kept({"version": 2}, None) == {"version": 2}
