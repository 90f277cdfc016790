"""What a claim runs: trials that any other study shares, and errors that say which arm is meant."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.errors import BenchsuiteError
from benchsuite.registry import Registry
from benchsuite.studies.claimed import claim_plan
from benchsuite.studies.plan import plan
from benchsuite.study import Study

TASK = "teacher_mlp"


def effect(runs: Mapping[str, Any]) -> float:
    return float(runs["a"].score)


def claim(*arms: Any, seeds: int = 6, probe: str = "") -> bs.Claim:
    parts = [
        bs.Part(
            name=f"part_{number}",
            says="x",
            evidence=bs.Trained(arms=one, effect=effect, seeds=seeds, probe=probe),
            at_least=0,
        )
        for number, one in enumerate(arms)
    ]
    return bs.Claim(name="mine", sentence="x", source="x", parts=parts)


def arm(**fields: Any) -> bs.Arm:
    return bs.Arm(task=TASK, **fields)


def test_its_trials_are_those_of_run(bundled: Registry) -> None:
    arms = {"a": arm(), "b": arm(recipe={"optimizer": "sgd[learning_rate=0.1]"}, knobs={"epochs": 3})}
    found = claim_plan(claim(arms, seeds=7), bundled)
    baseline = plan(Study(task=(TASK,), baselines=True, seeds="7"), bundled).trials
    changed = {"optimizer": ("sgd[learning_rate=0.1]",)}
    other = plan(Study(task=(TASK,), components=changed, epochs=3, seeds="7"), bundled).trials
    assert set(found.trials) == {*baseline, *other}
    assert [trial.seed for trial in found.parts[0].by_arm["b"]] == list(range(7))
    assert all(not trial.changes for trial in found.trials.values())


def test_trials_that_parts_share_are_one(bundled: Registry) -> None:
    found = claim_plan(claim({"a": arm()}, {"other": arm()}), bundled)
    assert len(found.trials) == 6


@pytest.mark.parametrize(("parts", "seeds", "quick"), [(1, 20, 6), (2, 20, 7), (4, 20, 8), (2, 6, 6)])
def test_quick_has_the_fewest_seeds_that_can_decide_and_never_more(
    bundled: Registry, parts: int, seeds: int, quick: int
) -> None:
    found = claim_plan(claim(*[{"a": arm()}] * parts, seeds=seeds), bundled, quick=True)
    assert {len(part.seeds) for part in found.parts} == {quick}
    assert found.quick


def test_arms_may_be_drawn_and_each_seed_has_its_own(bundled: Registry) -> None:
    def draw(seed: int) -> dict[str, bs.Arm]:
        rate = float(np.random.default_rng(seed).uniform(0.01, 0.1))
        return {"a": arm(recipe={"optimizer": f"sgd[learning_rate={rate}]"})}

    found = claim_plan(claim(draw), bundled)
    rates = {trials["a"].recipe.one("optimizer").hyperparameters["learning_rate"] for trials in found.parts[0].arms}
    assert len(rates) == 6


def test_what_is_probed_is_what_all_parts_ask_for(bundled: Registry) -> None:
    both = bs.Claim(
        name="mine", sentence="x", source="x", parts=[
            bs.Part(name=name, says="x", at_least=0, evidence=bs.Trained(arms=arms, effect=effect, seeds=7, probe=probe))
            for name, arms, probe in (
                ("one", {"a": arm()}, "0,last"), ("two", {"a": arm()}, "last,1"), ("three", {"a": arm(knobs={"epochs": 2})}, "")
            )
        ]
    )  # fmt: skip
    found = claim_plan(both, bundled)
    assert set(found.probes.values()) == {"0,last,1"}
    assert len(found.probes) == 7


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"recipe": {"optimizer": "adem"}}, "unknown optimizer 'adem'"),
        ({"recipe": {"optimizer": "adam,sgd"}}, "means 2"),
        ({"recipe": {"optimizer": "sgd[learning_rate=0.1,0.2]"}}, "means 2"),
        ({"recipe": {"optimizer": "sgd[learning_rat=0.1]"}}, "learning_rat"),
        ({"recipe": {"optimizer": "sgd[learning_rate=-1]"}}, "learning_rate"),
        ({"knobs": {"epochs": 0}}, "epochs"),
        ({"knobs": {"depht": 2}}, "depht"),
    ],
)
def test_what_cannot_be_is_told_with_claim_part_and_arm(bundled: Registry, fields: dict[str, Any], said: str) -> None:
    with pytest.raises(BenchsuiteError) as caught:
        claim_plan(claim({"a": arm(), "odd": arm(**fields)}), bundled)
    text = str(caught.value)
    assert text.startswith("claim 'mine', part 'part_0', arm 'odd': ")
    assert said in text


def test_an_unknown_task_is_told_likewise(bundled: Registry) -> None:
    with pytest.raises(BenchsuiteError, match="arm 'a': unknown task"):
        claim_plan(claim({"a": bs.Arm(task="teacher_mlq")}), bundled)


def test_arms_that_cannot_be_drawn_are_told(bundled: Registry) -> None:
    def raises(seed: int) -> dict[str, bs.Arm]:
        raise ZeroDivisionError("no")

    with pytest.raises(BenchsuiteError, match="the arms of seed 0 cannot be drawn: ZeroDivisionError: no"):
        claim_plan(claim(raises), bundled)
    with pytest.raises(BenchsuiteError, match=r"arms of the same names\. Received: a0 for seed 0, a1 for seed 1"):
        claim_plan(claim(lambda seed: {f"a{seed}": arm()}), bundled)


def test_arms_of_global_chance_and_unknown_kinds_are_refused(bundled: Registry) -> None:
    drawn = itertools.count(1)
    evidence = bs.Trained(
        arms=lambda seed: {"a": bs.Arm(task=TASK, knobs={"epochs": next(drawn)})}, effect=lambda runs: 0.0
    )
    part = bs.Part(name="p", says="x", evidence=evidence, at_least=0.0)
    with pytest.raises(BenchsuiteError, match="arms of seed 0 are others when they are drawn again"):
        claim_plan(bs.Claim(name="c", sentence="x", source="y", parts=[part]), bundled)
    with pytest.raises(BenchsuiteError, match=r"unknown kind .* 'optimiser'\. Did you mean 'optimizer'"):
        bs.Arm(task=TASK, recipe={"optimiser": "adam"})
