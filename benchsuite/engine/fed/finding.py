"""Which hyperparameters of a component can be fed: found by making it with fed numbers and trying what it does.

The finding depends on the component's code and on those of its hyperparameters that are no numbers, and on nothing else: a trial
is fed the same hyperparameters whatever ran before it. What its own values lead to beyond that is seen when its program is
traced: see :mod:`benchsuite.engine.session`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np

from benchsuite.components import Component, Monitor
from benchsuite.components.regularization import AfterStep, Batch, Kernels, Masks
from benchsuite.engine.fed.feeding import Feeding
from benchsuite.engine.fed.known import KNOWN
from benchsuite.engine.fed.likeness import Likeness
from benchsuite.engine.fed.number import Fed, Number, present
from benchsuite.engine.fed.number import names as names_of
from benchsuite.engine.fed.swapping import Place, places_of, put
from benchsuite.engine.fed.tried import tried
from benchsuite.errors import BenchsuiteError
from benchsuite.recipe import Recipe, Setting
from benchsuite.selection import Components
from benchsuite.spaces import Choice, Integer, LogUniform, OneMinusLogUniform, Space, Uniform, Value
from benchsuite.text import as_reason, text_of
from benchsuite.trial import ON_HOST, RATE, fed_values

TOLERANCE = 1e-4
"""Share of the largest number by which a fed component may differ from one made with the value: rounding, and not more."""
WRONG = "with another value it does not do what it does when it is made with that"
FIRST, SECOND = 0.15, 0.9
"""Where in its range a hyperparameter is made, and where it is moved to."""


@dataclass(frozen=True)
class ComponentFinding:
    """What was found of a component's hyperparameters that are numbers.

    Args:
        fed: Those that can be fed.
        swapped: Those of them that the component takes as floats only, and where its objects hold these.
        host: Those that no program knows of: they act between epochs.
        baked: The others, with the reason.
    """

    fed: frozenset[str] = frozenset()
    swapped: Mapping[str, frozenset[Place]] = field(default_factory=dict)
    host: frozenset[str] = frozenset()
    baked: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        swapped = {name: sorted(map(list, places)) for name, places in sorted(self.swapped.items())}
        return {"fed": sorted(self.fed), "swapped": swapped, "host": sorted(self.host), "baked": dict(self.baked)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ComponentFinding:
        """Read it."""
        swapped = {name: frozenset(map(tuple, places)) for name, places in data["swapped"].items()}
        return cls(frozenset(data["fed"]), swapped, frozenset(data["host"]), dict(data["baked"]))


_found: dict[tuple[object, ...], tuple[Component, ComponentFinding]] = {}


def finding(component: Component, setting: Setting) -> ComponentFinding:
    """Return what can be fed of a component, found once in a process.

    Args:
        component: The component.
        setting: Its hyperparameters: those that are no numbers count.
    """
    numbers = fed_values(setting)
    others = {name: value for name, value in setting.values if name not in numbers and (setting.kind, name) != RATE}
    place = (component.kind, component.name, id(component.make), tuple(others.items()), tuple(numbers))
    if place not in _found:
        # The component is kept so that no other one gets its id.
        _found[place] = component, _looked_up(component, setting, list(numbers)) if numbers else ComponentFinding()
    return _found[place][1]


def _looked_up(component: Component, setting: Setting, numbers: list[str]) -> ComponentFinding:
    """Return what another process found, or search."""
    known = KNOWN.get(component, setting)
    if known is not None:
        with suppress(LookupError, TypeError, AttributeError, ValueError):  # somebody wrote it with other ideas
            return ComponentFinding.from_json(known)
    found = _Search(component, setting, numbers).finding()
    KNOWN.put(component, setting, found.to_json())
    return found


def likenesses(recipe: Recipe, components: Components, feeding: Feeding) -> list[Likeness]:
    """Return, for each component of a recipe that a program feeds, what its object has in common with those of other numbers."""
    found = []
    for kind, settings in recipe.settings:
        for place, setting in enumerate(settings):
            names = {name: at for name in fed_values(setting) if (at := f"{kind}.{place}.{name}") in feeding.fed}
            if kind in ON_HOST or not names:
                continue
            component = components.component(kind, setting.name)
            made = partial(_made_plainly, component, setting, names)
            found.append(
                Likeness(feeding, frozenset(names.values()), partial(handed, component, setting, feeding, place), made)
            )
    return found


def _made_plainly(
    component: Component, setting: Setting, names: Mapping[str, str], values: Mapping[str, Number]
) -> Any:
    return component.make(**{**setting.hyperparameters, **{name: values[at] for name, at in names.items()}})


def handed(component: Component, setting: Setting, feeding: Feeding, place: int = 0) -> Any:
    """Call ``make`` with fed numbers in the place of the hyperparameters that are fed.

    Args:
        component: The component.
        setting: All its hyperparameters.
        feeding: Holds the fed ones.
        place: Of the setting among those of its kind.
    """
    names = {name: f"{setting.kind}.{place}.{name}" for name in fed_values(setting)}
    numbers = {name: feeding.number(at) for name, at in names.items() if at in feeding.values}
    some = any(at in feeding.fed for at in names.values())
    return _handed(component, setting, numbers, finding(component, setting).swapped if some else {})


def _handed(
    component: Component, setting: Setting, numbers: Mapping[str, Any], swapped: Mapping[str, frozenset[Place]]
) -> Any:
    later = {name: number for name, number in numbers.items() if name in swapped and isinstance(number, Fed)}
    made = component.make(
        **{**setting.hyperparameters, **numbers, **{name: present(number) for name, number in later.items()}}
    )
    for name, number in later.items():
        put(made, swapped[name], number)
    return made


@dataclass(frozen=True)
class RecipeFinding:
    """What was found of all components of a recipe; hyperparameters are named as in :attr:`~benchsuite.trial.Trial.numbers`.

    Args:
        fed: What can be fed.
        host: What no program knows of.
        direct: Fed ones that are handed over themselves, not put in the place of a float.
        baked: The others, with the reason.
    """

    fed: frozenset[str]
    host: frozenset[str]
    direct: frozenset[str]
    baked: Mapping[str, str]


def recipe_finding(recipe: Recipe, components: Components) -> RecipeFinding:
    """Return what can be fed of a recipe."""
    fed, host, direct = set[str](), set[str](), set[str]()
    baked: dict[str, str] = {}
    for kind, settings in recipe.settings:
        if kind in ON_HOST:
            continue
        for number, setting in enumerate(settings):
            found, place = finding(components.component(kind, setting.name), setting), f"{kind}.{number}."
            fed |= {place + name for name in found.fed}
            host |= {place + name for name in found.host}
            direct |= {place + name for name in found.fed - found.swapped.keys()}
            baked |= {place + name: reason for name, reason in found.baked.items()}
    return RecipeFinding(frozenset(fed), frozenset(host), frozenset(direct), baked)


def two_values(space: Space) -> tuple[Number, Number] | None:
    """Return two values of a space, far apart and neither of them special; ``None`` if it has no two numbers."""
    values: list[Any]
    if isinstance(space, LogUniform):
        values = [space.low ** (1 - at) * space.high**at for at in (FIRST, SECOND)]
    elif isinstance(space, OneMinusLogUniform):
        values = [1 - (1 - space.low) ** (1 - at) * (1 - space.high) ** at for at in (FIRST, SECOND)]
    elif isinstance(space, Uniform):
        values = [space.low + at * (space.high - space.low) for at in (FIRST, SECOND)]
    elif isinstance(space, Integer):
        values = [max(space.low, 2), max(space.low, 2) + 1]
    elif isinstance(space, Choice):
        values = sorted((option for option in space.options if _number(option)), key=lambda option: option == 0)[:2]
    else:
        values = []
    values = [value for value in values if space.contains(value)]
    return (values[0], values[-1]) if len(set(values)) > 1 else None


def _number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


class _Search:
    """Finds what can be fed of one component.

    Args:
        component: The component.
        setting: Hyperparameters.
        numbers: Names of those that are numbers.
    """

    def __init__(self, component: Component, setting: Setting, numbers: list[str]) -> None:
        self._component, self._setting = component, setting
        pairs = {name: two_values(component.space[name]) for name in numbers if name in component.space}
        # All at values of their own, whatever the trial's are: the finding does not depend on them.
        self._first: dict[str, Number] = {
            name: pair[0] if (pair := pairs.get(name)) else setting.hyperparameters[name]  # type: ignore[misc]  # a number, as fed_values says
            for name in numbers
        }
        self._second: dict[str, Number] = {name: pair[1] for name, pair in pairs.items() if pair}
        self._baked = {name: "it has one value" for name in numbers if not pairs.get(name)}
        self._fed = [name for name in numbers if pairs.get(name)]
        self._still: set[str] = set()
        self._swapped: dict[str, frozenset[Place]] = {}

    def finding(self) -> ComponentFinding:
        """Search."""
        try:
            made = self._made({})
            self._plain(self._fed)
        except Exception as error:
            return self._unverified(error)
        if isinstance(made, Monitor) and not isinstance(made, AfterStep | Batch | Kernels | Masks):
            return ComponentFinding(host=frozenset(self._first))
        while self._fed and (refused := self._refused()):
            for name, reason in refused.items():
                self._baked[name] = reason
                self._fed.remove(name)
        fed = frozenset(self._fed)
        swapped = {name: places for name, places in self._swapped.items() if name in fed}
        return ComponentFinding(fed, swapped, baked=self._baked)

    def _refused(self) -> dict[str, str]:
        """Return hyperparameters that cannot be fed beside the others, with the reason; none if all can."""
        try:
            reasons = self._moved(self._fed)
        except Exception as error:
            return self._of_each(error)
        if reasons is None:
            return {}
        if not reasons and len(self._fed) > 1:
            alone = {name: self._moved([name]) for name in self._fed}
            reasons = {name: WRONG for name, found in alone.items() if found is not None}
        return reasons or dict.fromkeys(self._fed, WRONG)

    def _of_each(self, error: Exception) -> dict[str, str]:
        """Find the second way for each that the code does not take; return those for which there is none."""
        reasons: dict[str, str] = {}
        changed = False
        for name in self._fed:
            try:
                self._moved([name])
                continue
            except Exception as own:
                reason = f"its code does not take it: {_short(own)}"
            try:
                if name in self._swapped:
                    raise BenchsuiteError("neither itself nor in the place of a float.")
                self._swapped[name] = self._places(name)
                self._moved([name])
                changed = True
            except Exception as own:
                reasons[name] = f"{reason} ({_short(own)})"
        if not reasons and not changed:
            return dict.fromkeys(self._fed, f"its code does not take it: {_short(error)}")
        return reasons or self._refused()

    def _moved(self, names: list[str]) -> dict[str, str] | None:
        """Make the component with fed numbers and move them; return ``None`` if it then does what it should.

        Returns:
            Who was read as a plain number or early, with the reason; empty if the numbers are wrong.
        """
        moving = [name for name in names if name not in self._still]
        feeding = Feeding(self._first, frozenset(names))
        numbers = {name: feeding.number(name) for name in names}
        early: list[set[str]] = []

        def move() -> None:
            early.append(set(feeding.eager))
            feeding.assign({name: self._second[name] for name in moving})

        found, failed = None, None
        try:
            found = tried(self._component, lambda: self._made(numbers), move)
        except Exception as error:
            failed = error
        turned = {
            name
            for guard, answer in feeding.guards.values()
            if guard.answer({**self._first, **{name: self._second[name] for name in moving}}) != answer
            for name in (*names_of(guard.asked), *names_of(guard.other))
        }
        if turned & set(moving):  # the values that it is moved to need another program: its guards see to that
            self._still |= turned
            return self._moved(names)
        if failed is not None:
            raise failed
        # What is taken as a tensor while an object is made or built stays in it.
        reasons = dict.fromkeys(early[0], "it is made a tensor before the program runs")
        reasons |= {name: f"its code reads the value: {how}" for name, how in feeding.reads.items()}
        if reasons:
            # A library's own float() leaves a float where it can be found; what other code does with one, nobody sees.
            found_of = {name: self._places_unless_known(name) for name in reasons.keys() - feeding.read_by_plugins}
            self._swapped |= {name: places for name, places in found_of.items() if places}
            return self._moved(names) if any(found_of.values()) else reasons
        assert found is not None
        expected = self._plain(moving)
        return None if len(found) == len(expected) and all(map(_close, found, expected)) else {}

    def _made(self, numbers: Mapping[str, Any]) -> Any:
        return _handed(self._component, self._setting, {**self._first, **numbers}, self._swapped)

    def _plain(self, names: Iterable[str]) -> list[np.ndarray]:
        """Return what the component does that is made with plain numbers, some of them the second ones."""
        values = {name: self._second[name] for name in names}
        return tried(self._component, lambda: self._made(values), lambda: None)

    def _places(self, name: str) -> frozenset[Place]:
        space = self._component.space[name]
        values = [
            self._first[name],
            self._second[name],
            *(getattr(space, at, None) for at in ("default", "low", "high")),
        ]
        return places_of(lambda value: self._made({name: value}), [value for value in values if value is not None])

    def _places_unless_known(self, name: str) -> frozenset[Place]:
        if name in self._swapped:
            return frozenset()
        try:
            return self._places(name)
        except Exception:
            return frozenset()

    def _unverified(self, error: Exception) -> ComponentFinding:
        """Feed what lets itself be handed over: reads are noted, but nothing can be compared."""
        fed = frozenset(self._fed)
        try:
            feeding = Feeding(self._first, fed)
            self._made({name: feeding.number(name) for name in fed})
        except Exception:
            return ComponentFinding(
                baked={**self._baked, **dict.fromkeys(fed, f"it could not be tried: {_short(error)}")}
            )
        reads = {name: f"its code reads the value: {how}" for name, how in feeding.reads.items()}
        return ComponentFinding(fed - reads.keys(), baked={**self._baked, **reads})


def _close(found: np.ndarray, expected: np.ndarray) -> bool:
    if found.shape != expected.shape:
        return False
    largest = np.max(np.abs(expected[np.isfinite(expected)]), initial=0.0)
    return bool(np.allclose(found, expected, rtol=TOLERANCE, atol=TOLERANCE * largest, equal_nan=True))


def _short(error: Exception) -> str:
    said = (text_of(error).strip().splitlines() or [type(error).__name__])[0]
    if "does not support ufuncs" in said:  # as NumPy says it of an operand that is no array
        return "NumPy computes with it"
    return as_reason(said)
