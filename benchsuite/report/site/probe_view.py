"""The probed layers of a task as the page's template needs them: heat maps of layers × epochs, one for each recipe."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from benchsuite.analysis import Entry, LayerProbes, RecipeProbes
from benchsuite.analysis.probes import Means
from benchsuite.report.drawings.heat_scale import ZERO, Scale
from benchsuite.report.drawings.probe_scale import MEASURES, number_text, scale_for
from benchsuite.report.shown import best_of_each
from benchsuite.report.site.words import Note, anchor, notes_of
from benchsuite.report.tables.numbers import Format, column_format, count_of

MOST_NUMBERED = 4
"""Up to so many epochs the numbers stand in the cells; beyond, those of one epoch at a time stand beside the map."""
MOST_RECIPES = 60
"""Recipes that have heat maps."""


@dataclass(frozen=True, slots=True)
class Number:
    """A number in a cell."""

    text: str
    strong: bool


@dataclass(frozen=True, slots=True)
class MapView:
    """The heat map of one recipe.

    Args:
        label: The recipe.
        is_baseline: Whether it is the task's baseline recipe.
        facts: Its test result, and how many seeds the means are over.
        notes: What did not complete, one line each.
        paths: The class of each colour, and the SVG path of its cells, which are 1 × 1.
        cells: For each epoch the numbers of all layers; empty where there are too many epochs.
        numbers: Those of the last epoch, one line for each layer.
        data: All numbers: layers separated by ``;``, epochs by a comma; an empty one repeats the one before it.
    """

    label: str
    is_baseline: bool
    facts: str
    notes: tuple[Note, ...]
    paths: tuple[tuple[str, str], ...]
    cells: tuple[tuple[Number, ...], ...]
    numbers: str
    data: str


@dataclass(frozen=True, slots=True)
class MeasureView:
    """All heat maps of one measure and their legend."""

    title: str
    definition: str
    ticks: tuple[str, str]
    note: str
    levels: tuple[str, ...]
    zeros: bool
    maps: tuple[MapView, ...]


@dataclass(frozen=True, slots=True)
class ProbesView:
    """All heat maps of a task."""

    anchor: str
    summary: str
    left_out: str
    layers: str
    rows: int
    epochs: tuple[int, ...]
    numbered: bool
    measures: tuple[MeasureView, ...]


def probes_view(whole: LayerProbes) -> ProbesView:
    """Return a task's heat maps as text and paths; of very many recipes the baseline and the best."""
    shown = best_of_each(whole.recipes, MOST_RECIPES, lambda one: one.label, lambda one: one.is_baseline)
    found = replace(whole, recipes=tuple(shown))
    recipes, layers, epochs = len(found.recipes), len(found.layers), len(found.epochs)
    return ProbesView(
        anchor=anchor("layers", found.head.label),
        summary=f"Inside the layers: {count_of(recipes, 'recipe')}, {count_of(layers, 'layer')}, "
        f"{count_of(epochs, 'probed epoch')}",
        left_out=f"{len(shown)} of {count_of(len(whole.recipes), 'recipe')} are shown, the baseline and the best; "
        "the folder probes/ has all."
        if len(shown) < len(whole.recipes)
        else "",
        layers="\n".join(" ".join(layer.split()) for layer in found.layers),
        rows=layers,
        epochs=found.epochs,
        numbered=epochs <= MOST_NUMBERED,
        measures=tuple(_measure(found, name) for name in MEASURES if any(name in one.means for one in found.recipes)),
    )


def _measure(found: LayerProbes, name: str) -> MeasureView:
    measure, scale = MEASURES[name], scale_for(found, name)
    form = column_format(one.entry.final.estimate for one in found.recipes if one.entry.final)
    low, high = number_text(scale.low), number_text(scale.high)
    return MeasureView(
        title=measure.title,
        definition=measure.definition,
        ticks=("≤ " * scale.below + low, "≥ " * scale.above + high),
        note={"log": "logarithmic", "diverging": "by the square root", "share": ""}[scale.kind],
        levels=scale.levels if scale.high > 0 or scale.kind == "share" else (),
        zeros=scale.zeros,
        maps=tuple(_map(one, name, scale, found, form) for one in found.recipes),
    )


def _map(one: RecipeProbes, measure: str, scale: Scale, found: LayerProbes, form: Format) -> MapView:
    nothing = tuple((None,) * len(found.epochs) for _ in found.layers)
    means = one.means.get(measure, nothing)
    numbered = len(found.epochs) <= MOST_NUMBERED
    return MapView(
        label=one.label,
        is_baseline=one.is_baseline,
        facts=", ".join(part for part in (_result(one.entry, found, form), seeds_text(one, found.epochs)) if part),
        notes=notes_of(one.entry),
        paths=tuple(_paths(means, scale)),
        cells=tuple(
            tuple(Number(number_text(row[column]), scale.is_strong(row[column])) for row in means)
            for column in range(len(found.epochs))
            if numbered
        ),
        numbers="" if numbered else "\n".join(number_text(row[-1]) for row in means),
        data="" if numbered else ";".join(map(_packed, means)),
    )


def _result(entry: Entry, found: LayerProbes, form: Format) -> str:
    if entry.final is None or math.isinf(entry.final.estimate):
        return ""  # what failed is said beside it
    return f"test {found.head.primary} {form(entry.final.estimate)}"


def seeds_text(one: RecipeProbes, epochs: Sequence[int]) -> str:
    """Return over how many seeds the means are, and from which epoch on there are fewer."""
    runs = [
        (number, [epoch for epoch, _ in run])
        for number, run in groupby(zip(epochs, one.counts, strict=True), key=lambda pair: pair[1])
    ]
    most = max(one.counts)
    if len(runs) == 1:
        return count_of(most, "seed")
    if runs[0][0] == most and all(runs[i][0] > runs[i + 1][0] for i in range(len(runs) - 1)):
        fewer = ", ".join(f"{number or 'none'} from epoch {held[0]} on" for number, held in runs[1:])
        return f"{count_of(most, 'seed')}, {fewer}"
    return f"{min(one.counts)} to {count_of(most, 'seed')}, by epoch"


def _paths(means: Means, scale: Scale) -> Iterator[tuple[str, str]]:
    """Join neighbours of one colour in a row into one stroke, and the strokes of one colour into one path."""
    strokes: dict[str, list[str]] = {}
    for y, row in enumerate(means):
        x = 0
        for colour, run in groupby(map(scale.colour, row)):
            length = len(list(run))
            if colour is not None:
                strokes.setdefault(colour, []).append(f"M{x} {y}h{length}")
            x += length
    for colour in (*scale.levels, ZERO):
        if colour in strokes:
            yield colour, "".join(strokes[colour])


def _packed(row: Sequence[float | None]) -> str:
    texts = [number_text(value) for value in row]
    kept = [text if number == 0 or text != texts[number - 1] else "" for number, text in enumerate(texts)]
    return ",".join(kept).rstrip(",")
