"""Numbers of claims in processes of their own: what goes wrong costs one number, and says where."""

import math
from pathlib import Path

import pytest

from benchsuite.computing import Computation, Job, compute_parts
from benchsuite.computing.child import computed, laboratory
from benchsuite.registry import PluginSearch, load_registry

CLAIM = """
import os, time
import benchsuite as bs

def number(lab, seed):
    lab.make("initializer", "zeros")
    return seed / 4

def dies(lab, seed):
    if seed == 1:
        os._exit(7)
    return 1

def hangs(lab, seed):
    if seed == 0:
        time.sleep(600)
    return 2

def odd(lab, seed):
    if seed == 4:
        return lab.specimen("nothing")
    if seed == 5:
        return 1 / 0
    return (float("nan"), float("inf"), "text", None)[seed]

@bs.hookimpl
def register_claims():
    return [bs.Claim(name="odd", sentence="It is.", source="here", parts=[
        bs.Part(name=one.__name__, says="It is.", at_least=0, evidence=bs.Computed(compute=one, seeds=6))
        for one in (number, dies, hangs, odd)
    ])]
"""


@pytest.fixture
def search(tmp_path: Path) -> PluginSearch:
    """Where the claim is found."""
    file = tmp_path / "odd.py"
    file.write_text(CLAIM, encoding="utf-8")
    return PluginSearch((str(file),), local=False)


def test_what_a_function_gives_is_a_number_or_a_reason(search):
    registry = load_registry(search)
    lab = laboratory(registry)
    found = [computed("odd", "odd", seed, registry, lab) for seed in range(6)]
    assert [one.value for one in found] == [None, math.inf, None, None, None, None]
    reasons = [one.reason for one in found]
    assert reasons[:2] == ["it gave no number (NaN)", ""]
    assert reasons[2] == "compute of part 'odd' of claim 'odd' must return a number. Received: 'text'."
    assert reasons[4].startswith("unknown task 'nothing'.")
    line = CLAIM.splitlines().index("        return 1 / 0") + 1
    assert reasons[5] == f"ZeroDivisionError: division by zero (odd.py:{line})"
    number = computed("odd", "number", 3, registry, lab)
    assert (number.value, number.reason, number.components) == (0.75, "", ("initializer:zeros",))
    assert "no part 'nothing' that is computed" in computed("odd", "nothing", 0, registry, lab).reason
    assert computed("nothing", "odd", 0, registry, lab).reason.startswith("unknown claim 'nothing'")


@pytest.mark.slow
def test_a_number_that_ends_its_process_or_hangs_costs_itself_alone(search):
    """Each job is told of once for each of its seeds; a process that is lost is replaced."""
    found: list[Computation] = []
    jobs = [Job("odd", "number", (1,)), Job("odd", "dies", (1,)), Job("odd", "number", (2,)), Job("odd", "hangs", (0,))]
    compute_parts([*jobs, Job("odd", "number", ())], search, 1, 1.0, found.append)
    assert [(one.part, one.seed, one.value) for one in found] == [
        ("number", 1, 0.25), ("dies", 1, None), ("number", 2, 0.5), ("hangs", 0, None)
    ]  # fmt: skip
    line = CLAIM.splitlines().index("        time.sleep(600)") + 1
    assert [one.reason for one in found] == [
        "",
        "its process ended with exit code 7",
        "",
        f"it did not finish within 1 seconds (odd.py:{line}, in hangs)",
    ]
