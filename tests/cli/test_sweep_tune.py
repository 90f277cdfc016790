"""``sweep``, ``variance``, ``importance`` and ``tune`` as a user meets them, with results that a formula invents; one real run."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchsuite.analysis.importance import fanova
from benchsuite.cli.app import app
from benchsuite.errors import BenchsuiteError
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from benchsuite.trial import Trial
from tests.invented import Invented

PNG = b"\x89PNG\r\n\x1a\n"


def accuracy(trial: Trial) -> float | None:
    """Best at a rate of 0.01, failing above 1; a little of each stream of the seed."""
    settings = trial.recipe.one("optimizer").hyperparameters
    rate = settings["learning_rate"]
    assert isinstance(rate, float)
    if rate > 1 or (rate == 1 and trial.seed == 0):
        return None
    streams = {"initial": trial.seed, "order": trial.seed, **dict(trial.streams)}
    chance = 0.01 * math.sin(1.7 * streams["initial"] + 1) + 0.004 * math.sin(2.3 * streams["order"])
    return 0.9 - 0.1 * abs(math.log10(rate) + 2) + chance


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, where trials end as the formula says."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("benchsuite.execution.LocalExecutor", Invented)
    monkeypatch.setattr(fanova, "FORESTS", 2)
    monkeypatch.setattr(fanova, "RESAMPLES", 2)
    Invented.accuracy, Invented.ran = staticmethod(accuracy), []  # type: ignore[assignment]
    return tmp_path


def said(line: str, code: int = 0, width: int = 80) -> str:
    done = CliRunner(env={"COLUMNS": str(width)}).invoke(app, line.split(), catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done.stdout


def refused(line: str) -> str:
    with pytest.raises(BenchsuiteError) as caught:
        CliRunner().invoke(app, line.split(), catch_exceptions=False)
    text = str(caught.value)
    assert "\n" not in text
    return text


# ---------------------------------------------------------------- sweep


def test_a_sweep_runs_tells_draws_and_resumes(folder: Path) -> None:
    text = said("sweep digits_mlp adam,sgd --over learning_rate --points 7 --seeds 2 --workers 1")
    assert len(Invented.ran) == 28
    assert "digits_mlp, validation accuracy after 30 epochs, median of 2 seeds" in text
    rows = re.findall(r"^ +(\S+) +(\S+) +(\S+)$", text, re.MULTILINE)
    assert rows[-1] == ("10", "failed", "failed")
    assert rows[-2][0] == "1"
    assert "adam: best validation accuracy, " in text
    assert "at learning_rate=0.01\n" in text
    assert "!" not in re.sub(r"(?m)^diverged.*$", "", text)
    assert (folder / "sweep-digits_mlp-adam-sgd.png").read_bytes().startswith(PNG)
    table = list(csv.DictReader(io.StringIO((folder / "sweep-digits_mlp-adam-sgd.csv").read_text(encoding="utf-8"))))
    assert len(table) == 14
    one = next(row for row in table if (row["component"], row["learning_rate"]) == ("adam", "1.0"))
    assert (one["median"], one["failed"], one["seeds"], one["values"].count(";")) == ("-inf", "1", "2", 1)
    assert sum(row["best"] == "1" for row in table) == 2
    again = said("sweep digits_mlp adam --over learning_rate --points 7 --seeds 2 --output other.svg")
    assert "14 trials have records already; nothing was computed again." in again
    drawn = (folder / "other.svg").read_text(encoding="utf-8")
    for words in (
        "digits_mlp, validation accuracy after 30 epochs",
        "failed",
        "1 of 2",
        "learning rate, logarithmic",
        "best",
    ):
        assert words in drawn


def test_an_optimum_at_the_edge_is_flagged_and_marked(folder: Path) -> None:
    text = said("sweep digits_mlp adam --over learning_rate=1e-4..1e-3:log3 --seeds 1 --workers 1 --output edge.svg")
    assert "! adam: that is the largest learning_rate that was tried, so look further" in text
    assert "edge of the sweep" in (folder / "edge.svg").read_text(encoding="utf-8")


def test_two_hyperparameters_make_a_map(folder: Path) -> None:
    text = said(
        "sweep digits_mlp momentum --over learning_rate=0.001,0.01,10,momentum=0.5,0.9 --seeds 1 --workers 1 --output map.svg"
    )
    assert "momentum ↓ learning rate →" in text
    drawn = (folder / "map.svg").read_text(encoding="utf-8")
    assert drawn.count(">✕<") == 2
    assert "framed: the best" in drawn


def test_a_dry_run_writes_nothing(folder: Path) -> None:
    text = said("sweep digits_mlp adam --over learning_rate --points 4 --seeds 2 --dry-run")
    assert text == "8 trials; 0 have a record already. Nothing was written.\n"
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("sweep nope adam --over learning_rate", "unknown task 'nope'"),
        ("sweep digits_mlp adam --over learning_rate --points 1", "--points must be a whole number from 2 to 200. Received: 1."),
        ("sweep digits_mlp adam --over learning_rate --measure tests", "unknown measure. Received: 'tests'."),
        ("sweep digits_mlp adam --over learning_rate --output x.bmp", "--output must end in .png, .svg or .pdf."),
        ("sweep digits_mlp kin:adam --over learning_rate", "unknown kind 'kin'."),
        ("variance digits_mlp --draws 1", "--draws must be a whole number from 2 to 1000. Received: 1."),
        ("tune digits_mlp adam --budget tiny", "--budget must be small, medium, large or a number from 1 to 100,000. Received: 'tiny'."),
        ("tune digits_mlp adam,sgd", "one component is tuned at a time. Received: 'adam,sgd', which means 2."),
        ("tune digits_mlp sgd[learning_rate=0.1]", "there is nothing to tune of sgd[learning_rate=0.1]"),
        ("importance digits_mlp", "there are no records in results."),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_before_any_work(line: str, message: str, folder: Path) -> None:
    assert refused(line).startswith(message)
    assert Invented.ran == []


# ---------------------------------------------------------------- variance, importance


def test_variance_and_importance_tell_what_the_records_hold(folder: Path) -> None:
    text = said("variance digits_mlp --seeds 4 --draws 3 --workers 1")
    assert len(Invented.ran) == 4 + 4 * 3 * 3
    assert re.search(r"^the whole seed +0\.\d+ .* 100 % +4$", text, re.MULTILINE)
    assert re.search(r"^noise +0 +none +12$", text, re.MULTILINE)
    assert "The recipe draws nothing from noise" in text
    said("sweep digits_mlp momentum --over learning_rate,momentum --points 5 --seeds 1 --workers 1")
    text = said("importance digits_mlp momentum")
    assert max(map(len, text.splitlines())) <= 120
    assert "momentum on digits_mlp, 30 epochs: 25 settings in 25 trials" in text
    first = text[text.index("hyperparameter") :].splitlines()[2]
    assert first.startswith("momentum learning_rate   1e-05 – 10")
    assert "Failures count as the worst that completed: 5 settings." in text
    assert "Not among the records: pairs of two kinds." in text
    found = json.loads(said("importance --json"))
    assert [one["stream"] for one in found["variance"][0]["streams"]] == ["initial", "order", "noise"]
    (shares,) = (one for one in found["importance"] if one["components"]["optimizer"] == ["momentum"])
    assert [one["hyperparameter"] for one in shares["shares"]] == ["optimizer.0.learning_rate", "optimizer.0.momentum"]
    assert shares["shares"][0]["share"] > 0.8


def test_importance_names_the_budget_that_is_enough_and_that_one_is(folder: Path) -> None:
    said("tune digits_mlp adam --budget 9 --workers 1")
    text = said("importance")
    assert "Too little to say which hyperparameter mattered: 9 settings, and it takes 32." in text
    assert "Not among the records: trials that differ in one stream of the seed alone." in text
    assert "benchsuite variance digits_mlp adam" in text
    (command,) = re.findall(r"Enough: benchsuite (.*)", text)
    assert command == "tune digits_mlp adam --budget 32"
    said(f"{command} --workers 1")
    assert "Share of the variance" in said("importance")


def test_what_is_chosen_by_the_test_part_is_said_to_be(folder: Path) -> None:
    line = "sweep digits_mlp adam --over learning_rate --points 2 --seeds 1 --workers 1"
    warned = "This chooses by the test part"
    assert warned not in said(line)
    assert warned in said(f"{line} --measure test")
    assert warned in said(f"{line} --measure test_loss")


def test_effects_of_two_kinds_are_told(folder: Path) -> None:
    said(
        "run --task digits_mlp --cross optimizer,activation --optimizer adam,sgd --activation relu,tanh --seeds 2 --workers 1"
    )
    text = said("importance digits_mlp")
    assert "optimizer × activation on digits_mlp, 30 epochs: 2 × 2 settings, 8 trials" in text
    (effects,) = json.loads(said("importance digits_mlp --json"))["effects"]
    assert [one["source"] for one in effects["effects"]] == [
        "optimizer",
        "activation",
        "optimizer × activation",
        "seed",
    ]
    assert all(one["p_holm"] >= one["p"] for one in effects["effects"])


# ---------------------------------------------------------------- tune


def test_a_search_ends_in_a_selection_that_can_be_pasted(folder: Path) -> None:
    text = said("tune digits_mlp sgd --budget 12 --seeds 2 --workers 1")
    tuning = [trial for trial in Invented.ran if trial.seed >= FIRST_TUNING_SEED]
    assert (len(tuning), len(Invented.ran)) == (12, 14)
    best = max(tuning, key=lambda trial: accuracy(trial) or -1)
    rate = best.recipe.one("optimizer").hyperparameters["learning_rate"]
    match = re.search(r"^Best setting: (sgd\S*)$", text, re.MULTILINE)
    assert match
    assert match[1] == ("sgd" if rate == 0.01 else f"sgd[learning_rate={rate}]")
    assert "best so far" in text
    assert re.search(r"^On 2 fresh seeds: test accuracy ", text, re.MULTILINE)
    best = re.search(r"^Expected best of k settings, the default first: 1: (\S+), .*, 10: (\S+)\.$", text, re.MULTILINE)
    assert best
    assert float(best[1]) <= float(best[2])
    assert "The second half of these 10 brought " in text
    ran = said(f"run --task digits_mlp --optimizer {match[1]} --seeds 2")
    assert "2 trials have records already" in ran  # the fresh seeds are ordinary trials


def test_a_search_goes_on_where_it_was_and_json_is_json(folder: Path) -> None:
    said("tune digits_mlp sgd --budget 6 --seeds 1 --workers 1")
    count = len(Invented.ran)
    found = json.loads(said("tune digits_mlp sgd --budget 6 --seeds 1 --json"))
    assert len(Invented.ran) == count
    assert found["budget"] == found["spent"] == len(found["tried"]) == 6
    assert found["tried"][0]["source"] == "default"
    assert found["validation"] == max(one["validation"] for one in found["tried"] if one["validation"] is not None)
    assert found["outlook"]["any_order"] is True
    curve = found["outlook"]["expected_best"]
    assert curve[0] == found["tried"][0]["validation"]  # the default, as in budget curves
    assert curve[-1] == pytest.approx(found["validation"])
    assert found["selection"].startswith("sgd")


def test_where_every_setting_fails_nothing_is_chosen(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Invented, "accuracy", staticmethod(lambda trial: None))
    text = said("tune digits_mlp sgd --budget 3 --seeds 1 --workers 1", code=1)
    assert "Every setting failed." in text
    found = json.loads(said("tune digits_mlp sgd --budget 3 --seeds 1 --json", code=1))
    assert (found["selection"], found["validation"]) == (None, None)


def test_a_tuner_that_learns_and_knobs_are_said(folder: Path) -> None:
    text = said("tune digits_mlp sgd --budget 24 --tuner tpe --seeds 1 --workers 1 --search batch_size")
    assert "The tuner learns" in text
    assert re.search(r"^  batch_size +one of 8, 16, 32, 64, 128$", text, re.MULTILINE)


# ---------------------------------------------------------------- for real


@pytest.mark.slow
def test_the_stable_limit_of_a_quadratic_shows_in_a_real_sweep(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Gradient descent on eigenvalues up to 1 diverges at rates above 2."""
    monkeypatch.chdir(tmp_path)
    said("sweep noisy_quadratic sgd --over learning_rate=0.01,0.1,1,5 --seeds 1 --workers 1 --measure test_loss")
    table = list(csv.DictReader(io.StringIO((tmp_path / "sweep-noisy_quadratic-sgd.csv").read_text(encoding="utf-8"))))
    assert [row["failed"] for row in table] == ["0", "0", "0", "1"]
    assert table[3]["median"] == "inf"
