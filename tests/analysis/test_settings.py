"""Labels of settings: as short as can be, and as quick for thousands of rows as for a few."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from benchsuite.analysis.settings import deviations, key_of, labels
from benchsuite.recipe import Recipe, Setting
from tests.counted import superlinear
from tests.factories import BASELINE, component

HELD = st.lists(
    st.dictionaries(st.sampled_from("abc"), st.sampled_from([1, 1.0, True, 0.25, "x", 0.123456]), max_size=3),
    min_size=1, max_size=6,
)  # fmt: skip


def setting(name: str = "sgd", version: int = 1, **values: Any) -> Setting:
    return Setting.from_json("optimizer", component(name, version, **values))  # type: ignore[arg-type]


def differing(rows: list[Setting]) -> list[set[str]]:
    """Say of each row in which hyperparameters another one differs, or which it lacks: by the definition, pair by pair."""
    texts = [{key: repr((type(value), value)) for key, value in row.values} for row in rows]
    return [{key for key in mine if any(mine[key] != other.get(key) for other in texts)} for mine in texts]


@given(HELD)
def test_a_label_names_what_differs_from_any_other_row(values: list[dict[str, Any]]):
    rows = [setting(**held) for held in values]
    shown = labels([(row,) for row in rows])
    for label, keys in zip(shown, differing(rows), strict=True):
        named = {part.split("=")[0] for part in label.removeprefix("sgd").strip("[]").split(", ") if part}
        assert named == keys


def test_twice_the_settings_are_twice_the_work():
    def prepare(number: int) -> Callable[[], object]:
        rows = [(setting(rate=at / 7, momentum=at % 9),) for at in range(number)]
        assert len(set(labels(rows))) == number
        return lambda: labels(rows)

    assert superlinear(prepare) == []  # pair by pair 2,000 took 349 s


def test_whole_numbers_and_truth_values_are_told_apart():
    keys = {key_of((setting(x=value),)) for value in (1, 1.0, True)}
    assert len(keys) == 3


def test_deviations_are_in_the_order_of_the_kinds():
    usual = Recipe.from_json(BASELINE)  # type: ignore[arg-type]
    other = Recipe.from_json({**BASELINE, "loss": [component("mae")], "optimizer": [component("sgd")]})  # type: ignore[typeddict-item]
    assert deviations(other, usual) == ("optimizer", "loss")
    assert deviations(usual, usual) == ()


def test_a_number_has_four_digits_in_a_label_and_all_where_these_are_alike():
    near, far = setting(rate=0.123456), setting(rate=0.5)
    assert labels([(near,), (far,)]) == ["sgd[rate=0.1235]", "sgd[rate=0.5]"]
    nearer = setting(rate=0.123457)
    assert labels([(near,), (nearer,)]) == ["sgd[rate=0.123456]", "sgd[rate=0.123457]"]
