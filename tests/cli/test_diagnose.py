"""``benchsuite diagnose``: which trials it asks for, what it says of them, and how it is told."""

import json
from dataclasses import replace

import numpy as np
import pytest
from typer.testing import CliRunner

from benchsuite.cli.app import app
from benchsuite.cli.console import terminal
from benchsuite.cli.diagnosed.findings import findings, looked
from benchsuite.cli.diagnosed.first_steps import is_bounded
from benchsuite.cli.diagnosed.told import WIDTH, tell
from benchsuite.curves import Curves
from benchsuite.diagnostics import Diagnosis
from benchsuite.errors import BenchsuiteError
from benchsuite.store import Store
from benchsuite.studies.diagnosing import Diagnosing, diagnose_plan
from benchsuite.studies.plan import plan
from benchsuite.study import Study
from tests.diagnostics_made import changed
from tests.factories import make_record
from tests.stored import made

SGD = {"optimizer": ("sgd[learning_rate=0.1]",)}


def test_its_trial_is_the_one_that_run_trains(bundled):
    asked = Diagnosing(task="digits_mlp", components=SGD, seed=2, epochs=3)
    (other,) = plan(Study(task=("digits_mlp",), components=SGD, seeds="2-2", epochs=3), bundled).trials.values()
    assert diagnose_plan(asked, bundled).trial.id == other.id


def test_it_asks_for_a_tenth_and_ten_times_of_the_rate_within_what_the_optimizer_allows(bundled):
    found = diagnose_plan(Diagnosing(task="digits_mlp", components=SGD), bundled)
    space = bundled.component("optimizer", "sgd").space["learning_rate"]
    assert set(found.rates) == {rate for rate in (0.01, 0.1, 1.0) if space.contains(rate)}
    for rate, trial in found.rates.items():
        assert trial.recipe.one("optimizer").hyperparameters["learning_rate"] == rate
        assert trial.recipe.replaced("optimizer", found.trial.recipe["optimizer"]).text == found.trial.recipe.text
    assert diagnose_plan(Diagnosing(task="digits_mlp", alone=True), bundled).rates == {}
    assert len(found.trials) == len(found.rates)


def test_a_shallower_net_is_another_task_or_a_knob(bundled):
    knob = diagnose_plan(Diagnosing(task="digits_mlp", against="depth=1", with_=("depth=3",)), bundled)
    assert dict(knob.trial.knobs)["depth"] == 3
    assert dict(knob.shallow[1].knobs)["depth"] == 1
    task = diagnose_plan(Diagnosing(task="digits_plain_56", against="digits_plain_20"), bundled)
    assert task.shallow[1].task == "digits_plain_20"
    assert len(task.trials) == len(task.rates) + 1


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"task": ""}, "needs a task"),
        ({"task": "digits_mpl"}, "digits_mlp"),
        ({"task": "digits_mlp", "with_": ("optimizer=sgd",), "components": SGD}, "Take one of them"),
        ({"task": "digits_mlp", "with_": ("epochs=3",), "epochs": 2}, "Take one of them"),
        (
            {"task": "digits_mlp", "components": {"optimizer": ("sgd", "adam")}},
            "one optimizer with one value .* means 2. Diagnose each",
        ),
        ({"task": "digits_mlp", "against": "digits_mlp"}, "very net"),
        ({"task": "digits_mlp", "spectrum": "a.png"}, "Give both"),
    ],
)
def test_what_cannot_be_is_refused_before_anything_runs(options, text, bundled):
    with pytest.raises(BenchsuiteError, match=text):
        diagnose_plan(Diagnosing(**options), bundled)


def looked_at(folder, bundled, curves_of, *, alone=True, **options):
    asked = Diagnosing(task="digits_mlp", components=SGD, alone=True, **options)
    planned = diagnose_plan(asked if alone else Diagnosing(task="digits_mlp", components=SGD, **options), bundled)
    records = {trial.id: changed(made(trial, 0.5, bundled), curves_of(trial)) for trial in planned.trials}
    return {one.name: one for one in findings(asked, planned, records, Store(folder), bundled)}


def test_other_rates_have_the_last_word_on_the_rate(tmp_path, bundled):
    """The curve of each training falls; at ten times the rate it ends at a tenth."""

    def falls(trial):
        rate = trial.recipe.one("optimizer").hyperparameters["learning_rate"]
        return np.geomspace(2.3, 0.01 / rate, trial.epochs + 1)

    alone = looked_at(tmp_path / "alone", bundled, falls)
    assert alone["learning_rate"].word == "right"
    found = looked_at(tmp_path / "among", bundled, falls, alone=False)
    assert (found["learning_rate"].word, found["learning_rate"].alarm) == ("too small", True)
    assert "learning rate of 1" in found["learning_rate"].remedy


def test_the_56_layer_case(tmp_path, bundled):
    def worse(trial):
        return np.geomspace(2.3, 0.1 if dict(trial.knobs).get("depth") == 1 else 0.5, trial.epochs + 1)

    found = looked_at(tmp_path, bundled, worse, against="depth=1")
    assert found["depth"].word == "not overfitting"


def test_a_bounded_activation_is_told_from_one_that_is_not(bundled):
    words = {}
    for name in ("tanh", "sigmoid", "relu", "leaky_relu", "maxout"):
        asked = Diagnosing(task="digits_mlp", components={"activation": (name,)}, alone=True)
        words[name] = is_bounded(diagnose_plan(asked, bundled).trial, bundled)
    assert words == {"tanh": True, "sigmoid": True, "relu": False, "leaky_relu": False, "maxout": words["maxout"]}
    assert words["maxout"] in (None, False)


def test_alarms_come_first_and_every_line_fits(capsys):
    long = "Some words, " * 30
    found = [
        Diagnosis("fine_thing", "healthy", long, False, "", {}, "N4"),
        Diagnosis("odd_thing", "part", long, False, "Look again.", {}, "N4"),
        Diagnosis("bad_thing", "too large", long, True, "Less of it.", {"loss": float("nan")}, "N4"),
    ]
    tell(found, terminal())
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert next(line for line in lines if not line.startswith(" ")).startswith("! bad thing: too large")
    assert sum("fine thing" in line for line in lines) == 1
    assert lines[-1] == "1 alarm; 3 looked at."


def test_bad_options_end_with_2_and_leave_no_folder(tmp_path):
    run = CliRunner().invoke(app, ["diagnose", "digits_mlp", "--results", str(tmp_path / "r"), "--seed", "-1"])
    assert isinstance(run.exception, BenchsuiteError)
    assert not (tmp_path / "r").exists()


def test_json_has_null_for_what_is_no_number():
    from benchsuite.cli.diagnose import _finite

    assert json.dumps(_finite({"a": float("inf"), "b": 1.0}), allow_nan=False) == '{"a": null, "b": 1.0}'


def test_a_trial_that_could_not_train_is_told_with_its_reason(tmp_path, bundled):
    asked = Diagnosing(task="digits_mlp", alone=True)
    planned = diagnose_plan(asked, bundled)
    record = make_record(outcome="crashed", reason="ValueError: no such thing")
    (found,) = findings(asked, planned, {planned.trial.id: record}, Store(tmp_path), bundled)
    assert (found.name, found.word, found.alarm) == ("outcome", "crashed", True)
    assert "ValueError: no such thing" in found.says


def test_a_look_that_raises_is_an_alarm_with_its_reason():
    def look():
        raise ZeroDivisionError("no examples")

    (found,) = looked("curvature", look)
    assert (found.name, found.word, found.alarm) == ("curvature", "failed", True)
    assert "no examples" in found.says


def test_a_training_that_diverged_before_any_epoch_has_no_curve_to_read(tmp_path, bundled):
    asked = Diagnosing(task="digits_mlp", components=SGD, alone=True)
    planned = diagnose_plan(Diagnosing(task="digits_mlp", components=SGD), bundled)
    diverged = replace(make_record(outcome="diverged", reason="the loss is nan"), curves=Curves({}))
    records = {trial.id: diverged for trial in planned.trials}
    (found,) = findings(asked, planned, records, Store(tmp_path), bundled)
    assert (found.name, found.word) == ("learning_rate", "too large")


def test_the_share_of_saturated_units_is_judged_by_the_activation_with_alone_too(tmp_path, bundled, monkeypatch):
    probes = {"layers": ["dense"], "epochs": [0], "measures": {"saturated": [[0.72]]}}
    for name, alarm in (("tanh", True), ("relu", False)):
        asked = Diagnosing(task="digits_mlp", components={"activation": (name,)}, alone=True)
        planned = diagnose_plan(asked, bundled)
        store = Store(tmp_path / name)
        monkeypatch.setattr(type(store.extras), "probes", lambda *_: probes)
        found = findings(asked, planned, {planned.trial.id: made(planned.trial, 0.5, bundled)}, store, bundled)
        (saturated,) = [one for one in found if one.name == "saturated_units"]
        assert saturated.alarm == alarm


def test_a_healthy_line_is_cut_after_a_word(capsys):
    said = "Since the lowest validation loss (epoch 1): loss and accuracy, both measured, went together throughout."
    tell([Diagnosis("loss_and_measure", "go together", said, False, "", {}, "N4")], terminal())
    line = capsys.readouterr().out.splitlines()[0]
    assert line.endswith("…")
    assert len(line) <= WIDTH
    assert line.rstrip("…").split()[-1] in {word.rstrip(",;:") for word in said.split()}


def test_one_epoch_is_one_epoch(bundled):
    assert ", 1 epoch, " in diagnose_plan(Diagnosing(task="digits_mlp", epochs=1), bundled).title(bundled)


def test_the_option_that_named_a_bad_picture_is_in_the_message():
    run = CliRunner().invoke(app, ["diagnose", "digits_mlp", "--surface", "a.txt"])
    assert str(run.exception).startswith("--surface must end in")


def test_a_dry_run_lists_what_would_run_and_how_long(tmp_path):
    words = ["diagnose", "digits_mlp", "--optimizer", "sgd[learning_rate=0.1]", "--curvature", "--dry-run"]
    folder = tmp_path / "r"
    told = CliRunner().invoke(app, [*words, "--results", str(folder)]).output
    assert "learning rate 0.01 " in told
    assert "Predicted: " in told
    found = json.loads(CliRunner().invoke(app, [*words, "--json", "--results", str(folder)]).stdout)
    assert [one["label"] for one in found["trials"]] == ["the recipe", "learning rate 0.01", "learning rate 1"]
    assert found["looks"] == ["first steps", "curvature"]
    assert found["predicted_seconds"] > 0
    assert not folder.exists()


def test_what_redrawn_sets_cost_is_said_before_they_are_trained_on(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    words = ["diagnose", "digits_mlp", "--alone", "--no-local", "--dry-run"]
    done = CliRunner().invoke(app, [*words, "--bias-variance", "50"], catch_exceptions=False)
    assert "Bias and variance: 50 trainings on redrawn sets, predicted" in done.output
    some, more = (
        json.loads(CliRunner().invoke(app, [*words, "--json", "--bias-variance", count]).stdout)["sets_seconds"]
        for count in ("10", "50")
    )
    assert 0 < some < more
    assert "Bias and variance" not in CliRunner().invoke(app, words).output
    with pytest.raises(BenchsuiteError, match="--bias-variance must be a whole number from 3"):
        CliRunner().invoke(app, [*words, "--bias-variance", "2"], catch_exceptions=False)
