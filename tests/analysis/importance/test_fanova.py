"""fANOVA over settings whose shares are known in closed form; failures; too few; and what is taught beside it."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import numpy as np
import pytest

from benchsuite.analysis.importance import fanova
from benchsuite.analysis.importance.fanova import Importance, importance
from benchsuite.analysis.importance.order_of_notes import agreement, class_of
from benchsuite.analysis.importance.outcome_value import Quantity
from benchsuite.analysis.importance.tried import Point, Tries
from benchsuite.analysis.sample import Column
from benchsuite.analysis.trial_measure import TrialMeasure
from benchsuite.spaces import Choice, Integer, LogUniform, OneMinusLogUniform, Space, Uniform, Value

RATE, BETA, KIND = "optimizer.0.learning_rate", "optimizer.0.beta", "optimizer.0.kind"
SPACES: dict[str, Space] = {
    RATE: LogUniform(1e-5, 1.0, 1e-3),
    BETA: OneMinusLogUniform(0.0, 0.9999, 0.9),
    KIND: Choice(["a", "b", "c"]),
    "width": Integer(4, 128, 64),
    "depth": Uniform(0.0, 1.0, 0.5),
}


@pytest.fixture(autouse=True)
def _few_forests(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is averaged over forests needs no eight of them."""
    monkeypatch.setattr(fanova, "FORESTS", 4)
    monkeypatch.setattr(fanova, "RESAMPLES", 3)


def tried(
    result: Callable[[Mapping[str, Value]], float], names: tuple[str, ...], count: int, direction: str = "max"
) -> Tries:
    generator = np.random.default_rng(7)
    values = [{name: SPACES[name].sample(generator) for name in names} for _ in range(count)]
    points = tuple(Point(one, result(one), 1, 0) for one in values)
    looked = Quantity("validation_accuracy", "max" if direction == "max" else "min", TrialMeasure("validation"))
    column = Column("my_task", 1, 10, 32, "float32", "cpu", 3)
    return Tries(column, {"optimizer": ("my_opt",)}, looked, points, tuple(sorted(names)))


def shares(found: Importance) -> dict[str, float]:
    return {one.name: one.share for one in found.shares}


def decades(value: Value) -> float:
    assert isinstance(value, float)
    return math.log10(value)


@pytest.mark.parametrize(
    ("name", "of"), [(RATE, lambda value: decades(value)), (BETA, lambda value: 1.25 * decades(1 - value))]
)
def test_shares_are_those_of_the_hyperparameters_own_scales(name: str, of: Callable[[Value], float]) -> None:
    """Both are uniform on their own scales and span 5: a half each. As they are, most values would lie in one decade."""
    tries = tried(lambda at: of(at[name]) + 5 * at["depth"], (name, "depth"), 64)  # type: ignore[operator]
    found = importance(tries, SPACES, np.random.default_rng(0))
    assert shares(found) == pytest.approx({name: 0.5, "depth": 0.5}, abs=0.15)
    assert found.together < 0.15
    first = found.shares[0]
    assert first.low <= first.share <= first.high
    assert 0 < first.forest_error < 0.05


def test_a_share_agrees_with_the_forest_itself_on_a_fine_grid() -> None:
    """Optuna's exact means over boxes against a forest of scikit-learn, averaged over a grid: both learn from the same points."""
    from sklearn.ensemble import RandomForestRegressor

    tries = tried(lambda at: decades(at[RATE]) * at["depth"], (RATE, "depth"), 60)  # type: ignore[operator]
    rates = [decades(point.values[RATE]) for point in tries.points]
    depths = [float(point.values["depth"]) for point in tries.points]  # type: ignore[arg-type]
    x = np.stack([(np.array(one) - min(one)) / (max(one) - min(one)) for one in (rates, depths)], axis=1)
    y = np.array([point.result for point in tries.points])
    axis = (np.arange(60) + 0.5) / 60
    grid = np.stack(np.meshgrid(axis, axis, indexing="ij"), axis=-1).reshape(-1, 2)
    expected = []
    for seed in range(4):
        for tree in RandomForestRegressor(16, random_state=seed).fit(x, y).estimators_:
            values = tree.predict(grid).reshape(60, 60)
            expected.append([values.mean(axis=1).var() / values.var(), values.mean(axis=0).var() / values.var()])
    known = shares(importance(tries, SPACES, np.random.default_rng(1)))
    assert [known[RATE], known["depth"]] == pytest.approx(np.mean(expected, axis=0), abs=0.03)


def test_what_only_both_together_do_belongs_to_neither() -> None:
    tries = tried(lambda at: float((at[BETA] > 0.99) == (at["depth"] > 0.5)), (BETA, "depth"), 60)  # type: ignore[operator]
    found = importance(tries, SPACES, np.random.default_rng(0))
    assert found.together > 0.7


def test_listed_options_are_no_scale() -> None:
    tries = tried(lambda at: {"a": 0.0, "b": 5.0, "c": 1.0}[str(at[KIND])] + at["depth"], (KIND, "depth"), 32)  # type: ignore[operator]
    found = importance(tries, SPACES, np.random.default_rng(0))
    assert shares(found)[KIND] > 0.9
    assert found.shares[0].tried == ("a", "b", "c")


@pytest.mark.parametrize(("direction", "failure"), [("max", -math.inf), ("min", math.inf)])
def test_a_failure_counts_as_the_worst_that_completed(direction: str, failure: float) -> None:
    sign = 1.0 if direction == "max" else -1.0

    def result(at: Mapping[str, Value], worst: float) -> float:
        rate = decades(at[RATE])
        return worst if rate > -1 else sign * (1 + rate / 10)

    failing = tried(lambda at: result(at, failure), (RATE, "depth"), 24, direction)
    worst = min(point.result * sign for point in failing.points if math.isfinite(point.result)) * sign
    stated = tried(lambda at: result(at, worst), (RATE, "depth"), 24, direction)
    assert failing.failed == sum(decades(point.values[RATE]) > -1 for point in failing.points) > 0
    one, other = (importance(tries, SPACES, np.random.default_rng(0)) for tries in (failing, stated))
    assert shares(one) == shares(other)


def test_equal_records_give_equal_numbers_and_too_few_none() -> None:
    tries = tried(lambda at: decades(at[RATE]), (RATE, "depth"), 20)
    one, other = (importance(tries, SPACES, np.random.default_rng(5)) for _ in range(2))
    assert one == other
    few = tried(lambda at: decades(at[RATE]), (RATE, "depth"), 15)
    found = importance(few, SPACES, np.random.default_rng(5))
    assert (found.shares, found.why_not) == ((), "15 settings, and it takes 16")
    three = tried(lambda at: decades(at[RATE]), (RATE, BETA, "depth"), 23)
    assert importance(three, SPACES, np.random.default_rng(5)).why_not == "23 settings, and it takes 24"


@pytest.mark.parametrize(("value", "why"), [(0.5, "all gave the same result"), (-math.inf, "all failed")])
def test_without_any_variance_there_is_nothing_to_share(value: float, why: str) -> None:
    tries = tried(lambda at: value, (RATE, "depth"), 20)
    assert importance(tries, SPACES, np.random.default_rng(0)).why_not == why


def test_a_zero_lies_on_no_logarithmic_scale() -> None:
    spaces = {**SPACES, RATE: LogUniform(1e-5, 1.0, 1e-3, zero=True)}
    tries = tried(lambda at: at["depth"], (RATE, "depth"), 30)  # type: ignore[arg-type,return-value]
    off = tuple(Point({**point.values, RATE: 0.0}, 9.0, 1, 0) for point in tries.points[:3])
    found = importance(
        Tries(tries.column, tries.components, tries.looked, tries.points + off, tries.varied),
        spaces,
        np.random.default_rng(0),
    )
    assert found.left_out == 3
    assert shares(found)["depth"] > 0.9


def test_of_a_component_that_is_gone_the_values_say_the_scale() -> None:
    tries = tried(lambda at: decades(at[RATE]), (RATE, "depth"), 24)
    assert shares(importance(tries, {}, np.random.default_rng(0)))[RATE] > 0.95


# ---------------------------------------------------------------- the order that is taught


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("optimizer.0.learning_rate", 1), ("optimizer.0.beta_1", 2), ("width", 2), ("batch_size", 2), ("depth", 3),
        ("schedule.0.final", 3), ("regularization.0.rate", None), ("activation", None),
    ],
)  # fmt: skip
def test_three_classes_are_taught(name: str, expected: int | None) -> None:
    assert class_of(name) == expected


def test_pairs_of_two_classes_hold_are_reversed_or_cannot_be_told() -> None:
    spans = {
        "optimizer.0.learning_rate": (0.5, 0.8), "width": (0.1, 0.2), "batch_size": (0.45, 0.6), "depth": (0.3, 0.4),
        "regularization.0.rate": (0.0, 0.9),
    }  # fmt: skip
    found = agreement(spans)
    # Rate over width and depth, batch size over depth; width below depth; rate and batch size overlap.
    assert (found.held, found.against, found.untold) == (3, 1, 1)
