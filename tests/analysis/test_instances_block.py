"""What a certificate keeps of comparisons on instances, how info says it, and the page of all quick tasks."""

from __future__ import annotations

import importlib.util
import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from benchsuite.analysis.beyond_instance import beyond_instance, judged_instances
from benchsuite.analysis.instances_block import comparison_words, comparisons_of, instances_block
from benchsuite.analysis.judging import judge
from benchsuite.analysis.verdict import Verdict
from benchsuite.certificates import MEASURED_APART, kept
from benchsuite.errors import BenchsuiteError
from tests.simulated_instances import SEEDS, sides

SCRIPT = Path(__file__).parents[2] / "docs/reference/make_instances.py"


def verdict_of(differences: list[float], task: str = "digits") -> Verdict:
    """sgd against adam on a task and its variants, sgd better by so much on each."""
    chance = np.random.default_rng(1)
    of = []
    for number, each in enumerate(differences):
        b = 0.9 + 0.001 * chance.normal(size=len(SEEDS))
        name = f"{task}~{number}" if number else task
        of.append(sides(name, list(b + each + 0.001 * chance.normal(size=len(SEEDS))), list(b)))
    verdict = judge(of[:1], kind="optimizer", a="sgd", b="adam", generator=chance, track="tuned")
    judged = judged_instances(of[1:], a="sgd", b="adam", kind="optimizer")
    return replace(verdict, beyond=(beyond_instance(task, verdict.tasks[0], judged),))


def certificate(*verdicts: Verdict) -> dict[str, Any]:
    block = instances_block(verdicts, 3, "the command", {"budget": "small"})
    return {"version": 3, "instances": json.loads(json.dumps(block))}


def test_the_block_keeps_words_and_says_them() -> None:
    held = certificate(verdict_of([-0.05, -0.05, -0.05, 0.05, -0.05, 0.0]))
    (one,) = comparisons_of(held)
    assert (one["published"], one["beyond"], one["agree"], one["undecided"], one["contradict"]) == (
        "worse",
        "does not hold",
        3,
        1,
        1,
    )
    assert one["instances"]["digits~3"] == "better"
    assert comparison_words(one) == (
        "sgd is worse than adam, tuned; beyond the published instance: does not hold; 3 of 5 variants agree, "
        "not 3 (better), 5 (cannot tell)"
    )
    (agreeing,) = comparisons_of(certificate(verdict_of([-0.05] * 6)))
    assert comparison_words(agreeing).endswith("beyond the published instance: holds; 5 of 5 variants agree")
    (nothing,) = comparisons_of(certificate(verdict_of([0.0] * 4)))
    assert comparison_words(nothing) == "cannot tell on the published instance, tuned; 3 of 3 variants agree"


def test_a_block_that_is_not_of_this_version_or_form_says_nothing() -> None:
    held = certificate(verdict_of([-0.05] * 3))
    assert comparisons_of({**held, "version": 4}) == []
    for block in (
        None,
        [],
        {},
        {"format": 2},
        {**held["instances"], "comparisons": "x"},
        {**held["instances"], "comparisons": [{}, 3]},
    ):
        assert comparisons_of({"version": 3, "instances": block}) == []
    assert comparisons_of(None) == comparisons_of({}) == []


def test_measuring_the_rest_of_a_certificate_keeps_the_block() -> None:
    held = certificate(verdict_of([-0.05] * 3))
    assert "instances" in MEASURED_APART
    assert kept({"version": 3}, held)["instances"] == held["instances"]
    assert "instances" not in kept({"version": 4}, held)


def test_a_verdict_of_which_nothing_was_asked_has_no_block() -> None:
    with pytest.raises(BenchsuiteError, match=r"of one task and its instances. Received: 0 tasks with some."):
        instances_block([replace(verdict_of([-0.05] * 3), beyond=())], 1, "", {})


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_instances", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_page_has_a_line_for_each_task_and_names_what_does_not_agree(script: ModuleType) -> None:
    verdicts = {
        "digits": verdict_of([-0.05, -0.05, -0.05, 0.05, -0.05, 0.0]), "other": verdict_of([-0.05] * 6, "other"),
        "equal": verdict_of([0.0, 0.05, 0.0, 0.0, 0.0, 0.0], "equal"),
    }  # fmt: skip
    page = script.page(verdicts, "tuned: 10 trainings", ["fixed"])
    assert "10 trainings" in page
    assert "tuned: 10" not in page
    (line,) = [line for line in page.splitlines() if line.startswith("| `digits`")]
    assert line.split(" | ")[1:7] == ["worse", "worse", "worse", "better", "worse", "cannot tell"]
    assert line.endswith("| 3 of 5 | **does not hold** (contradicted by ~3) |")
    assert "| 5 of 5 | **holds** (5 of 5 in that direction, p 0.031) |" in page
    assert "no verdict to hold" in page
    assert "On 1 of 3 tasks every variant has the word of the published instance." in page
    assert "- `digits` (worse): ~3 better, ~5 cannot tell." in page
    assert "Tasks of the quick tier that this was not asked of: `fixed`." in page
