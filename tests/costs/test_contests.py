"""What is timed against what: the yardstick that a kind declares, the selections, and what is refused before any work."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchsuite.cli.app import app
from benchsuite.costs.options import Costing
from benchsuite.costs.request import contests
from benchsuite.costs.standard import standard
from benchsuite.costs.written import check_library
from benchsuite.data import load
from benchsuite.errors import BenchsuiteError
from benchsuite.registry import PluginSearch, Registry, load_registry

TWO = """
import benchsuite as bs
@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="mine", make=lambda: None, yardstick=True)]
"""


def labels(registry: Registry, **asked: object) -> list[tuple[str, str | None, list[str]]]:
    found = contests(Costing(**asked), registry)  # type: ignore[arg-type]
    return [(one.kind, one.task, [who.label for who in one.contestants]) for one in found]


def test_unless_something_is_named_every_optimizer_is_timed_against_the_declared_one(bundled: Registry) -> None:
    ((kind, task, names),) = labels(bundled)
    assert (kind, task) == ("optimizer", None)
    assert names[0] == bundled.yardstick("optimizer").name == "sgd"
    assert sorted(names) == sorted(bundled.names("optimizer"))


def test_the_yardstick_is_the_declared_one_the_default_one_or_the_named_one(bundled: Registry) -> None:
    chosen = {"components": {"optimizer": ("adam",), "regularization": ("dropout+l2",)}, "task": ("digits_mlp",)}
    assert labels(bundled, **chosen) == [
        ("optimizer", "digits_mlp", ["sgd", "adam"]),
        ("regularization", "digits_mlp", ["none", "dropout + l2"]),
    ]
    against = labels(bundled, components={"optimizer": ("sgd,adam",)}, against="adam[beta_1=0.5]")
    assert against[0][2] == ["adam[beta_1=0.5]", "sgd", "adam"]


def test_only_what_is_asked_differs_from_the_baseline(bundled: Registry) -> None:
    (one,) = contests(Costing(components={"optimizer": ("adam[beta_1=0.5]",)}, task=("digits_mlp",)), bundled)
    first, second = (who.recipe for who in one.contestants)
    assert second.one("optimizer").hyperparameters["beta_1"] == 0.5
    assert first.replaced("optimizer", second["optimizer"]) == second


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"components": {"optimizer": ("adma",)}}, r"unknown optimizer 'adma'. Did you mean 'adamax'"),
        ({"task": ("digit_mlp",)}, r"unknown task 'digit_mlp'. Did you mean 'digits_mlp'"),
        ({"against": "adam,sgd"}, r"--against must select one optimizer. Received: 'adam,sgd'."),
        ({"against": "sgd", "components": {"optimizer": ("adam",), "loss": ("mse",)}}, r"one setting of one kind"),
        ({"task": ("noisy_quadratic",), "components": {"loss": ("mae",)}}, r"has a loss of its own"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(bundled: Registry, asked: dict[str, object], said: str) -> None:
    with pytest.raises(BenchsuiteError, match=said) as caught:
        labels(bundled, **asked)
    assert "\n" not in str(caught.value)


def test_a_kind_has_one_yardstick(tmp_path: Path) -> None:
    (tmp_path / "two.py").write_text(TWO, encoding="utf-8")
    with pytest.raises(
        BenchsuiteError, match="yardstick=True of optimizer 'mine': optimizer 'sgd' is the yardstick already"
    ):
        load_registry(PluginSearch((str(tmp_path / "two.py"),), local=False))


def test_the_standard_network_has_a_million_numbers_and_one_batch_to_train_on() -> None:
    dataset = load(standard())
    assert dataset.sizes == (64, 64, 64)
    assert dataset.x.shape[1:] == (512,)
    assert 512 * 850 + 850 + 850 * 660 + 660 + 660 * 10 + 10 == 1_004_320


def test_without_pytest_benchmark_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchsuite.costs.written.find_spec", lambda _: None)
    with pytest.raises(BenchsuiteError, match=r"Run: pip install 'benchsuite\[cost\]'$"):
        CliRunner().invoke(app, ["cost", "--no-local"], catch_exceptions=False)
    monkeypatch.undo()
    check_library()


def test_the_command_line_still_loads_no_library_of_its_own() -> None:
    script = "import sys, benchsuite.cli.app; sys.exit(any(x in sys.modules for x in ('numpy', 'pytest_benchmark', 'jinja2')))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
