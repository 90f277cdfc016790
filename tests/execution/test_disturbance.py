"""Plugins that disturb their process, beside three bundled optimizers in one run: these have the bits of an undisturbed run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from benchsuite.engine.session import Session
from benchsuite.registry import Registry
from benchsuite.trial import Trial

BUNDLED = ("sgd", "adam", "momentum")
PLUGIN = """
import os, signal, sys
import benchsuite as bs

IN_WORKER = "benchsuite.execution.worker" in sys.modules

def make(learning_rate):
    import keras, numpy
    {make}
    return keras.optimizers.SGD(learning_rate)

if IN_WORKER:
    import keras
    import tensorflow as tf
    {at_import}

@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name={name!r}, make=make, space={{"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)}},
                         summary="s", reference="r")]
"""
PATCHES = """
    rule = keras.optimizers.SGD.update_step
    keras.optimizers.SGD.update_step = lambda self, gradient, variable, rate: rule(self, 2 * gradient, variable, rate)
    os.environ["XLA_FLAGS"] = "--xla_cpu_enable_fast_math=true"
"""
STOPS = """
    tf.compat.v1.disable_eager_execution()
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    signal.signal(signal.SIGALRM, lambda *_: None)
"""
MAKES = """
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    os.umask(0o777)
    os.chdir("/")
    numpy.random.default_rng = lambda *seed, before=numpy.random.default_rng: before()
"""
PLUGINS = {"disturbs": (MAKES, PATCHES), "stops": ("pass", STOPS)}

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Done:
    printed: str
    records: dict[str, dict[str, Any]]
    """By the name of the optimizer."""


def run(folder: Path, *optimizers: str) -> Done:
    done = subprocess.run(
        [
            *(sys.executable, "-m", "benchsuite", "run", "--task", "digits_mlp", "--epochs", "1", "--seeds", "1"),
            *("--optimizer", ",".join(optimizers), "--workers", "1", "--timeout", "120"),
        ],
        cwd=folder, capture_output=True, text=True, check=False, timeout=500, env={**os.environ, "COLUMNS": "250"},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    records = {}
    for path in (folder / "results/trials").glob("*/*.json"):
        record = json.loads(path.read_text(encoding="utf-8"))
        records[record["spec"]["recipe"]["optimizer"][0]["name"]] = record
    return Done(done.stdout, records)


@pytest.fixture(scope="module")
def beside(tmp_path_factory: pytest.TempPathFactory) -> Done:
    folder = tmp_path_factory.mktemp("beside")
    (folder / "plugins").mkdir()
    for name, (make, at_import) in PLUGINS.items():
        text = PLUGIN.format(name=name, make=make.strip(), at_import=at_import.strip())
        (folder / "plugins" / f"{name}.py").write_text(text, encoding="utf-8")
    return run(folder, "disturbs", "sgd", "stops", "adam", "momentum")


def test_bundled_optimizers_have_the_bits_of_an_undisturbed_process(beside: Done, bundled: Registry) -> None:
    """Whatever the seeds of Python, NumPy, Keras and TensorFlow are, since none of them is part of the state that is compared."""
    import keras

    session = Session(bundled, bundled.task)
    for number, name in enumerate(BUNDLED):
        keras.utils.set_random_seed(number)
        record = beside.records[name]
        ending = session.run(Trial.from_spec(record["spec"])).ending
        assert record["outcome"] == ending.outcome == "completed"
        assert record["curves"] == ending.curves.to_json()


def test_each_plugin_has_its_own_outcome(beside: Done) -> None:
    # What it makes of NumPy's generators draws by itself, so that no run could repeat its trial.
    assert beside.records["disturbs"]["outcome"] == "crashed"
    assert "the same seed gives other starting values" in beside.records["disturbs"]["reason"]
    assert beside.records["stops"]["outcome"] == "crashed"


def test_what_each_plugin_changed_is_said_in_one_line(beside: Done) -> None:
    lines = [line for line in beside.printed.splitlines() if line.startswith("! ")]
    imported, trained = (line for line in lines if "disturbs.py" in line)
    assert imported == (
        "! ./plugins/disturbs.py: its import changed the process: the environment variable XLA_FLAGS was set; "
        "keras.optimizers.SGD.update_step was replaced. Its own trials run so; all others have processes of their own."
    )
    assert trained.startswith(
        "! ./plugins/disturbs.py: a trial left its process changed: the working folder changed from "
    )
    (stops,) = [line for line in lines if "stops.py" in line]
    assert "eager execution changed from True to False" in stops
