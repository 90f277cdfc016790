"""``benchsuite compare``: what is missing, what it says at 80 columns and as JSON, how it ends; and what is refused."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from benchsuite.cli.app import app
from benchsuite.cli.contest import Contestants
from benchsuite.errors import BenchsuiteError
from benchsuite.registry import Registry
from benchsuite.store import Store
from benchsuite.studies.comparing import Comparing
from tests.stored import made

RATE = "noisy_quadratic"
FEW = ["--task", RATE, "--no-local"]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundled: Registry) -> Path:
    """An empty working folder; plugins are loaded once for all tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("benchsuite.cli.compare.registry", lambda *_: bundled)
    return tmp_path


def run(*arguments: str, code: int = 0) -> Any:
    done = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["compare", *arguments], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


def refused(*arguments: str) -> str:
    with pytest.raises(BenchsuiteError) as caught:
        CliRunner().invoke(app, ["compare", *arguments], catch_exceptions=False)
    text = str(caught.value)
    assert "\n" not in text
    return text


@pytest.fixture
def stored(folder: Path, bundled: Registry) -> Callable[..., None]:
    """Writes records of sgd and momentum: whose value is what, on which seeds."""

    def write(a: Callable[[int], float], b: Callable[[int], float], seeds: int = 10, task: str = RATE) -> None:
        contestants = Contestants(
            Comparing(a="sgd", b="momentum", task=(task,), seeds=str(seeds), no_local=True), bundled
        )
        store = Store(folder / "results")
        for trial in contestants.source().propose():
            value = 10 + (a if contestants.contest.side_of(trial) == "a" else b)(trial.seed)  # beyond every target
            store.write(made(trial, value, bundled))

    return write


def test_a_verdict_from_records_at_80_columns(stored: Callable[..., None]) -> None:
    stored(lambda seed: 1.0 + seed / 100, lambda seed: 2.0 + seed / 90)
    text = run("sgd", "momentum", *FEW).stdout
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "optimizer: A = sgd, B = momentum" in text
    assert "noisy_quadratic  better" in text
    assert "…" not in text
    assert "sgd is better than momentum on noisy_quadratic." in text
    turned = run("momentum", "sgd", *FEW).stdout
    assert "momentum is worse than sgd on noisy_quadratic." in turned


def test_json_is_all_that_standard_output_holds(stored: Callable[..., None]) -> None:
    stored(lambda seed: 1.0 + seed / 100, lambda seed: 1.0 + (9 - seed) / 100)
    done = run("sgd", "momentum", *FEW, "--json")
    read = json.loads(done.stdout)
    assert (read["verdict"], read["kind"], read["a"], read["b"]) == ("cannot tell", "optimizer", "sgd", "momentum")
    assert read["tasks"][0]["seeds_a"] == list(range(10))
    assert read["overall"] is None


@pytest.mark.parametrize(("a", "code"), [(2.0, 3), (1.0, 0)])
def test_fail_if_worse_ends_with_a_code_of_its_own(stored: Callable[..., None], a: float, code: int) -> None:
    stored(lambda seed: a + seed / 100, lambda seed: 3.0 - a + seed / 90)
    run("sgd", "momentum", *FEW, "--fail-if", "worse", code=code)
    run("sgd", "momentum", *FEW)  # nobody asked


def test_seeds_that_both_have_in_a_row_are_all_taken(stored: Callable[..., None]) -> None:
    stored(lambda seed: 1.0 + seed / 100, lambda seed: 2.0, seeds=13)
    assert json.loads(run("sgd", "momentum", *FEW, "--json").stdout)["tasks"][0]["seeds"] == 13
    assert json.loads(run("sgd", "momentum", *FEW, "--json", "--seeds", "4-9").stdout)["tasks"][0]["seeds_a"] == [
        4,
        5,
        6,
        7,
        8,
        9,
    ]


def test_until_decided_needs_no_more_than_the_look_that_decides(stored: Callable[..., None]) -> None:
    stored(lambda seed: 1.0 + seed / 100, lambda seed: 2.0 + seed / 90)
    read = json.loads(run("sgd", "momentum", *FEW, "--until", "decided", "--json").stdout)
    assert read["verdict"] == "better"
    assert read["look"] == {"number": 1, "of": 3, "seeds": [10, 20, 40]}
    assert read["level"] < read["alpha"]


def test_what_is_missing_is_said_and_nothing_is_written(folder: Path, stored: Callable[..., None]) -> None:
    assert refused("sgd", "momentum", *FEW).startswith("20 of 20 trials are missing (noisy_quadratic 20): about ")
    assert list(folder.iterdir()) == []
    stored(lambda seed: 1.0, lambda seed: 1.0)  # not to be told apart: the next look is missing
    text = refused("sgd", "momentum", *FEW, "--until", "decided")
    assert text.startswith("20 of 40 trials are missing")
    assert text.endswith("Until it is decided up to 40 trials more. Add --yes to run them.")


def test_who_says_no_gets_the_verdict_of_what_there_is(
    stored: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    stored(lambda seed: 1.0 + seed / 100, lambda seed: 2.0 + seed / 90, seeds=6)
    monkeypatch.setattr("benchsuite.cli.compare.agreed", lambda *_: False)
    text = run("sgd", "momentum", *FEW, "--seeds", "9").stdout
    assert "sgd is better than momentum" in text


def test_stale_records_are_missing(stored: Callable[..., None], folder: Path) -> None:
    stored(lambda seed: 1.0, lambda seed: 2.0)
    for path in list((folder / "results/trials").rglob("*.json"))[:3]:
        data = json.loads(path.read_text(encoding="utf-8"))
        data["fingerprints"] = dict.fromkeys(data["fingerprints"], "0" * 16)
        path.write_text(json.dumps(data), encoding="utf-8")
    text = refused("sgd", "momentum", *FEW)
    assert text.startswith(
        "3 of 20 trials are missing (noisy_quadratic 3), 3 of them because their records are stale: "
    )


@pytest.mark.slow
def test_what_is_missing_runs(folder: Path) -> None:
    """And the same command then works from the records; a damaged one runs again."""
    asked = ["sgd", "momentum", *FEW, "--seeds", "2", "--epochs", "1", "--workers", "1", "--json"]
    first = run(*asked, "--yes").stdout
    assert run(*asked).stdout == first
    read = json.loads(first)
    assert read["tasks"][0]["seeds"] == 2
    assert [one["code"] for one in read["cautions"]][:1] == ["few_seeds"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ("sgdd momentum", "unknown component 'sgdd'. Did you mean 'sgd'?"),
        ("sgd", "a comparison needs two selections of one kind."),
        ("sgd sgd", "both are the optimizer sgd with the same hyperparameters."),
        ("sgd sgd[learning_rate=0.01]", "both are the optimizer sgd with the same hyperparameters."),
        ("sgd cosine", "two selections of one kind can be compared. Received: 'sgd' is of kind optimizer, 'cosine' is of kind schedule."),
        ("sgd,adam momentum", "a comparison takes one optimizer on each side. Received: 'sgd,adam', which means 2 (sgd, adam)."),
        ("ada* momentum", "a comparison takes one optimizer on each side. Received: 'ada*', which means "),
        ("sgd[learning_rate=99] sgd", "learning_rate of optimizer 'sgd' must be a number from 1e-05 to 10"),
        ("sgd+adam sgd", "a recipe holds one optimizer. Received: 'sgd+adam'."),
        ("sgd momentum --kind schedule", "unknown schedule 'sgd'."),
        ("sgd momentum --task noisy_quadrati", "unknown task 'noisy_quadrati'. Did you mean 'noisy_quadratic'?"),
        ("sgd momentum --measure acc", "unknown measure. Received: 'acc'."),
        ("sgd momentum --seeds 0", "--seeds must be a number of seeds"),
        ("sgd momentum --seeds 3 --until decided", "--until decided decides itself how many seeds it takes."),
        ("sgd momentum --at-most 9", "--at-most bounds --until decided."),
        ("sgd momentum --fail-if better", "unknown verdict 'better'. Known: does-not-hold, worse."),
        ("sgd momentum --track tuned --seeds 3", "a tuned setting was evaluated on the seeds of its search."),
        ("sgd momentum --track tuned --task noisy_quadratic", "there are no searches of one budget for both sgd and momentum on "),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_before_any_work(arguments: str, message: str, folder: Path) -> None:
    assert refused(*arguments.split(), "--no-local").startswith(message)
    assert list(folder.iterdir()) == []


def test_a_name_of_several_kinds_asks_for_the_kind(folder: Path, bundled: Registry) -> None:
    names = [set(bundled.names(kind)) for kind in ("normalization", "regularization", "preprocessing")]
    (common, *_) = sorted(names[0] & names[1])
    other = next(name for name in sorted(names[0] & names[1] | names[0]) if name != common)
    if {common, other} <= names[1]:
        assert "exist in several kinds" in refused(common, other, "--no-local")
    else:
        assert "trials are missing" in refused(common, other, "--no-local", "--seeds", "1")


def test_help_imports_nothing_heavy() -> None:
    script = (
        "import sys; from benchsuite.cli.app import app\n"
        "app(['compare', '--help'], standalone_mode=False)\n"
        "print(sorted({'tensorflow', 'matplotlib', 'numpy', 'scipy', 'optuna'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
