"""From records to a verdict: which records count, what is planted beside them and found."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from benchsuite.analysis.comparison import About, compared
from benchsuite.analysis.reference import read_reference, reference_values
from benchsuite.analysis.test_part import part_error, right_of
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.analysis.two_sides import two_sides
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from tests.factories import AUTOENCODER, DIGITS, TaskFacts, component, make_record

TEST = TrialMeasure.named("test")
SGD = {"optimizer": [component("sgd", learning_rate=0.01)]}
ABOUT = About("optimizer", "adam", "sgd", TEST)
TABLE = Path(__file__).parents[2] / "results" / "reference" / "baselines.csv"


def records(values: Sequence[float], task: TaskFacts = DIGITS, b: bool = False, **rest: object) -> list[Record]:
    changes = SGD if b else None
    return [
        make_record(task, changes, seed=seed, value=value, **rest)  # type: ignore[arg-type]
        for seed, value in enumerate(values)
    ]


def codes(a: Sequence[Record], b: Sequence[Record], about: About = ABOUT) -> set[tuple[str, str]]:
    return {(one.code, one.task) for one in compared(a, b, about).cautions}


GOOD = [0.970, 0.974, 0.972, 0.976, 0.971, 0.973, 0.975, 0.9715, 0.9735, 0.9745]
BAD = [value - 0.1 for value in GOOD]


def test_records_become_a_verdict() -> None:
    verdict = compared(records(GOOD), records(BAD, b=True), ABOUT)
    assert (verdict.word, verdict.a, verdict.b) == ("better", "adam", "sgd")
    assert verdict.tasks[0].seeds == 10
    assert verdict.tasks[0].measure == "test accuracy"
    assert verdict.tasks[0].difference == pytest.approx(0.1)


def test_failures_count_and_what_was_never_applied_does_not() -> None:
    bad = [make_record(DIGITS, SGD, seed=seed, outcome="diverged") for seed in range(10)]
    assert compared(records(GOOD), bad, ABOUT).word == "better"
    unsupported = [make_record(DIGITS, SGD, seed=seed, outcome="unsupported") for seed in range(10)]
    verdict = compared(records(GOOD), unsupported, ABOUT)
    assert verdict.word == "cannot tell"
    assert ("unsupported", "digits_mlp") in {(one.code, one.task) for one in verdict.cautions}


def test_no_common_task_is_refused() -> None:
    with pytest.raises(BenchsuiteError, match="no task has records of both adam and sgd"):
        compared(records(GOOD), records(BAD, AUTOENCODER, b=True), ABOUT)


def test_a_target_counts_on_the_tasks_that_declare_it() -> None:
    steps = TrialMeasure.named("steps:0.95")
    a = [*records(GOOD), *records([0.01] * 10, AUTOENCODER)]
    b = [*records(BAD, b=True), *records([0.02] * 10, AUTOENCODER, b=True)]
    sides = two_sides(a, b, steps)
    assert [one.task for one in sides] == ["digits_mlp"]
    assert sides[0].measure == "steps to 0.95"
    assert np.isinf(sides[0].b).all()  # missed: worse than any number
    assert compared(a, b, replace(ABOUT, measure=steps)).word == "better"


def test_warnings_stand_where_they_were_planted() -> None:
    assert codes(records(GOOD), records(BAD, b=True)) == set()
    assert ("few_seeds", "digits_mlp") in codes(records(GOOD[:3]), records(BAD[:3], b=True))
    groups = [0.5, 0.501, 0.502, 0.503, *GOOD[:6]]
    assert ("two_groups", "digits_mlp") in codes(records(groups), records(BAD, b=True))
    shared = records(GOOD, cpu_share=0.5), records(BAD, b=True, cpu_share=0.5)
    assert ("load", "") in codes(*shared)
    never = replace(ABOUT, measure=TrialMeasure.named("steps:hardest"))
    assert ("no_number", "digits_mlp") in codes(records([0.5] * 10), records([0.4] * 10, b=True), never)
    assert ("stale", "") in codes(records(GOOD), records(BAD, b=True), replace(ABOUT, stale=3))
    edges = {("adam", "digits_mlp"): {"optimizer.0.learning_rate": "low"}}
    assert ("edge", "digits_mlp") in codes(records(GOOD), records(BAD, b=True), replace(ABOUT, edges=edges))
    other = [replace(one, fingerprints={**one.fingerprints, "data": "0" * 64}) for one in records(BAD, b=True)]
    assert ("mixture", "") in codes(records(GOOD), other)


def test_timings_of_both_make_a_ratio() -> None:
    sides = two_sides(records(GOOD, step_milliseconds=0.06), records(BAD, b=True, step_milliseconds=0.03), TEST)
    assert sides[0].step_ratio == pytest.approx(2.0)
    assert sides[0].timings == (20, 20)


def test_a_planted_leak_is_too_good(tmp_path: Path) -> None:
    lines = ["task,version,epochs,steps,outcome,train,validation,test,train_loss,epochs_to_targets"]
    lines += [
        f"digits_mlp,{DIGITS.version},{DIGITS.epochs},660,completed,0.99,0.97,{value},0.1,2 4 -" for value in GOOD
    ]
    path = tmp_path / "baselines.csv"
    path.write_text("\n".join(lines), encoding="utf-8")
    about = replace(ABOUT, reference=read_reference(path))
    assert about.reference
    assert ("too_good", "digits_mlp") not in codes(records(GOOD), records(BAD, b=True), about)
    assert ("too_good", "digits_mlp") in codes(records([1.0] * 10), records(BAD, b=True), about)
    # What nobody chose is told from the first seed of the reference on; what a search chose where it is out of proportion.
    better = records([0.98] * 10), records(BAD, b=True)
    assert ("too_good", "digits_mlp") in codes(*better, about)
    assert ("too_good", "digits_mlp") not in codes(*better, replace(about, track="tuned"))
    assert ("too_good", "digits_mlp") not in codes(*better, replace(about, a="adam[learning_rate=0.01]"))
    leak = records([1.0] * 10), records(BAD, b=True)
    assert ("too_good", "digits_mlp") in codes(*leak, replace(about, track="tuned"))
    # Another budget has no reference.
    longer = replace(DIGITS, epochs=DIGITS.epochs + 1)
    assert ("too_good", "digits_mlp") not in codes(records([1.0] * 10, longer), records(BAD, longer, b=True), about)


def test_the_committed_reference_is_read() -> None:
    reference = read_reference(TABLE)
    (key,) = [one for one in reference if one[0] == "digits_mlp"]
    values = reference_values(reference, key, TEST, None, ()).values
    assert len(values) == len(reference[key]) >= 5
    assert ((values > 0.9) & (values <= 1)).all()
    targets = (0.90, 0.95, 0.97)
    steps, epochs = (
        reference_values(reference, key, TrialMeasure.named(f"{of}:0.95"), 0.95, targets).values
        for of in ("steps", "epochs")
    )
    assert (steps > epochs).all()
    assert not len(reference_values(reference, key, TrialMeasure.named("seconds:0.95"), 0.95, targets).values)
    assert not len(reference_values(reference, key, TrialMeasure.named("steps:0.5"), 0.5, targets).values)


def test_what_is_no_reference_holds_nothing(tmp_path: Path) -> None:
    assert read_reference(tmp_path / "none.csv") == {}
    for content in (b"", b"task,version\nx,y\n", b"\xff\xfe", b"task,version,epochs,outcome\nx,1,2,completed\n"):
        (tmp_path / "bad.csv").write_bytes(content)
        assert read_reference(tmp_path / "bad.csv") == {}


def test_the_error_of_a_test_part_is_that_of_its_examples() -> None:
    a, b = records(GOOD), records(BAD, b=True)
    sizes = (1079, 359, 359)
    assert part_error(a, b, 0.1, TEST, sizes) == pytest.approx(math.sqrt(0.1 * 0.9 / 359))
    assert part_error(a, b, 0.1, TEST, None) == 0.0
    assert part_error(a, b, 0.1, TrialMeasure.named("test_loss"), sizes) == 0.0
    assert part_error(a, b, 0.1, TrialMeasure.named("train"), sizes) == 0.0
    auto = records([0.01], AUTOENCODER)
    assert part_error(auto, auto, 0.001, TEST, sizes) == 0.0
    # With predictions it is that of the differences, example by example.
    generator = np.random.default_rng(0)
    right = {one.id: (generator.random(359) < 0.9).astype(np.float64) for one in (*a, *b)}
    means = [np.mean([right[one.id] for one in side], axis=0) for side in (a, b)]
    expected = (means[0] - means[1]).std(ddof=1) / math.sqrt(359)
    found = part_error(a, b, 0.1, TEST, sizes, lambda record: right[record.id])
    assert found == pytest.approx(max(expected, 1 / 359))
    # Where some lack them, the least error stands.
    assert part_error(
        a, b, 0.1, TEST, sizes, lambda record: right.get(record.id) if record in a else None
    ) == pytest.approx(math.sqrt(0.1 * 0.9 / 359))


def test_what_is_right_is_the_largest_output() -> None:
    outputs = np.array([[0.1, 2.0], [3.0, 0.0], [0.0, 1.0]], dtype=np.float32)
    assert right_of(outputs, np.array([1, 1, 1], dtype=np.int32)).tolist() == [1.0, 0.0, 1.0]
    many = outputs.reshape(1, 3, 2)
    assert right_of(many, np.array([[1, 1, 1]], dtype=np.int32)).tolist() == [pytest.approx(2 / 3)]


def test_the_same_records_in_any_order_give_the_same_verdict() -> None:
    a, b = records(GOOD), records(BAD, b=True)
    first = compared(a, b, ABOUT).to_json()
    assert compared(a[::-1], b[::-1], ABOUT).to_json() == first
