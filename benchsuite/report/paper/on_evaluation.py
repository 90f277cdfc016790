"""What a methods section says of evaluation: seeds, the statistic and its interval, the tests and their correction, failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from benchsuite.analysis import Ranking
from benchsuite.analysis.rank_sums import MOST_ROWS
from benchsuite.analysis.test_part import SHARE
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.outcomes import Outcome
from benchsuite.report.paper.facts import BoardFacts, PaperFacts, and_joined, grouped, listed, tables_of
from benchsuite.report.paper.known_works import DAVID_NAGARAJA, DUNN, EFRON, HOLM, MANN_WHITNEY, VAN_ELTEREN
from benchsuite.report.paper.works import Bibliography
from benchsuite.report.tables.latex import escaped
from benchsuite.report.tables.numbers import count_of, outcome_word, percent, whole
from benchsuite.report.tables.ranking_words import measure_words


def evaluation(facts: PaperFacts, bibliography: Bibliography) -> Iterator[str]:
    """Say which seeds were run, and which statistic and interval are shown."""
    for told, boards in grouped(facts.boards, _seeds).items():
        where = "Every row" if len(boards) == len(facts.boards) else f"In {tables_of(boards)}, every row"
        yield f"{where} was evaluated on {told}; with one seed all rows see the examples in the same order."
    for measure, boards in grouped(facts.boards, lambda one: (one.board.measure, measure_words(one.board))).items():
        where = "Throughout" if len(boards) == len(facts.boards) else f"In {tables_of(boards)}"
        asked = TrialMeasure.named(measure[0])
        when = "" if asked.counts_up else " after the last epoch"
        what = (
            "each task's own measure on the test part"
            if measure == ("test", "test measure")
            else f"the {escaped(measure[1])}"
        )
        yield f"{where}, we report the median over the seeds of {what}{when}."
    yield from _intervals(facts, bibliography)


def _seeds(one: BoardFacts) -> str:
    """Return which seeds the entries of a table have, in words."""
    if len(one.seeds) == 1:
        (seeds,) = one.seeds
        ordered = sorted(seeds)
        if len(ordered) == 1:
            return f"one seed ({ordered[0]})"
        run = ordered == list(range(ordered[0], ordered[-1] + 1))
        return f"the same {len(ordered)} seeds ({f'{ordered[0]} to {ordered[-1]}' if run else listed(ordered)})"
    counts = sorted({len(seeds) for seeds in one.seeds})
    if len(counts) == 1:
        return f"{count_of(counts[0], 'seed')}, which are not the same for all"
    return f"{counts[0]} to {counts[-1]} seeds, as many as the tables say"


def _intervals(facts: PaperFacts, bibliography: Bibliography) -> Iterator[str]:
    for confidence, boards in grouped(facts.boards, lambda one: one.board.confidence).items():
        attained = sorted({value for one in boards for value in one.attained})
        if not attained:
            yield "Single seeds have no interval."
            continue
        where = "" if len(boards) == len(facts.boards) else f" in {tables_of(boards)}"
        ends = _percent(attained[0]), _percent(attained[-1])
        spread = ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"
        reach = "they attain" if attained[0] >= confidence else "with so few seeds they attain"
        yield (
            f"Intervals{where} are those of order statistics{bibliography.cite([DAVID_NAGARAJA])}, from one seed's value to another's: "
            f"asked for {_percent(confidence)} {reach} {spread} at least, whatever the distribution of results. They are for each number "
            "by itself."
        )


def tests(facts: PaperFacts, bibliography: Bibliography) -> Iterator[str]:
    """Say what places rest on: which tests, corrected how, and what is not corrected."""
    tested = [one for one in facts.boards if one.board.ranking is not None and one.board.ranking.tests]
    if not tested:
        return
    yield (
        "A row's score is the share of the comparisons with runs of the other rows on the same task that it wins, the mean over rows and "
        "tasks; its place is one more than the number of rows that are told to be better, down the scores. Rows of one place are in no "
        "order that is told."
    )
    for kind, boards in grouped(tested, lambda one: _kind_of_test(one.board.ranking)).items():
        exact, several, many = kind
        rankings = [one.board.ranking for one in boards if one.board.ranking]
        pairs = _pairs(sorted({one.tests for one in rankings}))
        test = (
            f"rank-sum tests within tasks{bibliography.cite([MANN_WHITNEY])}, summed over tasks with van Elteren's "
            f"weights{bibliography.cite([VAN_ELTEREN])}"
            if several
            else f"the rank-sum test of Mann and Whitney{bibliography.cite([MANN_WHITNEY])}"
        )
        by = f"Bonferroni{bibliography.cite([DUNN])}" if many else f"Holm{bibliography.cite([HOLM])}"
        counted = (
            "counted out, ties and failures included," if exact else "taken for normal where counting would take long,"
        )
        how = f"their null distribution {counted} and p-values corrected by {by}"
        yield (
            f"In {tables_of(boards)}, every two rows ({pairs}) were compared by {test}, {how}: "
            f"the chance that any two rows which are alike are told apart is at most {_rest(rankings[0])} within a table."
        )
    yield from _limits(facts, tested)
    resamples = sorted({one.board.ranking.resamples for one in tested if one.board.ranking})
    drawn = listed([whole(number) for number in resamples])
    yield (
        f"The ranges of ranks are what {drawn} bootstraps{bibliography.cite([EFRON])} over the seeds "
        "within each task and these tests leave open; the tasks are taken as fixed, so nothing is claimed of others."
    )
    if len(facts.boards) > 1:
        yield f"Nothing is corrected across the {len(facts.boards)} tables."


def _pairs(counts: list[int]) -> str:
    return (
        count_of(counts[0], "pair")
        if len(counts) == 1
        else f"{whole(counts[0])} to {whole(counts[-1])} pairs in a table"
    )


def _kind_of_test(one: Ranking | None) -> tuple[bool, bool, bool]:
    """Say whether distributions were counted out, tasks are several, and rows so many that the correction is another."""
    assert one is not None
    return one.exact, one.tasks > 1, one.tests > MOST_ROWS * (MOST_ROWS - 1) // 2


def _rest(one: Ranking) -> str:
    return f"{100 * (1 - one.confidence):.3g}\\%"


def _percent(share: float) -> str:
    return percent(share).replace(" %", r"\%")


def _limits(facts: PaperFacts, tested: list[BoardFacts]) -> Iterator[str]:
    """Say what finite test parts, and few seeds, do to these tests."""
    sizes = facts.contents.parts.sizes if facts.contents.parts else {}
    shares = sorted({head.column.task for one in tested for head in one.board.columns if head.quantity == SHARE})
    known = [task for task in shares if task in sizes]
    if shares:
        yield "Two rows whose median accuracies differ by no more than one test example on every task are never told apart."
    if known:
        yield (
            "To the chance of the seeds that of the finite test part was added"
            f"{'' if len(known) == len(shares) else f' on {listed(known)}, whose sizes are known'}."
        )
    withheld = [(one, one.board.ranking.withheld) for one in tested if one.board.ranking and one.board.ranking.withheld]
    if withheld:
        told = and_joined([f"{count_of(count, 'pair')} in {one.table}" for one, count in withheld])
        yield f"Seeds alone would have told more apart: {told}."
    for one in tested:
        held = one.board.ranking
        if held is not None and not held.decides:
            yield (
                f"In {one.table}, so few seeds cannot tell any two rows apart: the smallest p-value that they can give is "
                f"{held.smallest_p:.2g}, and {count_of(held.tests, 'test')} need {(1 - held.confidence) / held.tests:.2g}."
            )


def failures(facts: PaperFacts, bibliography: Bibliography) -> Iterator[str]:
    """Say how many evaluations failed, in which ways, and what became of them."""
    counts = Counter(record.outcome for record in facts.evaluated)
    failed = {outcome: counts[outcome] for outcome in Outcome if outcome.failed and counts[outcome]}
    total = sum(counts.values())
    if failed:
        told = and_joined([f"{whole(count)} {_past(outcome)}" for outcome, count in failed.items()])
        yield (
            f"Of {count_of(total, 'training')} of evaluation {told} (Table~\\ref{{tab:failures}}). Each counts as worse than any number "
            "in every median, interval, rank and test: none was dropped, repeated or filled in."
        )
    else:
        none = f"None of the {whole(total)} trainings of evaluation failed"
        none = "The one training of evaluation did not fail" if total == 1 else none
        yield f"{none}; one that did would count as worse than any number."
    if unsupported := counts[Outcome.UNSUPPORTED]:
        yield (
            f"{whole(unsupported)} could not be made since a component cannot be applied to a task; these enter no statistic."
        )
    if pruned := counts[Outcome.PRUNED]:
        was, has = ("was", "has") if pruned == 1 else ("were", "have")
        yield f"{whole(pruned)} {was} stopped by a tuner and {has} no final value."
    if any(head.measure.counts_up for one in facts.boards for head in one.board.columns):
        yield "A seed that did not reach its target within the budget counts as later than any that did; no guess is made how much later."


def _past(outcome: Outcome) -> str:
    return {"out_of_memory": "ran out of memory"}.get(outcome.value, outcome_word(outcome.value))
