"""The bundled observers: what they wrote, read back with their own tools' readers where these are installed.

TensorBoard is among what ``make test`` installs. For the other two: ``pip install mlflow-skinny wandb``.
"""

import importlib.util
import json
import struct
from pathlib import Path

import pytest

import benchsuite as bs
from benchsuite.cli.observers import chosen, switch_on
from benchsuite.registry import PluginSearch, load_registry
from tests.factories import make_record

NAMES = ("mlflow", "tensorboard", "wandb")
LOG_BLOCK, LOG_HEADER = 32_768, 7


@pytest.fixture(scope="module")
def registry():
    """Of this module: observers are switched on in it."""
    return load_registry(PluginSearch(local=False))


def observed(registry, name, results, records, again=()):
    """Let an observer see trials as a run tells of them; those of ``again`` lose their worker after epoch 1 once."""
    (observer,) = chosen(registry, [name])
    switch_on(registry, [observer], results)
    hook = registry.hooks.hook
    try:
        hook.study_started(trials=[record.trial for record in records], results=results)
        for record in records:  # all at once, as of several workers
            hook.trial_started(trial=bs.TrialStart(record.id, record.trial.spec, 0))
        for record in records:
            if record in again:
                tell(hook, record, 2)
            tell(hook, record, len(record.curves["epoch"]) if record.curves else 0)
        for record in records:
            hook.trial_finished(trial=bs.TrialResult(record.id, record, "record.json"))
        hook.study_finished(outcomes={}, results=results)
    finally:
        registry.hooks.unregister(name=f"observer {name}")


def tell(hook, record, epochs):
    for index in range(epochs):
        values = {name: float(row[index]) for name, row in record.curves.items() if name not in ("epoch", "step")}
        values = {name: None if value != value else value for name, value in values.items()}
        epoch, step = (int(record.curves[name][index]) for name in ("epoch", "step"))
        hook.epoch_finished(epoch=bs.EpochResult(record.id, epoch, step, values, 0))


@pytest.fixture(scope="module")
def records():
    completed = make_record(value=0.9)
    return [
        completed,
        make_record(value=0.8, seed=1),
        make_record(outcome="unsupported", reason="it has no images", seed=2),
    ]


def curve(record, name):
    steps, values = record.curves["step"], record.curves[name]
    return [
        (int(step), pytest.approx(float(value))) for step, value in zip(steps, values, strict=True) if value == value
    ]


def needs(module):
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed")


def title(record):
    return f"digits_mlp-adam-seed{record.trial.seed}-{record.id[:8]}"


def test_tensorboard_reads_every_curve_once_and_what_came_of_the_trial(registry, records, tmp_path):
    needs("tensorboard")
    from tensorboard.compat.proto import event_pb2
    from tensorboard.compat.tensorflow_stub import errors
    from tensorboard.compat.tensorflow_stub.pywrap_tensorflow import PyRecordReader_New

    observed(registry, "tensorboard", tmp_path, records, again=records[:1])
    for record in records:
        (file,) = (tmp_path / "tensorboard" / title(record)).iterdir()
        assert "tfevents" in file.name
        reader = PyRecordReader_New(str(file))  # which checks the sums of each record
        scalars, texts = {}, {}
        while True:
            try:
                reader.GetNext()
            except errors.OutOfRangeError:
                break
            event = event_pb2.Event.FromString(reader.record())
            for value in event.summary.value:
                if value.HasField("tensor"):
                    texts[value.tag] = value.tensor.string_val[0].decode()
                else:
                    scalars.setdefault(value.tag, []).append((event.step, value.simple_value))
        assert texts["outcome"] == f"{record.outcome} {record.reason}".strip()
        assert "| optimizer | adam |" in texts["trial"]
        if not record.curves:
            assert set(scalars) <= {"costs/wall_seconds"}
            continue
        assert scalars["validation/accuracy"] == curve(record, "validation_accuracy")
        assert scalars["train/running_loss"] == curve(record, "running_loss")
        assert scalars["final/test_accuracy"][0][1] == pytest.approx(record.results.final["test_accuracy"])


def test_mlflow_reads_parameters_curves_and_outcome(registry, records, tmp_path):
    needs("mlflow")
    from mlflow import MlflowClient

    observed(registry, "mlflow", tmp_path, records, again=records[:1])
    client = MlflowClient(tracking_uri=(tmp_path / "mlflow").as_uri())
    runs = client.search_runs([client.get_experiment_by_name("benchsuite").experiment_id])
    killed = [run for run in runs if run.info.status == "KILLED"]
    assert [run.data.tags["trial"] for run in killed] == [records[0].id]
    by_trial = {run.data.tags["trial"]: run for run in runs if run not in killed}
    assert set(by_trial) == {record.id for record in records}
    for record in records:
        run = by_trial[record.id]
        assert (run.info.status, run.data.tags["outcome"]) == ("FINISHED", str(record.outcome))
        assert run.info.run_name == title(record)
        assert (run.data.params["task"], run.data.params["optimizer"]) == ("digits_mlp", "adam")
        assert float(run.data.params["optimizer.learning_rate"]) == 0.001
        if record.curves:
            found = client.get_metric_history(run.info.run_id, "validation/accuracy")
            assert sorted((one.step, one.value) for one in found) == curve(record, "validation_accuracy")


def of_log(content):
    """Yield the records of a LevelDB log, which is what a ``.wandb`` file is behind its first seven bytes."""
    place, whole = 7, b""
    while place < len(content):
        left = LOG_BLOCK - place % LOG_BLOCK
        if left < LOG_HEADER:
            place += left
            continue
        _, length, kind = struct.unpack("<IHB", content[place : place + LOG_HEADER])
        whole += content[place + LOG_HEADER : place + LOG_HEADER + length]
        place += LOG_HEADER + length
        if kind in (1, 4):  # a whole one, or the last piece
            yield whole
            whole = b""


def test_wandb_reads_parameters_curves_and_outcome_from_what_stayed_here(registry, records, tmp_path, monkeypatch):
    needs("wandb")
    from wandb.proto import wandb_internal_pb2

    monkeypatch.delenv("WANDB_MODE", raising=False)
    observed(registry, "wandb", tmp_path, records, again=records[:1])
    histories = {}
    for file in tmp_path.glob("wandb/offline-run-*/run-*.wandb"):
        name, history, exits = "", [], []
        for data in of_log(file.read_bytes()):
            record = wandb_internal_pb2.Record.FromString(data)
            if record.HasField("run"):
                name = record.run.display_name
            elif record.HasField("history"):
                items = {one.key or "/".join(one.nested_key): json.loads(one.value_json) for one in record.history.item}
                history.append((record.history.step.num, items))
            elif record.HasField("exit"):
                exits.append(record.exit.exit_code)
        histories.setdefault(name, []).append((len(history), history, exits))
    assert set(histories) == {title(record) for record in records}
    for record in records:
        count, history, exits = max(histories[title(record)])
        assert exits == [0]
        if record.curves:
            assert count == len(record.curves["epoch"])
            found = [(step, items["validation/accuracy"]) for step, items in history if "validation/accuracy" in items]
            assert found == curve(record, "validation_accuracy")


@pytest.mark.parametrize("name", NAMES)
def test_a_package_that_is_missing_is_named_with_the_line_that_installs_it(registry, name, monkeypatch):
    def missing(module):
        raise ImportError(f"No module named {module!r}")

    monkeypatch.setattr("benchsuite_plugins.observers._trials.importlib.import_module", missing)
    with pytest.raises(bs.BenchsuiteError, match=rf"Install it: pip install 'benchsuite\[{name}\]'\."):
        switch_on(registry, chosen(registry, [name]), Path("nowhere"))


def test_none_of_them_sees_anything_unless_it_is_asked_for(registry):
    for hook in ("study_started", "trial_started", "epoch_finished", "trial_finished", "study_finished"):
        assert getattr(registry.hooks.hook, hook).get_hookimpls() == []


def test_observers_are_chosen_by_name_each_once(registry):
    found = chosen(registry, ["tensorboard,wandb", "tensorboard"])
    assert [observer.name for observer in found] == ["tensorboard", "wandb"]
    assert chosen(registry, []) == []
    with pytest.raises(bs.BenchsuiteError, match=r"unknown observer 'tensorbord'\. Did you mean 'tensorboard'"):
        chosen(registry, ["tensorbord"])


PLUGIN = """
import benchsuite as bs

class Blind:
    def trial_finished(self, trial):
        pass

def made(results):
    return Blind()

def failing(results):
    raise OSError("no room")

@bs.hookimpl
def register_observers():
    return {answer}
"""


@pytest.mark.parametrize(
    ("answer", "name", "said"),
    [
        ("[bs.Observer(name='blind', make=made)]", "blind", "observer 'blind' sees nothing: none of its methods is a hook"),
        ("[bs.Observer(name='blind', make=failing)]", "blind", "make of observer 'blind' raised OSError: no room"),
        ("[bs.Observer(name='wandb', make=made)]", "wandb", "two plugins claim observer 'wandb'"),
        ("[made]", "blind", "must return a list of bs.Observer"),
        ("1 / 0", "blind", "raised ZeroDivisionError"),
        ("[bs.Observer(name='Blind', make=made)]", "blind", "the name of an observer must be lower-case"),
        ("[bs.Observer(name='blind', make=7)]", "blind", "make of observer 'blind' must be callable. Received: 7"),
    ],
)  # fmt: skip
def test_what_a_plugin_gets_wrong_is_said(answer, name, said, tmp_path):
    (tmp_path / "mine.py").write_text(PLUGIN.replace("{answer}", answer))
    registry = load_registry(PluginSearch(plugins=(str(tmp_path / "mine.py"),), local=False))
    with pytest.raises(bs.BenchsuiteError, match=said):
        switch_on(registry, chosen(registry, [name]), tmp_path)
