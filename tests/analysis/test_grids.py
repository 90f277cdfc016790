"""Interaction grids: which records they hold, in which order, and how a study with --cross fills them."""

import pytest

from benchsuite.analysis import grids, leaderboards
from benchsuite.errors import BenchsuiteError
from benchsuite.registry import PluginSearch, load_registry
from benchsuite.report import grid_tables
from benchsuite.report.site import grid_page, start_page
from benchsuite.studies.plan import plan
from benchsuite.study import Study
from tests.factories import component, make_record
from tests.report.reading import site

SGD, ADAM = component("sgd", learning_rate=0.1), component("adam", learning_rate=0.001)
BATCH, LAYER = component("batch"), component("layer")
VALUES = {("sgd", "batch"): 0.9, ("sgd", "layer"): 0.8, ("lion", "batch"): 0.7, ("lion", "layer"): 0.95}


def records(outcome="completed"):
    held = []
    for (optimizer, normalization), value in VALUES.items():
        changes = {"optimizer": [component(optimizer)], "normalization": [component(normalization)]}
        for seed in range(3):
            spoilt = outcome if (optimizer, normalization) == ("lion", "batch") and seed < 2 else "completed"
            held.append(make_record(changes=changes, seed=seed, value=value + 0.001 * seed, outcome=spoilt))
    return held


def test_a_grid_holds_the_pairs_their_single_changes_and_the_baseline():
    alone = make_record(changes={"normalization": [BATCH]}, value=0.85)
    unrelated = make_record(changes={"optimizer": [component("yogi")]}, value=0.5)
    (grid,) = grids([*records(), alone, unrelated, make_record(value=0.6)])
    assert grid.kinds == ("optimizer", "normalization")
    assert set(grid.rows) == {"sgd", "lion", "adam"}  # the baseline's own optimizer, and not yogi
    assert set(grid.columns) == {"batch", "layer", "none"}
    found = {
        (row, column): entry.final.estimate if entry else None
        for row, line in zip(grid.rows, grid.entries, strict=True)
        for column, entry in zip(grid.columns, line, strict=True)
    }
    for pair, value in VALUES.items():
        assert found[pair] == pytest.approx(value + 0.001)
    assert found["adam", "batch"] == 0.85
    assert found["adam", "none"] == 0.6
    assert found["sgd", "none"] is None


def test_the_best_come_first_and_failures_count():
    better = make_record(changes={"optimizer": [component("radam")], "normalization": [LAYER]}, value=0.94)
    (grid,) = grids([*records(), better])
    assert grid.rows[0] == "radam"  # rank 2; the others 1 and 5, 3 and 4
    assert grid.columns == ("layer", "batch")  # nobody ran the baseline's none, nor its adam
    assert set(grid.rows) == {"radam", "sgd", "lion"}
    leads = [e for line in grid.entries for e in line if e and e.leads]
    assert [entry.final.estimate for entry in leads] == [pytest.approx(0.951)]
    (grid,) = grids(records("diverged"))
    lost = grid.entries[grid.rows.index("lion")][grid.columns.index("batch")]
    assert lost.failed == 2
    assert lost.final.estimate == float("-inf")
    assert lost.rank == 4


def test_records_of_one_kind_make_no_grid():
    assert grids([make_record(), make_record(changes={"optimizer": [SGD]})]) == []
    assert {board.kind for board in leaderboards(records())} <= {"optimizer", "normalization"}


def test_the_page_and_the_terminal_show_it():
    import io

    from rich.console import Console

    made = site(records("diverged"), [start_page.pages, grid_page.pages])
    (path,) = [path for path in made if path.startswith("grids/") and path.endswith(".html")]
    assert "Optimizer × normalization on digits_mlp" in made[path]
    assert 'href="grids.html"' in made["index.html"]
    assert "2 of 3 diverged" in made[path]
    assert "Interactions" not in site([make_record()], [start_page.pages, grid_page.pages])["index.html"]
    console = Console(width=80, file=io.StringIO(), color_system=None)
    for table in grid_tables(records("diverged")):
        console.print(table)
    shown = console.file.getvalue()
    assert "optimizer × normalization on digits_mlp" in shown
    assert "2/3 diverged" in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_study_runs_all_pairs():
    registry = load_registry(PluginSearch(local=False))
    chosen = {"optimizer": ("sgd,adam[learning_rate=0.1]",), "initializer": ("zeros,he_normal,orthogonal",)}
    found = plan(Study(cross=("optimizer", "initializer"), components=chosen, task=("digits_mlp",), seeds=2), registry)
    pairs = {
        (trial.recipe.one("optimizer").name, trial.recipe.one("initializer").name) for trial in found.trials.values()
    }
    assert pairs == {(o, i) for o in ("sgd", "adam") for i in ("zeros", "he_normal", "orthogonal")}
    assert len(found.trials) == 12
    assert found.compared["optimizer"] == ["sgd", "adam[learning_rate=0.1]"]


def test_without_a_selection_every_component_is_crossed():
    registry = load_registry(PluginSearch(local=False))
    found = plan(
        Study(cross=("preprocessing", "schedule"), components={"schedule": ("constant",)}, task=("digits_mlp",)),
        registry,
    )
    names = {trial.recipe.one("preprocessing").name for trial in found.trials.values()}
    assert names == set(registry.names("preprocessing"))


@pytest.mark.parametrize("cross", [("optimizer",), ("optimizer", "optimizer"), ("optimizer", "schedule", "loss")])
def test_cross_takes_two_kinds(cross):
    with pytest.raises(BenchsuiteError, match=r"cross must name two kinds\. Received: .*Example: --cross optimizer"):
        Study(cross=cross)
    with pytest.raises(BenchsuiteError, match="normalisation"):
        Study(cross=("optimizer", "normalisation"))


def test_a_search_over_two_kinds_makes_a_grid_of_the_best_settings_alone():
    held = [
        make_record(
            changes={"optimizer": [component("sgd", rate=number)], "schedule": [component("cosine", final=number)]},
            value=0.9 - number / 100,
        )
        for number in range(1, 8)
    ]
    (grid,) = grids([*held, make_record(value=0.95)], most=3)
    assert grid.rows == ("adam", "sgd[rate=1]", "sgd[rate=2]")
    assert grid.left_out == (5, 5)
    assert [[entry is not None for entry in line] for line in grid.entries] == [
        [True, False, False], [False, True, False], [False, False, True],
    ]  # fmt: skip
    # Ranks are over all pairs that were run, shown or not.
    (whole,) = grids([*held, make_record(value=0.95)])
    assert whole.left_out == (0, 0)
    assert grid.entries[2][2].rank == whole.entries[2][2].rank == 3
