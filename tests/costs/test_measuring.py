"""The measuring process: a real one, with plugins that fail in every way; and one that dies."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from benchsuite.cli.app import app
from benchsuite.cost_files import all_costs
from benchsuite.costs import process
from benchsuite.costs.child import WARM_TURNS, Measuring
from benchsuite.costs.options import Costing
from benchsuite.costs.request import Order, contests
from benchsuite.costs.runner import Runner
from benchsuite.errors import BenchsuiteError
from benchsuite.registry import PluginSearch, Registry

PLUGIN = """
import benchsuite as bs

def sgd(learning_rate):
    import keras
    return keras.optimizers.SGD(learning_rate)

def dear(learning_rate):
    import keras, tensorflow as tf

    class Dear(keras.optimizers.SGD):
        def build(self, variables):
            super().build(variables)
            self.matrix = self.add_variable((400, 400), name="matrix", initializer="ones")

        def update_step(self, gradient, variable, learning_rate):
            product = self.matrix + tf.reduce_sum(gradient)  # of this step: nothing can be done once for all
            for _ in range(4):
                product = tf.matmul(product, self.matrix) * 1e-3
            super().update_step(gradient + 1e-30 * tf.reduce_sum(product), variable, learning_rate)

    return Dear(learning_rate)

def broken():
    raise SyntaxError("not today")

@bs.hookimpl
def register_optimizers():
    rate = {"learning_rate": bs.Fixed(0.01)}
    return [
        bs.Optimizer(name="mine", make=sgd, space=rate),
        bs.Optimizer(name="wild", make=sgd, space={"learning_rate": bs.Fixed(1e30)}),
        bs.Optimizer(name="dear", make=dear, space=rate),
        bs.Optimizer(name="broken", make=broken),
    ]
"""


def test_a_plugin_of_ones_own_is_timed_and_a_bad_one_costs_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.py").write_text(PLUGIN, encoding="utf-8")
    names = ["--optimizer", "mine,wild,dear,broken", "--task", "noisy_quadratic", "--against", "mine"]
    done = CliRunner(env={"COLUMNS": "80"}).invoke(
        app,
        ["cost", "--plugin", "mine.py", "--no-local", "--rounds", "5", "--steps", "40", *names],
        catch_exceptions=False,
    )
    assert done.exit_code == 0, done.output
    damaged: list[object] = []
    (table,) = all_costs(tmp_path / "results", damaged)  # type: ignore[arg-type]
    assert not damaged
    rows = {row.label: row for row in table.rows}
    assert list(rows) == ["mine", "dear"]
    assert rows["mine"].ratio == 1
    assert rows["dear"].ratio > 5  # four products of 400 × 400 beside a hundred numbers
    assert rows["dear"].state_bytes >= 4 * 400 * 400 / 1000
    assert re.search(r"wild was not timed: .*grows beyond all bounds within 40 steps", done.output)
    assert "broken was not timed: SyntaxError: not today" in done.output
    assert (table.steps, table.rounds, table.device) == (40, 5, "cpu")
    assert max(len(line) for line in done.output.splitlines() if line[:1] not in "!W") <= 80


def test_settings_that_share_a_program_have_values_and_state_of_their_own(
    bundled: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = {"optimizer": ("adam[beta_1=0.5,0.8]",)}
    (contest,) = contests(Costing(components=chosen, task=("noisy_quadratic",), against="adam"), bundled)
    order = Order(PluginSearch(local=False), "cpu", "float32", 3, 4, (contest,))
    seen: dict[str, list[tuple[float, bytes, bytes]]] = {}
    programs = set()
    turn = Runner.turn

    def watched(self: Runner) -> float:
        def held() -> bytes:
            return b"".join(np.array(variable.numpy()).tobytes() for variable, _ in self.start)

        before, seconds = held(), turn(self)
        program = self.ready.program
        programs.add(program)
        seen.setdefault(self.who.label, []).append((program.feeding.values["optimizer.0.beta_1"], before, held()))
        return seconds

    monkeypatch.setattr(Runner, "turn", watched)
    course = Measuring(order, contest, bundled, "cpu").course(lambda said: None)
    assert [one.compile_seconds is None for one in course.timed] == [False, True, True]
    assert len(programs) == 1
    wanted = {"adam": 0.9, "adam[beta_1=0.5]": 0.5, "adam[beta_1=0.8]": 0.8}
    assert {label: {value for value, _, _ in turns} for label, turns in seen.items()} == {
        label: {value} for label, value in wanted.items()
    }
    for turns in seen.values():
        assert len(turns) == WARM_TURNS + order.rounds
        assert all(after == begun for (_, _, after), (_, begun, _) in pairwise(turns))
    assert len({turns[-1][2] for turns in seen.values()}) == 3


FAKE = """
import os, sys, time
from multiprocessing.connection import Connection
from benchsuite.costs.said import Preparing
connection = Connection(int(sys.argv[1]))
connection.recv()
connection.send(Preparing("optimizer, digits_mlp", 1, 3, "adam"))
time.sleep(0.1)
print("Fatal: something deep", flush=True)
os.kill(os.getpid(), 11) if {killed} else os._exit(7)
"""


@pytest.mark.parametrize(("killed", "how"), [(False, "ended with exit code 7"), (True, "was killed: SIGSEGV")])
def test_a_death_names_who_was_at_it_and_what_was_printed(
    monkeypatch: pytest.MonkeyPatch, killed: bool, how: str
) -> None:
    monkeypatch.setattr(
        process, "BOOT", "import sys; sys.path[:] = sys.argv[2].splitlines()\n" + FAKE.format(killed=killed)
    )
    order = Order(PluginSearch(local=False), "cpu", "float32", 3, 4, ())
    with pytest.raises(BenchsuiteError) as caught:
        list(process.measure(order, lambda said: None))
    assert str(caught.value) == (
        f"the process that measures {how} at adam (optimizer, digits_mlp). It printed last: Fatal: something deep"
    )
