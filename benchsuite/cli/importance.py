"""``benchsuite importance``: which hyperparameter, which choice and which stream of the seed mattered, by the records there are."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchsuite.cli.console import as_json, say, show, terminal
from benchsuite.cli.counting import counting
from benchsuite.cli.options import NoLocalOption, PluginOption, ResultsOption, registry
from benchsuite.cli.sweep import MeasureOption
from benchsuite.errors import unknown
from benchsuite.kinds import RECIPE_KINDS
from benchsuite.trial import RATE

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.analysis.importance.effects import GridEffects
    from benchsuite.analysis.importance.fanova import Importance
    from benchsuite.analysis.importance.streams import VarianceSplit
    from benchsuite.analysis.importance.tried import Tries
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.spaces import Space

SEED = 0
"""Of the forests and of what is drawn from the settings: equal records give equal numbers."""


def importance(
    task: Annotated[
        str | None, typer.Argument(metavar="TASK", help="One task; all that have records unless given.")
    ] = None,
    component: Annotated[
        str | None,
        typer.Argument(
            metavar="COMPONENT",
            help="One component whose hyperparameters varied: name, or kind:name; all unless given.",
        ),
    ] = None,
    measure: MeasureOption = "validation",
    json: Annotated[bool, typer.Option("--json", help="Print all numbers as JSON.")] = False,
    results: ResultsOption = Path("results"),
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Say which hyperparameter mattered, what two kinds do alone and together, and where the spread between seeds comes from.

    Nothing is run: it is made of the records there are, and what they lack is said.
    """
    from benchsuite.analysis.importance.effects import grid_effects
    from benchsuite.analysis.importance.streams import variance_splits
    from benchsuite.analysis.importance.tried import tries
    from benchsuite.analysis.sample import Sample
    from benchsuite.analysis.trial_measure import TrialMeasure
    from benchsuite.report.tables.importance_json import effects_json, importance_json, variance_json

    TrialMeasure.named(measure)
    known = registry(plugin, no_local)
    records, notes = counting(results, known)
    records = _of_task(records, task, results)
    kind, name = _named(component)
    sample = Sample(records)
    knobs = {
        one: {knob: space.default for knob, space in known.task(one).architecture.items()}
        for one in {record.trial.task for record in records}
        if known.has("task", one)
    }
    found = [_importance(one, known) for one in tries(sample, measure, knobs) if _about(one, kind, name)]
    grids = [one for one in grid_effects(sample, measure) if not name or any(map(name.__eq__, _names(one)))]
    splits = [
        one for one in variance_splits(records, measure) if not name or name in one.label or one.label == "baseline"
    ]
    if json:
        as_json(
            {
                "importance": [importance_json(one) for one in found],
                "effects": [effects_json(one) for one in grids],
                "variance": [variance_json(one) for one in splits],
            }
        )
        return
    console = terminal()
    for one in found:
        tell_importance(one, console)
    for grid in grids:
        tell_effects(grid, console)
    for split in splits:
        tell_split(split, console)
    there = {record.trial.task for record in records}
    _say_missing(found, grids, splits, task or (there.pop() if len(there) == 1 else None), component, console)
    for note in notes:
        say(console, "[yellow]![/] {}", note)


def _of_task(records: Sequence[Record], task: str | None, results: Path) -> list[Record]:
    if task is None:
        return list(records)
    held = [record for record in records if record.trial.task == task]
    if not held:
        raise unknown(f"task among the records of {results}:", task, {record.trial.task for record in records})
    return held


def _named(component: str | None) -> tuple[str, str]:
    """Return kind and name of the component that was asked for, empty where nothing was said."""
    kind, colon, name = (component or "").rpartition(":")
    kind = kind.replace("-", "_")
    if colon and kind not in RECIPE_KINDS:
        raise unknown("kind", kind, RECIPE_KINDS)
    return kind, name


def _about(one: Tries, kind: str, name: str) -> bool:
    """Say whether a hyperparameter of the component varied."""
    owners = [part.split(".") for part in one.varied if "." in part]
    return not name or any(
        (not kind or owner[0] == kind) and one.components[owner[0]][int(owner[1])] == name for owner in owners
    )


def _names(grid: GridEffects) -> list[str]:
    return [label.partition("[")[0] for label in (*grid.rows, *grid.columns)]


def _importance(one: Tries, known: Registry) -> Importance:
    import numpy as np

    from benchsuite.analysis.importance.fanova import importance as shares_of

    return shares_of(one, _spaces(one, known), np.random.default_rng(SEED))


def _spaces(one: Tries, known: Registry) -> dict[str, Space]:
    """Return the spaces of what varied, of those components and tasks that are there."""
    found: dict[str, Space] = {}
    for name in one.varied:
        kind, *rest = name.split(".")
        if rest and (owner := one.components[kind][int(rest[0])]) in known.names(kind):
            space = known.component(kind, owner).space.get(rest[1])
            found |= {name: space} if space else {}
        elif not rest and known.has("task", one.column.task):
            space = known.task(one.column.task).architecture.get(name)
            found |= {name: space} if space else {}
    return found


def tell_importance(found: Importance, console: Console) -> None:
    """Print the shares of hyperparameters, or why there are none."""
    from benchsuite.report.tables.importance_tables import shares_table, tried_title
    from benchsuite.report.tables.numbers import count_of

    tries = found.tries
    settings = f"{count_of(len(tries.points), 'setting')} in {count_of(tries.trials, 'trial')}"
    say(console, "[bold]{}[/]: {}", tried_title(tries), settings)
    if found.why_not:
        say(console, "  Too little to say which hyperparameter mattered: {}.", found.why_not)
        if found.needed:
            say(console, "  Enough: {}", enough(tries, found.needed))
        say(console, "")
        return
    say(console, "Share of the variance of {} that each explains alone (fANOVA)", tries.looked.words)
    show(console, shares_table(found))
    if found.order and (pairs := found.order.held + found.order.against + found.order.untold):
        say(
            console, "The order that is taught holds in {} of {} pairs, is reversed in {}, cannot be told in {}.",
            found.order.held, pairs, found.order.against, found.order.untold,
        )  # fmt: skip
    if tries.failed:
        say(console, "Failures count as the worst that completed: {}.", count_of(tries.failed, "setting"))
    for count, why in (
        (found.left_out, "lie on no scale (a 0 on a logarithmic one) and are left out"),
        (tries.left_out, "trials have no final value (stopped by a tuner, or unsupported) and are left out"),
    ):
        if count:
            say(console, "{} {}.", count, why)
    say(console, "")


def enough(tries: Tries, needed: int) -> str:
    """Return the command that tries so many settings of what varied.

    Args:
        tries: What was tried.
        needed: How many settings it takes.
    """
    owned = [name.split(".") for name in tries.varied if "." in name]
    knobs = [name for name in tries.varied if "." not in name]
    kind, place = (owned[-1][0], int(owned[-1][1])) if owned else (RATE[0], 0)
    owner = tries.components[kind][place]
    what = owner if kind == RATE[0] else f"{kind.replace('_', '-')}:{owner}"
    search = f" --search {','.join(knobs)}" if knobs else ""
    return f"benchsuite tune {tries.column.task} {what} --budget {needed}{search}"


def tell_effects(found: GridEffects, console: Console) -> None:
    """Print the effects of two kinds, alone and together."""
    from benchsuite.report.tables.importance_tables import effects_table, levels_table, place_of_column
    from benchsuite.report.tables.numbers import count_of

    one, other = (kind.replace("_", " ") for kind in found.grid.kinds)
    where = place_of_column(found.grid.head.column)
    size = f"{len(found.rows)} × {len(found.columns)} settings, {count_of(found.trials, 'trial')}"
    say(console, "[bold]{} × {}[/] on {}: {}", one, other, where, size)
    if found.found is None:
        say(console, "  Effects cannot be told apart: {}.", found.why_not)
        say(console, "")
        return
    say(console, "Shares of the variance of {}; × error: as a multiple of the error", found.looked.words)
    show(console, effects_table(found), levels_table(found, 0), levels_table(found, 1))
    if found.found.error_is_interaction:
        say(console, "With one seed, what both do together cannot be told from chance: more --seeds.")
    if found.failed:
        say(console, "Failures count as the worst that completed: {}.", count_of(found.failed, "trial"))
    if found.missing:
        say(console, "{} not run: sums of squares are those of type II.", count_of(found.missing, "pair"))
    say(console, "")


def tell_split(found: VarianceSplit, console: Console) -> None:
    """Print the spread by stream of the seed."""
    from benchsuite.report.tables.importance_tables import place_of_column, variance_table
    from benchsuite.report.tables.numbers import count_of

    say(console, "[bold]Seeds[/] of {} on {}", found.label, place_of_column(found.column))
    say(console, "Standard deviation of {} where one stream alone is drawn anew", found.looked.words)
    show(console, variance_table(found))
    for one in found.streams:
        if one.identical:
            say(console, "The recipe draws nothing from {}: the same to the bit whatever it is.", one.stream)
    if found.failed:
        say(console, "Failures count as the worst that completed: {}.", count_of(found.failed, "trial"))
    say(console, "")


def _say_missing(
    found: Sequence[Importance],
    grids: Sequence[GridEffects],
    splits: Sequence[VarianceSplit],
    task: str | None,
    component: str | None,
    console: Console,
) -> None:
    """Say what the records do not hold, and how to get it."""
    where, what = task or "TASK", component or "adam"
    flag = what.partition(":")[0].replace("_", "-") if ":" in what else "optimizer"
    lacking: Iterable[tuple[object, str, str]] = (
        (found, "settings of one component that differ in a hyperparameter", f"benchsuite tune {where} {what}"),
        (grids, "pairs of two kinds", f"benchsuite run --task {where} --cross {flag},activation"),
        (splits, "trials that differ in one stream of the seed alone", f"benchsuite variance {where} {what}"),
    )
    for there, words, command in lacking:
        if not there:
            say(console, "Not among the records: {}. To have it: {}", words, command)
