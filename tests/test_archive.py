"""Results in a notebook: frames, leaderboards, single records and figures, and the example of the guide as it stands there."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import benchsuite as bs
from benchsuite.analysis.frames import curves_frame, trials_frame
from benchsuite.archive import Archive
from benchsuite.kinds import RECIPE_KINDS
from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.report.drawings.series import series_of
from benchsuite.report.figures.asked import FigureChoice
from benchsuite.store import Store
from tests.factories import DIGITS, component, make_record, make_study, remade

ROOT = Path(__file__).parent.parent


@pytest.fixture(autouse=True)
def no_window(monkeypatch: pytest.MonkeyPatch) -> None:
    mpl.use("agg")


@pytest.fixture(scope="module")
def study() -> list[Record]:
    return make_study()


@pytest.fixture(scope="module")
def archive(study: list[Record]) -> Archive:
    return Archive(study, stale=3)


def test_each_trial_is_a_row_and_each_hyperparameter_a_column(archive: Archive, study: list[Record]) -> None:
    trials = archive.trials
    assert sorted(trials["id"]) == sorted(record.id for record in study)
    assert len(archive) == len(study)
    by_id = trials.set_index("id")
    for record in study:
        row = by_id.loc[record.id]
        assert (row["task"], row["seed"], row["outcome"]) == (record.trial.task, record.trial.seed, record.outcome)
        for name, value in record.trial.recipe.one("optimizer").values:
            assert row[f"optimizer.{name}"] == value
        if record.results.final:
            assert row[f"final.test_{record.task.primary}"] == record.results.final[f"test_{record.task.primary}"]
        assert row["wall_seconds"] == record.costs.wall_seconds
        assert row["benchsuite"] == record.made_by.benchsuite
    assert trials["optimizer.learning_rate"].dtype == "float64"


def test_of_kinds_that_can_be_combined_each_component_has_its_own_columns() -> None:
    both = [component("dropout", rate=0.2), component("l2", strength=1e-4)]
    frame = trials_frame([make_record(DIGITS, {"regularization": both}), make_record(DIGITS, seed=1)])
    assert list(frame["regularization"]) == ["dropout+l2", "none"]
    assert frame["regularization.dropout.rate"][0] == 0.2
    assert np.isnan(frame["regularization.l2.strength"][1])


def test_hyperparameters_of_several_types_can_be_written_as_a_table(tmp_path: Path) -> None:
    values = [1, 0.5, "auto", True, None]
    records = [
        make_record(DIGITS, {"optimizer": [component("odd", x=value)]}, seed=n) for n, value in enumerate(values)
    ]
    frame = trials_frame(records)
    frame.to_parquet(tmp_path / "t.parquet")
    assert list(pd.read_parquet(tmp_path / "t.parquet")["optimizer.x"].fillna("")) == ["1", "0.5", "auto", "True", ""]


def test_a_target_that_was_missed_is_missing_and_a_failed_trial_has_no_values() -> None:
    frame = trials_frame([make_record(DIGITS, value=0.96), make_record(DIGITS, seed=1, outcome="diverged")])
    assert frame["reached.0.95"].notna().tolist() == [True, False]
    assert frame["reached.0.97"].isna().all()
    assert frame["final.test_accuracy"].isna().tolist() == [False, True]
    assert frame["outcome"].tolist() == [Outcome.COMPLETED, Outcome.DIVERGED]


def test_curves_are_long_and_complete(study: list[Record]) -> None:
    curves = curves_frame(study)
    assert list(curves.columns) == ["id", "task", "seed", "epoch", "step", "measure", "value"]
    assert len(curves) == sum((len(record.curves) - 2) * record.curves.epochs for record in study if record.curves)
    one = next(record for record in study if record.curves)
    held = curves[(curves["id"] == one.id) & (curves["measure"] == "test_loss")]
    assert held["value"].tolist() == one.curves["test_loss"].tolist()
    assert held["step"].tolist() == one.curves["step"].tolist()
    running = curves[(curves["id"] == one.id) & (curves["measure"] == "running_loss")]
    assert np.isnan(running["value"].iloc[0])


def test_nothing_gives_empty_frames() -> None:
    empty = Archive([])
    assert len(empty.trials) == len(empty.curves) == 0
    assert empty.kinds == []


def test_a_leaderboard_is_that_of_the_report(archive: Archive, study: list[Record]) -> None:
    import io

    from benchsuite.report import Contents
    from benchsuite.report.tables.csv_table import leaderboard_csv

    board = archive.leaderboard("optimizer")
    held = [one for one in Contents(study).boards if one.kind == "optimizer"]
    written = pd.read_csv(io.StringIO(leaderboard_csv(held)))
    assert set(written.columns) == set(board.columns)
    pd.testing.assert_series_equal(
        pd.to_numeric(board["final_median"]), written["final_median"], check_dtype=False, check_index=False
    )
    with pytest.raises(
        bs.BenchsuiteError, match=r"^unknown kind among these trials: 'optimiser'\. Did you mean 'optimizer'\?"
    ):
        archive.leaderboard("optimiser")


def test_a_record_is_found_by_its_first_digits(archive: Archive, study: list[Record]) -> None:
    one = study[0]
    assert archive.record(one.id) is archive.record(one.id[:12])
    assert archive.record(one.id).trial == one.trial
    with pytest.raises(bs.BenchsuiteError, match=r"^none of these \d+ trials has an id that begins with 'zz'\."):
        archive.record("zz")
    with pytest.raises(bs.BenchsuiteError, match=r"^\d+ trials have an id that begins with '[0-9a-f]'\."):
        archive.record(one.id[0])


@pytest.mark.parametrize("draw", ["draw_learning_curves", "draw_seeds"])
def test_figures_take_axes_and_return_them(draw: str, archive: Archive) -> None:
    from matplotlib import pyplot

    _, axes = pyplot.subplots()
    assert getattr(archive, draw)("digits_mlp", axes=axes) is axes
    assert axes.has_data()
    own = getattr(archive, draw)("digits_mlp", "schedule")
    assert own is not axes
    assert own.has_data()
    pyplot.close("all")
    with pytest.raises(
        bs.BenchsuiteError, match=r"^unknown task with a leaderboard of kind optimizer: 'digits_mpl'\. Did"
    ):
        getattr(archive, draw)("digits_mpl")


def test_the_legend_names_each_line_by_its_own_colour(archive: Archive) -> None:
    axes = archive.draw_learning_curves("digits_mlp", "schedule")
    legend = axes.get_legend()
    assert legend is not None
    source = archive._source()
    board, at = source.columns(FigureChoice(kind="schedule", task="digits_mlp"))[0]
    series = series_of(board, at, source.records, source.styles)
    shown = [
        (text.get_text(), handle.get_color())
        for text, handle in zip(legend.get_texts(), legend.get_lines(), strict=True)
    ]
    assert shown == [(one.label, one.style.colour) for one in series]


def test_stale_records_are_left_out_and_counted(tmp_path: Path, bundled: object) -> None:
    Store(tmp_path / "results").write(make_record(DIGITS))  # whose fingerprints are nobody's
    archive = bs.read(tmp_path / "results", local=False)
    assert (len(archive), archive.stale) == (0, 1)
    assert repr(archive) == "<Archive: 0 trials on 0 tasks; left out: 1 stale, 0 without data>"
    assert {"id", "task", "seed", "outcome", "reason"} <= {*archive.trials.columns}
    assert list(archive.curves.columns) == ["id", "task", "seed", "epoch", "step", "measure", "value"]
    archive = bs.read(tmp_path / "results", local=False, stale=True)
    assert (len(archive), archive.stale, len(archive.trials)) == (1, 1, 1)
    assert repr(archive) == "<Archive: 1 trials on 1 tasks, 1 of them stale; left out: 0 without data>"
    with pytest.raises(
        bs.BenchsuiteError, match=r"^there are no records in .*nowhere\. `benchsuite run --all` makes some"
    ):
        bs.read(tmp_path / "nowhere")


def test_records_of_trials_without_data_are_left_out_and_counted(tmp_path: Path, bundled: object) -> None:
    def change(data: dict[str, Any]) -> None:
        data |= {"outcome": "crashed", "reason": "ModuleNotFoundError: no mnist1d"}
        del data["fingerprints"]["data"]
        data["results"] |= {"final": None, "best": None, "targets": {}, "failure": {"step": 0, "traceback": ""}}

    Store(tmp_path / "results").write(remade(make_record(DIGITS), change))
    for stale in (False, True):
        archive = bs.read(tmp_path / "results", local=False, stale=stale)
        assert (len(archive), archive.stale, archive.without_data) == (0, 0, 1)
        assert "1 without data" in repr(archive)


def test_a_frame_tells_trials_of_several_lanes_from_those_of_one() -> None:
    assert trials_frame([make_record(DIGITS), make_record(DIGITS, lanes=3)])["lanes"].value_counts().to_dict() == {
        1: 1,
        3: 1,
    }


def test_a_frame_without_rows_has_the_columns_that_every_trial_has() -> None:
    empty, filled = trials_frame([]), trials_frame([make_record(DIGITS)])
    assert list(empty.columns) == [name for name in filled.columns if name in empty.columns]
    recipe = {"final", "best", "reached", *RECIPE_KINDS}
    assert {*filled.columns} - {*empty.columns} == {name for name in filled.columns if name.partition(".")[0] in recipe}
    known = [name for name in empty.columns if filled[name].notna().any()]
    assert len(known) > 15
    assert empty[known].dtypes.to_dict() == filled[known].dtypes.to_dict()


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (5, "the id of a trial must be a string: its 32 digits, or the first of them. Received: 5."),
        ("", "the id of a trial must be a string: its 32 digits, or the first of them. Received: ''."),
        (
            "f" * 32,
            f"none of these {{count}} trials has an id that is {'f' * 32!r}. The column id of trials has them all.",
        ),
        ("xy", "none of these {count} trials has an id that begins with 'xy'. The column id of trials has them all."),
    ],
)
def test_an_id_that_no_trial_has(asked: Any, message: str, archive: Archive) -> None:
    with pytest.raises(bs.BenchsuiteError) as refused:
        archive.record(asked)
    assert str(refused.value) == message.replace("{count}", str(len(archive)))


@pytest.mark.slow
def test_the_example_of_the_guide_runs(tmp_path: Path) -> None:
    """On real results, in a process of its own, as a reader would."""
    guide = (ROOT / "docs/how-to/read-results.md").read_text(encoding="utf-8")
    code = "\n".join(re.findall(r"^```python\n(.*?)^```", guide, re.MULTILINE | re.DOTALL))
    assert code.count("archive.") > 6
    run = [
        sys.executable,
        "-m",
        "benchsuite",
        "run",
        "--task",
        "digits_mlp",
        "--optimizer",
        "sgd,adam",
        "--epochs",
        "2",
    ]
    subprocess.run(
        [*run, "--seeds", "2", "--no-local", "--workers", "1"],
        cwd=tmp_path,
        check=True,
        capture_output=True,
        timeout=300,
    )
    script = tmp_path / "notebook.py"
    check = "\nassert len(trials) == 4 and set(best['component']) == {'sgd', 'adam'}, (trials, best)\nassert len(last) == 4\n"
    script.write_text("import matplotlib\nmatplotlib.use('agg')\n" + code + check, encoding="utf-8")
    done = subprocess.run([sys.executable, script.name], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "digits_mlp.png").stat().st_size > 10_000
