"""Recipes: which component of each kind a trial runs with, every hyperparameter written out."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from benchsuite.kinds import COMBINED, kind_order
from benchsuite.shared import Shared
from benchsuite.spaces import Value

if sys.version_info >= (3, 12):
    from typing import TypedDict
else:
    from typing_extensions import TypedDict  # pydantic, which checks these, needs it before 3.12

if TYPE_CHECKING:
    from benchsuite.components import Component


class SettingSpec(TypedDict):
    """A setting as records hold it."""

    name: str
    version: int
    hyperparameters: dict[str, Value]


RecipeSpec = dict[str, list[SettingSpec]]
"""A recipe as records hold it: kind → settings."""


@dataclass(frozen=True)
class Setting:
    """One component with all its hyperparameters.

    Args:
        kind: Its kind.
        name: Its name.
        version: Its version.
        values: Hyperparameter → value, sorted by name.
    """

    kind: str
    name: str
    version: int
    values: tuple[tuple[str, Value], ...]

    @classmethod
    def of(cls, component: Component, chosen: Mapping[str, Value] | None = None) -> Setting:
        """Settle a component's hyperparameters: the chosen ones, and defaults for the rest."""
        return cls(component.kind, component.name, component.version, tuple(component.hyperparameters(chosen).items()))

    @property
    def hyperparameters(self) -> dict[str, Value]:
        """Hyperparameter → value."""
        return dict(self.values)

    def describe(self, component: Component) -> str:
        """Name the setting with those hyperparameters that are not its component's defaults."""
        defaults = component.defaults
        chosen = ",".join(
            f"{key}={value:g}" if isinstance(value, float) else f"{key}={value}"
            for key, value in self.values
            if value != defaults.get(key)
        )
        return f"{self.name}[{chosen}]" if chosen else self.name

    @cached_property
    def text(self) -> str:
        """The JSON text that equal settings share: unlike ``==`` it tells 1 from 1.0 and from true."""
        return canonical(self.to_json())

    def to_json(self) -> SettingSpec:
        """Return the record's form."""
        return {"name": self.name, "version": self.version, "hyperparameters": self.hyperparameters}

    @classmethod
    def from_json(cls, kind: str, data: SettingSpec) -> Setting:
        """Read the record's form. Equal ones are one object."""
        return _setting(kind, canonical(data))


@dataclass(frozen=True)
class Recipe:
    """For each kind the settings of one trial; every kind holds exactly one but those in :data:`~benchsuite.kinds.COMBINED`."""

    settings: tuple[tuple[str, tuple[Setting, ...]], ...]

    def __getitem__(self, kind: str) -> tuple[Setting, ...]:
        for known, settings in self.settings:
            if known == kind:
                return settings
        raise KeyError(kind)

    def one(self, kind: str) -> Setting:
        """Return the only setting of a kind."""
        (setting,) = self[kind]
        return setting

    def get(self, kind: str) -> tuple[Setting, ...]:
        """Return the settings of a kind; none where the recipe does not hold it."""
        return next((settings for known, settings in self.settings if known == kind), ())

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds that it holds, in their usual order."""
        return tuple(kind for kind, _ in self.settings)

    @cached_property
    def text(self) -> str:
        """The JSON text that equal recipes share: unlike ``==`` it tells 1 from 1.0 and from true."""
        return canonical(self.to_json())

    @cached_property
    def keys(self) -> int:
        """How many keys the objects of its JSON have."""
        each = [len(setting.values) + 3 for _, settings in self.settings for setting in settings]
        return len(self.settings) + sum(each)

    def __contains__(self, kind: str) -> bool:
        return any(known == kind for known, _ in self.settings)

    def replaced(self, kind: str, settings: tuple[Setting, ...]) -> Recipe:
        """Return the recipe with one kind exchanged."""
        return Recipe(tuple((k, settings if k == kind else old) for k, old in self.settings))

    def to_json(self) -> RecipeSpec:
        """Return the record's form."""
        return {kind: [setting.to_json() for setting in settings] for kind, settings in self.settings}

    @classmethod
    def from_json(cls, data: RecipeSpec) -> Recipe:
        """Read the record's form. Equal ones are one object: a hundred thousand records share a few hundred.

        Raises:
            ValueError: If a kind does not hold as many components as it must.
        """
        return _recipes(data)


def canonical(data: Mapping[str, object]) -> str:
    """Return the JSON text that equal values share, whatever the order of their keys."""
    return _encode(data)


@lru_cache(maxsize=1024)
def _recipe(text: str) -> Recipe:
    data: RecipeSpec = json.loads(text)
    for kind, settings in data.items():
        if not settings or (len(settings) > 1 and kind not in COMBINED):
            raise ValueError(f"a recipe cannot hold {len(settings)} components of the kind {kind}")
    return Recipe(
        tuple(
            (kind, tuple(Setting.from_json(kind, one) for one in data[kind])) for kind in sorted(data, key=kind_order)
        )
    )


@lru_cache(maxsize=65536)
def _setting(kind: str, text: str) -> Setting:
    data: SettingSpec = json.loads(text)
    return Setting(kind, data["name"], data["version"], tuple(sorted(data["hyperparameters"].items())))


_encode = json.JSONEncoder(sort_keys=True, separators=(",", ":"), allow_nan=False).encode
_recipes: Shared[Recipe] = Shared(lambda data: _recipe(canonical(data)))
