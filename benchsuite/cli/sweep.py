"""``benchsuite sweep``: the final value against a hyperparameter, of one component or many."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchsuite.cli import console as out
from benchsuite.cli.console import say, terminal
from benchsuite.cli.options import (
    NoLocalOption,
    PluginOption,
    ResultsOption,
    VariantOption,
    one_task,
    parameter,
    registry,
)
from benchsuite.errors import BenchsuiteError, said_by
from benchsuite.study import Execution, Invocation, Study

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.analysis.importance.outcome_value import Quantity
    from benchsuite.analysis.sweep import CurveOfSweep
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.studies.over import SweptCurve

MOST_NAMED = 3
"""Components in the name of a file."""
MeasureOption = Annotated[
    str,
    typer.Option(
        metavar="NAME", help="What is looked at: validation, test, train, each also with _loss behind; or steps:TARGET."
    ),
]


def sweep(
    task: Annotated[str, typer.Argument(metavar="TASK", help="The task; all other kinds are its baseline's.")],
    component: Annotated[
        list[str],
        typer.Argument(
            metavar="OPTIMIZER",
            help="Optimizers: names or name[hyperparameter=value], separated by commas; kind:name for other kinds.",
        ),
    ],
    over: Annotated[
        str,
        typer.Option(
            metavar="NAME[=VALUES][,NAME]",
            help="One or two hyperparameters, each over its whole range, or over values: learning_rate=1e-4..1:log9.",
        ),
    ],
    points: Annotated[int, typer.Option(metavar="N", help="Values of a hyperparameter for which none are given.")] = 9,
    seeds: Annotated[str, parameter(Study, "seeds")] = "3",
    measure: MeasureOption = "validation",
    epochs: Annotated[int | None, parameter(Study, "epochs")] = None,
    device: Annotated[str, parameter(Study, "device")] = "cpu",
    output: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="A .png, .svg or .pdf; sweep-TASK-OPTIMIZER.png unless given. The numbers lie beside it as .csv.",
        ),
    ] = None,
    workers: Annotated[int | None, parameter(Execution, "workers")] = None,
    executor: Annotated[str, parameter(Execution, "executor")] = "local",
    timeout: Annotated[float | None, parameter(Execution, "timeout")] = None,
    results: ResultsOption = Path("results"),
    variant: VariantOption = None,
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
    dry_run: Annotated[bool, parameter(Invocation, "dry_run")] = False,
    shard: Annotated[str | None, parameter(Invocation, "shard")] = None,
) -> None:
    """Train with many values of a hyperparameter, and draw the final value against it.

    Trials that have a record already are not run again, and `benchsuite report` shows all of them.
    """
    from benchsuite.analysis.importance.outcome_value import looked_at
    from benchsuite.analysis.trial_measure import TrialMeasure
    from benchsuite.cli.door import records_of
    from benchsuite.report.drawings.picture import check_picture, write_picture
    from benchsuite.report.drawings.sweep import sweep_figure
    from benchsuite.report.drawings.sweep_map import sweep_map_figure
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.report.tables.sweep_table import sweep_csv, sweep_tables
    from benchsuite.selection import written
    from benchsuite.studies.over import FEWEST_POINTS, MOST_POINTS, kind_of, read_over, swept_curves

    if not FEWEST_POINTS <= points <= MOST_POINTS:
        raise BenchsuiteError(
            f"--points must be a whole number from {FEWEST_POINTS} to {MOST_POINTS}. Received: {points}."
        )
    known = registry(plugin, no_local)
    console = terminal()
    task = one_task(task, variant, known)
    kind, selections = kind_of(component)
    curves = swept_curves(kind, selections, read_over(over), points, known)
    path = output or Path(f"sweep-{task}-{_file_name(curves)}.png")
    check_picture(path)
    TrialMeasure.named(measure)
    chosen = tuple(written([setting], known) for curve in curves for setting in curve.settings.values())
    study = Study(task=(task,), components={kind: chosen}, seeds=seeds, epochs=epochs, device=device)
    execution = Execution(
        workers=workers, executor=executor, timeout=timeout, results=results, plugin=tuple(plugin or ())
    )
    records = records_of(
        study, execution, Invocation(no_local=no_local, dry_run=dry_run, shard=shard), known, console, then="draws it"
    )
    if not records:
        return
    looked = looked_at(next(iter(records.values())), measure)
    drawn = [_drawn(curve, records.values(), looked, known) for curve in curves]
    record = next(iter(records.values()))
    title = f"{task}, {looked.words} after {count_of(record.trial.epochs, 'epoch')}"
    most = max(len(place.results) for curve in drawn for place in curve.places)
    say(console, "[bold]{}[/], median of {}", title, count_of(most, "seed"))
    out.show(console, *sweep_tables(drawn))
    for curve in drawn:
        _say_best(curve, looked, console)
    if looked.key.startswith("test_"):
        say(
            console, "[yellow]![/] This chooses by the test part: what is best here was picked by luck as well, and no longer has a "
            "fair test value. To choose a setting look at validation (--measure validation, the default).",
        )  # fmt: skip
    declared = [_declared(curve, known) for curve in curves]
    figure = (
        sweep_figure(title, drawn, looked, declared)
        if len(drawn[0].names) == 1
        else sweep_map_figure(title, drawn, looked)
    )
    write_picture(path, figure)
    table = path.with_suffix(".csv")
    try:
        table.write_text(sweep_csv(drawn, looked, task), encoding="utf-8")
    except OSError as error:
        raise BenchsuiteError(f"cannot write {str(table)!r}: {said_by(error)}.") from None
    say(console, "Wrote {} and {}", path, table)


def _drawn(curve: SweptCurve, records: Iterable[Record], looked: Quantity, known: Registry) -> CurveOfSweep:
    """Put the records of one component together."""
    from benchsuite.analysis.sweep import curve_of_sweep

    kind = curve.base.kind
    places = {setting.text: at for at, setting in curve.settings.items()}
    held = [(places[text], record) for record in records if (text := record.trial.recipe[kind][0].text) in places]
    component = known.component(kind, curve.base.name)
    unvaried = {name: component.space[name].default for name in curve.axes}
    return curve_of_sweep(curve.at(unvaried).describe(component), curve.axes, curve.spaces, held, looked)


def _declared(curve: SweptCurve, known: Registry) -> float | None:
    """Return the declared default of the one hyperparameter that is varied, if it is a number."""
    (name, *_) = curve.axes
    value = known.component(curve.base.kind, curve.base.name).space[name].default
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None


def _say_best(curve: CurveOfSweep, looked: Quantity, console: Console) -> None:
    """Name the best setting, and say where it lies at an edge: what is beyond may be better."""
    best = curve.best
    if best is None:
        say(console, "[red]{}[/]: every setting failed.", curve.label)
        return
    at = ", ".join(f"{name}={json.dumps(value)}" for name, value in zip(curve.names, best.at, strict=True))
    say(console, "{}: best {}, {:.4g}, at {}", curve.label, looked.words, best.median, at)
    for name, end in curve.edges.items():
        which = "smallest" if end == "low" else "largest"
        then = (
            "and the end of its declared range"
            if curve.at_declared_end(name)
            else f"so look further: --over {name}=LOW..HIGH:log9"
        )
        say(console, "[yellow]![/] {}: that is the {} {} that was tried, {}.", curve.label, which, name, then)


def _file_name(curves: Sequence[SweptCurve]) -> str:
    """Return what tells the picture of a sweep from others: the names of the components, of many the first."""
    names = list(dict.fromkeys(curve.base.name for curve in curves))
    return "-".join(names if len(names) <= MOST_NAMED else [*names[:MOST_NAMED], f"and-{len(names) - MOST_NAMED}-more"])
