"""Code that was compiled once: for other programs of the process, and for other processes, with the same bits."""

import json
import os
import subprocess
import sys

import pytest
from typer.testing import CliRunner

from benchsuite.cli.app import app
from benchsuite.cli.run import prepare
from benchsuite.engine.compiled import here as module
from benchsuite.engine.compiled.here import _HARMLESS, HERE, Counted
from benchsuite.engine.surroundings import worker_environment
from benchsuite.standard_error import without_lines
from benchsuite.study import Execution, Invocation, Study

SCRIPT = """
import json, sys
from dataclasses import replace
from pathlib import Path
from benchsuite.engine.device import Device, configure
tf = configure(Device("cpu"))
from benchsuite.conformance.tiny import tiny_tasks
from benchsuite.engine.compiled.here import HERE
from benchsuite.engine.session import Session
from benchsuite.recipe import Setting
from benchsuite.registry import PluginSearch, load_registry
from benchsuite.selection import baseline
from benchsuite.trial import Trial

def trained(registry, optimizers):
    (task,) = tiny_tasks({"classes": "cross_entropy"})
    task = replace(task, model=lambda blocks, x: blocks.output(3)(blocks.dense(13)(x)))  # no other test has this width
    session = Session(registry, lambda name: task)
    found = {}
    for optimizer in optimizers:
        setting = Setting.of(registry.component("optimizer", optimizer))
        recipe = baseline(task, registry).replaced("optimizer", (setting,))
        ending = session.run(Trial(task.name, task.version, recipe, 0, 2, 13)).ending
        costs = ending.costs
        found[optimizer] = [ending.numbers(), costs.functions_compiled, costs.functions_loaded]
    return found

if __name__ == "__main__":
    HERE.switch_on(root=Path(sys.argv[1]))
    tf.function(lambda x: x + 1)(tf.zeros(3))  # other names than in the first process
    print(json.dumps(trained(load_registry(PluginSearch(local=False)), ["rmsprop", "sgd"])))
"""


@pytest.fixture
def here(tmp_path):
    """What this process compiles goes to a folder of the test's."""
    before = HERE.folder
    HERE.switch_on(root=tmp_path / "compiled")
    yield HERE
    HERE.folder = before


def test_another_process_that_builds_in_another_order_compiles_only_what_is_broken(here, tmp_path, bundled):
    space = {"__name__": "trained"}
    exec(SCRIPT.replace('tf = configure(Device("cpu"))', "import tensorflow as tf"), space)
    first = space["trained"](bundled, ["sgd", "rmsprop"])
    # The second program is evaluated by the code of the first: one network, one evaluation.
    assert [first[name][1:] for name in ("sgd", "rmsprop")] == [[2, 0], [1, 0]]
    files = sorted((here.folder.root / here.folder.kind).iterdir(), key=lambda path: path.stat().st_mtime_ns)
    train_sgd, _, train_rmsprop = files
    # One that is whole, and no code for all that; one that is not whole.
    here.folder.put(train_sgd.name, dict.fromkeys(here.folder.get(train_sgd.name), b"no code"))
    content = bytearray(train_rmsprop.read_bytes())
    content[len(content) // 2] ^= 1
    train_rmsprop.write_bytes(content)
    script = tmp_path / "other.py"
    script.write_text(SCRIPT)
    done = subprocess.run(
        [sys.executable, script, str(here.folder.root)],
        capture_output=True,
        text=True,
        env=worker_environment(os.environ),
    )
    assert done.returncode == 0, done.stderr
    second = json.loads(done.stdout.splitlines()[-1])
    assert {name: found[0] for name, found in second.items()} == json.loads(
        json.dumps({name: found[0] for name, found in first.items()})
    )
    assert [second[name][1:] for name in ("rmsprop", "sgd")] == [[1, 1], [1, 0]]
    assert here.folder.get(train_rmsprop.name)  # kept again
    assert here.folder.get(train_sgd.name) is None
    assert "cpu_aot_loader" not in done.stderr


def test_code_for_a_gpu_is_that_of_one_card_and_its_libraries(tmp_path, monkeypatch):
    library, maps = tmp_path / "libcudnn.so.9.1.0", tmp_path / "maps"
    library.write_bytes(b"kernels")
    maps.write_text(
        f"7f00-7f01 r-xp 00000000 00:01 7   {library}\n7f02-7f03 r-xp 00000000 00:01 8   /no/libm.so.6\n7f04-7f05 rw-p\n"
    )
    assert module._libraries(maps) == [["libcudnn.so.9.1.0", 7]]
    kinds = {module.kind_of(), module.kind_of("gpu")}
    monkeypatch.setattr(module, "_libraries", lambda: [["libcudnn.so.9.2.0", 7]])
    kinds.add(module.kind_of("gpu"))
    assert len(kinds) == 3


def test_nothing_is_read_or_kept_once_a_switch_has_changed(here, monkeypatch):
    monkeypatch.setattr(here, "counted", Counted())
    here.folder.put("f_here", {"one.pb": b"code"})
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_enable_fast_math=true")
    asked = []
    monkeypatch.setattr(here.folder, "get", asked.append)
    assert here.first_call("f_here", lambda: 7) == 7
    assert not asked
    assert here.counted == Counted(compiled=1)
    assert here.first_call("f_here", lambda: 8) == 8
    assert here.counted == Counted(compiled=1)


def test_what_means_nothing_is_left_out_of_the_log_and_nothing_else(capfd):
    lines = [
        "E0000 00:00:1.2 3 text_format.cc:378] Error parsing text-format tensorflow.XlaSerializedCacheEntry: 2:1: Expected",
        "E0000 00:00:1.2 3 cpu_aot_loader.cc:220] Loading XLA:CPU AOT result. Target machine feature +prefer-no-gather is not",
        "E0000 00:00:1.2 3 cpu_aot_loader.cc:220] Loading XLA:CPU AOT result. Target machine feature +avx512f is not",
        "something of a plugin",
    ]
    with without_lines(_HARMLESS):
        os.write(2, "\n".join(lines).encode())
    assert capfd.readouterr().err.splitlines() == lines[2:]


class Interrupted:
    """An executor of a run that the user stops at once."""

    def __init__(self, options):
        pass

    def submit(self, cell):
        raise KeyboardInterrupt

    def close(self):
        pass


@pytest.mark.parametrize("more", [[], ["--no-compile-cache"]])
def test_a_run_says_once_that_nothing_is_kept(more, tmp_path, monkeypatch):
    (tmp_path / "compiled").mkdir()
    (tmp_path / "compiled").chmod(0o777)
    monkeypatch.setenv("BENCHSUITE_CACHE", str(tmp_path))
    monkeypatch.setattr("benchsuite.execution.LocalExecutor", Interrupted)
    command = ["run", "--no-local", "--baselines", "--results", str(tmp_path / "results"), *more]
    said = CliRunner(env={"COLUMNS": "300"}).invoke(app, command).stdout
    assert said.count("! compiled code is not kept: others can write to ") == (not more)
    assert "Stopped." in said


@pytest.mark.parametrize("off", [False, True])
def test_workers_keep_compiled_code_unless_they_are_told_not_to(bundled, off):
    study, execution = Study(baselines=True), Execution(no_compile_cache=off)
    _, options = prepare(study, execution, Invocation(), bundled)
    assert options.compile_cache is not off
