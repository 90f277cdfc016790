"""Selections: what a user types, and the settings that it means."""

from __future__ import annotations

import itertools
import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import benchsuite as bs
from benchsuite.components import RECIPE_KINDS, Component
from benchsuite.errors import unknown
from benchsuite.recipe import Recipe, Setting
from benchsuite.registry import Registry
from benchsuite.selection import baseline, expand


def make(**hyperparameters: Any) -> None:
    return None


RATE = bs.LogUniform(1e-6, 1e3, default=0.1)
OPTIMIZERS = [
    bs.Optimizer(name="sgd", make=make, space={"rate": RATE}),
    bs.Optimizer(
        name="adam",
        make=make,
        version=3,
        space={
            "rate": RATE,
            "beta": bs.Uniform(0.0, 0.9999, default=0.9),
            "steps": bs.Integer(1, 100, default=2),
            "mode": bs.Choice(["fast", "slow", "true", None, True, False]),
            "constant": bs.Fixed(1),
            "count": bs.Choice([1, True, 0, False]),
        },
    ),
    bs.Optimizer(name="adagrad", make=make, space={"rate": RATE}),
]
REGULARIZATIONS = [
    bs.Regularization(name="none", make=make, default=True),
    bs.Regularization(name="l2", make=make, space={"strength": bs.LogUniform(1e-7, 1.0, default=1e-4)}),
    bs.Regularization(name="dropout", make=make, space={"rate": bs.Uniform(0.0, 0.9, default=0.5)}),
]


@dataclass
class Few:
    """Just these components."""

    components: list[Component] = field(default_factory=lambda: [*OPTIMIZERS, *REGULARIZATIONS])

    def names(self, kind: str) -> list[str]:
        return sorted(component.name for component in self.components if component.kind == kind)

    def component(self, kind: str, name: str) -> Component:
        for component in self.components:
            if (component.kind, component.name) == (kind, name):
                return component
        raise unknown(kind, name, self.names(kind))

    def default(self, kind: str) -> Component:
        return next(component for component in self.components if component.kind == kind and component.default)


def settings_of(text: str, kind: str = "optimizer") -> list[tuple[str, dict[str, Any]]]:
    """Names and hyperparameters of each alternative, each of one component."""
    return [(one.name, one.hyperparameters) for (one,) in expand(kind, [text], Few())]


def refused(kind: str, *texts: str) -> str:
    with pytest.raises(bs.BenchsuiteError) as caught:
        expand(kind, texts, Few())
    assert "\n" not in str(caught.value)
    return str(caught.value)


# What is selected


def test_a_name_means_the_component_with_every_default_written_out() -> None:
    (chosen,) = expand("optimizer", ["adam"], Few())
    values = (("beta", 0.9), ("constant", 1), ("count", 1), ("mode", "fast"), ("rate", 0.1), ("steps", 2))
    assert chosen == (Setting("optimizer", "adam", 3, values),)


def test_commas_and_repeated_flags_give_alternatives_in_the_order_typed() -> None:
    found = expand("optimizer", ["sgd, adagrad", "adam"], Few())
    assert [setting.name for (setting,) in found] == ["sgd", "adagrad", "adam"]


def test_each_alternative_is_there_once() -> None:
    assert settings_of("sgd,sgd[rate=0.1],s*,sgd[rate=0.1,0.1]") == [("sgd", {"rate": 0.1})]


def test_a_grid_is_every_combination() -> None:
    found = settings_of("adam[rate=0.1,1;steps=3,4,5;beta=0.5]")
    assert [(values["rate"], values["steps"], values["beta"]) for _, values in found] == [
        (rate, steps, 0.5) for rate, steps in itertools.product((0.1, 1.0), (3, 4, 5))
    ]


def test_commas_separate_values_and_hyperparameters_alike() -> None:
    assert settings_of("adam[rate=0.1,1,steps=3,4]") == settings_of("adam[rate=0.1,1;steps=3,4]")


def test_blanks_do_not_count() -> None:
    assert settings_of("  sgd [ rate = 0.5 , 1 ] , adagrad ") == settings_of("sgd[rate=0.5,1],adagrad")


@pytest.mark.parametrize(
    ("glob", "names"),
    [("*", ["adagrad", "adam", "sgd"]), ("ada*", ["adagrad", "adam"]), ("?gd", ["sgd"]), ("*a*m", ["adam"])],
)
def test_a_glob_means_every_name_it_matches_sorted(glob: str, names: list[str]) -> None:
    assert [name for name, _ in settings_of(glob)] == names


def test_a_grid_on_a_glob_is_applied_to_each() -> None:
    assert settings_of("*g*[rate=1,2]") == [
        ("adagrad", {"rate": 1.0}),
        ("adagrad", {"rate": 2.0}),
        ("sgd", {"rate": 1.0}),
        ("sgd", {"rate": 2.0}),
    ]


def test_regularizations_are_combined_with_plus() -> None:
    found = expand("regularization", ["l2[strength=0.1,0.2]+dropout,none"], Few())
    assert [[(one.name, *one.hyperparameters.values()) for one in combination] for combination in found] == [
        [("l2", 0.1), ("dropout", 0.5)],
        [("l2", 0.2), ("dropout", 0.5)],
        [("none",)],
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("fast", "fast"),
        ("null", None),
        ("None", None),
        ("true", True),
        ("False", False),
        ('"true"', "true"),
        ('"slow"', "slow"),
    ],
)
def test_words_are_read_as_json_reads_them_or_as_text(text: str, value: object) -> None:
    ((_, values),) = settings_of(f"adam[mode={text}]")
    assert values["mode"] == value
    assert type(values["mode"]) is type(value)


@pytest.mark.parametrize("text", ["1e-3", "1E-3", ".001", "0.001", "+.001", "+1e-3", "1.e-3"])
def test_numbers_may_be_written_as_people_write_them(text: str) -> None:
    assert settings_of(f"sgd[rate={text}]") == [("sgd", {"rate": 0.001})]


def test_1_and_1_point_0_are_one_alternative() -> None:
    found = settings_of("adam[rate=1,1.0,1e0;steps=2,2.0;constant=1,1.0]")
    assert len(found) == 1
    assert (
        json.dumps(found[0][1]) == '{"beta": 0.9, "constant": 1, "count": 1, "mode": "fast", "rate": 1.0, "steps": 2}'
    )


def test_1_and_true_are_two_alternatives() -> None:
    found = settings_of("adam[count=1,true,1.0,0,false,True]")
    assert json.dumps([values["count"] for _, values in found]) == "[1, true, 0, false]"


# What is refused, and how


@pytest.mark.parametrize(
    ("kind", "text", "message"),
    [
        ("optimizer", "adm", "unknown optimizer 'adm'. Did you mean 'adam'? Known: adagrad, adam, sgd."),
        ("optimizer", "zzz", "unknown optimizer 'zzz'. Known: adagrad, adam, sgd."),
        ("optimizer", "zz*", "unknown optimizer pattern 'zz*'. Known: adagrad, adam, sgd."),
        ("schedule", "zz*", "unknown schedule pattern 'zz*'. Known: none."),
        (
            "optimizer",
            "adam[bta=0.5]",
            "unknown hyperparameter of optimizer 'adam': 'bta'. Did you mean 'beta'? "
            "Known: beta, constant, count, mode, rate, steps.",
        ),
        (
            "optimizer",
            "sgd[rate=0]",
            "rate of optimizer 'sgd' must be a number from 1e-06 to 1000 (log scale). Received: 0.",
        ),
        (
            "optimizer",
            "sgd[rate=fast]",
            "rate of optimizer 'sgd' must be a number from 1e-06 to 1000 (log scale). Received: 'fast'.",
        ),
        (
            "optimizer",
            "sgd[rate=NaN]",
            "rate of optimizer 'sgd' must be a number from 1e-06 to 1000 (log scale). Received: 'NaN'.",
        ),
        (
            "optimizer",
            "sgd[rate=1e999]",
            "rate of optimizer 'sgd' must be a number from 1e-06 to 1000 (log scale). Received: inf.",
        ),
        (
            "optimizer",
            "sgd[rate=true]",
            "rate of optimizer 'sgd' must be a number from 1e-06 to 1000 (log scale). Received: True.",
        ),
        (
            "optimizer",
            "adam[steps=1.5]",
            "steps of optimizer 'adam' must be a whole number from 1 to 100. Received: 1.5.",
        ),
        (
            "optimizer",
            "adam[mode=off]",
            "mode of optimizer 'adam' must be one of 'fast', 'slow', 'true', None, True, False. Received: 'off'.",
        ),
        ("optimizer", "adam[constant=2]", "constant of optimizer 'adam' must be 1 (fixed). Received: 2."),
        ("optimizer", "sgd+adam", "a recipe holds one optimizer. Received: 'sgd+adam'. Use ',' for alternatives."),
        (
            "gradient_transform",
            "a+b",
            "a recipe holds one gradient transform. Received: 'a+b'. Use ',' for alternatives.",
        ),
        ("regularization", "l2+dropout+l2", "'l2+dropout+l2' holds a component twice."),
        (
            "regularization",
            "none+dropout",
            "'none+dropout' joins 'none', which stands alone and changes nothing: leave it out.",
        ),
        ("optimizer", "adam[mode={}]", "cannot read the value '{}'."),
    ],
)
def test_a_selection_that_cannot_be_used_is_refused_with_what_could(kind: str, text: str, message: str) -> None:
    assert refused(kind, text) == message


@pytest.mark.parametrize(
    "text", ["", ",", "sgd,", ",sgd", "sgd,,adam", "sgd[rate=1", "sgd rate=1]", "sgd]", "sgd[[rate=1]]"]
)
def test_a_selection_that_does_not_parse_is_shown_with_an_example(text: str) -> None:
    assert refused("optimizer", text) == (
        f"cannot read the selection {text!r}. "
        "Write name, name* or name[hyperparameter=value,value], separated by commas."
    )


@pytest.mark.parametrize("text", ["l2+", "+l2", "l2++dropout"])
def test_a_plus_without_a_component_does_not_parse(text: str) -> None:
    assert refused("regularization", text).startswith(f"cannot read the selection {text!r}. ")


@pytest.mark.parametrize("text", ["[rate=1]", "sgd[rate=1]x", "sgd[rate=1][rate=2]"])
def test_a_term_that_does_not_parse_is_shown_with_an_example(text: str) -> None:
    assert refused("optimizer", text) == (
        f"cannot read the selection {text!r}. Write name, name* or name[hyperparameter=value,value]."
    )


@pytest.mark.parametrize(
    ("grid", "item"),
    [
        ("", ""),
        ("0.5", "0.5"),
        ("rate=", "rate="),
        ("=1", "=1"),
        ("rate=1,", ""),
        ("rate=1,,2", ""),
        ("rate=1,rate=2", "rate=2"),
        ("rate=1;steps", None),  # a second value of rate, which is not a number
    ],
)
def test_a_grid_that_does_not_parse_is_shown_with_an_example(grid: str, item: str | None) -> None:
    text = f"sgd[{grid}]"
    if item is None:
        assert refused("optimizer", text).startswith("rate of optimizer 'sgd' must be a number from ")
    else:
        assert refused("optimizer", text) == (
            f"cannot read the grid in {text!r}: {item!r}. Write [hyperparameter=value,value]."
        )


@pytest.mark.parametrize("digits", [400, 5000])
def test_a_number_too_long_for_any_range_is_refused_like_any_other(digits: int) -> None:
    assert refused("optimizer", f"sgd[rate={'9' * digits}]").startswith(
        "rate of optimizer 'sgd' must be a number from "
    )


@given(text=st.text(alphabet='sgdam*?[]=,;+ 01.e-"{}', max_size=16))
def test_any_text_is_read_or_refused(text: str) -> None:
    for kind in ("optimizer", "regularization"):
        try:
            found = expand(kind, [text], Few())
        except bs.BenchsuiteError:
            continue
        assert found


# Any grid

VALUES = {
    "rate": st.one_of(st.floats(1e-6, 1e3), st.integers(1, 1000)),
    "beta": st.floats(0.0, 0.9999),
    "steps": st.integers(1, 100),
    "mode": st.sampled_from(["fast", "slow", None, True, False]),
}
GRIDS = st.fixed_dictionaries(
    {}, optional={key: st.lists(value, min_size=1, max_size=3) for key, value in VALUES.items()}
)


def written(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


@given(grid=GRIDS)
def test_a_grid_as_text_means_exactly_the_combinations_of_its_values(grid: dict[str, list[Any]]) -> None:
    text = ";".join(f"{key}={','.join(map(written, values))}" for key, values in grid.items())
    found = settings_of(f"adam[{text}]" if grid else "adam")
    adam = Few().component("optimizer", "adam")
    expected = []
    for combination in itertools.product(*grid.values()):
        values = adam.hyperparameters(dict(zip(grid, combination, strict=True)))
        if ("adam", values) not in expected:
            expected.append(("adam", values))
    assert found == expected


# Baselines


def task(**changes: Any) -> bs.Task:
    fields: dict[str, Any] = {
        "name": "toy",
        "data": make,
        "split": bs.HoldOut(0.6, 0.2, 0.2),
        "model": lambda blocks, inputs: inputs,
        "loss": "cross_entropy",
        "primary": "loss",
        "batch_size": 8,
        "epochs": 2,
        "baseline": {"optimizer": "adam"},
    }
    return bs.Task(**fields | changes)


def test_a_baseline_has_every_kind_and_every_hyperparameter_in_order(bundled: Registry) -> None:
    recipe = baseline(task(), bundled)
    assert [kind for kind, _ in recipe.settings] == list(RECIPE_KINDS)
    assert recipe.one("optimizer").name == "adam"
    assert recipe.one("loss").name == "cross_entropy"
    for kind, settings in recipe.settings:
        for setting in settings:
            assert set(setting.hyperparameters) == set(bundled.component(kind, setting.name).space)


def test_a_kind_that_the_baseline_does_not_name_uses_its_default(bundled: Registry) -> None:
    recipe = baseline(task(), bundled)
    for kind in set(RECIPE_KINDS) - {"optimizer", "loss"}:
        assert recipe.one(kind).name == bundled.default(kind).name


def test_a_baseline_may_set_hyperparameters_and_combine(bundled: Registry) -> None:
    recipe = baseline(task(baseline={"optimizer": "sgd[learning_rate=1]", "regularization": "l2+dropout"}), bundled)
    assert recipe.one("optimizer").hyperparameters == {"learning_rate": 1.0}
    assert [setting.name for setting in recipe["regularization"]] == ["l2", "dropout"]


def test_a_task_with_a_loss_of_its_own_has_no_kind_loss(bundled: Registry) -> None:
    recipe = baseline(task(loss=lambda model, batch, training: 0), bundled)
    assert "loss" not in recipe
    assert "optimizer" in recipe


@pytest.mark.parametrize(
    ("chosen", "message"),
    [
        (
            {"optimiser": "adam"},
            "unknown kind in the baseline of task 'toy': 'optimiser'. Did you mean 'optimizer'? Known: activation, ",
        ),
        (
            {"optimizer": "adam[learning_rate=0.1,0.2]"},
            "the baseline of task 'toy' must select one optimizer. Received: 'adam[learning_rate=0.1,0.2]'.",
        ),
        ({"optimizer": "sgd,adam"}, "the baseline of task 'toy' must select one optimizer. Received: 'sgd,adam'."),
        ({"initializer": "he_norml"}, "unknown initializer 'he_norml'. Did you mean 'he_normal'? Known: "),
    ],
)
def test_a_baseline_that_cannot_be_used_is_refused(chosen: dict[str, str], message: str, bundled: Registry) -> None:
    with pytest.raises(bs.BenchsuiteError) as caught:
        baseline(task(baseline=chosen), bundled)
    assert str(caught.value).startswith(message)


def test_every_bundled_task_has_a_baseline(bundled: Registry) -> None:
    for name in bundled.names("task"):
        recipe = baseline(bundled.task(name), bundled)
        back = Recipe.from_json(json.loads(json.dumps(recipe.to_json(), allow_nan=False)))
        assert back == recipe
