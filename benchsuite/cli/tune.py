"""``benchsuite tune``: the best setting of one component on one task, watched while it is looked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchsuite.cli.console import as_json, say, show, terminal
from benchsuite.cli.options import (
    NoLocalOption,
    PluginOption,
    ResultsOption,
    VariantOption,
    one_task,
    parameter,
    registry,
)
from benchsuite.errors import BenchsuiteError
from benchsuite.study import Execution, Invocation, Study

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.analysis.outlook import Outlook
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.searches import Search
    from benchsuite.trial import Trial
    from benchsuite.tuning.entrant import Entrant
    from benchsuite.tuning.protocol import TuningProtocol

MOST_BUDGET = 100_000


def tune(
    task: Annotated[str, typer.Argument(metavar="TASK", help="The task; all other kinds are its baseline's.")],
    component: Annotated[
        str,
        typer.Argument(
            metavar="COMPONENT",
            help="One optimizer, or kind:name. What it is given, name[hyperparameter=value], stays.",
        ),
    ],
    budget: Annotated[
        str,
        typer.Option(
            metavar="NAME|N", help="Settings that are tried: small (10), medium (25), large (60), or a number."
        ),
    ] = "small",
    tuner: Annotated[str, parameter(Study, "tuner")] = "",
    search: Annotated[list[str] | None, parameter(Study, "search")] = None,
    tuning_seeds: Annotated[int, parameter(Study, "tuning_seeds")] = 1,
    tuning_folds: Annotated[int | None, parameter(Study, "tuning_folds")] = None,
    seeds: Annotated[str, parameter(Study, "seeds")] = "3",
    epochs: Annotated[int | None, parameter(Study, "epochs")] = None,
    device: Annotated[str, parameter(Study, "device")] = "cpu",
    json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON; all else goes to standard error.")
    ] = False,
    workers: Annotated[int | None, parameter(Execution, "workers")] = None,
    executor: Annotated[str, parameter(Execution, "executor")] = "local",
    timeout: Annotated[float | None, parameter(Execution, "timeout")] = None,
    results: ResultsOption = Path("results"),
    variant: VariantOption = None,
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Look for the best setting of a component, and try it on fresh seeds.

    Settings are chosen by the validation part. With --workers 1 one model at a time is watched closely, with more of them
    many side by side. Trials that have a record already are not run again: a search that was stopped goes on.
    """
    from benchsuite.cli.door import carried_out, say_broken
    from benchsuite.cli.run import prepare
    from benchsuite.cli.searches import keep
    from benchsuite.cli.tune_view import TuneView
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.store import Store
    from benchsuite.studies.over import kind_of
    from benchsuite.tuning.tracks import track_plan

    known = registry(plugin, no_local)
    console = terminal(errors=json)
    task = one_task(task, variant, known)
    kind, (selection,) = kind_of([component])
    name, number = _budget(budget)
    study = Study(
        task=(task,), components={kind: (selection,)}, track="tuned", budget=name, tuner=tuner, search=tuple(search or ()),
        tuning_seeds=tuning_seeds, tuning_folds=tuning_folds, seeds=seeds, epochs=epochs, device=device,
    )  # fmt: skip
    execution = Execution(
        workers=workers, executor=executor, timeout=timeout, results=results, plugin=tuple(plugin or ())
    )
    planned, options = prepare(study, execution, Invocation(no_local=no_local), known)
    protocol = _protocol(study, number, known)
    tracked = track_plan(planned, protocol, known)
    if len(tracked.entrants) != 1:
        raise BenchsuiteError(
            f"one component is tuned at a time. Received: {component!r}, which means {len(tracked.entrants)}. "
            "`benchsuite run --track tuned` tunes and compares many."
        )
    (entrant,) = tracked.entrants
    if not entrant.begins.dimensions:
        raise BenchsuiteError(
            f"there is nothing to tune of {entrant.selection}: it has no hyperparameter with two values that is not given. "
            "Give fewer values, or name knobs of the task with --search."
        )
    say_broken(known, console)
    say(
        console, "[bold]{}[/] on {}: {} by {}, then {} of the best", entrant.selection, task,
        count_of(protocol.budget, "setting"), protocol.tuner_text, count_of(len(protocol.seeds), "fresh seed"),
    )  # fmt: skip
    for words in _ranges(entrant):
        say(console, "  {}", words)
    found = known.task(task)
    view = TuneView(
        console, known, options.workers, lambda trial: _words(entrant, trial), f"validation_{found.primary}",
        found.direction == "max",
    )  # fmt: skip
    known.hooks.register(view, "benchsuite tune")
    store = Store(execution.results.resolve())
    ended: list[Search] = []
    (source,) = tracked.sources(keep(store, ended))
    summary = carried_out(source, known, execution, options, store, console, view)
    say(console, "{}", view.closing_line(summary))
    if not ended:
        raise BenchsuiteError("the search did not end, since some trial has no record. Run the same command again.")
    (result,) = ended
    seen = _outlook(result, entrant, protocol)
    if json:
        as_json(_as_json(result, entrant, seen, summary.records, found.direction == "max"))
    else:
        _tell(result, entrant, seen, summary.records, console)
    if result.chosen is None:
        raise typer.Exit(1)


def _budget(text: str) -> tuple[str, int]:
    """Return the name of a budget, and its number."""
    from benchsuite.budgets import BUDGETS

    if text in BUDGETS:
        return text, BUDGETS[text]
    if text.isdecimal() and 1 <= int(text[:10]) <= MOST_BUDGET:
        return "small", int(text)
    names = ", ".join(BUDGETS)
    raise BenchsuiteError(f"--budget must be {names} or a number from 1 to {MOST_BUDGET:,}. Received: {text!r}.")


def _protocol(study: Study, number: int, known: Registry) -> TuningProtocol:
    from benchsuite.tuning.protocol import protocol_of

    return replace(protocol_of(study, known), budget=number)


def _words(entrant: Entrant, trial: Trial) -> str:
    from benchsuite.report.tables.tune_table import setting_words

    return setting_words(entrant.limits.current(trial, entrant.task))


def _ranges(entrant: Entrant) -> list[str]:
    """Return what is searched, each with its range."""
    from benchsuite.report.tables.tune_table import names_of

    spaces = {one.name: one.space for one in entrant.begins.dimensions}
    shown = names_of(spaces)
    width = max(map(len, shown.values()))
    return [f"{short:{width}}  {spaces[name].describe()}" for name, short in shown.items()]


def _outlook(search: Search, entrant: Entrant, protocol: TuningProtocol) -> Outlook | None:
    """Return what the settings say of a longer search."""
    from benchsuite.analysis.outlook import outlook
    from benchsuite.tuning.source import TuningSource

    # One that does not learn proposes all of its settings before it is told anything.
    asked = len(TuningSource(entrant, protocol).propose()) // protocol.trials_to_a_setting
    proposed = sum(one.source in ("default", "tuner") for one in search.tried)
    return outlook(search, asked == proposed)


def _selection(search: Search, entrant: Entrant) -> str:
    """Return the chosen setting as a selection that can be pasted."""
    from benchsuite.selection import written

    trial = entrant.limits.applied(entrant.trial, search.setting, entrant.registry, entrant.task)
    return written(trial.recipe[entrant.row.kind], entrant.registry)


def _others(search: Search, entrant: Entrant) -> dict[str, Any]:
    """Return what was chosen beside the component's own hyperparameters, where it is no default: knobs, and a learning rate."""
    usual = entrant.default
    own = f"{entrant.row.kind}."
    return {name: value for name, value in search.setting.items() if not name.startswith(own) and value != usual[name]}


def _flags(search: Search, entrant: Entrant) -> str:
    """Return the options of ``benchsuite run`` that mean the chosen setting."""
    from benchsuite.selection import written

    trial = entrant.limits.applied(entrant.trial, search.setting, entrant.registry, entrant.task)
    changes = []
    for name, value in _others(search, entrant).items():
        kind, dot, _ = name.partition(".")
        changes.append(f"{kind}={written(trial.recipe[kind], entrant.registry)}" if dot else f"{name}={value}")
    own = f"--{entrant.row.kind.replace('_', '-')} '{_selection(search, entrant)}'"
    return own + (f" --with '{','.join(changes)}'" if changes else "")


def _fresh(search: Search, records: Mapping[str, Record], part: str) -> list[float]:
    """Return the values of the evaluation seeds that have one, growing."""
    held = [records[id] for id in search.evaluated if id in records]
    values = [(record.results.final or {}).get(f"{part}_{record.task.primary}") for record in held]
    return sorted(float(value) for value in values if value is not None)


def _tell(
    search: Search, entrant: Entrant, seen: Outlook | None, records: Mapping[str, Record], console: Console
) -> None:
    """Say what was found, how sure that is, and what more would bring."""
    from benchsuite.report.tables.tune_table import best_settings_table, shown_score

    larger = entrant.task.direction == "max"
    show(console, best_settings_table(search, larger))
    if search.chosen is None:
        say(console, "[red]Every setting failed.[/] Nothing can be chosen.")
        return
    primary = entrant.task.primary
    say(console, "Best setting: [bold]{}[/]", _selection(search, entrant))
    for name, value in _others(search, entrant).items():
        say(console, "        with: [bold]{}={}[/]", name, value)
    best, default = search.tried[search.chosen].score, search.tried[0].score
    tried = len(search.tried)
    say(
        console, "Validation {} {} (the best of {}; the default has {}).", primary, shown_score(best, larger), tried,
        shown_score(default, larger),
    )  # fmt: skip
    _say_fresh(search, records, primary, console)
    for name, side in search.edges.items():
        low, high = (search.widened | search.ranges if name not in search.widened else search.widened).get(
            name, (0.0, 0.0)
        )
        say(
            console, "[yellow]![/] {} lies at the {} edge of what was searched, {:g} to {:g}: the best may lie beyond.",
            name.rpartition(".")[2], side, low, high,
        )  # fmt: skip
    _say_outlook(seen, larger, console)
    say(console, "To run it: benchsuite run --task {} {}", entrant.task.name, _flags(search, entrant))


def _say_fresh(search: Search, records: Mapping[str, Record], primary: str, console: Console) -> None:
    """Say what the chosen setting gave on seeds that had no part in choosing it."""
    from statistics import median

    count = len(search.evaluated)
    for part in ("test",) if search.folds else ("validation", "test"):
        values = _fresh(search, records, part)
        failed = f", {count - len(values)} failed" if len(values) < count else ""
        if values:
            say(
                console, "On {} fresh seeds: {} {} {:.4g} ({:.4g} – {:.4g}){}.", count, part, primary, median(values),
                values[0], values[-1], failed,
            )  # fmt: skip
        else:
            say(console, "On {} fresh seeds: all failed.", count)
            return


def _say_outlook(seen: Outlook | None, larger: bool, console: Console) -> None:
    """Say what the best of fewer settings would have been, and what more of them may bring."""
    if seen is None:
        return
    count = seen.k[-1]
    shown = [k for k in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512) if k < count] + [count]
    sign = 1 if larger else -1
    parts = ", ".join(f"{k}: {_known(sign * seen.expected[k - 1])}" for k in shown)
    if not seen.any_order:
        say(
            console,
            "The tuner learns, so its settings say little of more of them: their best of k in any order is {}.",
            parts,
        )
        return
    say(console, "Expected best of k settings, the default first: {}.", parts)
    if seen.last_doubling is not None:
        say(console, "The second half of these {} brought {:.2g}.", count, seen.last_doubling)


def _known(value: float) -> str:
    import math

    return f"{value:.4g}" if math.isfinite(value) else "may fail"


def _as_json(
    search: Search, entrant: Entrant, seen: Outlook | None, records: Mapping[str, Record], larger: bool
) -> dict[str, Any]:
    from benchsuite.report.tables.tune_table import outlook_json

    sign = 1.0 if larger else -1.0

    def score(value: float | None) -> float | None:
        return None if value is None else sign * value

    return {
        "task": search.task,
        "kind": search.kind,
        "selection": _selection(search, entrant) if search.chosen is not None else None,
        "values": dict(search.setting) if search.chosen is not None else None,
        "measure": f"validation_{entrant.task.primary}",
        "direction": entrant.task.direction,
        "validation": score(search.tried[search.chosen].score) if search.chosen is not None else None,
        "default_validation": score(search.tried[0].score),
        "fresh_validation": _listed(search, records, "validation"),
        "fresh_test": _listed(search, records, "test"),
        "edges": search.edges,
        "ranges": {name: list(ends) for name, ends in search.ranges.items()},
        "widened": {name: list(ends) for name, ends in search.widened.items()},
        "tuner": search.tuner,
        "budget": search.budget,
        "spent": search.spent,
        "tried": [
            {"values": one.values, "validation": score(one.score), "stop": one.stop, "source": one.source}
            for one in search.tried
        ],
        "outlook": outlook_json(seen, larger),
        "search": search.id,
    }


def _listed(search: Search, records: Mapping[str, Record], part: str) -> Sequence[float | None]:
    """Return the value of each evaluation seed, in their order."""
    held = [records[id] for id in search.evaluated if id in records]
    return [(record.results.final or {}).get(f"{part}_{record.task.primary}") for record in held]
