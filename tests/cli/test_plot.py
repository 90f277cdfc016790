"""``benchsuite plot``: files of figures from results and from a bundle, and what is refused before anything is read."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from shutil import copytree
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

import benchsuite as bs
from benchsuite.cli.app import app
from benchsuite.cli.cards import family_of
from benchsuite.cli.plot import FORMATS, OF_COMPONENTS, file_name
from benchsuite.costs.written import table_of, write
from benchsuite.errors import BenchsuiteError
from benchsuite.record_json import record_from_json
from benchsuite.report.figures.asked import FigureChoice
from benchsuite.report.figures.figure_kinds import FIGURES
from benchsuite.store import Store
from tests.costs.courses import OTHER, course
from tests.factories import make_json, of_nobody


def plot(line: str, folder: Path | None = None) -> str:
    given = [*line.split(), *(["--results", str(folder)] if folder else []), "--no-local"]
    result = CliRunner().invoke(app, ["plot", *given])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return result.output


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plot") / "results"
    store = Store(folder)
    for name in ("adam", "nadam"):
        for seed in range(3):
            changes = {} if name == "adam" else {"optimizer": [{"name": name, "version": 1, "hyperparameters": {}}]}
            data = of_nobody(make_json(changes=changes, seed=seed, value=0.95 + 0.01 * seed))
            store.write(record_from_json(json.dumps(data).encode()))
    return folder


def test_a_figure_is_written_in_each_form(results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    said = plot("forest my_adam my_nadam --format png,svg --format pdf", results)
    assert said.splitlines() == [f"Wrote forest-optimizer-my_adam-my_nadam.{form}" for form in FORMATS]
    assert {path.suffix for path in tmp_path.iterdir()} == {".png", ".svg", ".pdf"}
    assert "my_digits_mlp" in (tmp_path / "forest-optimizer-my_adam-my_nadam.svg").read_text("utf-8")
    plot("seeds --output out.svg", results)
    assert (tmp_path / "out.svg").read_bytes().startswith(b"<?xml")
    (tmp_path / "figures").mkdir()
    plot("ecdf my_adam --output figures", results)
    assert [path.name for path in (tmp_path / "figures").iterdir()] == ["ecdf-optimizer.png"]


def test_the_list_names_every_figure_and_what_it_can_be_told() -> None:
    said = plot("--list")
    assert plot("") == said
    for name, one in FIGURES.items():
        assert f"{name} " in said
        assert one.summary in said
    assert all(name in said for name in OF_COMPONENTS)
    assert "--kind --track --change --budget --task COMPONENT --by" in said


@pytest.mark.parametrize(("line", "error"), [
    ("heatmap", "unknown figure 'heatmap'. Did you mean 'heat-map'?"),
    ("ecdf --task digits_mlp", "ecdf has no choice by --task. What it can be told: --kind, --track, --change, --budget, COMPONENT."),
    ("rank-ranges adam", "rank-ranges has no choice by COMPONENT. What it can be told: --kind"),
    ("seeds --by seconds", "seeds has no choice by --by. "),
    ("ecdf --format gif", "unknown format 'gif'. Known: pdf, png, svg."),
    ("ecdf --output a.gif", "--output must end in .png, .svg or .pdf. Received: 'a.gif'."),
    ("ecdf --output nowhere/a.png", "cannot write 'nowhere/a.png': the folder 'nowhere' does not exist."),
    ("schedules", "schedules are of components, and none was named."),
    ("schedules cosine --task beale", "schedules are of no task. Received: --task beale."),
    ("paths adam", "paths are over one surface. Name it: "),
    ("ecdf --results nowhere", "there are no records in nowhere."),
])  # fmt: skip
def test_what_cannot_be_drawn_is_refused(
    line: str, error: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(BenchsuiteError) as caught:
        plot(line)
    assert str(caught.value).startswith(error)
    assert list(tmp_path.iterdir()) == []


def test_several_figures_are_not_one_file(results: Path, tmp_path: Path) -> None:
    with pytest.raises(BenchsuiteError, match=r"^2 figures cannot be one file\. Received: --output "):
        plot(f"seeds --task my_digits_mlp --task my_digits_mlp --output {tmp_path / 'a.png'}", results)


def test_schedules_need_no_results(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert plot("schedules cosine,constant --format svg") == "Wrote schedules-cosine-constant.svg\n"
    assert "cosine" in (tmp_path / "schedules-cosine-constant.svg").read_text("utf-8")


@pytest.mark.parametrize(("name", "file"), [
    ("seeds optimizer digits_mlp", "seeds-optimizer-digits_mlp"), ("ecdf ../../etc/passwd", "ecdf-..-..-etc-passwd"),
    ("a/b\\c:d", "a-b-c-d"), (".hidden", "hidden"), ("ü" * 3 + "x" * 300, "x" * 120),
])  # fmt: skip
def test_a_file_is_named_by_letters_alone(name: str, file: str) -> None:
    assert file_name(name) == file


def test_a_published_bundle_serves_as_well(results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    published = CliRunner().invoke(
        app, ["publish", "--results", str(results), "--zip", str(tmp_path / "b.zip"), "--no-local"]
    )
    assert published.exit_code == 0, (published.output, published.exception)
    plot("seeds --format svg", tmp_path / "b.zip")
    assert len(bs.read(tmp_path / "b.zip", local=False)) == len(bs.read(results, local=False)) == 6
    plot("seeds --output own.svg", results)
    assert (tmp_path / "seeds-optimizer-my_digits_mlp.svg").read_bytes() == (tmp_path / "own.svg").read_bytes()


def test_step_costs_that_were_measured_stand_before_timings(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "with_costs"
    copytree(results, folder)
    table = table_of(course(OTHER, task=None))
    rows = [
        replace(table.rows[0], label=name, ratio=ratio, hyperparameters={name: {}}, fingerprints={name: "0" * 16})
        for name, ratio in (("my_adam", 1.0), ("my_nadam", 0.4375))
    ]
    write(folder, course(OTHER, task=None), replace(table, rows=tuple(rows)))
    plot("pareto --format svg", folder)
    (picture,) = bs.read(folder, local=False).pictures("pareto", FigureChoice())
    assert picture.words.endswith("No other is better in both: my_nadam (score 1, 0.438×).")
    published = CliRunner().invoke(app, ["publish", "--results", str(folder), "--zip", "c.zip", "--no-local"])
    assert published.exit_code == 0, (published.output, published.exception)
    first = Path("pareto-optimizer.svg").read_bytes()
    plot("pareto --format svg", tmp_path / "c.zip")
    assert Path("pareto-optimizer.svg").read_bytes() == first


def test_the_results_that_ship_are_read_by_their_name(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    published = CliRunner().invoke(
        app, ["publish", "--results", str(results), "--zip", "b.zip", "--no-site", "--no-local"]
    )
    assert published.exit_code == 0, (published.output, published.exception)
    monkeypatch.setattr("benchsuite.opening.reference_file", lambda: tmp_path / "b.zip")
    assert len(bs.read("reference", local=False)) == 6
    plot("seeds", Path("reference"))
    (tmp_path / "reference").mkdir()  # something of that name lies here
    with pytest.raises(BenchsuiteError, match="there are no records in reference"):
        bs.read("reference")
    with pytest.raises(BenchsuiteError, match="cannot be read: No such file"):
        bs.read("gone.zip")


@pytest.mark.parametrize(("declared", "family"), [
    ({"state": 0}, "no state"), ({"state": 2}, "state 2× parameters"), ({"state": None}, "state by shape"), ({}, ""),
    ({"state": 2, "family": "adaptive"}, "adaptive"),
])  # fmt: skip
def test_a_component_is_grouped_by_what_it_declares_else_by_its_state(declared: dict[str, object], family: str) -> None:
    assert family_of(SimpleNamespace(**declared)) == family
