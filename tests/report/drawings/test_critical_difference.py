"""The diagram of critical differences: Demšar's figure 1, each entrant at its rank, a bar for each group."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from benchsuite.analysis.inference.critical_difference import critical_difference
from benchsuite.errors import BenchsuiteError
from benchsuite.report.drawings.critical_difference import (
    board_ranks_figure,
    critical_difference_figure,
    critical_difference_words,
    medians,
)
from benchsuite.report.drawings.svg import to_svg

LABELS = ("C4.5", "C4.5+m", "C4.5+cf", "<C4.5+m+cf>")
# Ranks and groups as Demšar printed them; tests/analysis/inference/test_friedman.py finds them from his table.
RANKS = np.array([[4, 2, 3, 1], [3, 1, 2, 4], [3, 2, 4, 1], [4, 1, 3, 2], [2, 1, 4, 3]]).T


def bars(figure):
    return [line.get_xdata() for line in figure.axes[0].lines if line.get_linewidth() == 3]


def test_entrants_stand_at_their_ranks_and_bars_join_groups():
    diagram = critical_difference(-RANKS.astype(float), alpha=0.1)
    assert diagram.ranks == (3.2, 1.4, 3.2, 2.2)
    assert diagram.groups == ((1, 3, 0, 2),)
    figure = critical_difference_figure(LABELS, diagram)
    texts = {text.get_text() for text in figure.axes[0].texts}
    assert {*LABELS, "3.20", "1.40", "2.20", "1", "4"} <= texts
    assert any(f"critical difference {diagram.difference:.2f} (Nemenyi, 90 %)" in text for text in texts)
    held = bars(figure)
    assert len(held) == len(diagram.groups)
    for ends, group in zip(held, diagram.groups, strict=True):
        assert ends[0] < min(diagram.ranks[place] for place in group)
        assert ends[1] > max(diagram.ranks[place] for place in group)
    # Each entrant's line starts on the axis, at its rank.
    starts = sorted(line.get_xdata()[0] for line in figure.axes[0].lines if len(line.get_xdata()) == 3)
    assert starts == sorted(diagram.ranks)


def test_a_difference_longer_than_the_axis_says_so_and_has_no_end():
    generator = np.random.default_rng(0)
    short = critical_difference(generator.normal(size=(3, 2)))
    assert short.difference > 2
    figure = critical_difference_figure("abc", short)
    assert any("longer than the axis" in text.get_text() for text in figure.axes[0].texts)
    (length,) = (
        line.get_xdata()
        for line in figure.axes[0].lines
        if line.get_linewidth() == 1.2 and len(set(line.get_xdata())) == 2
    )
    assert list(length) == [1, 3]


def test_pairs_by_their_own_tests_have_no_common_difference():
    values = np.random.default_rng(0).normal(size=(3, 12)) + np.array([[5.0], [0], [0]])
    diagram = critical_difference(values, pairs="wilcoxon")
    assert (diagram.difference, diagram.groups) == (
        None,
        (tuple(sorted((1, 2), key=lambda place: diagram.ranks[place])),),
    )
    texts = [text.get_text() for text in critical_difference_figure("abc", diagram).axes[0].texts]
    assert any("Wilcoxon–Holm, 95 %" in text for text in texts)
    words = critical_difference_words("abc", diagram)
    assert words.startswith("Average ranks over 12 tasks, best first: a 1.00, ")
    assert words.endswith(f"Not told apart: {', '.join('abc'[place] for place in diagram.groups[0])}.")


def test_all_told_apart_is_said():
    values = np.arange(2)[:, None] + np.zeros((2, 40))
    assert critical_difference_words("ab", critical_difference(values)).endswith("All are told apart.")


def test_equal_input_gives_equal_bytes_and_safe_text():
    diagram = critical_difference(-RANKS.astype(float))
    words = critical_difference_words(LABELS, diagram)
    first, same = (to_svg(critical_difference_figure(LABELS, diagram), "cd", words) for _ in range(2))
    assert first == same
    assert "&lt;C4.5+m+cf&gt;" in first
    assert "<C4.5" not in first
    assert f'aria-label="Average ranks over {diagram.test.tasks} tasks' in first


def test_many_entrants_keep_apart():
    count = 41
    values = np.random.default_rng(0).normal(size=(count, 10))
    figure = critical_difference_figure([f"entrant {place}" for place in range(count)], critical_difference(values))
    heights = sorted({round(text.xy[1], 6) for text in figure.axes[0].texts if hasattr(text, "xy")})
    assert len(heights) == (count + 1) // 2
    assert min(np.diff(heights)) > 0.2
    assert max(heights) < figure.get_size_inches()[1]


def test_what_cannot_be_ranked_is_refused():
    with pytest.raises(BenchsuiteError, match="task that all entrants have"):
        critical_difference(np.array([[1.0, np.nan], [np.nan, 2.0]]))
    with pytest.raises(BenchsuiteError, match="test of pairs"):
        critical_difference(np.ones((2, 2)), pairs="tukey")


def board_of(values, better):
    """What of a leaderboard the diagram reads: medians of rows that have a place."""
    rows = [
        SimpleNamespace(
            label=f"row {place}", name=f"row {place}",
            entries=[None if value is None else SimpleNamespace(final=SimpleNamespace(estimate=value)) for value in line],
        )
        for place, line in enumerate(values)
    ]  # fmt: skip
    columns = [SimpleNamespace(better=direction) for direction in better]
    return SimpleNamespace(
        kind="optimizer", rows=rows, columns=columns, ranking=SimpleNamespace(ranked=tuple(range(len(rows))))
    )


def test_a_leaderboard_ranks_medians_whichever_way_is_better():
    styles = {("optimizer", f"row {place}"): SimpleNamespace(colour="#123456") for place in range(3)}
    values = [[0.9, 1.0, 3.0], [0.8, 2.0, None], [-np.inf, 3.0, 1.0]]
    board = board_of(values, ("max", "min", "min"))
    np.testing.assert_equal(medians(board, (0, 2)), [[0.9, -1.0, -3.0], [-np.inf, -3.0, -1.0]])
    figure, words = board_ranks_figure(board, styles)
    assert words.startswith("Average ranks over 2 tasks, best first: row 0 1.00, row 1 2.00, row 2 3.00.")
    assert {"row 0", "row 1", "row 2"} <= {text.get_text() for text in figure.axes[0].texts}
    # Two rows, or one task that all have, are no ranking.
    assert board_ranks_figure(board_of(values[:2], ("max", "min", "min")), styles) is None
    assert board_ranks_figure(board_of([[1.0], [2.0], [3.0]], ("max",)), styles) is None
