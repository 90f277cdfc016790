"""Selections: what a user types (``sgd``, ``adam*``, ``momentum[momentum=0.5,0.9]``, ``warmup+cosine``) becomes settings."""

from __future__ import annotations

import fnmatch
import itertools
import json
import math
import re
from collections.abc import Iterable
from typing import Protocol

from benchsuite.components import RECIPE_KINDS, Component, Task
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.kinds import COMBINED
from benchsuite.recipe import Recipe, Setting
from benchsuite.spaces import Value
from benchsuite.sweeps import FORM, read_sweep

MOST_SETTINGS = 1_000_000
"""Of one component in a selection."""


class Components(Protocol):
    """Where recipes find components by name; the registry is one."""

    def names(self, kind: str) -> list[str]:
        """Return the names of a kind."""
        ...

    def component(self, kind: str, name: str) -> Component:
        """Return a component, or raise."""
        ...

    def default(self, kind: str) -> Component:
        """Return the component of a kind that a baseline uses when it names none."""
        ...


def baseline(task: Task, components: Components) -> Recipe:
    """Return the task's baseline recipe, with every kind and every hyperparameter settled.

    Raises:
        BenchsuiteError: If the task names kinds or components that do not exist, or several where one is possible.
    """
    for kind in task.baseline:
        if kind not in RECIPE_KINDS:
            raise unknown(f"kind in the baseline of {task.title}:", kind, RECIPE_KINDS)
    chosen = dict(task.baseline)
    if isinstance(task.loss, str):
        chosen["loss"] = task.loss
    settled: list[tuple[str, tuple[Setting, ...]]] = []
    for kind in RECIPE_KINDS:
        if kind == "loss" and not isinstance(task.loss, str):
            continue
        if kind not in chosen:
            settled.append((kind, (Setting.of(components.default(kind)),)))
            continue
        options = expand(kind, [chosen[kind]], components)
        if len(options) != 1:
            raise BenchsuiteError(
                f"the baseline of {task.title} must select one {kind.replace('_', ' ')}. Received: {chosen[kind]!r}."
            )
        settled.append((kind, options[0]))
    return Recipe(tuple(settled))


def expand(kind: str, selections: Iterable[str], components: Components) -> list[tuple[Setting, ...]]:
    """Turn what a user typed into settings, each alternative once, in the order typed.

    Args:
        kind: A kind of the recipe.
        selections: Each a comma-separated list of ``name``, ``glob*``, ``name[hp=value,value;hp=value]``; joined by
            ``+`` where the kind allows several at once. In brackets, ``,`` separates values and hyperparameters
            alike: ``[a=1,2,b=3]``. A value may be a sweep: ``1e-4..1:log9``, see :mod:`benchsuite.sweeps`.
        components: Where names are looked up.

    Raises:
        BenchsuiteError: For unknown names and hyperparameters, values out of range, and text that does not parse.
    """
    found: dict[tuple[str, ...], tuple[Setting, ...]] = {}
    for selection in selections:
        for part in split(selection, ","):
            terms = split(part, "+")
            if len(terms) > 1 and kind not in COMBINED:
                raise BenchsuiteError(
                    f"a recipe holds one {kind.replace('_', ' ')}. Received: {part!r}. Use ',' for alternatives."
                )
            for combination in itertools.product(*(_alternatives(kind, term, components) for term in terms)):
                names = [setting.name for setting in combination]
                if len(set(names)) != len(names):
                    raise BenchsuiteError(f"{part!r} holds a component twice.")
                if len(names) > 1 and (idle := components.default(kind).name) in names:
                    raise BenchsuiteError(
                        f"{part!r} joins {idle!r}, which stands alone and changes nothing: leave it out."
                    )
                # By text: 1 and true are equal, and two alternatives.
                found.setdefault(tuple(setting.text for setting in combination), combination)
    return list(found.values())


_TERM = re.compile(r"([^\[\]]*?)\s*(?:\[([^\[\]]*)\])?")


def split(text: str, separator: str) -> list[str]:
    """Return the parts of a text between separators outside of brackets.

    Args:
        text: A selection, or several.
        separator: One letter.

    Raises:
        BenchsuiteError: If a part is empty or a bracket is not closed.
    """
    parts, depth, current = [], 0, ""
    for character in text:
        depth += {"[": 1, "]": -1}.get(character, 0)
        if depth not in (0, 1):
            break
        if character == separator and depth == 0:
            parts.append(current.strip())
            current = ""
        else:
            current += character
    parts.append(current.strip())
    if depth != 0 or not all(parts):
        raise BenchsuiteError(
            f"cannot read the selection {text!r}. Write name, name* or name[hyperparameter=value,value], separated by commas."
        )
    return parts


def _alternatives(kind: str, term: str, components: Components) -> list[Setting]:
    match = _TERM.fullmatch(term)
    if not match or not match[1]:
        raise BenchsuiteError(
            f"cannot read the selection {term!r}. Write name, name* or name[hyperparameter=value,value]."
        )
    name, grid = match[1], match[2]
    if any(character in name for character in "*?"):
        names = [known for known in components.names(kind) if fnmatch.fnmatchcase(known, name)]
        if not grid:  # a pattern means what runs as it is
            names = [known for known in names if not components.component(kind, known).required]
        if not names:
            raise unknown(f"{kind.replace('_', ' ')} pattern", name, components.names(kind))
    else:
        names = [name]
    axes = _axes(term, grid)
    settings = []
    for known in names:
        component = components.component(kind, known)
        for key in axes:
            owners = [other.replace("_", " ") for other in RECIPE_KINDS if key in components.names(other)]
            if key not in component.space and owners:
                then = f"There is {owners[0]} {key!r}."
                raise unknown(f"hyperparameter of {component.title}:", key, component.space, then=then)
        values = {key: _values(component, key, texts) for key, texts in axes.items()}
        if (count := math.prod(map(len, values.values()))) > MOST_SETTINGS:
            raise BenchsuiteError(
                f"a selection means up to {MOST_SETTINGS:,} settings. Received: {count:,}, from {term!r}."
            )
        settings += [
            Setting.of(component, dict(zip(values, chosen, strict=True)))
            for chosen in itertools.product(*values.values())
        ]
    return settings


def _axes(term: str, text: str | None) -> dict[str, list[str]]:
    """Read ``a=1,2,b=3..4:lin5`` as hyperparameter → values and sweeps, as they were written."""
    if text is None:
        return {}
    axes: dict[str, list[str]] = {}
    key = None
    for item in re.split(r"[,;]", text):
        name, equals, value = item.rpartition("=")
        if equals:
            key = name.strip()
            if not key or key in axes:
                raise BenchsuiteError(
                    f"cannot read the grid in {term!r}: {item.strip()!r}. Write [hyperparameter=value,value]."
                )
            axes[key] = []
        if key is None or not value.strip():
            raise BenchsuiteError(
                f"cannot read the grid in {term!r}: {item.strip()!r}. Write [hyperparameter=value,value]."
            )
        axes[key].append(value.strip())
    return axes


def _values(component: Component, key: str, texts: Iterable[str]) -> list[Value]:
    """Return the values that were written of a hyperparameter, those of sweeps one by one."""
    space = component.space.get(key)
    found: list[Value] = []
    for text in texts:
        value = read_value(text)
        if ".." not in text or space is None or space.contains(value):
            found.append(value)
            continue
        what = f"{key} of {component.title}"
        sweep = read_sweep(text)
        if sweep is None:
            raise BenchsuiteError(f"cannot read the sweep {text!r} for {what}. {FORM}")
        found += sweep.values(space, what)
    return found


def written(settings: Iterable[Setting], components: Components) -> str:
    """Return the selection that means these settings and no others, such as ``l2[strength=0.001]+dropout``.

    Only what is no default is written out.

    Args:
        settings: Of one kind, joined.
        components: Where their defaults are looked up.
    """
    return "+".join(_written(one, components.component(one.kind, one.name)) for one in settings)


def _written(setting: Setting, component: Component) -> str:
    usual = Setting.of(component).hyperparameters if not component.required else component.defaults
    chosen = [
        f"{key}={value_text(value)}" for key, value in setting.values if json.dumps(value) != json.dumps(usual.get(key))
    ]
    return f"{setting.name}[{';'.join(chosen)}]" if chosen else setting.name


def value_text(value: Value) -> str:
    """Return the text that is read as a value."""
    if not isinstance(value, str):
        return json.dumps(value)
    read = read_value(value) if value == value.strip() else None
    return value if isinstance(read, str) and read == value else json.dumps(value)


def read_value(text: str) -> Value:
    """Read a number, true, false, null or None, and anything else as text. NaN and infinities stay text, which no range holds."""
    if re.fullmatch("[0-9a-f]{32}", text):  # the id of a trial, even if all of it are digits
        return text
    words = {"true": True, "false": False, "null": None}
    if text == "None" or text.lower() in words:
        return words.get(text.lower())
    try:
        value = json.loads(text, parse_constant=str)
    except ValueError:  # no JSON, or a whole number too long to read
        value = float(text) if re.fullmatch(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", text) else text
    if value is None or isinstance(value, bool | int | float | str):
        return value
    raise BenchsuiteError(f"cannot read the value {text!r}.")
