"""Verdicts on arrays: words, corrections, failures, what so few seeds can show; and how often they are wrong."""

from __future__ import annotations

import itertools
import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from benchsuite.analysis.aligned import Aligned, aligned
from benchsuite.analysis.judging import judge, look_levels
from benchsuite.analysis.over_all import corrected, stratified_test, tests_of
from benchsuite.analysis.two_sides import TwoSides
from benchsuite.analysis.verdict import Verdict

tests_of.__test__ = False  # type: ignore[attr-defined]  # no test of its own


def side(a: Sequence[float], b: Sequence[float], task: str = "digits_mlp", **rest: object) -> TwoSides:
    numbers = tuple(range(max(len(a), len(b))))
    values: dict[str, object] = {
        "task": task,
        "measure": "test accuracy",
        "direction": "max",
        "seeds_a": numbers[: len(a)],
        "a": np.array(a, dtype=np.float64),
        "seeds_b": numbers[: len(b)],
        "b": np.array(b, dtype=np.float64),
    }
    return TwoSides(**{**values, **rest})  # type: ignore[arg-type]


def verdict(*sides: TwoSides, **rest: object) -> Verdict:
    known: dict[str, object] = {"kind": "optimizer", "a": "adam", "b": "sgd", "generator": np.random.default_rng(0)}
    return judge(list(sides), **{**known, **rest})  # type: ignore[arg-type]


def draws(seed: int, shift: float = 0.0, seeds: int = 10) -> tuple[np.ndarray, np.ndarray]:
    generator = np.random.default_rng(seed)
    return generator.standard_normal(seeds) + shift, generator.standard_normal(seeds)


# ---------------------------------------------------------------- words


def test_a_clear_difference_is_better_one_way_and_worse_the_other() -> None:
    a, b = draws(1, shift=3.0)
    one, other = verdict(side(a, b)), verdict(side(b, a))
    assert (one.word, other.word) == ("better", "worse")
    assert one.tasks[0].difference == pytest.approx(-other.tasks[0].difference)
    assert one.tasks[0].low > 0 > other.tasks[0].high
    assert one.decided
    assert other.worse_somewhere
    assert not one.worse_somewhere


def test_where_smaller_is_better_the_difference_keeps_its_sign_and_the_word_turns() -> None:
    a, b = draws(1, shift=3.0)
    one = verdict(side(a, b, direction="min"))
    assert one.word == "worse"
    assert one.tasks[0].difference > 0  # A − B, in the unit of the measure
    assert one.tasks[0].low <= one.tasks[0].difference <= one.tasks[0].high
    assert one.tasks[0].a == pytest.approx(np.median(a))


def test_equal_samples_cannot_be_told_apart() -> None:
    values = draws(2)[0]
    one = verdict(side(values, values))
    assert one.word == "cannot tell"
    assert one.tasks[0].p == 1.0
    assert one.tasks[0].difference == 0.0


def test_a_failed_seed_is_worse_than_any_number() -> None:
    a, b = draws(3, shift=0.1)
    failed = np.full(10, -math.inf)
    one = verdict(side(failed, b))
    assert one.word == "worse"
    assert (one.tasks[0].failed_a, one.tasks[0].failed_b) == (10, 0)
    nothing = verdict(side(failed, failed)).tasks[0]
    # Infinite minus infinite is no 0 with an interval of no width, and shows nothing.
    assert nothing.word == "cannot tell"
    assert np.isnan([nothing.difference, nothing.low, nothing.high]).all()
    assert math.isinf(nothing.smallest_difference)
    assert nothing.more_seeds is None
    # Four that did not fail against none are a difference nobody can measure, and ranks tell.
    some = np.append(np.full(6, -math.inf), np.arange(4.0))
    assert math.isnan(verdict(side(some, failed)).tasks[0].difference)
    worst = a.copy()
    worst[:3] = -math.inf
    assert verdict(side(worst, b)).tasks[0].p <= 1.0


def test_seeds_that_lack_a_value_leave_their_pair() -> None:
    a, b = draws(4, shift=3.0)
    a[2] = math.nan
    assert verdict(side(a, b)).tasks[0].seeds == 9
    nothing = verdict(side(np.full(10, math.nan), b))
    assert nothing.word == "cannot tell"
    assert nothing.tasks[0].seeds == 0
    assert nothing.tasks[0].more_seeds is None


def test_seeds_that_are_not_the_same_are_two_samples() -> None:
    a, b = draws(5, shift=3.0)
    apart = side(a, b, seeds_b=tuple(range(100, 110)))
    assert not aligned(apart).paired
    one = verdict(apart)
    assert one.word == "better"
    assert one.tasks[0].p == pytest.approx(stats.mannwhitneyu(a, b, method="exact").pvalue)
    # Of those that some share, the common ones are pairs.
    some = side(a, b, seeds_b=tuple(range(5, 15)))
    assert aligned(some).paired
    assert aligned(some).differences == pytest.approx(a[5:] - b[:5])


# ---------------------------------------------------------------- the table


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6), st.floats(0, 1))
def test_the_correction_is_the_closed_test_of_its_weights(tasks: list[float], overall: float) -> None:
    """By definition: a hypothesis is rejected if every intersection that holds it is; each by weighted Bonferroni."""
    p = [*tasks, overall]
    hypotheses = range(len(p))

    def of_intersection(members: tuple[int, ...]) -> float:
        held = [one for one in members if one < len(tasks)]
        half = {len(tasks): 0.5 if held else 1.0}
        share = (0.5 if len(tasks) in members else 1.0) / max(1, len(held))
        return min(p[one] / (half[one] if one == len(tasks) else share) for one in members)

    every = [members for size in range(1, len(p) + 1) for members in itertools.combinations(hypotheses, size)]
    closed = [min(1.0, max(of_intersection(members) for members in every if one in members)) for one in hypotheses]
    each, together = corrected(tasks, overall)
    assert [*each, together] == pytest.approx(closed)


def test_one_task_is_not_corrected() -> None:
    assert corrected([0.03], None)[0] == [0.03]
    a, b = draws(6, shift=1.5)
    one = verdict(side(a, b)).tasks[0]
    assert one.corrected == one.p


def test_the_test_over_all_is_that_of_every_flip_of_signs() -> None:
    generator = np.random.default_rng(7)
    tasks = [generator.normal(0.5, 1, 4).round(1) * scale for scale in (1.0, 1000.0, 0.001)]
    found = stratified_test(tasks, generator)
    ranks = np.concatenate([stats.rankdata(np.abs(one)) / 5 for one in tasks])
    signs = np.concatenate([np.sign(one) for one in tasks])
    every = np.array(list(itertools.product((-1, 1), repeat=12)))
    flipped = (every * ranks * np.abs(signs)).sum(axis=1)
    extreme = np.abs(flipped) >= abs((signs * ranks).sum()) - 1e-9
    assert found.p == pytest.approx(extreme.mean())


def test_no_unit_of_a_task_counts_against_anothers() -> None:
    a, b = draws(8, shift=0.6)
    plain = [side(a + place, b, task=f"t{place}") for place in range(3)]
    scaled = [side((a + place) * 10.0**place, b * 10.0**place, task=f"t{place}") for place in range(3)]
    first, second = verdict(*plain).overall, verdict(*scaled).overall
    assert first is not None
    assert second is not None
    assert first.p == second.p
    assert first.improvement == second.improvement


def test_tasks_with_other_numbers_of_seeds_are_flipped_by_draws() -> None:
    tasks = [np.array([1.0, 2.0, 3.0, -0.5]), np.arange(1.0, 12.0)]
    found = stratified_test(tasks, np.random.default_rng(0))
    again = stratified_test(tasks, np.random.default_rng(0))
    assert "drawn" in found.method
    assert found == again
    assert found.p < 0.01


def test_a_verdict_over_all_that_needs_one_task_says_so() -> None:
    """Planted: A wins on one of three tasks, and by far."""
    strong = draws(9, shift=6.0)
    weak = [draws(seed, shift=0.2) for seed in (23, 53)]
    one = verdict(side(*strong, task="strong"), side(*weak[0], task="weak_1"), side(*weak[1], task="weak_2"))
    assert one.overall is not None
    assert one.overall.word == "better"
    assert set(one.overall.without) == {"strong", "weak_1", "weak_2"}
    assert one.overall.without["strong"] == "cannot tell"
    assert one.overall.without["weak_1"] == "better"


def test_the_error_of_the_test_part_needs_both() -> None:
    """One example of 359 on every seed: the seeds agree, and it is no difference."""
    b = np.full(10, 0.95)
    one = verdict(side(b + 1 / 359, b))
    assert one.word == "better"
    whole = verdict(side(b + 1 / 359, b, test_error=1 / 359))
    assert whole.word == "cannot tell"
    assert whole.tasks[0].seeds_p == one.tasks[0].p
    tasks = [side(b + 1 / 359, b, task=f"t{place}", test_error=1 / 359) for place in range(2)]
    overall = verdict(*tasks).overall
    assert overall is not None
    assert overall.word == "cannot tell"


# ---------------------------------------------------------------- what seeds can show


def test_few_seeds_show_nothing_and_many_are_named() -> None:
    a, b = draws(12, shift=0.5, seeds=3)
    few = verdict(side(a, b)).tasks[0]
    assert few.smallest_p == 0.25
    assert math.isinf(few.smallest_difference)
    assert few.more_seeds is not None
    assert few.more_seeds > 0
    a, b = draws(12, shift=0.5, seeds=20)
    many = verdict(side(a, b)).tasks[0]
    assert 0 < many.smallest_difference < 2


def test_as_many_more_seeds_settle_a_difference_in_four_of_five_cases() -> None:
    a, b = draws(14, shift=0.6, seeds=10)
    one = verdict(side(a, b)).tasks[0]
    assert one.word == "cannot tell"
    assert one.more_seeds is not None
    spread = float(np.std(a - b, ddof=1))
    generator = np.random.default_rng(0)
    n = 10 + one.more_seeds
    d = generator.normal(one.difference, spread, (400, n))
    found = np.mean([stats.wilcoxon(row).pvalue <= 0.05 for row in d])
    assert 0.7 < found < 0.9


# ---------------------------------------------------------------- JSON


def test_json_holds_every_number_and_none_that_is_no_json() -> None:
    a, b = draws(15, shift=2.0)
    a[0] = -math.inf
    b[1] = math.nan
    one = verdict(side(a, b, task="t0"), side(*draws(16), task="t1"))
    read = json.loads(json.dumps(one.to_json(), allow_nan=False))
    assert read["verdict"] == one.word
    assert read["tasks"][0]["values_a"][0] == "failed"
    assert read["tasks"][0]["values_b"][1] is None
    assert read["overall"]["tasks"] == 2
    missed = verdict(side(np.full(10, math.inf), np.arange(10.0), direction="min", target=0.9, budget=660.0)).to_json()
    assert missed["tasks"][0]["a"] == "missed"
    assert missed["tasks"][0]["values_a"] == ["missed"] * 10
    assert missed["tasks"][0]["difference"] is None
    assert read["alpha"] == 0.05


def test_the_same_arrays_give_the_same_bytes() -> None:
    sides = [side(*draws(seed, shift=0.4), task=f"t{seed}") for seed in range(3)]
    first, second = (json.dumps(verdict(*sides).to_json()) for _ in range(2))
    assert first == second


# ---------------------------------------------------------------- how often it is wrong


def shares(studies: int, shift: float, seed: int) -> tuple[float, float]:
    """The shares of studies of three tasks with any verdict: with 10 seeds, and until decided."""
    generator = np.random.default_rng(seed)
    levels = look_levels((10, 20, 40), 3)
    fixed = sequential = 0
    for _ in range(studies):
        samples = [
            (generator.binomial(359, 0.98, 40) / 359 + shift, generator.binomial(359, 0.98, 40) / 359) for _ in range(3)
        ]
        words: list[set[str]] = []
        for n, level in [(10, None), *zip((10, 20, 40), levels, strict=True)]:
            sides = [side(a[:n], b[:n], task=f"t{place}") for place, (a, b) in enumerate(samples)]
            one = verdict(*sides, level=level, whole=False)
            words.append({one.word, *(task.word for task in one.tasks)})
            if level is not None and one.decided:
                break
        fixed += words[0] != {"cannot tell"}
        sequential += words[-1] != {"cannot tell"}
    return fixed / studies, sequential / studies


def test_a_against_a_gives_a_verdict_in_no_more_than_one_of_twenty_studies() -> None:
    """400 studies; benchmarks/verdicts.py has many more, of other distributions."""
    assert max(shares(400, 0.0, 1)) <= 0.05


def test_seed_disjoint_copies_of_one_method_are_told_apart_four_times_in_forty_at_most() -> None:
    """Real records: ten seeds of adam on digits_mlp against the next ten, forty times, as pairs and as two samples."""
    lines = (Path(__file__).parent / "adam_on_digits.txt").read_text(encoding="utf-8").splitlines()
    right = np.array([line.split() for line in lines if not line.startswith("#")], dtype=np.float64).reshape(40, 2, 10)
    for seeds_b in (range(10), range(10, 20)):
        pairs = [side(a / 359, b / 359, seeds_b=tuple(seeds_b)) for a, b in right]
        found = [verdict(pair, whole=False).word for pair in pairs]
        assert len(found) - found.count("cannot tell") <= 4


def test_what_differs_is_found() -> None:
    fixed, sequential = shares(25, 0.012, 2)
    assert fixed > 0.8
    assert sequential > 0.95


def test_a_difference_of_one_deviation_is_found_as_often_as_the_exact_test_allows() -> None:
    generator = np.random.default_rng(3)
    ours = theirs = 0
    for _ in range(200):
        a, b = generator.standard_normal(10) + 1, generator.standard_normal(10)
        ours += verdict(side(a, b), whole=False).word == "better"
        theirs += stats.wilcoxon(a, b, method="exact").pvalue <= 0.05 and np.median(a - b) > 0
    assert ours >= theirs > 80


def test_looks_spend_no_more_than_the_level_together() -> None:
    for tasks in (1, 2, 6):
        levels = look_levels((10, 20, 40), tasks)
        assert len(levels) == 3
        assert all(level > 0 for level in levels)
        assert sum(levels) <= 0.05 + 1e-12


def test_an_aligned_pair_of_failures_is_equal() -> None:
    pair = Aligned(np.array([-math.inf, 1.0]), np.array([-math.inf, 0.0]), True)
    assert pair.differences == pytest.approx([0.0, 1.0])
