"""``benchsuite scale``: which trials it asks for, what it says at 80 columns, as JSON, picture and CSV; and what is refused."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console
from typer.testing import CliRunner

from benchsuite.cli.app import app
from benchsuite.cli.axis_trials import AxisTrials
from benchsuite.cli.scale import _tell
from benchsuite.curves import Curves
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from benchsuite.registry import Registry
from benchsuite.store import Store
from benchsuite.studies.along import AxisPlan, axis_plan, own_values
from benchsuite.studies.plan import plan
from benchsuite.studies.scaling import Scaling
from benchsuite.trial import Trial
from tests.stored import made, searched

TASK = "digits_mlp"
QUADRATIC = "noisy_quadratic"
OVER = (QUADRATIC, "adam", "sgd", "--over", "batch_size", "--values", "10,20,40", "--seeds", "6")
HELD: dict[str, Any] = {"values": ("10,20,40",), "seeds": "6"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bundled: Registry) -> Path:
    """An empty working folder; plugins are loaded once for all tests."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("benchsuite.cli.scale.registry", lambda *_: bundled)
    return tmp_path


def run(*arguments: str, code: int = 0) -> Any:
    done = CliRunner(env={"COLUMNS": "80"}).invoke(app, ["scale", *arguments, "--no-local"], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return done


def refused(*arguments: str) -> str:
    with pytest.raises(BenchsuiteError) as caught:
        CliRunner().invoke(app, ["scale", *arguments], catch_exceptions=False)
    text = str(caught.value)
    assert "\n" not in text
    return text


def planned(known: Registry, task: str = TASK, over: str = "width", **options: Any) -> AxisPlan:
    return axis_plan(Scaling(task, "adam", "sgd", over=over, **options), known)


def of(trial: Trial, known: Registry, rate: float) -> Record:
    """A fresh record of a trial that gets from 20 towards 10, beyond every target, by a share of what is left with each epoch."""
    record = made(trial, 10.0, known)
    rate *= 1 + 0.02 * float(np.random.default_rng(trial.seed).normal())  # a seed's own, whatever the rest of the trial
    way = (10 + 10 * np.exp(-rate * np.arange(trial.epochs + 1))).tolist()
    curves = {name: way if "_" in name and name != "running_loss" else row for name, row in record.curves.items()}
    final = {name: way[-1] if "_" in name else value for name, value in (record.results.final or {}).items()}
    return replace(record, curves=Curves(curves), results=replace(record.results, final=final, best=final))


@pytest.fixture
def stored(folder: Path, bundled: Registry) -> Callable[..., None]:
    """Writes the records of a comparison along an axis: sgd at one rate, adam faster by a factor for each place."""

    def write(factor: float, **options: Any) -> None:
        store = Store(folder / "results")
        found = planned(bundled, QUADRATIC, "batch_size", **options)
        for number, place in enumerate(found.places):
            for trial in plan(place.study, bundled).trials.values():
                rate = 0.05 if found.rivals.side_of(trial) == "b" else 0.05 * 2 * factor**number
                store.write(of(trial, bundled, rate))

    return write


def test_the_places_of_a_knob_are_changes_and_the_own_value_is_the_usual_study(bundled: Registry) -> None:
    found = planned(bundled)
    assert [place.value for place in found.places] == [16, 32, 64, 128, 256]
    assert [place.study.with_ for place in found.places] == [
        ("width=16",), ("width=32",), (), ("width=128",), ("width=256",)
    ]  # fmt: skip
    assert {place.task for place in found.places} == {TASK}
    assert [place.usual for place in found.places] == [False, False, True, False, False]
    usual = plan(found.places[2].study, bundled).trials
    assert all(not trial.changes for trial in usual.values())


def test_the_places_of_other_axes_are_instances(bundled: Registry) -> None:
    noise = planned(bundled, "noisy_quadratic", "noise", values=("0.4,0.1,0.0",))
    assert [place.task for place in noise.places] == [
        "noisy_quadratic~noise=0", "noisy_quadratic", "noisy_quadratic~noise=0.4",
    ]  # fmt: skip
    variant = planned(bundled, "noisy_quadratic~2", "noise", values=("0.1,0.4",))
    assert [place.task for place in variant.places] == ["noisy_quadratic~2", "noisy_quadratic~2~noise=0.4"]
    assert all(place.study.with_ == () for place in (*noise.places, *variant.places))


def test_steps_are_held_where_an_epoch_has_others(bundled: Registry) -> None:
    epochs = {
        over: [place.study.epochs for place in planned(bundled, over=over, hold="steps").places]
        for over in ("batch_size", "examples", "width")
    }
    own = bundled.task(TASK)
    assert epochs["width"] == [None] * 5
    assert epochs["batch_size"] == [round(own.epochs * size / own.batch_size) for size in own.axes["batch_size"].values]  # type: ignore[operator]
    assert epochs["examples"] == [round(own.epochs * 1078 / count) for count in own.axes["examples"].values]  # type: ignore[operator]


def test_what_it_says_fits_80_columns_and_finds_what_was_planted(stored: Callable[..., None]) -> None:
    stored(1.2, **HELD)
    text = run(*OVER).stdout
    table = text.partition("The speed-up")[0]
    assert max(map(len, table.splitlines())) <= 80
    assert "noisy_quadratic over batch size, optimizer: A = adam, B = sgd" in text
    assert "   20*  " in text
    assert re.search(
        r"The speed-up of adam over sgd grows with batch size: from 2\.\d\d× at 10 to 2\.\d\d× at 40, ×1\.2 with each",
        text,
    )
    assert "6 seeds)." in text
    assert "p: corrected for all 3 values and over all, verdict where at most 0.05" in text
    name = "scale-noisy_quadratic-batch_size-adam-sgd"
    assert f"Wrote {name}.png and {name}.csv" in text
    rows = list(csv.DictReader(Path(f"{name}.csv").read_text(encoding="utf-8").splitlines()))
    assert len(rows) == 3 * 2 * 6
    assert {row["batch_size"] for row in rows if row["own"] == "1"} == {"20"}
    assert Path(f"{name}.png").read_bytes()[:4] == b"\x89PNG"


def test_sentences_are_broken_between_words_on_a_terminal(stored: Callable[..., None], bundled: Registry) -> None:
    stored(1.2, **HELD)
    asked = Scaling(QUADRATIC, "adam", "sgd", over="batch_size", values=HELD["values"], seeds=HELD["seeds"])
    trials = AxisTrials(asked, axis_plan(asked, bundled), bundled)
    trials.carry_out(Console(quiet=True))
    shown = io.StringIO()
    _tell(trials.found(), Console(file=shown, width=80, force_terminal=True, color_system=None))
    lines = shown.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert "The speed-up of adam over sgd grows with batch size:" in " ".join(shown.getvalue().split())


def test_json_is_all_that_standard_output_holds_and_repeats_to_the_byte(stored: Callable[..., None]) -> None:
    stored(0.8, **HELD)
    first = run(*OVER, "--json", "--output", "x.svg").stdout
    picture = Path("x.svg").read_bytes()
    assert run(*OVER, "--json", "--output", "x.svg").stdout == first
    assert Path("x.svg").read_bytes() == picture
    read = json.loads(first)
    assert (read["task"], read["axis"], read["a"], read["levels_of"]) == (
        QUADRATIC, "batch_size", "adam", "validation_excess_loss",
    )  # fmt: skip
    assert read["trends"]["speed_up"]["word"] == "shrinks"
    assert read["trends"]["speed_up"]["slope"] == pytest.approx(0.8, rel=0.05)
    assert [point["own"] for point in read["points"]] == [False, True, False]


def test_a_dry_run_says_how_many_trials_and_writes_nothing(folder: Path, stored: Callable[..., None]) -> None:
    text = run(*OVER, "--dry-run").stdout
    assert "36 trials; 0 have a record already." in text
    assert "  batch_size=20            12 trials (the task's own)" in text
    assert not list(folder.iterdir())
    tuned = run(*OVER, "--track", "tuned", "--budget", "4", "--dry-run")
    assert "up to 60 trials; 0 have a record already." in tuned.stdout
    stored(1.0, values=("10,20",), seeds="3")
    assert "36 trials; 12 have a record already." in run(*OVER, "--dry-run").stdout


def test_tuned_sides_are_those_that_searches_chose(folder: Path, bundled: Registry) -> None:
    store = Store(folder / "results")
    found = planned(bundled, QUADRATIC, "batch_size", track="tuned", budget="2", **HELD)
    for place in found.places:
        searches, records = searched(place.study, lambda trial: 10 + trial.seed % 7, bundled)
        for record in records:
            store.write(record)
        for search in searches:
            store.write_search(search)
    read = json.loads(run(*OVER, "--track", "tuned", "--budget", "2", "--json").stdout)
    assert read["track"] == "tuned"
    assert [point["seeds"] for point in read["points"]] == [6, 6, 6]
    assert [point["difference"] for point in read["points"]] == [0, 0, 0]
    assert "declared" not in {caution["code"] for caution in read["cautions"]}


def test_a_real_run_trains_the_instances_and_goes_on_where_it_was(folder: Path) -> None:
    command = (QUADRATIC, "adam", "sgd", "--over", "noise", "--seeds", "1", "--epochs", "1", "--workers", "1", "--json")
    first = run(*command, "--values", "0.1,0.4")
    read = json.loads(first.stdout)
    assert [point["value"] for point in read["points"]] == [0.1, 0.4]
    assert len({task["a"] for task in read["comparison"]["tasks"]}) == 2  # other noise, other ways
    assert "with 1 evaluation of a training a speed-up is read off" in first.stdout
    assert {"few_seeds", "declared", "evaluations"} <= {caution["code"] for caution in read["cautions"]}
    again = run(*command, "--values", "0.1,0.4")
    assert again.stdout == first.stdout
    assert "4 trials have records already; nothing was computed again." in again.stderr


def test_a_study_file_holds_all_that_the_command_line_does(folder: Path, bundled: Registry) -> None:
    (folder / "s.toml").write_text(
        'task = "noisy_quadratic"\na = "adam"\nb = "sgd"\nover = "noise"\nvalues = ["0.1,0.4"]\nseeds = 2\n',
        encoding="utf-8",
    )
    text = run("--study-file", "s.toml", "--dry-run").stdout
    assert "8 trials" in text
    assert "noise=0.1                4 trials (the task's own)" in text


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ([TASK, "adam", "sgd"], "a comparison along an axis needs a task, two selections of one kind and the axis. "
         "Example: benchsuite scale digits_mlp adam sgd --over width."),
        ([TASK, "adam", "sgd", "--over", "widht"], "unknown axis of task 'digits_mlp': 'widht'. Did you mean 'width'? "
         "Known: batch_size, depth, epochs, examples, width."),
        ([TASK, "adam", "adam", "--over", "width"], "both are the optimizer adam with the same hyperparameters. Received: 'adam' and "
         "'adam'. Name two that differ."),
        ([TASK, "adam", "sgd", "--over", "width", "--values", "16"], "--values must be 2 to 100 numbers that differ, separated by "
         "commas, such as 16,32,64. Received: 16, which is one alone."),
        ([TASK, "adam", "sgd", "--over", "width", "--values", "16,16"], "--values must be 2 to 100 numbers that differ, separated by "
         "commas, such as 16,32,64. Received: 16, 16: 16 stands there twice."),
        ([TASK, "adam", "sgd", "--over", "width", "--values", "16,wide"], "--values must be 2 to 100 numbers that differ, separated by "
         "commas, such as 16,32,64. Received: 16, wide: 'wide' is no number."),
        ([TASK, "adam", "sgd", "--over", "epochs", "--values", "1,2", "--hold", "steps"], "--hold steps has as many steps at every "
         "value, and --over epochs changes how many there are. Received: both. Leave --hold out, or take another axis."),
        ([TASK, "adam", "sgd", "--over", "width", "--values", "16,17"], "width of task 'digits_mlp' must be one of 16, 32, 64, 128, "
         "256. Received: 17."),
        ([TASK, "adam", "sgd", "--over", "batch_size", "--values", "1.5,8"], "batch_size of task 'digits_mlp' must be a whole number "
         "from 1. Received: 1.5."),
        ([TASK, "adam", "sgd", "--over", "batch_size", "--values", "8,4096"], "batch_size of task 'digits_mlp' must lie from 8 to 128. "
         "Received: 4096. Its values: 8, 16, 32, 64, 128."),
        ([QUADRATIC, "adam", "sgd", "--over", "noise", "--values", "0.1,-1"], "noise of task 'noisy_quadratic' must lie from 0 to 0.4. "
         "Received: -1. Its values: 0, 0.05, 0.1, 0.2, 0.4."),
        ([TASK, "adam", "sgd", "--over", "examples", "--with", "batch_size=128"], "examples of task 'digits_mlp~examples=64' must be at "
         "least its batch size, 128. Received: 64. Take more examples, or a smaller batch with --with batch_size=N."),
        ([TASK, "adam", "sgd", "--over", "epochs"], "task 'digits_mlp' declares no values of epochs. Name some: --values 16,32,64. It "
         "declares values of: batch_size, depth, examples, width."),
        ([TASK, "adam", "sgd", "--over", "width", "--with", "width=16"], "--over width sets width at each value, and --with sets it "
         "everywhere. Leave one of them out."),
        ([TASK, "adam", "sgd", "--over", "epochs", "--values", "1,2", "--epochs", "3"], "--over epochs sets epochs at each value, and "
         "--epochs sets it everywhere. Leave one of them out."),
        ([TASK, "adam", "sgd", "--over", "width", "--budget", "4"], "--budget says how hyperparameters are searched, and --track "
         "default searches none. Use --track tuned, or leave --budget out."),
        ([TASK, "adam", "sgd", "--over", "width", "--output", "x.jpg"], "--output must end in .png, .svg or .pdf. Received: 'x.jpg'."),
    ],
)  # fmt: skip
def test_what_is_refused_says_what_is_possible(folder: Path, arguments: list[str], text: str) -> None:
    assert refused(*arguments) == text
    assert not list(folder.iterdir())


def test_own_values_are_those_of_tasks_and_their_instances(bundled: Registry) -> None:
    found = own_values(bundled, ["noisy_quadratic~noise=0.4", TASK, "gone"])
    assert found["noisy_quadratic"] == {"condition": 100.0, "noise": 0.1}
    assert found[TASK]["width"] == 64
    assert "batch_size" not in found[TASK]
    assert set(found) == {"noisy_quadratic", TASK}
