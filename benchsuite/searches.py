"""A search: how the setting of one selection was chosen on one task, which settings were tried, and what came of it.

The trials are ordinary records, named by their ids. docs/reference/record-format.md describes the JSON.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter

from benchsuite.record import Count, Name, Positive
from benchsuite.record_json import NotARecord
from benchsuite.spaces import Value
from benchsuite.text import LONGEST_REASON
from benchsuite.trial import identity
from benchsuite.versioned_json import of_format, to_json, validated

FORMAT = 1

Id = Annotated[str, Field(strict=True, pattern="^[0-9a-f]{32}$")]
Real = Annotated[float, Field(strict=True, allow_inf_nan=False)]
Text = Annotated[str, Field(strict=True, max_length=LONGEST_REASON)]
Range = tuple[Real, Real]
EXACT = ConfigDict(extra="forbid", allow_inf_nan=False)


@dataclass(frozen=True)
class Tried:
    """One setting that was tried.

    Args:
        values: Name of what is searched → value.
        ids: Its trials, one for each tuning seed, or for each fold of each.
        score: Mean of their validation measures, larger is better; ``None`` where one failed.
        cost: In whole trainings of one trial: what a rung stopped counts as its share, what was tried before as nothing.
        stop: The epoch after which it was stopped, so that it cannot be chosen; ``None`` for a whole training.
        source: Where it comes from: ``default``, ``tuner``, a reserved pair of the protocol, ``beyond`` the edge of a range
            or ``near`` the best setting, or ``rest``: a random point for what would be left of the budget.
    """

    values: dict[Name, Value]
    ids: tuple[Id, ...]
    score: Real | None
    cost: Annotated[float, Field(strict=True, ge=0, allow_inf_nan=False)]
    stop: Positive | None = None
    source: Annotated[str, Field(pattern="^(default|tuner|beyond|near|rest)$")] = "tuner"


@dataclass(frozen=True)
class Search:
    """The tuning of one selection on one task.

    Args:
        kind: Which kind of component is compared.
        selection: Which of them: a row, such as ``adam`` or ``warmup+cosine``.
        task: Name of the task.
        task_version: Its version.
        epochs: The budget of a whole training.
        batch_size: Examples a step.
        precision: Of all trials.
        device: Of all trials.
        engine: Of all trials.
        lanes: Of all trials.
        change: What the study changed in the task's baseline, in words.
        track: ``tuned`` or ``self_tuning``.
        tuner: Who proposed settings, as a selection; empty where nothing was searched.
        tuner_version: Its version.
        budget: Whole trainings for each selection and task, the default setting among them; 0 where nothing was searched.
        rule: How the setting was chosen, a sentence.
        searched: What was searched, such as ``optimizer.0.learning_rate`` or ``depth``.
        tuning_seeds: How many seeds each setting was trained with.
        folds: Of a tuning by cross-validation; 0 without.
        tried: In order of proposal; the default first.
        chosen: Place in ``tried``; ``None`` if none can be chosen.
        evaluated: The trials of the chosen setting on the evaluation seeds; of the default where none can be chosen.
        edges: Name → ``low`` or ``high``, where the chosen value lies at that end of what was searched.
        ranges: Name → the range in which the search began.
        widened: Name → the range in which it ended, where that was widened.
    """

    kind: Name
    selection: Name
    task: Name
    task_version: int
    epochs: Positive
    batch_size: Positive
    precision: Name
    device: Name
    engine: Count
    lanes: Positive
    change: Name
    track: Annotated[str, Field(pattern="^(tuned|self_tuning)$")]
    tuner: Name
    tuner_version: Count
    budget: Count
    rule: Text
    searched: tuple[Name, ...]
    tuning_seeds: Count
    folds: Count
    tried: tuple[Tried, ...]
    chosen: Count | None
    evaluated: tuple[Id, ...]
    edges: dict[Name, Annotated[str, Field(pattern="^(low|high)$")]]
    ranges: dict[Name, Range]
    widened: dict[Name, Range]

    @property
    def id(self) -> str:
        """32 hexadecimal digits of what was asked for, whatever came of it."""
        return identity({name: getattr(self, name) for name in PROTOCOL})

    @property
    def setting(self) -> Mapping[str, Value]:
        """What the evaluated trials have: the chosen values, or those of the default."""
        return self.tried[self.chosen or 0].values if self.tried else {}

    def evaluated_with(self, earlier: Search | None) -> Search:
        """Return this search with the evaluations of an earlier one as well, if that chose the same setting.

        Args:
            earlier: The same search, asked for before with other evaluation seeds; ``None`` if there was none.
        """
        if earlier is None or earlier.setting != self.setting:
            return self
        return replace(self, evaluated=tuple(dict.fromkeys((*earlier.evaluated, *self.evaluated))))

    @property
    def spent(self) -> float:
        """What all that was tried cost, in whole trainings."""
        return round(math.fsum(one.cost for one in self.tried), 9)  # thirds of a training add up to whole ones

    @property
    def tuning_ids(self) -> tuple[str, ...]:
        """The trials of all settings that were tried, each once."""
        return tuple(dict.fromkeys(id for one in self.tried for id in one.ids))


PROTOCOL = tuple(
    field.name
    for field in fields(Search)
    if field.name not in ("tried", "chosen", "evaluated", "edges", "ranges", "widened", "rule")
)
"""The fields that say what was asked for."""


def search_to_json(search: Search) -> bytes:
    """Return the content of a search's file: equal searches are equal bytes."""
    return to_json({"format": FORMAT, "id": search.id, **asdict(search)})


def search_from_json(content: bytes) -> Search:
    """Read a search, checked to the letter.

    Args:
        content: Of its file.

    Raises:
        NewerFormat: If a newer benchsuite wrote it.
        NotARecord: If it is not whole, or not as docs/reference/record-format.md says.
    """
    data = of_format(content, FORMAT)
    id = data.pop("id", None)
    search = validated(_searches, data)
    if wrong := _disagreement(search, id):
        raise NotARecord(f"does not follow the format: {wrong}")
    return search


def _disagreement(search: Search, id: Any) -> str:
    """Return where the parts of a search contradict each other, and how; empty if they do not."""
    if id != search.id:
        return "id: is that of another search"
    searched = set(search.searched)
    for place, one in enumerate(search.tried):
        if one.values.keys() != searched:
            return f"tried.{place}.values: must name what was searched"
    if search.chosen is not None:
        if search.chosen >= len(search.tried):
            return "chosen: there is no such setting"
        if search.tried[search.chosen].score is None or search.tried[search.chosen].stop is not None:
            return "chosen: that setting failed or was stopped"
    for name in ("edges", "ranges", "widened"):
        if getattr(search, name).keys() - searched:
            return f"{name}: must name what was searched"
    for name, (low, high) in (*search.ranges.items(), *search.widened.items()):
        if not low < high:
            return f"ranges.{name}: the low end must lie below the high one"
    return ""


for _typed in (Tried, Search):
    setattr(_typed, "__pydantic_config__", EXACT)  # noqa: B010  # a type checker knows of no such attribute
_searches: TypeAdapter[Search] = TypeAdapter(Search)
