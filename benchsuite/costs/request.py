"""What is measured: the contests that the options of ``benchsuite cost`` mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from benchsuite.components import Task
from benchsuite.costs.options import Costing
from benchsuite.costs.standard import standard
from benchsuite.errors import BenchsuiteError
from benchsuite.kinds import RECIPE_KINDS
from benchsuite.recipe import Recipe, Setting
from benchsuite.registry import PluginSearch, Registry
from benchsuite.selection import baseline, expand

FIRST = "optimizer"
"""The kind whose costs are told where none is named."""


@dataclass(frozen=True)
class Contestant:
    """One setting of a contest.

    Args:
        label: Its settings in words.
        recipe: The task's baseline with it.
        settings: Name of each of its components → the setting.
        fingerprints: Likewise → the fingerprint of its code.
    """

    label: str
    recipe: Recipe
    settings: Mapping[str, Setting] = field(default_factory=dict)
    fingerprints: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Contest:
    """Settings of one kind on one task, timed in turns.

    Args:
        kind: The kind.
        task: Name of the task; ``None`` for the standard network.
        version: Of the task.
        contestants: The first is the yardstick.
    """

    kind: str
    task: str | None
    version: int
    contestants: tuple[Contestant, ...]

    @property
    def title(self) -> str:
        """What is measured on what."""
        return f"{self.kind.replace('_', ' ')}, {self.task or 'a perceptron of a million parameters'}"


@dataclass(frozen=True)
class Order:
    """What the measuring process is told.

    Args:
        plugins: Where plugins are found.
        device: As the user names it.
        precision: Of all programs.
        rounds: In which all take turns.
        steps: Of one turn; found by the yardstick where it is ``None``.
        contests: One after another.
    """

    plugins: PluginSearch
    device: str
    precision: str
    rounds: int
    steps: int | None
    contests: tuple[Contest, ...]


def contests(asked: Costing, registry: Registry) -> list[Contest]:
    """Return what is timed against what, before any work starts.

    Raises:
        BenchsuiteError: If something that is named does not exist, or a task lacks a kind that is asked for.
    """
    chosen = {kind: expand(kind, selections, registry) for kind, selections in asked.components.items()}
    chosen = chosen or {FIRST: expand(FIRST, ["*"], registry)}
    for kind, options in chosen.items():
        for setting in (setting for settings in options for setting in settings):
            registry.refuse_conflict(kind, setting.name)
    if asked.against is not None and len(chosen) > 1:
        raise BenchsuiteError(
            f"--against names one setting of one kind. Received: {asked.against!r} beside {len(chosen)} kinds "
            f"({', '.join(chosen)}). Ask for one kind at a time."
        )
    found = []
    for task in _tasks(asked.task, registry):
        usual = baseline(task, registry)
        for kind in (kind for kind in RECIPE_KINDS if kind in chosen):
            if kind not in usual:
                raise BenchsuiteError(f"{task.title} has a {kind} of its own, which --{kind} cannot replace.")
            against = _yardstick(kind, asked.against, registry)
            settings = {_text(each): each for each in (against, *chosen[kind])}
            contestants = tuple(_contestant(usual, kind, each, registry) for each in settings.values())
            found.append(Contest(kind, task.name if asked.task else None, task.version, contestants))
    return found


def _tasks(selections: Sequence[str], registry: Registry) -> list[Task]:
    from benchsuite.studies.plan import tasks_of

    return tasks_of(selections, "quick", registry) if selections else [standard()]


def _yardstick(kind: str, against: str | None, registry: Registry) -> tuple[Setting, ...]:
    if against is None:
        return (Setting.of(registry.yardstick(kind)),)
    found = expand(kind, [against], registry)
    if len(found) != 1:
        raise BenchsuiteError(f"--against must select one {kind.replace('_', ' ')}. Received: {against!r}.")
    return found[0]


def _text(settings: tuple[Setting, ...]) -> str:
    return "\n".join(setting.text for setting in settings)


def _contestant(usual: Recipe, kind: str, settings: tuple[Setting, ...], registry: Registry) -> Contestant:
    label = " + ".join(each.describe(registry.component(kind, each.name)) for each in settings)
    return Contestant(
        label,
        usual.replaced(kind, settings),
        {each.name: each for each in settings},
        {each.name: registry.fingerprint(kind, each.name, each.hyperparameters) for each in settings},
    )
