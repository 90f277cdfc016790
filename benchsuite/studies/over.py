"""What ``--over`` means: values of one or two hyperparameters of a component, each on its own scale."""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from benchsuite.components import Component
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.kinds import RECIPE_KINDS
from benchsuite.recipe import Setting
from benchsuite.selection import Components, expand, split
from benchsuite.spaces import Choice, Integer, LogUniform, OneMinusLogUniform, Space, Uniform, Value
from benchsuite.sweeps import EvenValues

FEWEST_POINTS, MOST_POINTS = 2, 200
"""Values of a hyperparameter for which none are given."""
MOST_AXES = 2
"""Hyperparameters that a picture can show."""


@dataclass(frozen=True, slots=True)
class SweptCurve:
    """One setting whose hyperparameters are varied.

    Args:
        base: The setting; the values of what is varied count for nothing.
        axes: Hyperparameter → its values, in order.
        spaces: Hyperparameter → its space.
    """

    base: Setting
    axes: Mapping[str, tuple[Value, ...]]
    spaces: Mapping[str, Space]

    @property
    def settings(self) -> dict[tuple[Value, ...], Setting]:
        """The values of what is varied, in the order of the axes → the setting with them."""
        return {at: self.at(dict(zip(self.axes, at, strict=True))) for at in itertools.product(*self.axes.values())}

    def at(self, values: Mapping[str, Value]) -> Setting:
        """Return the setting with these values."""
        chosen = {**self.base.hyperparameters, **values}
        return Setting(self.base.kind, self.base.name, self.base.version, tuple(sorted(chosen.items())))


def kind_of(selections: Sequence[str]) -> tuple[str, list[str]]:
    """Return the kind that selections begin with, as ``schedule:cosine`` does, and them without it; optimizers otherwise."""
    prefix, colon, rest = selections[0].partition(":")
    if not colon or "[" in prefix:
        return "optimizer", list(selections)
    kind = prefix.replace("-", "_")
    if kind not in RECIPE_KINDS:
        raise unknown("kind", kind, RECIPE_KINDS)
    return kind, [rest, *(text.removeprefix(f"{prefix}:") for text in selections[1:])]


def read_over(text: str) -> dict[str, str]:
    """Read ``learning_rate=1e-4..1:log9,momentum`` as hyperparameter → values as they were written, empty for its range.

    Raises:
        BenchsuiteError: If it does not parse, or names none or too many.
    """
    found: dict[str, list[str]] = {}
    name = ""
    for item in split(text, ","):
        before, equals, value = item.partition("=")
        if equals or not name or not found[name]:
            name = before.strip()
            if not name or name in found or (equals and not value.strip()):
                raise BenchsuiteError(
                    f"cannot read --over {text!r}: {item!r}. Write hyperparameter or hyperparameter=value,value, such as "
                    "learning_rate=1e-4..1:log9."
                )
            found[name] = [value.strip()] if equals else []
        else:
            found[name].append(item)
    if len(found) > MOST_AXES:
        raise BenchsuiteError(
            f"--over takes one hyperparameter or two. Received: {', '.join(found)}. Sweep them in several calls."
        )
    return {key: ",".join(values) for key, values in found.items()}


def swept_curves(
    kind: str, selections: Sequence[str], over: Mapping[str, str], points: int, components: Components
) -> list[SweptCurve]:
    """Return what a sweep draws: each setting that is selected, with the values of what is varied.

    Args:
        kind: Of the components.
        selections: What was selected; ``a[x=1,2]`` is two curves.
        over: Hyperparameter → values as they were written, empty for as many as ``points`` over its whole range.
        points: Values of a range.
        components: Where names are looked up.

    Raises:
        BenchsuiteError: For what does not exist, joined components, and what has no range.
    """
    found = {}
    for settings in expand(kind, selections, components):
        if len(settings) > 1:
            joined = "+".join(setting.name for setting in settings)
            raise BenchsuiteError(f"a sweep varies one component. Received: {joined!r}. Name one, or several with ','.")
        component = components.component(kind, settings[0].name)
        axes = {}
        for name, text in over.items():
            if name not in component.space:
                raise unknown(f"hyperparameter of {component.title} in --over:", name, component.space)
            axes[name] = tuple(_values(component, name, text, points, components))
        base = SweptCurve(settings[0], axes, {name: component.space[name] for name in over})
        first = base.at({name: values[0] for name, values in axes.items()})
        found[first.text] = base
    return list(found.values())


def _values(component: Component, name: str, text: str, points: int, components: Components) -> list[Value]:
    space = component.space[name]
    what = f"{name} of {component.title}"
    if text:
        settings = expand(component.kind, [f"{component.name}[{name}={text}]"], components)
        values = [setting.hyperparameters[name] for (setting,) in settings]
    elif isinstance(space, Choice):
        values = list(space.options)
    elif isinstance(space, LogUniform | OneMinusLogUniform):
        values = EvenValues(space.low, space.high, "log", points).values(space, what)
    elif isinstance(space, Uniform | Integer):
        values = EvenValues(space.low, space.high, "lin", points).values(space, what)
    else:
        values = []
    distinct = list({json.dumps(value): value for value in values}.values())
    if len(distinct) < 2:
        raise BenchsuiteError(
            f"{what} must have two values or more to be swept; it is {space.describe()}. "
            f"Received: {text or name!r}. Name another hyperparameter, or more values."
        )
    if isinstance(space, Choice) and not text:
        return distinct
    numbers = [value for value in distinct if isinstance(value, int | float) and not isinstance(value, bool)]
    return [*sorted(numbers)] if len(numbers) == len(distinct) else distinct
