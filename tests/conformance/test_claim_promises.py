"""Mistakes that people make in claims, and what ``check`` says of each."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.conformance.all_promises import promises_of_kind
from benchsuite.conformance.claim_course import (
    ARMS,
    COMPUTES,
    CONTRADICTED,
    DRAWN,
    NUMBER,
    OF_A_CLAIM,
    SUMMARY,
    WORDS,
)
from benchsuite.conformance.made_up_runs import made_up
from benchsuite.conformance.promises import check_claim
from benchsuite.registry import Registry
from benchsuite.studies.claimed import claim_plan

TASK = "teacher_mlp"
ARMS_OF = {"a": bs.Arm(task=TASK), "b": bs.Arm(task=TASK, recipe={"optimizer": "sgd"})}


def gain(runs: Mapping[str, Any]) -> float:
    return float(runs["a"].score - runs["b"].score)


def drawn(seed: int) -> dict[str, bs.Arm]:
    rate = float(np.random.default_rng(seed).uniform(0.01, 0.1))
    return {"a": bs.Arm(task=TASK, recipe={"optimizer": f"sgd[learning_rate={rate}]"})}


def drawn_from_the_world(seed: int) -> dict[str, bs.Arm]:
    return {"a": bs.Arm(task=TASK, recipe={"optimizer": f"sgd[learning_rate={random.uniform(0.01, 0.1)}]"})}


def claim(effect: Any = gain, arms: Any = ARMS_OF, seeds: int = 6, probe: str = "", **fields: Any) -> bs.Claim:
    said = {"says": "x", "because": "y", "at_least": 0.01, **fields}
    part = bs.Part(name="p", evidence=bs.Trained(arms=arms, effect=effect, seeds=seeds, probe=probe), **said)
    return bs.Claim(name="mine", sentence="x", source="x", parts=[part])


def broken(one: bs.Claim, known: Registry, computed: bool = False) -> dict[str, str]:
    return {found.promise: found.problem for found in check_claim(one, known, computed) if found.problem}


@pytest.mark.parametrize(
    "right",
    [
        {},
        {"arms": drawn, "effect": lambda runs: runs["a"].score, "at_least": 0.5},
        {"effect": lambda runs: runs["a"].layers("gradient_norm", -1)[0] - runs["b"].layers("dead", 0)[-1], "probe": "0,last"},
        {"effect": lambda runs: runs["a"].curve("train_loss")[1] / runs["b"].best("validation_loss")},
        # A number that only some runs have.
        {"effect": lambda runs: 0.5 if runs["a"].final("train_loss") > 1 else float("nan"), "at_least": 0.6},
    ],
)  # fmt: skip
def test_nothing_is_said_of_one_that_keeps_them(bundled: Registry, right: dict[str, Any]) -> None:
    found = check_claim(claim(**right), bundled, computed=False)
    assert [one for one in found if one.problem] == []
    wanted = {SUMMARY, WORDS, ARMS, NUMBER, CONTRADICTED} | ({DRAWN} if "arms" in right else set())
    assert {one.promise for one in found} == wanted <= set(OF_A_CLAIM)


class Counts:
    """An effect that remembers."""

    calls = 0

    def __call__(self, runs: Mapping[str, Any]) -> float:
        self.calls += 1
        return float(self.calls)


@pytest.mark.parametrize(
    ("mistake", "promise", "said"),
    [
        ({"says": ""}, WORDS, "part 'p' has no says"),
        ({"because": " "}, WORDS, "part 'p' has no because"),
        ({"arms": {"a": bs.Arm(task="nobody")}}, ARMS, "unknown task 'nobody'"),
        ({"arms": {"a": bs.Arm(task=TASK, recipe={"optimizer": "adam,sgd"})}}, ARMS, "means 2"),
        ({"arms": drawn_from_the_world, "effect": lambda runs: runs["a"].score, "at_least": 0.5}, ARMS, "others when they are drawn"),
        ({"effect": lambda runs: runs["c"].score}, NUMBER, "KeyError"),
        ({"effect": lambda runs: runs["a"].final("test_acuracy")}, NUMBER, "'test_acuracy'"),
        ({"effect": lambda runs: runs["a"].layers("gradient_norm", 0)[0]}, NUMBER, "no layer of teacher_mlp is probed"),
        ({"effect": lambda runs: runs["a"].layers("norm", 0)[0], "probe": "0"}, NUMBER, "'norm'"),
        ({"effect": lambda runs: float("nan")}, NUMBER, "gives no number"),
        ({"effect": lambda runs: "high"}, NUMBER, "gives 'high', which is no number"),
        ({"effect": lambda runs: random.random()}, NUMBER, "of the same runs"),
        ({"effect": Counts()}, NUMBER, "of the same runs"),
        ({"effect": lambda runs: abs(gain(runs)), "at_least": 0}, CONTRADICTED, "none gives part 'p' an effect beyond its bounds"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(bundled: Registry, mistake: dict[str, Any], promise: str, said: str) -> None:
    found = broken(claim(**mistake), bundled)
    assert list(found) == [promise]
    assert said in found[promise]


def test_seeds_that_can_never_decide_are_named(bundled: Registry) -> None:
    parts = [
        bs.Part(name=name, says="x", because="y", at_least=0.01, evidence=bs.Trained(arms=ARMS_OF, effect=gain, seeds=6))
        for name in ("one", "two")
    ]  # fmt: skip
    found = broken(bs.Claim(name="mine", sentence="x", source="x", parts=parts), bundled)
    assert list(found) == [CONTRADICTED]
    assert "has 6 seeds, and with 2 parts each needs 7" in found[CONTRADICTED]


def test_what_is_computed_is_computed_twice_where_that_is_asked_for(bundled: Registry) -> None:
    def right(lab: Any, seed: int) -> float:
        return float(seed)

    def wrong(lab: Any, seed: int) -> float:
        return random.random()

    def of(compute: Any) -> bs.Claim:
        part = bs.Part(name="p", says="x", because="y", at_most=1.0, evidence=bs.Computed(compute=compute))
        return bs.Claim(name="mine", sentence="x", source="x", parts=[part])

    assert broken(of(right), bundled, computed=True) == {}
    assert list(broken(of(wrong), bundled, computed=True)) == [COMPUTES]
    assert broken(of(wrong), bundled) == {}  # nothing is computed
    assert COMPUTES in promises_of_kind("claim")


def test_made_up_runs_are_as_real_ones_say_they_are(bundled: Registry) -> None:
    (arms, *_) = claim_plan(claim(), bundled).parts[0].arms
    tasks = {TASK: bundled.task(TASK)}
    runs, again = (made_up(arms, tasks, 1, diverged="b", probed=True) for _ in range(2))
    whole, half = runs["a"], runs["b"]
    assert min(map(min, (run.curve("train_loss") for run in runs.values()))) > 0
    digits = claim_plan(claim(arms={"a": bs.Arm(task="digits_mlp")}), bundled).parts[0].arms[0]
    shares = [made_up(digits, {"digits_mlp": bundled.task("digits_mlp")}, chance)["a"].score for chance in range(20)]
    assert 0 <= min(shares) < 0.3 < 0.7 < max(shares) <= 1
    measure = f"test_{whole.task.primary}"
    assert whole.curve(measure) == again["a"].curve(measure) != made_up(arms, tasks, 2)["a"].curve(measure)
    assert len(whole.curve(measure)) == len(whole.epochs) == len(whole.steps) == whole.trial.epochs + 1
    assert whole.final(measure) == whole.curve(measure)[-1]
    assert (half.failed, half.outcome, half.score) == (True, "diverged", -np.inf)
    assert np.isnan([half.final(measure), half.best(measure)]).all()
    assert len(half.epochs) < len(whole.epochs)
