"""Outcomes: one closed list whose members say what they mean."""

from __future__ import annotations

import json
import pickle

import pytest

from benchsuite.outcomes import Outcome


def test_the_list_is_closed() -> None:
    assert [str(outcome) for outcome in Outcome] == [
        "completed", "pruned", "diverged", "crashed", "timed_out", "out_of_memory", "unsupported",
    ]  # fmt: skip
    with pytest.raises(ValueError, match="'fine' is not a valid Outcome"):
        Outcome("fine")


@pytest.mark.parametrize(
    ("outcome", "failed", "finished", "trained"),
    [
        (Outcome.COMPLETED, False, True, True),
        (Outcome.PRUNED, False, False, True),  # stopped by a tuner: no failure, and no final value
        (Outcome.DIVERGED, True, False, True),
        (Outcome.CRASHED, True, False, False),
        (Outcome.TIMED_OUT, True, False, False),
        (Outcome.OUT_OF_MEMORY, True, False, False),
        (Outcome.UNSUPPORTED, False, False, False),  # never tried
    ],
)
def test_each_knows_whether_the_recipe_failed(outcome: Outcome, failed: bool, finished: bool, trained: bool) -> None:
    assert (outcome.failed, outcome.finished, outcome.trained) == (failed, finished, trained)


def test_every_outcome_is_tried_above() -> None:
    (mark,) = test_each_knows_whether_the_recipe_failed.pytestmark  # type: ignore[attr-defined]
    assert [row[0] for row in mark.args[1]] == list(Outcome)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_each_is_its_word_and_has_a_meaning(outcome: Outcome) -> None:
    assert f"{outcome}" == outcome.value == outcome
    assert json.loads(json.dumps({outcome: outcome})) == {outcome.value: outcome.value}
    assert pickle.loads(pickle.dumps(outcome)) is Outcome(outcome.value) is outcome
    assert len(outcome.meaning.split()) > 3
    assert len({other.meaning for other in Outcome}) == len(Outcome)
