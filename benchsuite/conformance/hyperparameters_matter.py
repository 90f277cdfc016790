"""Promises on hyperparameters: each makes a difference, each is the object's own, and Keras calls it by the same name."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from benchsuite.components import Component
from benchsuite.components.initializer import Adapting
from benchsuite.conformance.blame import Blame
from benchsuite.conformance.chance import CHANCE, chance_in
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.objects import Numbers, act
from benchsuite.conformance.trying import Trying
from benchsuite.engine.fed.finding import two_values
from benchsuite.engine.few_numbers import names_kept
from benchsuite.engine.program.computation import names_of
from benchsuite.recipe import Setting
from benchsuite.spaces import Choice, Space, Value
from benchsuite.trial import ON_HOST, RATE

MATTERS = "each hyperparameter makes a difference"
OWN = "an object depends on what it is made with alone"
NAMED = "Keras has each hyperparameter under its own name"
LENGTHS = (4, 40)
MOST_VALUES = 6

IGNORED = "Hand it on: every parameter of make must reach what is returned, under its own name, and be used there."
GLOBAL = "Something is kept in a global, a default argument, a class attribute or a cache. Keep it in the object: self.x = x in __init__."
SWAPPED = "Hand hyperparameters on by name, such as Adam(beta_1=beta_1, beta_2=beta_2): by place two of them are easily swapped."


def hyperparameters_matter(trying: Trying) -> list[Finding]:
    """Try the promises on hyperparameters, on objects alone; on programs where that shows nothing."""
    component = trying.component
    assert isinstance(component, Component)
    setting = trying.recipe.one(component.kind).hyperparameters
    others = {name: values for name, space in component.space.items() if (values := _values(space, setting[name]))}
    if not others:
        return []
    if component.kind == "initializer" and isinstance(_tried(lambda: component.make(**setting)), Adapting):
        return []  # what it adapts to decides, and a tiny network may need none of it
    blame = Blame(component, trying.registry)
    found = []
    acted = _Acted(component)
    idle = [name for name in others if not _matters(trying, acted, setting, name, others)]
    said = ", ".join(idle)
    found.append(
        blame.broken(MATTERS, f"nothing changes with {said}: {_shown(others[idle[0]])} give the same numbers", IGNORED)
        if idle
        else Finding(MATTERS)
    )
    if not idle:
        found.append(_is_its_own(blame, component, setting, others))
    named = _misnamed(component, setting, others)
    if named:
        found.append(blame.broken(NAMED, named, SWAPPED))
    return found


def _values(space: Space, now: Value) -> list[Value]:
    """Return other values of a space, those far apart first."""
    if space.required:
        return []
    values: list[Value] = [*(two_values(space) or ())][::-1]
    values += list(space.options[:MOST_VALUES]) if isinstance(space, Choice) else []
    values += [getattr(space, end) for end in ("low", "high") if hasattr(space, end)]
    kept: list[Value] = []
    for value in values:
        if space.contains(value) and value != now and value not in kept:
            kept.append(value)
    return kept


def _shown(values: list[Value]) -> str:
    return " and ".join(f"{value:.4g}" if isinstance(value, float) else repr(value) for value in values[:2])


def _matters(
    trying: Trying, acted: _Acted, setting: Mapping[str, Value], name: str, others: Mapping[str, list[Value]]
) -> bool:
    """Say whether a hyperparameter makes a difference: beside the defaults, or beside other values of the others."""
    if (acted.component.kind, name) == RATE:
        return True  # the engine's own: of_optimizers.py sees to it
    beside = [dict(setting)]
    beside += [
        {**setting, **{other: values[at] for other, values in others.items() if at < len(values)}} for at in (0, 1)
    ]
    for much in LENGTHS:
        for base in beside:
            base = {**base, name: setting[name]}
            before = acted(base, much)
            for value in others[name] if much == LENGTHS[0] else others[name][:2]:
                after = acted({**base, name: value}, much)
                if before is not None and after is not None and _differ(before, after):
                    return True
    return _changes_the_program(trying, name, others[name])


class _Acted:
    """What a component does with each setting, found once.

    Args:
        component: The component.
    """

    def __init__(self, component: Component) -> None:
        self.component = component
        self._known: dict[tuple[Any, ...], Numbers | None] = {}

    def __call__(self, setting: Mapping[str, Value], much: int) -> Numbers | None:
        """Return what it does; ``None`` where it cannot be made so, or does not act on such numbers."""
        key = (much, *((name, type(value), value) for name, value in sorted(setting.items())))
        if key not in self._known:
            found = _tried(lambda: act(self.component, lambda: self.component.make(**setting), much))
            self._known[key] = None if isinstance(found, Exception) else found
        return self._known[key]


def _differ(before: Numbers, after: Numbers) -> bool:
    return len(before) != len(after) or any(
        one.shape != other.shape or not np.array_equal(one, other, equal_nan=one.dtype.kind == "f")
        for one, other in zip(before, after, strict=True)
    )


def _changes_the_program(trying: Trying, name: str, values: list[Value]) -> bool:
    """Say whether it decides what a program computes, or starts from: where it matters in a network alone."""
    component = trying.component
    assert isinstance(component, Component)
    found = []
    setting, trial = trying.recipe.one(component.kind), trying.trial()
    for value in (setting.hyperparameters[name], *values[:2]):
        other = Setting.of(component, {**setting.hyperparameters, name: value})
        try:
            recipe = trial.recipe.replaced(component.kind, (other,))
            ready = trying.fresh(False).ready(replace(trial, recipe=recipe))
            ready.program.trace_only(ready.feed, ready.plan.steps)
        except Exception:
            continue
        kernels = [np.array(kernel.numpy()) for kernel in ready.program.network.kernels]
        names = () if component.kind in ON_HOST else names_of(ready.program)
        found.append((names, kernels, np.array(ready.prepared.x), ready.plan.epoch(0)[1]))
    return any(
        one[0] != found[0][0] or _differ([*found[0][1], *found[0][2:]], [*one[1], *one[2:]]) for one in found[1:]
    )


def _is_its_own(
    blame: Blame, component: Component, setting: Mapping[str, Value], others: Mapping[str, list[Value]]
) -> Finding:
    """Make an object, then another with other values, and let the first act."""
    second = {**setting, **{name: values[0] for name, values in others.items()}}

    def disturbed() -> Any:
        made = component.make(**setting)
        with names_kept():
            component.make(**second)
        return made

    def plain() -> Numbers:
        return act(component, lambda: component.make(**setting))

    expected, again = _tried(plain), _tried(plain)
    if isinstance(expected, Exception) or isinstance(again, Exception):
        return Finding(OWN)
    if _differ(expected, again):
        drawn = chance_in(plain, blame.own)
        problem = "two objects that were made with the same values give other numbers"
        if drawn is None:
            return blame.broken(OWN, problem, f"{CHANCE} {GLOBAL}")
        return blame.broken(OWN, f"{problem}: it asks {drawn.function}", CHANCE, drawn.place)
    found = _tried(lambda: act(component, disturbed))
    if isinstance(found, Exception) or _differ(expected, found):
        return blame.broken(OWN, "an object gives other numbers once another one was made with other values", GLOBAL)
    return Finding(OWN)


def _tried(do: Callable[[], Any]) -> Any:
    try:
        return do()
    except Exception as error:
        return error


def _misnamed(component: Component, setting: Mapping[str, Value], others: Mapping[str, list[Value]]) -> str:
    """Return which number Keras has under another name than the component; empty if there is none."""
    wrong = []
    chosen = {name: values[0] for name, values in others.items() if isinstance(values[0], float | int)}
    try:
        with names_kept():
            made = component.make(**{**setting, **chosen})
            configuration = made.get_config() if hasattr(made, "get_config") else {}
    except Exception:
        return ""
    known = {name: value for name, value in configuration.items() if isinstance(value, float | int)}
    for name, value in chosen.items():
        elsewhere = [other for other in chosen if other != name and _same(known.get(other), value)]
        if name in known and not _same(known[name], value) and elsewhere:
            wrong.append(f"{name}={_shown([value])} is {elsewhere[0]} there")
    return "; ".join(wrong)


def _same(one: Any, other: Any) -> bool:
    return isinstance(one, float | int) and math.isclose(one, other, rel_tol=1e-6)
