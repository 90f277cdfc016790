"""A comparison along an axis: verdicts, ratios and trends that are planted in records are found, and what misleads is said."""

from __future__ import annotations

import functools
import json
from dataclasses import replace

import numpy as np
import pytest

from benchsuite.analysis.along_axis import AlongAxis, AxisRecords, along_axis
from benchsuite.analysis.comparison import About
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.curves import Curves
from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from tests.along import WIDTHS, at_width
from tests.factories import AUTOENCODER

ABOUT = About(
    "optimizer", "adam", "sgd", TrialMeasure.named("test"), track="tuned", sizes={"digits_mlp": (1078, 360, 359)}
)


@functools.cache
def family(seeds: int = 8, gain: float = 1.0, track: str = "tuned", sized: bool = True) -> AlongAxis:
    """Return what is found where adam is ``gain`` ** place times as fast as sgd at the place-th width."""
    held = [
        AxisRecords(
            width,
            [at_width(width, "adam", seed, 0.2 * gain**place) for seed in range(seeds)],
            [at_width(width, "sgd", seed, 0.2, value=0.95) for seed in range(seeds)],
            usual=width == 64,
        )
        for place, width in enumerate(WIDTHS)
    ]
    return along_axis("digits_mlp", "width", held, replace(ABOUT, track=track, sizes=ABOUT.sizes if sized else {}))


def test_a_speed_up_that_grows_is_found_with_its_size() -> None:
    found = family(gain=1.5)
    assert found.speed_up.word == "grows"
    assert 2**found.speed_up.slope == pytest.approx(1.5, rel=0.15)
    assert [point.value for point in found.points] == list(WIDTHS)
    assert found.points[-1].speed_up / found.points[0].speed_up == pytest.approx(1.5**3, rel=0.3)
    assert all(point.low <= point.speed_up <= point.high for point in found.points)
    assert found.curve == "validation_accuracy"
    assert [point.usual for point in found.points] == [False, False, True, False]


def test_a_speed_up_that_shrinks_is_found_and_one_that_stays_is_not_said_to_change() -> None:
    assert family(gain=1 / 1.5).speed_up.word == "shrinks"
    assert family(gain=1.0).speed_up.word == "cannot tell"


def test_the_verdicts_are_corrected_for_all_values_together() -> None:
    found = family(seeds=10, sized=False)
    assert [task.task for task in found.verdict.tasks] == [f"width={width}" for width in WIDTHS]
    assert all(task.corrected >= task.p for task in found.verdict.tasks)
    assert {point.verdict.word for point in found.points} == {"better"}


def test_where_smaller_is_better_an_advantage_is_still_positive() -> None:
    held = [
        AxisRecords(
            width,
            [at_width(width, "adam", seed, 0.3, task=AUTOENCODER, value=0.03) for seed in range(8)],
            [at_width(width, "sgd", seed, 0.3, task=AUTOENCODER, value=0.03 + width / 1000) for seed in range(8)],
        )
        for width in WIDTHS
    ]
    found = along_axis(AUTOENCODER.name, "width", held, ABOUT)
    assert found.verdict.tasks[0].difference < 0
    assert found.advantage.word == "grows"
    assert found.advantage.first < found.advantage.last


def test_a_side_that_fails_at_the_largest_value_makes_no_number_and_a_word() -> None:
    def failing(width: int, seed: int) -> Record:
        if width == WIDTHS[-1]:
            return at_width(width, "adam", seed, 0.2, outcome="diverged")
        return at_width(width, "adam", seed, 0.3)

    held = [
        AxisRecords(width, [failing(width, seed) for seed in range(8)], [at_width(width, "sgd", seed, 0.2) for seed in range(8)])
        for width in WIDTHS
    ]  # fmt: skip
    found = along_axis("digits_mlp", "width", held, ABOUT)
    assert found.speed_up.word == found.advantage.word == "shrinks"
    assert found.points[-1].speed_up == 0
    read = json.loads(json.dumps(found.to_json(), allow_nan=False))
    assert read["points"][-1]["speed_up"] == "a failed"
    assert read["trends"]["speed_up"]["slope"] == 0  # a factor of none


def test_equal_records_give_equal_json() -> None:
    one, other = (json.dumps(made(gain=1.5).to_json(), allow_nan=False) for made in (family, family.__wrapped__))
    assert one == other
    read = json.loads(one)
    assert read["trends"]["speed_up"] | {"per": "doubling", "is": "factor", "seeds": 8} == read["trends"]["speed_up"]
    assert read["comparison"]["verdict"] == "better"


def codes(found: AlongAxis) -> set[str]:
    return {caution.code for caution in found.cautions}


def test_what_may_mislead_is_said() -> None:
    assert codes(family(gain=1.5)) == set()
    assert "few_seeds" in codes(family(seeds=5))
    assert "declared" in codes(family(gain=1.5, track="default"))


def longer(record: Record, factor: int) -> Record:
    """Return a record whose epochs have a multiple of the steps."""
    rows = {name: row.tolist() for name, row in record.curves.items()}
    return replace(record, curves=Curves({**rows, "step": [factor * step for step in rows["step"]]}))


@pytest.mark.parametrize(
    ("axis", "hold", "told"), [("width", "epochs", True), ("width", "steps", False), ("epochs", "epochs", False)]
)
def test_steps_are_evened_out_only_where_they_can_be(axis: str, hold: str, told: bool) -> None:
    held = [
        AxisRecords(
            width,
            [longer(at_width(width, "adam", seed, 0.2), place) for seed in range(2)],
            [longer(at_width(width, "sgd", seed, 0.2), place) for seed in range(2)],
        )
        for place, width in enumerate(WIDTHS, 1)
    ]
    cautions = along_axis("digits_mlp", axis, held, ABOUT, hold).cautions
    (text,) = [caution.text for caution in cautions if caution.code == "steps"]
    assert ("--hold steps evens it out." in text) == told
    assert "a trend may be that of the budget." in text


def test_a_word_that_hangs_on_one_value_says_so() -> None:
    rates = dict(zip(WIDTHS, (0.2, 0.2, 0.2, 0.8), strict=True))
    held = [
        AxisRecords(
            width,
            [at_width(width, "adam", seed, rates[width]) for seed in range(8)],
            [at_width(width, "sgd", seed, 0.2) for seed in range(8)],
        )
        for width in WIDTHS
    ]
    found = along_axis("digits_mlp", "width", held, ABOUT)
    assert found.speed_up.word == "grows"
    (caution,) = found.cautions
    assert caution.text == "that the speed-up grows hangs on one value: it cannot be told without width=128."


def test_a_value_without_one_of_the_two_is_refused() -> None:
    held = [
        AxisRecords(width, [at_width(width, "adam", 0, 0.2)], [at_width(width, "sgd", 0, 0.2)] if width < 64 else [])
        for width in WIDTHS
    ]
    with pytest.raises(BenchsuiteError) as caught:
        along_axis("digits_mlp", "width", held, ABOUT)
    assert str(caught.value) == (
        "a comparison along an axis needs trials of both adam and sgd, of one budget, at every value. "
        "Received: 0 such pairs at width=64. Run the command again; name other values with --values."
    )


def test_the_trend_is_that_of_the_seeds_that_every_value_has() -> None:
    found = family(gain=1.5)
    ratios = np.array([point.ratios for point in found.points])
    slopes = (np.array([-1.5, -0.5, 0.5, 1.5]) / 5) @ ratios
    assert np.allclose(found.speed_up.slopes, slopes)
