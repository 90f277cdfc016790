"""``benchsuite compare --variants``: a planted overfitter is exposed, what is real holds; variants from a hash; what is refused."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console
from typer.testing import CliRunner

from benchsuite.bundle import open_bundle
from benchsuite.cli.app import app
from benchsuite.cli.door import records_of
from benchsuite.cli.other_instances import OtherInstances, drawn_words, other_instances
from benchsuite.drawn_variants import BEYOND, FIRST, drawn_variants
from benchsuite.errors import BenchsuiteError
from benchsuite.outcomes import Outcome
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.store import Store
from benchsuite.studies.comparing import Comparing
from benchsuite.studies.plan import plan
from benchsuite.study import Execution, Invocation, Study
from benchsuite.trial import Trial
from tests.stored import bundle, made, searched

PLUGIN = str(Path(__file__).with_name("planted_overfitter.py"))
TASK = "which_side"
OWN = ["--task", TASK, "--plugin", PLUGIN, "--no-local"]
SEEDS = 6
FASTER, SLOWER = "sgd[learning_rate=0.5]", "sgd[learning_rate=0.05]"  # the slower one is the baseline's


@pytest.fixture(scope="module")
def known() -> Registry:
    return load_registry(PluginSearch((PLUGIN,), local=False))


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, known: Registry) -> Path:
    """The records of both comparisons, trained in one worker: the planted overfitter, and two learning rates."""
    results = tmp_path_factory.mktemp("beyond") / "results"
    tasks = (TASK, *(f"{TASK}~{number}" for number in range(1, 6)))
    components = {"initializer": ("known_by_heart", "he_normal"), "optimizer": (FASTER,)}
    study = Study(components=components, task=tasks, seeds=str(SEEDS))
    execution = Execution(workers=1, results=results, plugin=(PLUGIN,))
    records = records_of(study, execution, Invocation(no_local=True), known, Console(quiet=True))
    assert all(record.outcome is Outcome.COMPLETED for record in records.values())
    return results


@pytest.fixture(autouse=True)
def found_once(known: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plugins are loaded once for all tests."""
    monkeypatch.setattr("benchsuite.cli.compare.registry", lambda *_: known)


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


@pytest.mark.slow
def test_a_planted_overfitter_is_exposed(trained: Path) -> None:
    asked = ["known_by_heart", "he_normal", *OWN, "--seeds", str(SEEDS), "--results", str(trained)]
    alone = json.loads(run(*asked, "--json").stdout)
    assert alone["verdict"] == "better"  # by its published instance nobody would know
    assert alone["beyond"] == []
    asked += ["--variants", "5"]
    text = run(*asked).stdout
    rows = [line for line in text.splitlines() if line.startswith(("~", "published", "instance", "─", " "))]
    assert len(rows) > 12
    assert max(map(len, rows)) <= 80
    assert "…" not in text
    assert "does not hold beyond the published instance" in " ".join(text.split())
    read = json.loads(run(*asked, "--json").stdout)
    assert read["tasks"] == alone["tasks"]  # and what it says of that does not change
    (held,) = read["beyond"]
    assert (held["word"], held["published"], held["agree"]) == ("does not hold", "better", 0)
    assert [one["task"] for one in held["instances"]] == [f"{TASK}~{number}" for number in range(1, 6)]
    run(*asked, "--fail-if", "does-not-hold", code=3)
    run(*asked, "--fail-if", "worse", code=0)


@pytest.mark.slow
def test_what_is_real_holds(trained: Path) -> None:
    asked = [FASTER, SLOWER, *OWN, "--seeds", str(SEEDS), "--results", str(trained), "--variants", "5"]
    read = json.loads(run(*asked, "--json", "--fail-if", "does-not-hold").stdout)
    (held,) = read["beyond"]
    assert (held["word"], held["reason"], held["same_direction"], held["p"]) == ("holds", "agrees", 5, 1 / 32)
    assert 0 < held["low"] <= held["difference"] <= held["high"]
    turned = json.loads(run(SLOWER, FASTER, *asked[2:], "--json").stdout)["beyond"][0]
    assert (turned["word"], turned["published"]) == ("holds", "worse")
    assert turned["difference"] == pytest.approx(-held["difference"])


def test_what_is_missing_is_counted_instance_by_instance(tmp_path: Path) -> None:
    text = refused(FASTER, SLOWER, *OWN, "--variants", "2", "--results", str(tmp_path / "results"))
    assert text.startswith("60 of 60 trials are missing (which_side 20, which_side~1 20, which_side~2 20): about ")


def test_tuned_sides_are_tuned_on_each_instance(tmp_path: Path, known: Registry) -> None:
    """And where one was not, the command says what to run."""

    def value(trial: Trial) -> float:
        names = [setting.name for setting in trial.recipe["optimizer"]]
        return 0.5 + (0.2 if names == ["sgd"] else 0.1) + 0.01 * math.sin(trial.seed + 7 * len(trial.task))

    names = [TASK, f"{TASK}~1", f"{TASK}~2"]
    study = Study(components={"optimizer": ("sgd,adam",)}, task=tuple(names), track="tuned", budget="3", seeds="8")
    searches, records = searched(study, value, known)
    store = Store(tmp_path / "results")
    for record in records:
        store.write(record)
    for search in searches:
        store.write_search(search)
    asked = ["sgd", "adam", *OWN, "--track", "tuned", "--results", str(tmp_path / "results")]
    (held,) = json.loads(run(*asked, "--variants", "2", "--json").stdout)["beyond"]
    assert (held["word"], held["reason"], held["agree"]) == ("cannot tell", "too few", 2)
    text = refused(*asked, "--variants", "4")
    assert (
        "on which_side~3, which_side~4. Run `benchsuite run --track tuned --optimizer sgd,adam --task which_side~3"
        in text
    )


def test_variants_of_a_hash_are_the_same_for_ever() -> None:
    assert drawn_variants("0" * 64, 5) == (1496008959, 996678454, 1981826001, 721974323, 748930509)
    assert drawn_variants("AB" * 32, 3) == drawn_variants("ab" * 32, 3) == (129636694, 313536670, 237839198)
    many = drawn_variants("1f" * 32, 5000)
    assert len(set(many)) == 5000
    assert FIRST <= min(many) < max(many) < BEYOND
    with pytest.raises(BenchsuiteError, match=r"64 hexadecimal digits. Received: 'abc'"):
        drawn_variants("abc", 1)


def test_variants_are_drawn_from_a_bundle_however_it_is_given(tmp_path: Path, known: Registry) -> None:
    study = Study(components={"optimizer": (FASTER, SLOWER)}, task=(TASK,), seeds="10")
    records = [made(trial, 0.5 + 0.001 * trial.seed, known) for trial in plan(study, known).trials.values()]
    zipped = bundle(tmp_path / "theirs.zip", records)
    hash = open_bundle(zipped).hash
    numbers = drawn_variants(hash, 2)
    store = Store(tmp_path / "results")
    tasks = (TASK, *(f"{TASK}~{number}" for number in numbers))
    for trial in plan(Study(components=study.components, task=tasks, seeds="10"), known).trials.values():
        better = trial.recipe["optimizer"][0].text != known_text(known)
        store.write(made(trial, 0.5 + 0.01 * better + 0.001 * math.sin(trial.seed), known))
    folder = bundle(tmp_path / "theirs", records)
    asked = [FASTER, SLOWER, *OWN, "--variants", "2", "--results", str(tmp_path / "results"), "--drawn-from"]
    said = {
        given: run(*asked, given).stdout
        for given in (str(zipped), str(folder), str(folder / "manifest.json"), hash.upper())
    }
    assert len(set(said.values())) == 1
    text = " ".join(said[str(zipped)].split())
    assert f"The variants {numbers[0]}, {numbers[1]} were drawn by SHA-256 from {hash}" in text
    assert f"--variants 2 --drawn-from {hash}" in text
    assert f"Those of {TASK} the task itself draws: what is new in them nobody could have tuned on before." in text
    assert "the same examples" not in text
    read = json.loads(run(*asked, hash, "--json").stdout)
    assert (read["drawn_from"], read["variants"]) == (hash, list(numbers))


def test_of_the_same_examples_nobody_is_told_that_they_are_new() -> None:
    others = OtherInstances(
        {"digits_mlp": ("digits_mlp~7",), TASK: (f"{TASK}~7",)}, (), "0" * 64, (7,), frozenset(["digits_mlp"])
    )
    text = drawn_words(others)
    assert f"Those of {TASK} the task itself draws: " in text
    assert (
        "Those of digits_mlp are the same examples, parted or renamed anew: a method that knows the whole data set by heart is "
        "not exposed. Again: --variants 1 --drawn-from 000"
    ) in text
    assert "nobody could" not in drawn_words(replace(others, of={"digits_mlp": ("digits_mlp~7",)}))


def test_the_tasks_that_draw_nothing_themselves_are_known(bundled: Registry) -> None:
    asked = Comparing("sgd", "adam", task=("digits_mlp", "noisy_quadratic"), variants=1)
    assert other_instances(asked, bundled).same == {"digits_mlp"}


def known_text(known: Registry) -> str:
    """The setting of SLOWER, as a trial has it."""
    (trial,) = plan(Study(components={"optimizer": (SLOWER,)}, task=(TASK,), seeds="1"), known).trials.values()
    return str(trial.recipe["optimizer"][0].text)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--drawn-from", "0" * 64],
            f"Received: --drawn-from {'0' * 64} without --variants. Say how many: --variants 5.",
        ),
        (["--variants", "2", "--drawn-from", "nowhere.zip"], "Received: 'nowhere.zip', where nothing lies."),
        (["--variants", "2", "--drawn-from", PLUGIN], "planted_overfitter.py"),
        (["--variants", "2", "--until", "decided"], "Received: --until decided as well. Use --seeds"),
        (["--variants", "0"], "variants must be a whole number from 1 to 1,000"),
        (["--variants", "2", "--task", f"{TASK}~1"], "Received: the instance 'which_side~1'. Name the task itself."),
    ],
)
def test_what_is_refused(words: list[str], said: str) -> None:
    assert said in refused(FASTER, SLOWER, *OWN, *words)


def test_stored_results_have_no_instances() -> None:
    text = refused("sgd", "reference:adam", *OWN, "--variants", "2")
    assert text.startswith("results that ship with benchsuite are of published instances alone.")
    assert text.endswith("Leave reference: out, and both sides run here on each instance.")
