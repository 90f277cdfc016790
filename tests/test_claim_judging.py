"""From records and computed numbers to a verdict: what an effect is given, what counts as no evidence, and what a change of code says."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import benchsuite as bs
from benchsuite.analysis.claims.record_run import RecordRun
from benchsuite.claim_files import (
    claim_verdict,
    computed_numbers,
    read_claims,
    read_computed,
    read_registrations,
    registration,
    write_claim,
    write_computed,
    write_registration,
)
from benchsuite.claim_judging import components_of, fingerprint_of, judged, kept, trained_numbers
from benchsuite.claim_verdicts import ClaimVerdict
from benchsuite.computed_numbers import ComputedNumber, ComputedNumbers
from benchsuite.errors import BenchsuiteError
from benchsuite.outcomes import Outcome
from benchsuite.record import Record, Results
from benchsuite.record_files import Damage
from benchsuite.registrations import RegisteredFile, Registration
from benchsuite.registry import Plugin, Registered, Registry
from benchsuite.studies.claimed import claim_plan
from tests.stored import made

TASK = "teacher_mlp"
NOW = "2026-11-27T18:00:00+00:00"


def gain(runs: Mapping[str, Any]) -> float:
    return float(runs["new"].score - runs["old"].score)


def compute(lab: Any, seed: int) -> float:
    return 0.0


def claim(effect: Any = gain, **evidence: Any) -> bs.Claim:
    arms = {"new": bs.Arm(task=TASK), "old": bs.Arm(task=TASK, recipe={"optimizer": "sgd"})}
    part = bs.Part(
        name="gain", says="x", because="y", unit="score", at_least=0.02,
        evidence=bs.Trained(arms=arms, effect=effect, **{"seeds": 6, **evidence}),
    )  # fmt: skip
    return bs.Claim(name="mine", number="C7", sentence="x", source="somewhere", parts=[part])


def known_with(claim: bs.Claim, bundled: Registry) -> Registry:
    """The bundled registry, and this claim in a plugin of its own."""
    known = Registry(plugins=bundled.plugins, tables={**bundled.tables, "claim": {}})
    module = __import__(__name__, fromlist=["claim"])
    known.tables["claim"][claim.name] = Registered(claim, Plugin(__name__, "bundled", module), known)
    return known


def verdict_of(values: Mapping[str, float], bundled: Registry, change: Any = None, **evidence: Any) -> ClaimVerdict:
    one = claim(**evidence)
    known = known_with(one, bundled)
    plan = claim_plan(one, known)
    records = {}
    for name, trials in plan.parts[0].by_arm.items():
        for trial in trials:
            record = made(trial, values[name] + 0.001 * trial.seed * (name == "new"), bundled)
            records[trial.id] = change(name, record) if change else record
    return judged(plan, records, lambda _: None, {}, known, "here", NOW)


def test_the_effect_of_each_seed_is_made_of_its_own_runs(bundled: Registry) -> None:
    found = verdict_of({"new": 0.9, "old": 0.85}, bundled)
    (part,) = found.parts
    assert part.effects == pytest.approx([0.05 + 0.001 * seed for seed in range(6)])
    assert (part.word, found.word) == ("holds", "holds")
    assert part.estimate == pytest.approx(0.0525)
    assert (part.low, part.high) == pytest.approx((0.05, 0.055))
    assert part.confidence == 1 - 2 / 2**6
    assert set(part.arms) == {"new", "old"}
    assert set(part.trials) == {id for ids in part.arms.values() for id in ids}
    assert len(part.trials) == 12
    assert found.seconds == 12.0
    assert {f"task {TASK}", "optimizer sgd"} <= set(found.components)
    assert verdict_of({"new": 0.85, "old": 0.9}, bundled).word == "does not hold"
    assert verdict_of({"new": 0.868, "old": 0.85}, bundled).word == "cannot tell"  # 0.018 to 0.023


def failed(record: Record, outcome: Outcome) -> Record:
    return replace(record, outcome=outcome, reason="because", results=Results())


def test_a_run_that_diverged_is_evidence(bundled: Registry) -> None:
    def change(name: str, record: Record) -> Record:
        return failed(record, Outcome.DIVERGED) if name == "old" else record

    (part,) = verdict_of({"new": 0.9, "old": 0.9}, bundled, change).parts
    assert (part.word, part.above, part.below) == ("holds", tuple(range(6)), ())
    assert part.effects == (None,) * 6


@pytest.mark.parametrize(
    "outcome", [Outcome.CRASHED, Outcome.TIMED_OUT, Outcome.OUT_OF_MEMORY, Outcome.UNSUPPORTED, Outcome.PRUNED]
)
def test_what_says_something_of_a_machine_is_none(bundled: Registry, outcome: Outcome) -> None:
    def change(name: str, record: Record) -> Record:
        return failed(record, outcome) if name == "old" and record.trial.seed == 3 else record

    (part,) = verdict_of({"new": 0.9, "old": 0.8}, bundled, change).parts
    assert part.word == "cannot tell"
    assert part.reason == f"1 of 6 seeds gave no number; seed 3: arm old {outcome.value.replace('_', ' ')}: because"


def test_an_effect_that_raises_costs_its_own_claim_alone(bundled: Registry) -> None:
    def wrong(runs: Mapping[str, Any]) -> float:
        return float(runs["nobody"].score)

    (part,) = verdict_of({"new": 0.9, "old": 0.8}, bundled, effect=wrong).parts
    assert part.word == "cannot tell"
    assert "its effect raised KeyError: 'nobody'" in part.reason
    misspelt = verdict_of({"new": 0.9, "old": 0.8}, bundled, effect=lambda runs: runs["new"].final("test_acuracy"))
    assert "unknown measure of task 'teacher_mlp': 'test_acuracy'" in misspelt.parts[0].reason


def _leaves(runs: Mapping[str, Any]) -> float:
    raise SystemExit(7)


@pytest.mark.parametrize(
    ("effect", "said"),
    [
        (_leaves, "its effect raised SystemExit"),
        (lambda runs: None, "its effect must return a number. Received: None"),
        (lambda runs: "0.5", "its effect must return a number. Received: '0.5'"),
        (lambda runs: True, "its effect must return a number. Received: True"),
    ],
)
def test_an_effect_that_is_no_number_cannot_tell(bundled: Registry, effect: Any, said: str) -> None:
    (part,) = verdict_of({"new": 0.9, "old": 0.8}, bundled, effect=effect).parts
    assert part.word == "cannot tell"
    assert said in part.reason


def test_a_run_is_what_its_record_says(bundled: Registry) -> None:
    trial = claim_plan(claim(), bundled).parts[0].arms[0]["new"]
    record = made(trial, 0.9, bundled)
    probes = {"layers": ["a", "b"], "epochs": [0, 5], "measures": {"dead": [[0.1, None], [0.2, 0.3]]}}
    run = RecordRun(record, probes)
    primary, up = record.task.primary, record.task.direction == "max"
    assert (run.failed, run.outcome) == (False, "completed")
    assert run.score == (0.9 if up else -0.9)
    assert run.final(f"test_{primary}") == run.best(f"test_{primary}") == 0.9
    assert list(run.epochs) == list(range(trial.epochs + 1))
    assert list(run.steps) == [10 * epoch for epoch in run.epochs]
    assert run.curve("train_loss")[:2] == (1.9, 0.9)
    assert run.layers("dead", -1) == (0.2, 0.3)
    assert run.layers("dead", 0)[0] == 0.1
    assert math.isnan(run.layers("dead", 0)[1])
    with pytest.raises(BenchsuiteError, match="not probed after epoch 1, but after 0, 5"):
        run.layers("dead", 1)
    with pytest.raises(BenchsuiteError, match="Give the part's evidence a probe"):
        RecordRun(record).layers("dead", 0)
    gone = RecordRun(failed(record, Outcome.DIVERGED))
    assert (gone.failed, gone.outcome, gone.score) == (True, "diverged", -math.inf)
    assert math.isnan(gone.final("test_loss"))
    assert len(gone.curve("test_loss")) == trial.epochs + 1  # what it got to is there


def test_the_fingerprint_says_whose_code_changed(bundled: Registry) -> None:
    one = claim()
    known = known_with(one, bundled)
    before = fingerprint_of(one, {"task:a": "1"}, known)
    assert fingerprint_of(one, {"task:a": "1"}, known) == before
    own, _, used = before.partition("-")
    other = fingerprint_of(one, {"task:a": "2"}, known)
    assert other.startswith(f"{own}-")
    assert not other.endswith(used)
    newer = replace(one, version=2)
    assert not fingerprint_of(newer, {"task:a": "1"}, known).startswith(own)


@pytest.mark.parametrize(("number", "tuners"), [("C26", {"tuner:grid", "tuner:random"}), ("C27", {"tuner:random"})])
def test_a_claim_depends_on_the_tuners_that_propose_its_arms(number: str, tuners: set[str], bundled: Registry) -> None:
    plan = claim_plan(bundled.claim(number), bundled, quick=True)
    used = components_of(plan, {}, bundled)
    assert {key for key in used if key.startswith("tuner:")} == tuners
    assert all(used[key] == bundled.fingerprint(*key.split(":")) for key in tuners)
    assert not any(key.startswith("claim:") for key in used)


def test_a_verdict_that_is_the_same_keeps_its_date(bundled: Registry) -> None:
    first = verdict_of({"new": 0.9, "old": 0.85}, bundled)
    again = replace(first, decided_at="2027-01-01T00:00:00+00:00")
    assert kept(again, first) is first
    other = replace(again, word="cannot tell")
    assert kept(other, first) is other
    assert kept(other, None) is other


def test_computed_numbers_decide_as_trained_ones(bundled: Registry) -> None:
    part = bs.Part(name="p", says="x", at_most=1.0, evidence=bs.Computed(compute=compute, seeds=6))
    one = bs.Claim(name="mine", sentence="x", source="x", parts=[part])
    known = known_with(one, bundled)
    numbers = {str(seed): ComputedNumber(0.1 * seed, "", 2.0, NOW) for seed in range(5)}
    there = ComputedNumbers("mine", "p", "f", {f"task:{TASK}": "x"}, "here", numbers)

    def verdict(found: ComputedNumbers) -> ClaimVerdict:
        return judged(claim_plan(one, known), {}, lambda _: None, {"p": found}, known, "here", NOW)

    lacking = verdict(there)
    assert (lacking.word, lacking.parts[0].effects[5]) == ("cannot tell", None)
    assert lacking.parts[0].reason.endswith("seed 5: it was not computed")
    whole = verdict(replace(there, numbers={**numbers, "5": ComputedNumber(None, "", 2.0, NOW, infinite=-1)}))
    assert (whole.word, whole.parts[0].below, whole.seconds) == ("holds", (5,), 12.0)
    assert whole.components == (f"task {TASK}",)


def test_effects_are_made_of_ids_alone_for_who_verifies(bundled: Registry) -> None:
    one = claim()
    plan = claim_plan(one, bundled)
    records = {id: made(trial, 0.5, bundled) for id, trial in plan.trials.items()}
    evidence = one.parts[0].evidence
    assert isinstance(evidence, bs.Trained)
    assert trained_numbers(evidence, plan.parts[0].arms, records, lambda _: None).values == (0.0,) * 6


RATES = (0.01, 0.03, 0.1)


def tuned(best: Mapping[int, float], bundled: Registry, *, drawn: bool = False, gone: tuple[float, ...] = ()) -> Any:
    """The part of a claim that chooses one of three rates; seed → rate whose validation loss is the least."""

    def effect(runs: Mapping[str, Any]) -> float:
        names = [name for name in runs if name.startswith("rate_")]
        name = bs.choose(runs, names, drawn=drawn)
        return math.nan if name is None else float(runs[name].score - runs["old"].score)

    arms = {
        f"rate_{at}": bs.Arm(task=TASK, recipe={"optimizer": f"sgd[learning_rate={rate}]"})
        for at, rate in enumerate(RATES)
    }
    part = bs.Part(
        name="gain", says="x", at_least=0.0, evidence=bs.Trained(arms={**arms, "old": bs.Arm(task=TASK)}, effect=effect, seeds=6)
    )  # fmt: skip
    one = bs.Claim(name="mine", sentence="x", source="somewhere", parts=[part])
    known = known_with(one, bundled)
    plan = claim_plan(one, known)
    records = {}
    for seed, trials in enumerate(plan.parts[0].arms):
        for name, trial in trials.items():
            rate = dict(trial.recipe.one("optimizer").values)["learning_rate"]
            record = made(trial, 0.9, bundled)
            loss = 0.1 if rate == best.get(seed) else 0.2
            final = {**(record.results.final or {}), "validation_loss": loss}
            record = replace(record, results=replace(record.results, final=final))
            records[trial.id] = failed(record, Outcome.DIVERGED) if rate in gone and name != "old" else record
    return judged(plan, records, lambda _: None, {}, known, "here", NOW).parts[0]


def test_a_choice_at_an_edge_of_its_grid_is_told_with_its_seeds(bundled: Registry) -> None:
    (grid,) = tuned({0: 0.01, 1: 0.03, 2: 0.1, 3: 0.03, 4: 0.1, 5: 0.03}, bundled).grids
    assert (grid.setting, grid.arms) == ("learning_rate of sgd", ("rate_0", "rate_1", "rate_2"))
    assert (grid.seeds, grid.smallest, grid.largest) == (6, (0,), (2, 4))
    (inside,) = tuned(dict.fromkeys(range(6), 0.03), bundled).grids
    assert (inside.seeds, inside.smallest, inside.largest) == (6, (), ())
    assert tuned(dict.fromkeys(range(6), 0.1), bundled, drawn=True).grids == ()  # of values drawn none is an edge


def test_a_rate_below_one_that_diverged_is_no_edge(bundled: Registry) -> None:
    (grid,) = tuned(dict.fromkeys(range(6), 0.03), bundled, gone=(0.1,)).grids
    assert grid.largest == ()
    assert tuned({}, bundled, gone=RATES).grids == ()  # nothing was chosen
    assert verdict_of({"new": 0.9, "old": 0.8}, bundled).parts[0].grids == ()


def test_no_other_part_than_validation_chooses(bundled: Registry) -> None:
    trial = claim_plan(claim(), bundled).parts[0].arms[0]["new"]
    run = RecordRun(made(trial, 0.9, bundled))
    assert bs.choose({"a": run, "b": run}, ["b", "a"]) == "b"  # the first of equals; a plain dictionary will do
    for wrong in ("test_loss", "train_loss"):
        with pytest.raises(BenchsuiteError, match="chosen by a measure of the validation part"):
            bs.choose({"a": run}, ["a"], wrong)
    with pytest.raises(BenchsuiteError, match="unknown arm 'c'"):
        bs.choose({"a": run}, ["c"])
    with pytest.raises(BenchsuiteError, match="no arm to choose among"):
        bs.choose({"a": run}, [])


def test_files_are_read_as_they_were_written_and_others_are_named(tmp_path: Path, bundled: Registry) -> None:
    verdict = verdict_of({"new": 0.9, "old": 0.85}, bundled)
    numbers = ComputedNumbers("mine", "p", "f", {}, "here", {"0": ComputedNumber(None, "no", 1.0, NOW)})
    entry = RegisteredFile("a.py", "0" * 64, "f" * 16, NOW)
    found = Registration("mine", entry).again(replace(entry, sha256="1" * 64))
    write_claim(tmp_path, verdict)
    write_computed(tmp_path, numbers)
    write_registration(tmp_path, found)
    assert claim_verdict(tmp_path, "mine") == verdict
    assert computed_numbers(tmp_path, "mine", "p") == numbers
    assert registration(tmp_path, "mine") == found
    assert (found.latest.sha256, found.earlier) == ("1" * 64, (entry,))
    assert claim_verdict(tmp_path, "other") is None
    damaged: list[Damage] = []
    (tmp_path / "claims" / "Odd.json").write_text("{}")
    (tmp_path / "claims" / "renamed.json").write_bytes((tmp_path / "claims" / "mine.json").read_bytes())
    assert list(read_claims(tmp_path, damaged)) == [verdict]
    assert [str(one) for one in damaged] == [
        "claims/Odd.json is a file whose name is not that of a claim",
        "claims/renamed.json holds claim mine, which its name does not say",
    ]
    assert list(read_computed(tmp_path, damaged)) == [numbers]
    assert list(read_registrations(tmp_path, damaged)) == [found]
    data = json.loads((tmp_path / "claims" / "mine.json").read_text())
    data["parts"][0]["estimate"] = "NaN"
    (tmp_path / "claims" / "mine.json").write_text(json.dumps(data))
    with pytest.raises(BenchsuiteError, match=r"claims/mine\.json"):
        claim_verdict(tmp_path, "mine")
