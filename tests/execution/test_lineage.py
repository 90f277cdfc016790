"""The plugins that a trial needs beside the bundled ones, and what happens once a worker could not import one."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchsuite.execution.cells import make_cells
from benchsuite.execution.lineage import IMPORTS_BELIEVED, ImportFailure, Imports, Lineages
from benchsuite.outcomes import Outcome
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.selection import baseline, expand
from benchsuite.trial import Trial

OPTIMIZER = """
import benchsuite as bs

@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(
        name={name!r}, make=dict, space={{"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1), {more}}},
        wraps={wraps!r}, summary="s", reference="r")]
"""
INITIALIZER = """
import benchsuite as bs

@bs.hookimpl
def register_initializers():
    return [bs.Initializer(name="start", make=dict, summary="s", reference="r")]
"""
TASK = """
import benchsuite as bs

@bs.hookimpl
def register_tasks():
    return [bs.Task(
        name="ours", version=1, tier="quick", data=dict, split=bs.HoldOut(0.6, 0.2, 0.2), model=dict,
        loss="cross_entropy", metrics=["accuracy"], primary="accuracy", targets=[0.5, 0.6, 0.7], batch_size=8, epochs=1,
        baseline={"optimizer": "plain"}, compares=["optimizer"], summary="s", license="l", citation="c")]
"""
PLAIN, OUTER, DEEP, START, OURS = (f"./plugins/{name}.py" for name in ("plain", "outer", "deep", "start", "ours"))


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> Registry:
    folder = tmp_path_factory.mktemp("lineage")
    (folder / "plugins").mkdir()
    inner = '"inner": bs.Choice(["sgd", "plain", "outer"], default="sgd")'
    deep = '"inner": bs.Choice(["outer", "sgd"], default="outer")'
    for name, text in {
        "plain": OPTIMIZER.format(name="plain", more="", wraps={}),
        "outer": OPTIMIZER.format(name="outer", more=inner.replace('default="sgd"', 'default="plain"'), wraps={"inner": "optimizer"}),
        "deep": OPTIMIZER.format(name="deep", more=deep, wraps={"inner": "optimizer"}),
        "start": INITIALIZER,
        "ours": TASK,
        "broken": "import benchsuite as bs\n@bs.hookimpl\ndef register_optimizers(): raise ValueError('not today')",
    }.items():  # fmt: skip
        (folder / "plugins" / f"{name}.py").write_text(text, encoding="utf-8")
    return load_registry(PluginSearch(folder=str(folder)))


def trial(known: Registry, task: str = "digits_mlp", seed: int = 0, **chosen: str) -> Trial:
    recipe = baseline(known.task(task), known)
    for kind, selection in chosen.items():
        (option,) = expand(kind, [selection], known)
        recipe = recipe.replaced(kind, option)
    return Trial(task, 1, recipe, seed, 1, 32)


@pytest.mark.parametrize(
    ("task", "chosen", "expected"),
    [
        ("digits_mlp", {}, ()),
        ("digits_mlp", {"optimizer": "lookahead"}, ()),
        ("digits_mlp", {"optimizer": "plain"}, (PLAIN,)),
        ("digits_mlp", {"optimizer": "outer[inner=sgd]"}, (OUTER,)),
        ("digits_mlp", {"optimizer": "outer[inner=plain]"}, (OUTER, PLAIN)),
        ("digits_mlp", {"optimizer": "outer[inner=outer]"}, (OUTER, PLAIN)),  # the inner one with its defaults
        ("digits_mlp", {"optimizer": "deep"}, (DEEP, OUTER, PLAIN)),
        ("digits_mlp", {"optimizer": "plain", "initializer": "start"}, (PLAIN, START)),
        ("ours", {"optimizer": "sgd"}, (OURS, PLAIN)),  # the task's baseline is looked at in each trial
    ],
)
def test_a_trials_lineage_is_all_that_it_needs(
    task: str, chosen: dict[str, str], expected: tuple[str, ...], known: Registry
) -> None:
    assert Lineages(known).of(trial(known, task, **chosen)) == tuple(sorted(expected))


def test_cells_of_one_program_and_another_lineage_never_mix(known: Registry) -> None:
    """An initializer is fed to a program: without the lineage these were one cell."""
    bundled = [trial(known, seed=seed, initializer="he_normal") for seed in range(2)]
    foreign = [trial(known, seed=seed, initializer="start") for seed in range(2)]
    assert len({one.cell for one in (*bundled, *foreign)}) == 1
    cells = make_cells([bundled[0], foreign[0], bundled[1], foreign[1]], known, 1)
    assert [(cell.lineage, list(cell.trials)) for cell in cells] == [((), bundled), ((START,), foreign)]


def test_where_only_bundled_plugins_are_nothing_is_looked_at(bundled: Registry) -> None:
    lineages = Lineages(bundled)
    assert lineages.of(trial(bundled, optimizer="adam")) == ()
    assert not lineages._known


def test_a_worker_loads_its_lineage_and_is_told_before_each_import(known: Registry) -> None:
    folder = Path(str(known.entry("optimizer", "plain").plugin.root)).parent
    told: list[str] = []
    found = load_registry(PluginSearch(folder=str(folder)), only=(PLAIN, "./plugins/broken.py"), importing=told.append)
    assert told == ["./plugins/broken.py", PLAIN]
    assert [plugin.origin for plugin in found.plugins if plugin.origin != "bundled"] == told
    assert [(plugin.origin, plugin.reason) for plugin in found.broken] == [
        ("./plugins/broken.py", "ValueError: not today")
    ]
    assert "adam" in found.names("optimizer")
    assert "outer" not in found.names("optimizer")


def test_one_that_was_asked_for_and_is_broken_is_kept_for_the_worker_to_say(tmp_path: Path) -> None:
    (tmp_path / "asked.py").write_text("raise ValueError('not here')", encoding="utf-8")
    found = load_registry(PluginSearch(("asked.py",), str(tmp_path), local=False), only=("--plugin asked.py",))
    assert [(plugin.origin, plugin.reason) for plugin in found.broken] == [
        ("--plugin asked.py", "ValueError: not here")
    ]


# Once an import has failed


def failure(sure: bool = False) -> ImportFailure:
    return ImportFailure("a", Outcome.CRASHED, "it ended", "printed", sure)


def test_an_import_that_fails_is_tried_again_and_then_believed_for_all() -> None:
    imports = Imports()
    for _ in range(IMPORTS_BELIEVED):
        assert imports.verdict(("a",)) is None
        imports.failed(("a",), failure())
    assert imports.verdict(("a",)) == failure()
    assert imports.verdict(("a", "b")) == failure()  # which needs it as well
    assert imports.verdict(("b",)) is None
    assert imports.verdict(()) is None
    assert failure().reason == "the plugin a cannot be imported in a worker: it ended"


def test_only_failures_in_a_row_count() -> None:
    imports = Imports()
    for _ in range(2 * IMPORTS_BELIEVED):
        imports.failed(("a",), failure())
        imports.succeeded(("a",))
    assert imports.verdict(("a",)) is None


def test_what_took_all_the_time_that_there_is_is_not_tried_again() -> None:
    imports = Imports()
    imports.failed(("a",), failure(sure=True))
    assert imports.verdict(("a",)) == failure(sure=True)


def test_a_plugin_that_fails_beside_another_may_yet_be_good_alone() -> None:
    imports = Imports()
    imports.failed(("a", "b"), failure(sure=True))
    assert imports.verdict(("a",)) is None
