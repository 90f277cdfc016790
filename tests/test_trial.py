"""A trial's id stands for all that decides its numbers, and for nothing else."""

from __future__ import annotations

import copy
import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchsuite.components import RECIPE_KINDS
from benchsuite.recipe import Recipe, Setting
from benchsuite.trial import Trial, identity

RECIPE = Recipe(
    tuple(
        (kind, (Setting(kind, f"{kind}_a", 1, (("alpha", 0.5), ("learning_rate", 0.1), ("mode", "x"))),))
        for kind in RECIPE_KINDS
    )
)
TRIAL = Trial("toy", 2, RECIPE, 0, 5, 32, streams=(("initial", 7),), fold=(1, 4))


def leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value where a number or a text stands."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from leaves(inner, (*path, key))
    else:
        yield path


def changed(spec: dict[str, Any], path: tuple[Any, ...]) -> dict[str, Any]:
    copied = copy.deepcopy(spec)
    place = copied
    for key in path[:-1]:
        place = place[key]
    place[path[-1]] = f"{place[path[-1]]}x" if isinstance(place[path[-1]], str) else place[path[-1]] + 1
    return copied


def reordered(value: Any, data: st.DataObject) -> Any:
    if isinstance(value, dict):
        return {key: reordered(value[key], data) for key in data.draw(st.permutations(list(value)))}
    return [reordered(item, data) for item in value] if isinstance(value, list) else value


def test_the_id_is_what_the_format_page_says() -> None:
    text = json.dumps(TRIAL.spec, sort_keys=True, separators=(",", ":"))
    assert TRIAL.id == hashlib.sha256(text.encode()).hexdigest()[:32]
    assert re.fullmatch("[0-9a-f]{32}", TRIAL.id)


def test_the_spec_has_the_keys_of_the_format_page() -> None:
    assert set(TRIAL.spec) == {
        "task", "recipe", "seed", "streams", "epochs", "batch_size", "precision", "device", "engine", "fold",
    }  # fmt: skip
    assert set(TRIAL.spec["task"]) == {"name", "version"}
    assert set(TRIAL.spec["recipe"]["optimizer"][0]) == {"name", "version", "hyperparameters"}


@pytest.mark.parametrize("path", list(leaves(TRIAL.spec)), ids=lambda path: ".".join(map(str, path)))
def test_every_field_of_the_spec_changes_the_id(path: tuple[Any, ...]) -> None:
    assert identity(changed(TRIAL.spec, path)) != TRIAL.id


@pytest.mark.parametrize(
    "change",
    [
        {"task": "other"},
        {"task_version": 3},
        {"recipe": RECIPE.replaced("loss", (Setting("loss", "other", 1, ()),))},
        {"seed": 1},
        {"epochs": 6},
        {"batch_size": 16},
        {"precision": "bfloat16"},
        {"device": "gpu"},
        {"streams": ()},
        {"fold": None},
        {"engine": 1},
        {"fold": None, "has_fold": False},
        {"lanes": 4},
        {"changes": (("schedule", "cosine"),)},
        {"inner": (0, 2)},
        {"refit": True},
        {"stop": 2},
        {"knobs": (("width", 32),)},
    ],
    ids=lambda change: list(change)[-1],
)
def test_every_field_of_a_trial_changes_the_id(change: dict[str, Any]) -> None:
    assert replace(TRIAL, **change).id != TRIAL.id


def test_the_list_of_fields_above_is_whole() -> None:
    assert {field.name for field in fields(Trial)} == {
        "task", "task_version", "recipe", "seed", "epochs", "batch_size", "precision", "device", "streams", "fold",
        "engine", "has_fold", "lanes", "changes", "stop", "knobs", "inner", "refit",
    }  # fmt: skip


@given(data=st.data())
def test_the_order_of_keys_does_not_change_the_id(data: st.DataObject) -> None:
    turned = reordered(TRIAL.spec, data)
    assert identity(turned) == TRIAL.id
    assert Trial.from_spec(turned).id == TRIAL.id


def test_a_combination_in_another_order_is_another_trial() -> None:
    one, two = Setting("regularization", "l2", 1, ()), Setting("regularization", "dropout", 1, ())
    ids = {replace(TRIAL, recipe=RECIPE.replaced("regularization", pair)).id for pair in ((one, two), (two, one))}
    assert len(ids) == 2


@given(
    seed=st.integers(0, 2**63),
    epochs=st.integers(1, 10**6),
    streams=st.dictionaries(st.sampled_from(["initial", "order", "noise"]), st.integers(0, 2**31)),
    alpha=st.floats(allow_nan=False, allow_infinity=False),
    mode=st.one_of(st.text('aé\n"\u2028', max_size=8), st.none(), st.booleans(), st.integers()),
)
def test_a_trial_survives_a_record(seed: int, epochs: int, streams: dict[str, int], alpha: float, mode: Any) -> None:
    setting = Setting("optimizer", "a", 1, (("alpha", alpha), ("mode", mode)))
    trial = replace(
        TRIAL,
        seed=seed,
        epochs=epochs,
        streams=tuple(sorted(streams.items())),
        recipe=RECIPE.replaced("optimizer", (setting,)),
    )
    back = Trial.from_spec(json.loads(json.dumps(trial.spec, ensure_ascii=False)))
    assert back == trial
    assert back.id == trial.id == identity(trial.spec)


def test_a_spec_with_a_number_that_is_not_finite_has_no_id() -> None:
    with pytest.raises(ValueError, match="Out of range float values"):
        identity({**TRIAL.spec, "seed": float("nan")})


@pytest.mark.parametrize("text", ['"recipe":{}', '\\"recipe":{}', ',"recipe":{},', "\\", 'a"'])
def test_the_id_is_that_of_the_whole_spec_whatever_its_texts(text: str) -> None:
    """The text of the recipe is put into that of the rest; no other text may be taken for its place."""
    trial = replace(TRIAL, task=text, device=text, precision=text, streams=((text, 1),))
    assert trial.id == identity(trial.spec)
    assert replace(trial, recipe=Recipe(())).id == identity(replace(trial, recipe=Recipe(())).spec)


def test_a_spec_of_the_first_engine_says_nothing_of_folds() -> None:
    spec = {key: value for key, value in TRIAL.spec.items() if key != "fold"} | {"engine": 1}
    trial = Trial.from_spec(spec)  # type: ignore[arg-type]
    assert (trial.fold, trial.engine, trial.spec) == (None, 1, spec)
    assert trial.id == identity(spec) != identity({**spec, "fold": None})
    assert trial.with_seed(4).spec == {**spec, "seed": 4}


def test_inner_folds_and_refits_survive_a_record() -> None:
    for trial in (replace(TRIAL, inner=(2, 5)), replace(TRIAL, refit=True)):
        assert Trial.from_spec(json.loads(json.dumps(trial.spec))) == trial
    assert not {"inner", "refit"} & set(TRIAL.spec)  # only where set: what there was before keeps its id


def test_with_seed_changes_the_seed_alone() -> None:
    other = TRIAL.with_seed(3)
    assert other.spec == {**TRIAL.spec, "seed": 3}


def test_another_network_is_another_baseline_whoever_chose_it() -> None:
    changes = (("schedule", "cosine"), ("width", "32"))
    knobs = (("depth", 3), ("width", 32))
    assert replace(TRIAL, changes=changes, knobs=knobs).change == "schedule=cosine, width=32, depth=3"
    assert replace(TRIAL, knobs=knobs).change == "depth=3, width=32"
    assert TRIAL.change == ""


# Cells: what shares a program


def with_setting(kind: str, **values: Any) -> Trial:
    """The trial with one component changed: its name if no hyperparameters are given."""
    old = RECIPE.one(kind)
    new = (
        replace(old, values=tuple(sorted((old.hyperparameters | values).items()))) if values else replace(old, name="b")
    )
    return replace(TRIAL, recipe=RECIPE.replaced(kind, (new,)))


@pytest.mark.parametrize(
    "other",
    [
        TRIAL.with_seed(9),
        replace(TRIAL, epochs=9),
        replace(TRIAL, streams=()),
        replace(TRIAL, inner=(1, 4)),
        replace(TRIAL, refit=True),
        replace(TRIAL, stop=3),
        with_setting("schedule"),
        with_setting("initializer"),
        with_setting("preprocessing"),
        with_setting("optimizer", learning_rate=3.0),
        with_setting("optimizer", alpha=0.25),
        with_setting("regularization", learning_rate=3.0),
    ],
)
def test_what_a_program_is_fed_stays_in_the_cell(other: Trial) -> None:
    assert other.cell == TRIAL.cell
    assert other.id != TRIAL.id


@pytest.mark.parametrize(
    "other",
    [
        replace(TRIAL, task="other"),
        replace(TRIAL, batch_size=9),
        replace(TRIAL, precision="bfloat16"),
        replace(TRIAL, device="gpu"),
        replace(TRIAL, knobs=(("width", 32),)),
        with_setting("optimizer"),
        with_setting("optimizer", alpha=None),
        with_setting("optimizer", alpha="0.5"),
        with_setting("activation"),
        with_setting("normalization"),
        with_setting("gradient_transform"),
        with_setting("loss"),
    ],
)
def test_what_is_compiled_into_a_program_makes_another_cell(other: Trial) -> None:
    assert other.cell != TRIAL.cell
