"""Every figure by its name: it draws on given axes and returns them, makes equal bytes, and shows the numbers of the analysis."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from matplotlib.figure import Figure

from benchsuite.analysis.numbers.aggregates import median
from benchsuite.analysis.numbers.profiles import profile
from benchsuite.analysis.score_map import score_map, sound_table
from benchsuite.analysis.share_curves import performance_profile, targets_reached
from benchsuite.errors import BenchsuiteError
from benchsuite.report import Contents
from benchsuite.report.drawings.forest import forest_rows
from benchsuite.report.drawings.heat_map import level_of
from benchsuite.report.drawings.palette import COLOURS, Style, variables
from benchsuite.report.drawings.picture import Picture, write_picture
from benchsuite.report.drawings.probe_scale import MEASURES
from benchsuite.report.drawings.trade_off import Traded, front_of
from benchsuite.report.figures.asked import FigureChoice, FigureSource
from benchsuite.report.figures.figure_kinds import FIGURES, pictures
from benchsuite.report.figures.of_pair import verdict_of
from benchsuite.searches import Search, Tried
from tests.along import at_width
from tests.claims_made import several
from tests.factories import DIGITS, component, make_record, make_study

HOSTILE = '<script>alert("x")</script> & $\\frac$'


def search_of(selection: str, evaluated: list[Any]) -> Search:
    """Return a search over nine learning rates, the last of which failed."""
    rates = [10.0**power for power in np.linspace(-4, -0.5, 9)]
    tried = tuple(
        Tried(
            {"optimizer.0.learning_rate": rate}, (f"{at:032x}",), None if at == 8 else 0.9 + 0.01 * at - 0.002 * at**2, 1.0,
            source="default" if at == 0 else "tuner",
        )
        for at, rate in enumerate(rates)
    )  # fmt: skip
    ids = tuple(record.id for record in evaluated)
    return Search(
        "optimizer", selection, DIGITS.name, 1, DIGITS.epochs, DIGITS.batch_size, "float32", "cpu", 2, 1, "", "tuned", "random", 1,
        9, "the best", ("optimizer.0.learning_rate",), 1, 0, tried, 3, ids, {}, {}, {},
    )  # fmt: skip


@pytest.fixture(scope="module")
def source() -> FigureSource:
    records = make_study(seeds=4, tasks=3)
    records += [
        make_record(DIGITS, {"optimizer": [component("sgd", learning_rate=rate, momentum=0.0)]}, seed=seed, value=0.9 - rate,
                    outcome="diverged" if rate == 0.5 and seed else "completed")
        for rate in (0.001, 0.05, 0.5) for seed in range(2)
    ]  # fmt: skip
    records.append(make_record(DIGITS, {"optimizer": [component(HOSTILE)]}, seed=0, value=0.93))
    pairs = [("adagrad", "cosine", 0.95), ("lion", "cosine", 0.97), ("lion", "warmup_linear", 0.4)]
    records += [
        make_record(DIGITS, {"optimizer": [component(one)], "schedule": [component(other)]}, value=value)
        for one, other, value in pairs
    ]
    records += [
        make_record(replace(DIGITS, name="digits_mlp~1"), {"optimizer": [component(name)]}, seed=seed, value=0.9 + 0.01 * seed)
        for name in ("nadam", "adagrad") for seed in range(3)
    ]  # fmt: skip
    searches = []
    for name in ("adamw", "muon"):
        tuned = [
            make_record(DIGITS, {"optimizer": [component(name, learning_rate=0.0123)]}, seed=seed, value=0.96)
            for seed in range(3)
        ]
        records += tuned
        searches.append(search_of(name, tuned))
    records += [
        at_width(width, name, seed, rate) for width in (16, 32) for name, rate in (("adam", 0.4), ("sgd", 0.2)) for seed in range(4)
    ]  # fmt: skip
    probed = [record for record in records if record.trial.task == DIGITS.name and record.curves][:6]
    found = {
        record.id: {
            "layers": ["dense", "dense_1"], "epochs": [0, 1, 5],
            "measures": {name: [[0.1 * at, 0.2], [0.3, None], [0.5, 1.0]] for at, name in enumerate(MEASURES)},
        }
        for record in probed
    }  # fmt: skip
    return FigureSource(Contents(records, searches=searches), found, claims=several())


ASKED: dict[str, FigureChoice] = {
    "learning-curves": FigureChoice(task="digits_mlp"),
    "seeds": FigureChoice(task="digits_mlp"),
    "sensitivity": FigureChoice(task="digits_mlp", track="tuned"),
    "budget-curves": FigureChoice(task="digits_mlp"),
    "forest": FigureChoice(components=("nadam", "adagrad")),
    "scaling": FigureChoice(components=("adam", "sgd"), over="width"),
    "instances": FigureChoice(components=("nadam", "adagrad")),
    "probes": FigureChoice(task="digits_mlp", measure="gradient_norm"),
    "claim": FigureChoice(components=("C10",)),
}


def one(name: str, source: FigureSource, **changes: Any) -> Picture:
    (found,) = pictures(name, source, replace(ASKED.get(name, FigureChoice()), **changes))
    return found


@pytest.mark.parametrize("name", FIGURES)
def test_each_draws_on_given_axes_and_returns_them(name: str, source: FigureSource) -> None:
    picture = one(name, source)
    axes = Figure().add_subplot()
    assert picture.draw(axes) is axes
    assert len(axes.get_children()) > 10
    assert picture.title
    assert len(picture.words) > 40


@pytest.mark.parametrize("name", FIGURES)
def test_equal_contents_give_equal_bytes_with_safe_names_and_ids_of_their_own(name: str, source: FigureSource) -> None:
    first, same = (
        one(name, source).svg(),
        one(name, FigureSource(source.contents, source.probes, claims=source.claims)).svg(),
    )
    assert first == same
    assert "<script" not in first
    assert "http" not in first
    assert re.match(
        r'<svg class="figure" viewBox="[\d. ]+" role="img" aria-label="[^"]{40,}">\n<title>[^<]+</title>', first
    )
    ids = re.findall(r'\bid="([^"]*)"', first)
    assert len(ids) == len(set(ids))
    other = replace(one(name, source), name="another").svg()
    assert not set(ids) & set(re.findall(r'\bid="([^"]*)"', other))
    assert ' id="of ' not in first


WITHOUT_COMPONENTS = {"claim", "rank-robustness", "forest", "instances", "interaction", "probes"}


@pytest.mark.parametrize("name", [name for name in FIGURES if name not in WITHOUT_COMPONENTS])
def test_marks_say_whose_they_are(name: str, source: FigureSource) -> None:
    svg = one(name, source).svg()
    whose = set(re.findall(r'<g class="of" data-component="([^"]*)"', svg))
    assert len(whose) >= 2
    assert all(found.startswith("optimizer/") for found in whose)
    if name == "seeds":
        assert "optimizer/&lt;script&gt;alert(&#34;x&#34;)&lt;/script&gt; &amp; $\\frac$" in whose
        assert 'data-component="optimizer/sgd" data-label="sgd[learning_rate=0.05, momentum=0]"' in svg


def lines_of(picture: Picture) -> dict[str, tuple[list[float], list[float]]]:
    axes = picture.draw(Figure().add_subplot())
    return {
        str(line.get_label()): ([float(x) for x in line.get_xdata()], [float(y) for y in line.get_ydata()])
        for line in axes.lines
        if not str(line.get_label()).startswith("_")
    }  # fmt: skip


def test_a_profile_shows_the_profile_of_the_analysis(source: FigureSource) -> None:
    board = source.boards(FigureChoice())[0]
    table = sound_table(board, source.contents.sample)
    times = median(table.scores("steps:middle").values)
    drawn = lines_of(one("performance-profile", source))
    assert len(drawn) > 5
    for label, (at, shares) in drawn.items():
        np.testing.assert_allclose(shares, profile(times, at)[table.rows.index(label)])
    curves = performance_profile(board, source.contents.sample)
    assert list(curves.areas) == sorted(curves.areas, reverse=True)


def test_an_ecdf_shows_shares_that_grow_to_what_was_reached_in_all(source: FigureSource) -> None:
    curves = targets_reached(source.boards(FigureChoice())[0], source.contents.sample)
    drawn = lines_of(one("ecdf", source))
    for row, label in enumerate(curves.rows):
        np.testing.assert_array_equal(drawn[label][1], curves.shares[row])
        assert (np.diff(curves.shares[row]) >= 0).all()
    only = lines_of(one("ecdf", source, components=("nadam", "muon")))
    assert {label: only[label] for label in only} == {label: drawn[label] for label in ("nadam", "muon")}


def test_a_heat_map_has_the_scores_of_the_analysis_and_what_failed(source: FigureSource) -> None:
    board = source.boards(FigureChoice())[0]
    scores = score_map(board, source.contents.sample)
    axes = one("heat-map", source).draw(Figure().add_subplot())
    texts = [text.get_text() for text in axes.texts]
    assert texts.count("✕") == (scores.values == -np.inf).sum() > 0
    assert [level_of(score) for score in (-3.0, 0.0, 0.9, 0.99, 1.0)] == [0, 0, 10, 19, 19]
    best = float(np.nanmax(scores.values))
    assert (f"{100 * best:.0f}" if best > 0.9995 else f"{100 * best:.1f}") in texts


def test_sensitivity_shows_medians_and_failures(source: FigureSource) -> None:
    drawn = lines_of(one("sensitivity", source, components=("sgd",), track="default", measure="test"))
    (found,) = drawn.values()
    assert found[0] == [0.001, 0.01, 0.05, 0.5]  # one is the study's own
    assert (found[1][0], found[1][2]) == pytest.approx((0.899, 0.85))
    assert np.isnan(found[1][3])
    axes = one("sensitivity", source, components=("sgd",), track="default", measure="test").draw(Figure().add_subplot())
    assert [list(line.get_xdata()) for line in axes.lines if line.get_marker() == "x"] == [[0.5]]
    searched = lines_of(one("sensitivity", source, track="tuned"))
    assert set(searched) == {"adamw", "muon"}
    assert max(searched["adamw"][1]) == pytest.approx(0.9 + 0.01 * 3 - 0.002 * 9, abs=2e-3)


def test_budget_curves_begin_at_the_default_and_end_at_the_best(source: FigureSource) -> None:
    trials, best = lines_of(one("budget-curves", source))["adamw"]
    assert trials == list(range(1, 10))
    assert (best[0], best[-1]) == pytest.approx((0.9, 0.912))
    over_all = lines_of(one("budget-curves", source, task=""))["adamw"][1]
    assert over_all == sorted(over_all)


def test_a_forest_shows_the_verdict_as_a_part_of_the_error(source: FigureSource) -> None:
    board = source.boards(FigureChoice())[0]
    by_label = {row.label: row for row in board.rows}
    verdict = verdict_of(source, board, by_label["nadam"], by_label["adagrad"])
    (row, *_) = rows = forest_rows(verdict)
    task = verdict.tasks[0]
    assert (task.task, task.direction) == ("digits_mlp", "max")
    assert row.estimate == pytest.approx(task.difference / (1 - task.b))
    axes = one("forest", source).draw(Figure().add_subplot())
    (drawn,) = [line for line in axes.lines if line.get_marker() in "sD><" and list(line.get_ydata()) == [0]]
    assert drawn.get_xdata()[0] == pytest.approx(min(row.estimate, 1.0))
    backwards = forest_rows(verdict_of(source, board, by_label["adagrad"], by_label["nadam"]))
    assert [one.word for one in backwards] == [
        {"better": "worse", "worse": "better"}.get(one.word, one.word) for one in rows
    ]
    assert all(
        two.estimate * one.estimate <= 0 for one, two in zip(rows, backwards, strict=True) if np.isfinite(one.estimate)
    )


def test_the_front_is_of_those_that_no_other_beats() -> None:
    def traded(label: str, score: float, ratio: float) -> Traded:
        return Traded(label, f"optimizer/{label}", Style(0), score, ratio)

    rows = [traded("a", 0.9, 1.0), traded("b", 0.95, 2.0), traded("c", 0.9, 1.5), traded("d", 0.99, float("nan"))]
    assert [row.label for row in front_of(rows)] == ["a", "b"]
    assert front_of([]) == []


def test_curves_over_seconds_lie_at_the_median_times_of_the_row(source: FigureSource) -> None:
    axes = one("learning-curves", source, across="seconds", components=("nadam",)).draw(Figure().add_subplot())
    held = [record for record in source.contents.records if record.trial.recipe.one("optimizer").name == "nadam"]
    ends = [record.costs.train_seconds_at[-1] for record in held if record.trial.task == "digits_mlp"]
    assert float(axes.lines[0].get_xdata()[-1]) == pytest.approx(float(np.median(ends)))
    assert axes.get_xlabel() == "seconds of training"


@pytest.mark.parametrize(("name", "changes", "said"), [
    ("ecdf", {"task": "digits_mlp"}, "a figure 'ecdf' has no choice of task. Received: 'digits_mlp'. What can be chosen: kind, track"),
    ("nothing", {}, "unknown figure 'nothing'. "),
    ("ecdf", {"kind": "optimiser"}, "unknown kind among these trials: 'optimiser'. Did you mean 'optimizer'?"),
    ("ecdf", {"track": "tunned"}, "unknown track of the leaderboards of kind optimizer: 'tunned'. Did you mean 'tuned'?"),
    ("ecdf", {"components": ("adan",)}, "unknown component on the leaderboard of kind optimizer: 'adan'. Did you mean 'adam'?"),
    ("ecdf", {"track": "tuned", "budget": 5}, "unknown budget of the tuned leaderboards of kind optimizer: '5'. Known: 9."),
    ("seeds", {"task": "digits"}, "unknown task with a leaderboard of kind optimizer: 'digits'. "),
    ("seeds", {"task": ""}, "this figure is of one task, and none was named. Possible: digits_mlp, "),
    ("learning-curves", {"across": "miles"}, "unknown thing that curves run over: 'miles'. Known: epoch, seconds, step."),
    ("forest", {"components": ("adam",)}, "a forest plot is of two optimizers. Received: adam. Name two"),
    ("forest", {"components": ("adam", "adam")}, "a forest plot is of two. Received: 'adam' twice."),
    ("forest", {"components": ("adam", "sgd")}, "'sgd' is 5 rows: "),
    ("sensitivity", {"over": "warmth"}, "no optimizer has two values of 'warmth' in any search."),
    ("budget-curves", {"kind": "schedule", "task": ""}, "no search tried settings of kind schedule"),
    ("probes", {"measure": "colour"}, "unknown measure of the layers of digits_mlp: 'colour'. Known: "),
    ("claim", {"components": ("C8",)}, "unknown claim with a verdict: 'C8'. "),
    ("interaction", {"task": "digits"}, "unknown task with an interaction grid: 'digits'. "),
])  # fmt: skip
def test_what_cannot_be_drawn_is_refused_with_what_can(
    name: str, changes: dict[str, Any], said: str, source: FigureSource
) -> None:
    with pytest.raises(BenchsuiteError) as caught:
        one(name, source, **changes)
    assert str(caught.value).startswith(said)
    assert "\n" not in str(caught.value)


def test_of_claims_all_are_drawn_where_none_is_named(source: FigureSource) -> None:
    found = pictures("claim", source)
    assert [picture.name.partition(" ")[2] for picture in found] == [
        "dropout_helps",
        "weight_decay_shrinks",
        "closed_form",
        "mine",
    ]
    assert one("claim", source, components=("dropout_helps",)).title == "C9: holds"


def test_nothing_to_draw_is_said() -> None:
    little = FigureSource(Contents([make_record()]))
    for name, said in (
        (
            "critical-difference",
            "there is nothing to draw of optimizer: a critical-difference diagram needs three rows",
        ),
        ("rank-ranges", "there is nothing to draw of optimizer: a ranking needs two rows"),
        ("interaction", "no two kinds were varied together in these trials."),
        ("probes", "no layer of these trials was probed."),
        ("claim", "there is no verdict on a claim."),
    ):
        with pytest.raises(BenchsuiteError, match=re.escape(said)):
            pictures(name, little)


def test_a_file_of_each_form_has_equal_bytes_and_no_time_of_day(source: FigureSource, tmp_path: Any) -> None:
    for suffix, head in ((".png", b"\x89PNG"), (".svg", b"<?xml"), (".pdf", b"%PDF")):
        paths = [tmp_path / f"{name}{suffix}" for name in ("one", "two")]
        for path in paths:
            write_picture(path, one("seeds", source).alone())
        first, second = (path.read_bytes() for path in paths)
        assert first == second
        assert first.startswith(head)


def oklab(colour: str, seen: np.ndarray) -> np.ndarray:
    """Return a colour in OKLab as eyes see it, of which ``seen`` is the matrix on linear RGB."""
    given = np.array([int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.clip(seen @ np.where(given <= 0.04045, given / 12.92, ((given + 0.055) / 1.055) ** 2.4), 0, 1)
    cones = np.array([[0.4122214708, 0.5363325363, 0.0514459929], [0.2119034982, 0.6806995451, 0.1073969566],
                      [0.0883024619, 0.2817188376, 0.6299787005]])  # fmt: skip
    lab = np.array([[0.2104542553, 0.7936177850, -0.0040720468], [1.9779984951, -2.4285922050, 0.4505937099],
                    [0.0259040371, 0.7827717662, -0.8086757660]])  # fmt: skip
    return lab @ np.cbrt(cones @ linear)


# Machado, Oliveira & Fernandes (2009), severity 1: what colour-blind eyes see of linear RGB.
EYES = {
    "most": np.eye(3),
    "protan": np.array([[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]),
    "deutan": np.array([[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]),
    "tritan": np.array([[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]),
}  # fmt: skip


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("ground", [0, 1])
def test_colour_blind_readers_tell_the_hues_apart(eyes: str, ground: int) -> None:
    seen = [oklab(pair[ground], EYES[eyes]) for pair in COLOURS]
    near = min(float(np.linalg.norm(a - b)) for at, a in enumerate(seen) for b in seen[:at])
    assert near >= 0.08


def test_sixty_styles_stay_apart_by_line_and_by_marker() -> None:
    assert len({(Style(index).colour, Style(index).dash) for index in range(60)}) == 60
    assert len({(Style(index).colour, Style(index).marker) for index in range(60)}) == 60


def test_a_page_gets_a_colour_for_each_variable_on_both_grounds() -> None:
    light, dark = variables(), variables(dark=True)
    assert list(light) == list(dark)
    assert len(light) == 10 + 20 + 21
    assert len(set(light.values())) == len(light)
