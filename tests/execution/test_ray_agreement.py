"""What a node must have as the driver has it, and the line that says what it has otherwise."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from benchsuite.execution.ray import agreement, facts
from benchsuite.execution.ray.agreement import differences, refusal
from benchsuite.registry import Registry
from tests.execution.simulated_cluster import (
    HERE,
)


def test_the_same_is_no_difference() -> None:
    assert differences(HERE, dict(HERE)) == []
    assert facts.facts(["numpy", "no-such-distribution"]) == facts.facts(["numpy", "no-such-distribution"])


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ({"keras": "3.14.0"}, ["keras 3.14.0 (here 3.15.1)"]),
        ({"tensorflow": ""}, ["no tensorflow (here 2.21.0)"]),
        ({facts.PYTHON: "3.12"}, ["Python 3.12 (here 3.11)"]),
        ({facts.CODE: "bb22"}, ["other code of benchsuite (bb22, here aa11)"]),
        # Another version has another code: said once.
        ({"benchsuite": "0.0.9", facts.CODE: "bb22"}, ["benchsuite 0.0.9 (here 0.1.0)"]),
    ],
)
def test_a_difference_is_named_with_both_sides(other: dict[str, str], said: list[str]) -> None:
    assert differences(HERE, {**HERE, **other}) == said


def test_a_refusal_is_one_line_that_names_the_node_and_what_to_do() -> None:
    line = str(refusal("birch", [f"package{number} 1 (here 2)" for number in range(6)]))
    assert line == (
        "the node birch would give other numbers: it has package0 1 (here 2), package1 1 (here 2), package2 1 (here 2), "
        "package3 1 (here 2) and 2 more. Install the same there, or start the cluster without that node. Nothing was run."
    )


def test_the_code_of_benchsuite_counts_whatever_its_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a node sees it that has a checkout of its own: facts are found without importing anything of it."""
    for package in facts.OURS:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("raise SystemExit('imported')\n", encoding="utf-8")
    script = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); exec(open({facts.__file__!r}).read()); print(facts(['numpy'])[CODE])"

    def found() -> str:
        done = subprocess.run([sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=True)
        return done.stdout.strip()

    first = found()
    assert len(first) == 16
    (tmp_path / "benchsuite_tasks" / "one.py").write_text("x = 1\n", encoding="utf-8")
    second = found()
    (tmp_path / "benchsuite_tasks" / "one.py").write_text("x = 2\n", encoding="utf-8")
    assert len({first, second, found()}) == 3


def test_what_computes_and_what_ships_data_is_compared(bundled: Registry) -> None:
    assert {"benchsuite", "tensorflow", "keras", "numpy", "scipy", "scikit-learn", "mnist1d"} <= {
        *agreement.compared(bundled)
    }
