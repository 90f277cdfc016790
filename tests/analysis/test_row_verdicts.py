"""Verdicts on rows of a leaderboard are those of ``benchsuite compare``; what two rows and one task can tell; which pairs are shown."""

import itertools
import math
from dataclasses import replace

import numpy as np
import pytest

from benchsuite.analysis import Leaderboard, leaderboards
from benchsuite.analysis.column_resolution import examples_floor, resolution_of
from benchsuite.analysis.comparison import About, compared
from benchsuite.analysis.pair_choice import RowPair, chosen_pairs
from benchsuite.analysis.row_curves import row_curve
from benchsuite.analysis.row_verdicts import BesideBoard, BoardVerdicts, values_of
from benchsuite.analysis.test_part import TestParts
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.record import Record
from tests.factories import AUTOENCODER, DIGITS, component, make_record, make_study, remade

SIZES = {"digits_mlp": (1077, 360, 360), "mnist5k_cnn": (3000, 1000, 1000)}


@pytest.fixture(scope="module")
def study() -> list[Record]:
    return make_study(8)


@pytest.fixture(scope="module")
def verdicts(study: list[Record]) -> BoardVerdicts:
    known = BesideBoard({record.id: record for record in study}, parts=TestParts(SIZES))
    (board,) = [one for one in leaderboards(study, parts=known.parts) if one.kind == "optimizer"]
    return BoardVerdicts(board, known)


def row(board: Leaderboard, label: str):  # type: ignore[no-untyped-def]
    return next(row for row in board.rows if row.label == label)


def of(study: list[Record], name: str, rate: float | None = None) -> list[Record]:
    def held(record: Record) -> bool:
        (setting,) = record.trial.recipe.get("optimizer")
        others = record.trial.recipe.get("schedule")[0].name == "constant" and record.task.compares
        plain = all(
            record.trial.recipe.get(kind) == record.task.baseline.get(kind)
            for kind in record.task.baseline.kinds
            if kind != "optimizer"
        )
        return bool(
            others and plain and setting.name == name and rate in (None, setting.hyperparameters["learning_rate"])
        )

    return [record for record in study if held(record)]


@pytest.mark.parametrize(
    ("name", "rate", "label"),
    [("nadam", None, "nadam"), ("sgd", 0.1, "sgd[learning_rate=0.1, momentum=0.9]"), ("muon", None, "muon")],
)
def test_verdict_is_that_of_compare(
    study: list[Record], verdicts: BoardVerdicts, name: str, rate: float | None, label: str
) -> None:
    board = verdicts.board
    found = verdicts.of(row(board, label), row(board, "adam"))
    about = About("optimizer", label, "adam", TrialMeasure.named("test"), sizes=SIZES)
    assert found is not None
    assert found.to_json() == compared(of(study, name, rate), of(study, "adam"), about).to_json()
    assert found is verdicts.of(row(board, label), row(board, "adam"))  # found once


def test_values_are_those_of_the_board(verdicts: BoardVerdicts) -> None:
    board = verdicts.board
    for held in board.rows:
        for head, entry in zip(board.columns, held.entries, strict=True):
            if entry is None or entry.final is None:
                continue
            seeds, values = values_of(entry, head)
            assert len(seeds) == len(entry.seeds)
            finite = np.where(np.isnan(values), np.inf, values)
            assert np.isinf(finite).sum() >= entry.failed
            if entry.counted % 2:
                assert np.median(values[~np.isnan(values)]) == entry.final.estimate


def test_rows_without_a_common_task_have_no_verdict() -> None:
    records = [
        *(make_record(seed=seed) for seed in range(2)),
        *(make_record(AUTOENCODER, {"optimizer": [component("lion")]}, seed=seed) for seed in range(2)),
        *(make_record(AUTOENCODER, {"optimizer": [component("muon")]}, seed=seed) for seed in range(2)),
    ]
    board = leaderboards(records)[0]
    made = BoardVerdicts(board, BesideBoard({record.id: record for record in records}))
    assert made.of(row(board, "lion"), row(board, "adam")) is None
    assert made.of(row(board, "lion"), row(board, "muon")) is not None
    assert made.baseline is row(board, "adam")


def test_curve_of_a_row_counts_failed_seeds_as_worse_than_any_number() -> None:
    changes = {"optimizer": [component("lion")]}
    records = [make_record(DIGITS, changes, seed=seed, value=0.9 + 0.01 * seed) for seed in range(3)]
    records += [make_record(DIGITS, changes, seed=seed, outcome="diverged") for seed in (3, 4)]
    by_id = {record.id: record for record in records}
    board = next(one for one in leaderboards(records) if one.kind == "optimizer")
    entry = row(board, "lion").entries[0]
    curve = row_curve(entry, by_id, "accuracy", "max")
    assert curve is not None
    assert (curve.seeds, curve.timed) == (5, 3)
    assert curve.epochs.tolist() == list(range(21))
    assert curve.steps[-1] == 20 * 33
    # Five seeds, two of them failed: the median is the worst that finished, the interval goes from failed to the best.
    assert curve.median[-1] == pytest.approx(0.9)
    assert curve.low[-1] == -math.inf
    assert curve.high[-1] == pytest.approx(0.92)
    assert curve.seconds[-1] == pytest.approx(0.031 * 33 * 20 / 1000)
    of_final = entry.final
    assert of_final is not None
    assert (of_final.estimate, of_final.low, of_final.high) == (0.9, -math.inf, 0.92)


def test_curve_has_the_evaluations_that_all_seeds_share_and_seconds_of_cores_of_ones_own() -> None:
    first = make_record(seed=0)
    shared = make_record(seed=1, cpu_share=0.5)
    sparse = remade(
        make_record(seed=2),
        lambda data: data["curves"].update({name: held[::5] for name, held in data["curves"].items()}),
    )
    records = [first, shared, sparse]
    board = leaderboards(records)[0]
    entry = board.rows[0].entries[0]
    assert entry is not None
    curve = row_curve(entry, {record.id: record for record in records}, "accuracy", "max")
    assert curve is not None
    assert curve.epochs.tolist() == [0, 5, 10, 15, 20]
    assert curve.timed == 1  # one shared its core, one has no time for the evaluations that it kept
    assert row_curve(entry, {}, "accuracy", "max") is None


@pytest.mark.parametrize(("examples", "floor"), [(360, 4 / 360), (10_000, 4 / 10_000), (1, 1.0), (3, 2 / 3)])
def test_floor_of_so_many_examples(examples: int, floor: float) -> None:
    found = examples_floor(examples)
    assert found == pytest.approx(floor)
    from benchsuite.analysis.inference.test_set import least_examples_error

    less = found - 1 / examples
    if less > 0:
        assert less < 1.96 * least_examples_error(less, examples)
        assert found >= 1.959 * least_examples_error(found, examples)


def test_resolution_counts_what_the_board_tells_apart(verdicts: BoardVerdicts) -> None:
    board, base = verdicts.board, verdicts.baseline
    assert base is not None
    assert base.label == "adam"
    at = next(place for place, head in enumerate(board.columns) if head.column.task == "digits_mlp")
    against = [found for row in board.rows if row is not base and (found := verdicts.of(row, base)) is not None]
    tasks = [task for found in against for task in found.tasks if task.task == board.columns[at].label]
    found = resolution_of(board, at, tasks, 360)
    rows = [row for row in board.rows if row.entries[at] is not None]
    assert found.pairs == len(rows) * (len(rows) - 1) // 2
    assert 0 < found.told < found.pairs
    assert found.decides
    ranking = board.task_rankings[at]
    alike = {tuple(sorted(pair)) for run in ranking.cliques for pair in [(a, b) for a in run for b in run if a != b]}
    assert found.pairs - found.told >= len(alike)
    assert found.floor == examples_floor(360)
    assert found.examples == 360
    assert found.saturated == tuple(sorted(board.columns[at].saturated))
    assert found.finds[1] == len(tasks)
    least = resolution_of(replace(board, task_rankings=()), at, [], 0)
    assert (least.pairs, least.smallest, least.floor) == (0, None, None)


def test_pairs_with_a_claim_are_chosen_in_turn(verdicts: BoardVerdicts) -> None:
    board = verdicts.board
    found = chosen_pairs([verdicts], [("optimizer", "lion", "nadam"), ("optimizer", "lion", "nobody")])
    labels = {row.label for row in board.rows}
    assert found.pairs[0] == RowPair("optimizer", "lion", "nadam", "asked")
    against = {one.a for one in found.pairs if one.why == "baseline"}
    assert against == labels - {"adam"}
    assert not found.left_out
    assert all(one.b == "adam" for one in found.pairs if one.why == "baseline")
    keys = [frozenset((one.a, one.b)) for one in found.pairs]
    assert len(set(keys)) == len(keys)
    ordered = [board.rows[at].label for at in board.ranking.ranked] if board.ranking else []
    for above, below in itertools.pairwise(ordered):
        assert frozenset((above, below)) in keys
    fewer = chosen_pairs([verdicts], most=23)
    assert [one.why for one in fewer.pairs] == ["baseline"] * len(fewer.pairs)
    assert 0 < len(fewer.pairs) < len(labels)
    assert fewer.left_out == len(chosen_pairs([verdicts]).pairs) - len(fewer.pairs)
