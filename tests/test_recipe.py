"""Settings and recipes: there and back through a record, shared where they are equal, in one order."""

from __future__ import annotations

import json
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchsuite as bs
from benchsuite.kinds import COMBINED, RECIPE_KINDS, kind_order
from benchsuite.recipe import Recipe, Setting, canonical
from benchsuite.registry import Registry
from benchsuite.selection import baseline
from benchsuite.shared import Shared

ADAM = bs.Optimizer(
    name="adam",
    make=lambda **hyperparameters: None,
    version=3,
    space={
        "rate": bs.LogUniform(1e-6, 1e3, default=0.1),
        "beta": bs.Uniform(0.0, 0.9999, default=0.9),
        "steps": bs.Integer(1, 100, default=2),
        "mode": bs.Choice(["fast", "slow", None, True, False]),
    },
)
CHOSEN = st.fixed_dictionaries(
    {},
    optional={
        "rate": st.one_of(st.floats(1e-6, 1e3), st.integers(1, 1000)),
        "beta": st.floats(0.0, 0.9999),
        "steps": st.integers(1, 100),
        "mode": st.sampled_from(["fast", "slow", None, True, False]),
    },
)


def spec(*kinds: str) -> dict[str, list[Any]]:
    return {kind: [{"name": f"{kind}_a", "version": 1, "hyperparameters": {"x": 0.5}}] for kind in kinds}


# Settings


@given(chosen=CHOSEN, data=st.data())
def test_the_order_of_hyperparameters_does_not_matter(chosen: dict[str, Any], data: st.DataObject) -> None:
    turned = dict(data.draw(st.permutations(list(chosen.items()))))
    assert Setting.of(ADAM, chosen) == Setting.of(ADAM, turned)
    assert Setting.of(ADAM, chosen).text == Setting.of(ADAM, turned).text


@given(chosen=CHOSEN)
def test_settings_survive_a_record(chosen: dict[str, Any]) -> None:
    setting = Setting.of(ADAM, chosen)
    back = Setting.from_json("optimizer", json.loads(json.dumps(setting.to_json(), allow_nan=False)))
    assert back == setting
    assert json.dumps(back.to_json()) == json.dumps(setting.to_json())


def test_a_setting_holds_every_hyperparameter_sorted() -> None:
    setting = Setting.of(ADAM, {"steps": 5})
    assert setting.values == (("beta", 0.9), ("mode", "fast"), ("rate", 0.1), ("steps", 5))
    assert setting.hyperparameters == {"beta": 0.9, "mode": "fast", "rate": 0.1, "steps": 5}
    assert (setting.kind, setting.name, setting.version) == ("optimizer", "adam", 3)


def test_a_setting_is_named_with_what_is_no_default() -> None:
    assert Setting.of(ADAM).describe(ADAM) == "adam"
    assert Setting.of(ADAM, {"rate": 1e-3, "steps": 5}).describe(ADAM) == "adam[rate=0.001,steps=5]"


def test_the_text_tells_1_from_true_where_equality_does_not() -> None:
    one, true = (Setting("optimizer", "a", 1, (("x", value),)) for value in (1, True))
    assert one == true
    assert one.text != true.text
    assert one.text == '{"hyperparameters":{"x":1},"name":"a","version":1}'
    for setting in (one, true):
        assert Setting.from_json("optimizer", setting.to_json()).text == setting.text


def test_equal_settings_that_are_read_are_one_object() -> None:
    data = {"name": "a", "version": 1, "hyperparameters": {"y": 1, "x": 2}}
    turned = {"hyperparameters": {"x": 2, "y": 1}, "version": 1, "name": "a"}
    assert Setting.from_json("optimizer", data) is Setting.from_json("optimizer", turned)  # type: ignore[arg-type]
    assert Setting.from_json("optimizer", data) is not Setting.from_json("schedule", data)  # type: ignore[arg-type]


# Recipes


def test_a_recipe_is_in_the_order_of_tables_whatever_the_order_read() -> None:
    recipe = Recipe.from_json(spec(*reversed(RECIPE_KINDS)))
    assert recipe.kinds == RECIPE_KINDS
    assert recipe == Recipe.from_json(spec(*RECIPE_KINDS))
    assert recipe.text == canonical(spec(*RECIPE_KINDS))


def test_equal_recipes_that_are_read_are_one_object() -> None:
    assert Recipe.from_json(spec(*RECIPE_KINDS)) is Recipe.from_json(spec(*RECIPE_KINDS))
    assert Recipe.from_json(spec(*RECIPE_KINDS)) is Recipe.from_json(spec(*reversed(RECIPE_KINDS)))
    other = spec(*RECIPE_KINDS)
    other["loss"][0]["version"] = True  # equal to 1, and written otherwise
    assert Recipe.from_json(other) is not Recipe.from_json(spec(*RECIPE_KINDS))
    assert Recipe.from_json(other).text != Recipe.from_json(spec(*RECIPE_KINDS)).text


def test_a_kind_that_a_newer_benchsuite_knows_is_kept() -> None:
    recipe = Recipe.from_json(spec("zoom", "loss", "optimizer", "aim"))
    assert recipe.kinds == ("optimizer", "loss", "aim", "zoom")
    assert recipe.to_json() == spec("zoom", "loss", "optimizer", "aim")


@pytest.mark.parametrize("kind", RECIPE_KINDS)
def test_a_kind_holds_as_many_components_as_it_may(kind: str) -> None:
    two = spec(kind)[kind] * 2
    with pytest.raises(ValueError, match=f"^a recipe cannot hold 0 components of the kind {kind}$"):
        Recipe.from_json({kind: []})
    if kind in COMBINED:
        assert len(Recipe.from_json({kind: two})[kind]) == 2
    else:
        with pytest.raises(ValueError, match=f"^a recipe cannot hold 2 components of the kind {kind}$"):
            Recipe.from_json({kind: two})


def test_a_recipe_is_asked_by_kind() -> None:
    recipe = Recipe.from_json(spec("optimizer", "regularization"))
    assert recipe.one("optimizer").name == "optimizer_a"
    assert [setting.name for setting in recipe["regularization"]] == ["regularization_a"]
    assert ("optimizer" in recipe, "loss" in recipe) == (True, False)
    assert (len(recipe.get("optimizer")), recipe.get("loss")) == (1, ())
    with pytest.raises(KeyError, match="loss"):
        recipe["loss"]


def test_replaced_exchanges_one_kind_and_leaves_the_others(bundled: Registry) -> None:
    recipe = baseline(bundled.task("digits_mlp"), bundled)
    before = recipe.one("optimizer")
    sgd = Setting.of(bundled.component("optimizer", "sgd"))
    other = recipe.replaced("optimizer", (sgd,))
    assert other.one("optimizer") == sgd != before
    assert other.kinds == recipe.kinds
    assert all(other[kind] == recipe[kind] for kind in recipe.kinds if kind != "optimizer")
    assert recipe.one("optimizer") == before
    assert other.text != recipe.text  # which had been remembered, or not


def test_a_recipe_can_be_sent(bundled: Registry) -> None:
    recipe = baseline(bundled.task("digits_mlp"), bundled)
    assert recipe.text == canonical(recipe.to_json())
    back = pickle.loads(pickle.dumps(recipe))
    assert (back, back.text, hash(back)) == (recipe, recipe.text, hash(recipe))


# Kinds


def test_kinds_that_nobody_knows_come_last_by_name() -> None:
    assert sorted(["b", "loss", "a", "optimizer"], key=kind_order) == ["optimizer", "loss", "a", "b"]
    assert sorted(RECIPE_KINDS, key=kind_order) == list(RECIPE_KINDS)


# Parts that are shared


def test_what_is_written_the_same_is_read_once() -> None:
    read: list[Any] = []

    def reader(data: Any) -> list[Any]:
        read.append(data)
        return [data]

    shared = Shared(reader)
    assert shared({"a": 1}) is shared({"a": 1})
    assert shared({"a": 1}) is not shared({"a": 1.0})
    assert shared({"a": 1}) is not shared({"a": True})
    assert read == [{"a": 1}, {"a": 1.0}, {"a": True}]
    assert shared("\udcff") is shared("\udcff")


def test_what_cannot_be_read_is_refused_each_time() -> None:
    def reader(data: Any) -> Any:
        raise ValueError(f"no {data}")

    for _ in range(2):
        with pytest.raises(ValueError, match="no 1"):
            Shared(reader)(1)


def test_no_more_parts_are_remembered_than_memory_allows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("benchsuite.shared.MOST", 2)
    shared = Shared(lambda data: [data])
    assert [shared(number) is shared(number) for number in range(3)] == [True, True, False]
    assert shared(2) == [2]
