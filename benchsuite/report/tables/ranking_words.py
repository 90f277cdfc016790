"""What is said of a ranking in words, alike on the page, in the terminal and in files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchsuite.analysis import Leaderboard, Ranking, Robustness, Standing
from benchsuite.analysis.leaderboard import BeyondReference, measured
from benchsuite.analysis.robustness import Without
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.report.tables.numbers import count_of, percent, whole

MOST_NAMED = 6
"""Rows, or changes, that a sentence names."""


def joined(names: Sequence[str], most: int = MOST_NAMED) -> str:
    """Return names as a list in words; of many the first ones."""
    shown = list(names[:most]) + [f"{whole(len(names) - most)} more"] * (len(names) > most)
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}"


def range_text(place: Standing | None) -> str:
    """Return the range of ranks, ``2–5``."""
    if place is None:
        return "–"
    return str(place.low) if place.low == place.high else f"{place.low}–{place.high}"


def score_text(place: Standing | None) -> str:
    """Return the win share in per cent."""
    return "–" if place is None else f"{100 * place.score:.0f} %"


def score_interval(place: Standing | None) -> str:
    """Return the interval of the win share in per cent."""
    return "" if place is None else f"{100 * place.score_low:.0f}–{100 * place.score_high:.0f}"


def measure_words(board: Leaderboard, measure: str = "") -> str:
    """Return what a board is made of, in words, such as ``test accuracy``.

    Args:
        board: The board.
        measure: One of its other measures; its own unless given.
    """
    primaries = {head.primary for head in board.columns}
    asked = TrialMeasure.named(measure or board.measure)
    return measured(asked, primaries.pop() if len(primaries) == 1 else "measure")


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a ranking, sentence by sentence; each is empty where there is nothing to say.

    Args:
        first: Who is first.
        robust: How that holds.
        others: What else is known of it: other measures, another budget, the reference results.
        cautions: What seeds or examples are too few for.
        rests_on: What places and ranges rest on.
    """

    first: str
    robust: str
    others: tuple[str, ...]
    cautions: tuple[str, ...]
    rests_on: str

    @property
    def lines(self) -> tuple[str, ...]:
        """All but what it rests on, in the order in which it is read."""
        return tuple(filter(None, (self.first, self.robust, *self.others, *self.cautions)))


def said_of(board: Leaderboard) -> Said:
    """Return what is said of the overall ranking of a board, the same on the page, the terminal and in files."""
    ranking = board.ranking
    others = (*other_lines(board), budget_line(board), *reference_lines(board))
    return Said(
        first_line(board),
        robust_line(board),
        tuple(filter(None, others)),
        cautions(ranking) if ranking else (),
        rests_on(ranking) if ranking else "",
    )


def cautions(ranking: Ranking) -> tuple[str, ...]:
    """Return what seeds or examples are too few for."""
    return tuple(filter(None, (too_few(ranking), small_parts(ranking))))


def first_line(board: Leaderboard, one: Ranking | None = None) -> str:
    """Return who is first; that nobody is where nothing tells any two rows apart.

    Args:
        board: The board.
        one: One of its rankings; the overall one unless given.
    """
    held = one or board.ranking
    if held is None or not held.ranked:
        return "There is nothing to rank."
    first = [board.rows[row].label for row in held.first]
    if len(first) == len(held.ranked):
        return f"No two of {count_of(len(first), 'row')} are told apart: there is no order."
    if len(first) == 1:
        return f"First: {first[0]}."
    return f"First, with none told to be better: {joined(first)}."


def other_lines(board: Leaderboard) -> list[str]:
    """Return who is first by the other measures that the kind is judged by."""
    found = []
    for word, one in board.others:
        text = first_line(board, one)
        found.append(f"By {measure_words(board, word)}: {text[0].lower()}{text[1:]}")
    return found


def reference_lines(board: Leaderboard) -> list[str]:
    """Return what is better than the best that the stored reference results hold, as a fact and not as an accusation."""
    if not board.beyond:
        return []
    said = []
    for of_best, whose in (
        (False, "the stored reference results, which are of the baseline at its defaults"),
        (True, "the best of the stored reference results on its task"),
    ):
        held = [one for one in board.beyond if bool(one.of) is of_best]
        plain = [
            f"{one.component} on {one.task} (median {one.median:.4g}, best reference {one.best:.4g}{of_row(one)})"
            for one in held
            if not one.out_of_proportion
        ]
        far = [
            f"{one.component} on {one.task}: {one.out_of_proportion} ({one.median:.4g}, {one.best:.4g}{of_row(one)})"
            for one in held
            if one.out_of_proportion
        ]
        better = f"Significantly better than every seed of {whose}"
        if plain:
            said.append(
                f"{better}: {joined(plain)}. A better method may be; where you did not expect it, look for a leak."
            )
        if far:
            said.append(f"{better}, and out of proportion: {joined(far)}. Rule out a leak first.")
    return said


def of_row(beyond: BeyondReference) -> str:
    """Return of which stored row the best reference is; nothing for the baseline."""
    return f" of {beyond.of}" if beyond.of else ""


def budget_line(board: Leaderboard) -> str:
    """Return whether another tuning budget would have changed who leads; empty where nothing was searched."""
    found = board.more_budget
    if found is None or not len(found.leads_now):
        return ""
    half, double = (f"{100 * share:.0f} %" for share in (found.changes_at_half, found.changes_at_double))
    return (
        f"Would another tuning budget have changed who leads by validation? With half of the trials with a chance of {half}, "
        f"with twice as many with one of about {double}."
    )


def too_few(ranking: Ranking) -> str:
    """Return that the seeds cannot tell any two rows apart, where that is so; empty else."""
    if not ranking.tests or ranking.decides:
        return ""
    return (
        f"So few seeds cannot tell any two rows apart: the smallest p that they can give is {ranking.smallest_p:.2g}, and "
        f"{count_of(ranking.tests, 'test')} need {(1 - ranking.confidence) / ranking.tests:.2g}. "
        f"{ranking.enough} seeds could, of rows that do not overlap: --seeds {ranking.enough}, better more."
    )


def small_parts(ranking: Ranking) -> str:
    """Return that test parts are too small for what the seeds agree on, where that is so; empty else."""
    if not ranking.withheld:
        return ""
    pairs = count_of(ranking.withheld, "pair")
    return (
        f"Of {pairs} of rows the seeds alone would tell which is better, but so few examples cannot show so small a difference on "
        "data of this kind, however many seeds."
    )


def rests_on(ranking: Ranking) -> str:
    """Return what places and ranges rest on."""
    if not ranking.tests:
        return ""
    test = "rank-sum test" if ranking.tasks == 1 else f"rank-sum tests within {ranking.tasks} tasks"
    counted = (
        "counted out, corrected by Holm" if ranking.exact else "by the normal distribution, corrected by Bonferroni"
    )
    return (
        f"Place: 1 + the rows told to be better, down the scores ({count_of(ranking.tests, 'pair')}, {test}, {counted}, "
        f"{percent(ranking.confidence)} confidence for all together); rows of one place are in no order that is told. Ranks: what "
        f"{whole(ranking.resamples)} bootstraps over the seeds of each task and these tests leave open. Score: share of the "
        "comparisons with runs of the others that are won."
    )


def robust_line(board: Leaderboard) -> str:
    """Return whether the first stays the first, in one sentence; empty where nothing can be left out."""
    found = board.robustness
    if found is None or not found.changes:
        return ""
    names = joined([board.rows[row].label for row in found.first])
    one = len(found.first) == 1
    has, keeps = ("has", "keeps") if one else ("share", "keep")
    if not found.flips:
        return f"{names} {has} the best score, and {keeps} it {_whatever(found)}."
    told = [
        f"without {change.what} {change.name}" if change.what != "budget" else f"at {change.name}"
        for change in found.flips
    ]
    leads = [
        f"{text} {joined([board.rows[row].label for row in change.first])} {_holds(found, change)}"
        for text, change in zip(told, found.flips, strict=True)
    ]
    return (
        f"{names} {has} the best score, but not always: {joined(leads, 4)} "
        f"({len(found.flips)} of {count_of(len(found.changes), 'change')} tried{_tried(found)})."
    )


def _holds(found: Robustness, change: Without) -> str:
    if len(change.first) > 1:
        return "share it"
    return "has it alone" if len(found.first) > 1 and change.first[0] in found.first else "has it"


def _whatever(found: Robustness) -> str:
    left = [count_of(len(held), what) for what in ("task", "seed", "entrant") if (held := found.of(what))]
    budgets = [change.name for change in found.of("budget")]
    several = " or ".join([*([", ".join(left[:-1])] if len(left) > 1 else []), *left[-1:]])
    parts = [f"whichever one of {several} is left out"] if left else []
    parts += [f"at {joined(budgets)}"] if budgets else []
    return " and ".join(parts)


def _tried(found: Robustness) -> str:
    left = [count_of(len(held), what) for what in ("task", "seed", "entrant", "budget") if (held := found.of(what))]
    return f": {', '.join(left)}"
