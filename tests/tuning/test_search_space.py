"""What a search chooses of a selection and a task, and how its choice becomes a trial."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

import benchsuite as bs
from benchsuite.components import Component
from benchsuite.recipe import Recipe, Setting
from benchsuite.registry import Registry
from benchsuite.selection import baseline, expand
from benchsuite.trial import Trial
from benchsuite.tuning.search_space import SearchSpace, knob_spaces


def trial_of(known: Registry, task: str, **chosen: str) -> Trial:
    found = known.task(task)
    recipe: Recipe = baseline(found, known)
    for kind, text in chosen.items():
        recipe = recipe.replaced(kind, expand(kind, [text], known)[0])
    return Trial(found.name, found.version, recipe, 0, found.epochs, found.batch_size)


def space_of(known: Registry, kind: str, text: str, **more: Any) -> SearchSpace:
    return SearchSpace.of(expand(kind, [text], known)[0], known, **more)


def test_every_hyperparameter_with_a_choice_is_searched_by_place_and_name(bundled: Registry) -> None:
    space = space_of(bundled, "optimizer", "adam")
    assert space.names == tuple(f"optimizer.0.{key}" for key in ("beta_1", "beta_2", "epsilon", "learning_rate"))
    joined = space_of(bundled, "schedule", "warmup+cosine")
    assert {name.split(".")[1] for name in joined.names} == {"0", "1"}
    for entry in bundled.tables["optimizer"].values():
        component: Component = entry.component
        found = SearchSpace.of([Setting.of(component)], bundled).names if not component.required else ()
        fixed = {key for key, one in component.space.items() if isinstance(one, bs.Fixed | bs.TrialId)}
        assert not {name.split(".")[2] for name in found} & fixed
    assert space_of(bundled, "optimizer", "adam", fixed=["optimizer.0.epsilon"]).names == tuple(
        name for name in space.names if not name.endswith("epsilon")
    )


def test_a_choice_becomes_a_trial_and_nothing_else_changes(bundled: Registry) -> None:
    task, trial = bundled.task("digits_mlp"), trial_of(bundled, "digits_mlp", optimizer="adam")
    knobs = ("depth", "width", "batch_size", "activation")
    space = space_of(bundled, "optimizer", "adam", task=task, knobs=knobs)
    assert space.names[-4:] == knobs
    usual = space.current(trial, task)
    assert usual["optimizer.0.beta_1"] == 0.9
    assert (usual["depth"], usual["width"], usual["batch_size"], usual["activation"]) == (2, 64, 32, "relu")
    assert space.applied(trial, usual, bundled, task) == trial
    chosen = {"optimizer.0.learning_rate": 0.02, "depth": 1, "width": 64, "batch_size": 128, "activation": "tanh"}
    found = space.applied(trial, chosen, bundled, task)
    assert found.recipe.one("optimizer").hyperparameters == {
        **trial.recipe.one("optimizer").hyperparameters, "learning_rate": 0.02
    }  # fmt: skip
    assert (found.knobs, found.batch_size) == ((("depth", 1),), 128)
    assert found.recipe.one("activation") == Setting.of(bundled.component("activation", "tanh"))
    assert space.current(found, task) == {**usual, **chosen}
    unchanged = replace(found, recipe=trial.recipe, knobs=(), batch_size=trial.batch_size)
    assert unchanged == trial
    assert found.changes == ()


def test_points_and_values_agree(bundled: Registry) -> None:
    task = bundled.task("digits_mlp")
    space = space_of(bundled, "optimizer", "adam", task=task, knobs=("width",))
    values = space.current(trial_of(bundled, "digits_mlp", optimizer="adam"), task)
    point = space.point(values)
    assert space.values(point) == values
    with pytest.raises(
        bs.BenchsuiteError, match=r"a proposal must have 5 places from 0 to 1, one for each of optimizer\.0"
    ):
        space.values(point[:-1])
    with pytest.raises(bs.BenchsuiteError, match="5 places from 0 to 1"):
        space.values((*point[:-1], 1.1))
    with pytest.raises(bs.BenchsuiteError, match="5 places from 0 to 1"):
        space.values((*point[:-1], float("nan")))


def test_a_range_can_be_widened(bundled: Registry) -> None:
    space = space_of(bundled, "optimizer", "adam")
    name = "optimizer.0.learning_rate"
    wide = space.widened({name: (1e-7, 1e3)})
    (one,) = [dimension for dimension in wide.dimensions if dimension.name == name]
    assert (one.value(0.0), one.value(1.0)) == (1e-7, 1e3)
    assert [d for d in wide.dimensions if d.name != name] == [d for d in space.dimensions if d.name != name]


def test_what_may_be_searched_of_a_task_is_what_it_declares_and_compares(bundled: Registry) -> None:
    task = replace(bundled.task("digits_mlp"), compares=["optimizer", "initializer", "loss"])
    found = knob_spaces(task, bundled)
    assert list(found) == ["depth", "width", "batch_size", "optimizer", "initializer", "loss"]
    assert found["batch_size"] == bs.Choice([8, 16, 32, 64, 128], default=32)
    assert "transfer" not in found["initializer"].options  # type: ignore[attr-defined]  # it needs the id of a trial
    assert "batch_size" not in knob_spaces(bundled.task("rosenbrock"), bundled)
    with pytest.raises(bs.BenchsuiteError, match=r"unknown knob of task 'digits_mlp' in --search: 'heigth'"):
        space_of(bundled, "optimizer", "adam", task=task, knobs=("heigth",))
