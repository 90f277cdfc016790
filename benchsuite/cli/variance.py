"""``benchsuite variance``: how much of the spread between seeds comes from initial values, order of batches and noise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchsuite.cli.console import as_json, terminal
from benchsuite.cli.options import (
    NoLocalOption,
    PluginOption,
    ResultsOption,
    VariantOption,
    one_task,
    parameter,
    registry,
)
from benchsuite.cli.sweep import MeasureOption
from benchsuite.errors import BenchsuiteError
from benchsuite.study import Execution, Invocation, Study

FEWEST, MOST = 2, 1000


def variance(
    task: Annotated[str, typer.Argument(metavar="TASK", help="The task.")],
    component: Annotated[
        str | None,
        typer.Argument(metavar="COMPONENT", help="One optimizer, or kind:name; the task's baseline unless given."),
    ] = None,
    vary: Annotated[
        str, typer.Option(metavar="STREAMS", help="Which streams: initial, order, noise, separated by commas.")
    ] = "initial,order,noise",
    seeds: Annotated[str, parameter(Study, "seeds")] = "5",
    draws: Annotated[int, typer.Option(metavar="N", help="Trials for each seed and stream.")] = 4,
    measure: MeasureOption = "validation",
    epochs: Annotated[int | None, parameter(Study, "epochs")] = None,
    device: Annotated[str, parameter(Study, "device")] = "cpu",
    json: Annotated[bool, typer.Option("--json", help="Print the numbers as JSON.")] = False,
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
    """Vary one stream of the seed while the others stay, and say how much of the spread each of them makes.

    Trials that have a record already are not run again.
    """
    from benchsuite.analysis.importance.streams import variance_splits
    from benchsuite.analysis.trial_measure import TrialMeasure
    from benchsuite.cli.door import records_of
    from benchsuite.cli.importance import tell_split
    from benchsuite.cli.sharded import refuse_of_whole
    from benchsuite.report.tables.importance_json import variance_json
    from benchsuite.studies.over import kind_of
    from benchsuite.studies.streams_design import read_streams, stream_trials

    if not FEWEST <= draws <= MOST:
        raise BenchsuiteError(f"--draws must be a whole number from {FEWEST} to {MOST}. Received: {draws}.")
    TrialMeasure.named(measure)
    if shard:
        refuse_of_whole(json=json)
    streams = read_streams(vary)
    known = registry(plugin, no_local)
    task = one_task(task, variant, known)
    chosen = {}
    if component:
        kind, (selection,) = kind_of([component])
        chosen = {kind: (selection,)}
    study = Study(task=(task,), components=chosen, seeds=seeds, epochs=epochs, device=device)
    execution = Execution(
        workers=workers, executor=executor, timeout=timeout, results=results, plugin=tuple(plugin or ())
    )
    console = terminal(errors=json)
    records = records_of(
        study, execution, Invocation(no_local=no_local, dry_run=dry_run, shard=shard), known, console,
        lambda trials: stream_trials(trials, streams, draws),
    )  # fmt: skip
    splits = variance_splits(records.values(), measure)
    if json and records:
        as_json({"variance": [variance_json(split) for split in splits]})
        return
    for split in splits:
        tell_split(split, console)
