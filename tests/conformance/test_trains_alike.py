"""How the baseline trains on a variant is compared with the published instance, not with its targets."""

from types import SimpleNamespace
from typing import Any

import pytest

from benchsuite.conformance.certificate import judge
from benchsuite.conformance.trains_alike import PublishedTraining, judge_training
from tests.bundled import REGISTRY

R2 = PublishedTraining((4.86, 1.9, 2.4, 3.1, 1.6), -4.0, 0.98)
LOSS = PublishedTraining((2.5, 2.6), 2.6, 1.1)


def told(training: PublishedTraining, direction: str, loss: float, start: float, best: float) -> dict[str, str]:
    task: Any = SimpleNamespace(direction=direction)
    found = {"loss": {"start": loss}, "targets": {"start": start, "best": best}}
    return {one.promise: one.problem for one in judge_training(task, found, training) if one.problem}


@pytest.mark.parametrize(
    ("training", "direction", "loss", "start", "best"),
    [
        (R2, "max", 1.47, -0.6, 0.97),  # a better start has less to gain
        (R2, "max", 1.47, -9.0, 0.97),
        (LOSS, "min", 2.6, 2.6, 1.84),
        (LOSS, "min", 2.6, 6.0, 3.0),  # harder, and learned all the same
        (PublishedTraining((-2.0,)), "min", -5.9, 1.0, 1.0),  # no baseline of a large task is trained
    ],
)
def test_what_learns_is_right_whatever_it_reaches(
    training: PublishedTraining, direction: str, loss: float, start: float, best: float
) -> None:
    assert told(training, direction, loss, start, best) == {}


def test_what_does_not_learn_or_starts_elsewhere_is_told() -> None:
    learns = "the baseline learns as on the published instance"
    starts = "the loss at the start is like that of the published instance"
    assert told(LOSS, "min", 2.6, 2.6, 2.0) == {
        learns: "it gains 0.6 from start to best, and must gain 0.75: half of the way to the best of the published one"
    }
    assert list(told(R2, "max", 2.0, -0.6, -0.5)) == [learns]
    assert list(told(LOSS, "min", 2.6, 0.9, 0.95)) == [learns]  # worse than its start
    assert told(R2, "max", 14.7, -0.6, 0.97) == {starts: "14.7, 1.6 to 4.86 over 5 seeds of the published one"}
    assert list(told(R2, "max", 0.5, -0.6, 0.97)) == [starts]
    assert list(told(R2, "max", float("nan"), -0.6, 0.97)) == [starts]


@pytest.mark.parametrize(("name", "judged"), [("digits_mlp", True), ("digits_mlp~1", False)])
def test_a_variant_may_reach_all_targets_at_once(name: str, judged: bool) -> None:
    found = {
        "loss": {"start": 2.3, "alone": 2.3, "of_zeros": 2.3, "theory": 2.3},
        "gradient": {"difference": 0.0},
        "few": {"learned": True, "goal": 0.2},
        "targets": {"epochs": [1, 1, 1]},
    }
    problems = [one.promise for one in judge(REGISTRY.task(name), REGISTRY, found, None) if one.problem]
    assert ("the hardest target takes more than an epoch" in problems) == judged
