"""``benchsuite collect``: the results folders of shards become one, and what is missing of their study is said."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchsuite.cli.console import say, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, ResultsOption, registry
from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.console import Console

    from benchsuite.bundle.collecting import Lacking
    from benchsuite.bundle.merging import Contribution
    from benchsuite.damage import Damage
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.store import Store
    from benchsuite.typed_commands import TypedCommand

MOST_NAMED = 10


def collect(
    parts: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="DIR", help="Results folders of shards; none where all of them wrote to that of --results."
        ),
    ] = None,
    results: ResultsOption = Path("results"),
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Join the results folders of the shards of a study into that of --results, and say what of the study is missing.

    Weights, predictions and probes come along, and are missed where the study asked for them. The folders stay as they
    are, and may be collected again when more of them have been written. The report is made of all that is there. Ends
    with exit code 1 if something is missing.
    """
    from benchsuite.bundle.collecting import lacking
    from benchsuite.cli.renewal import renewed, tell_report
    from benchsuite.store import Store
    from benchsuite.study_files import read_studies
    from benchsuite.typed_commands import read_commands

    console = terminal()
    named = [path for path in parts or () if not (path.exists() and results.exists() and path.samefile(results))]
    read = [_read(path, console) for path in dict.fromkeys(named)]
    if not read and not (results / "trials").is_dir():
        raise BenchsuiteError(
            f"there is nothing to collect: no folder was named, and {results} holds no trials. "
            "Name the results folders of the shards, and with --results DIR where all of it goes."
        )
    known = registry(plugin, no_local)
    store = Store(results.resolve(), create=bool(read))
    records = _join(read, store, results, console) if read else _held(store, console)
    _tell_at_work([*named, results], console)
    damaged: list[Damage] = []  # the report names them
    searches = list(store.searches(damaged))
    missing = lacking(list(read_studies(store.folder, damaged)), records, searches, store.extras)
    index, note, _ = renewed(store, known, None, console, records)
    typed = {one.study: one for one in read_commands(store.folder, [])}
    _tell_missing(missing, typed, known, results, console)
    tell_report(index, note, console)
    if any(missing):
        raise typer.Exit(1)


def _read(path: Path, console: Console) -> Contribution:
    """Read the results folder of a shard, all of it checked."""
    from benchsuite.bundle.merging import part_of_folder

    if not (path / "trials").is_dir():
        raise BenchsuiteError(
            f"{path} is no results folder: it has no trials. Leave it out if its shard never began; "
            "bundles are joined by `benchsuite merge`."
        )
    part = part_of_folder(path)
    for damage in part.damaged[:MOST_NAMED]:
        say(console, "[yellow]![/] {}: {}", path, damage)
    if (more := len(part.damaged) - MOST_NAMED) > 0:
        say(console, "[yellow]![/] {}: … and {} more that are no records", path, more)
    return part


def _held(store: Store, console: Console) -> dict[str, Record]:
    """Return the records of a results folder by id; what is none is named, here or by the report, and so its trial is missing."""
    from benchsuite.cli.renewal import AT_ONCE
    from benchsuite.execution.reading import all_beside
    from benchsuite.record_files import some_of

    damaged: list[Damage] = []
    records = {record.id: record for record in all_beside(store.trials, damaged)}
    for line in some_of(damaged, store.folder) if len(store.ids()) > AT_ONCE else ():
        say(console, "[yellow]![/] {}", line)
    return records


def _join(read: Sequence[Contribution], store: Store, results: Path, console: Console) -> dict[str, Record]:
    """Write what is new into the results folder, and return its records by id."""
    from benchsuite.bundle.collecting import carry_commands, carry_extras
    from benchsuite.bundle.merging import merged, part_of_folder, write_merged
    from benchsuite.cli.merge import tell_merged
    from benchsuite.report.tables.numbers import count_of

    with store.locked():
        there = part_of_folder(store.folder)
        if there.damaged:
            raise BenchsuiteError(
                f"{results}: {there.damaged[0]}. `benchsuite doctor --results {results} --set-aside` moves away what is no record."
            )
        found = merged([there, *read])
        copied = carry_extras(read, there, store)
        write_merged(found, store)
        carry_commands([Path(part.where) for part in read], store.folder)
    tell_merged(found, console)
    beside = "".join(f", {count:,} of {name}" for name, count in sorted(copied.items()))
    say(
        console, "Collected {} into [bold]{}[/]: {} and {} new{}, {} there already, {} disputed.",
        count_of(len(read), "folder"), results, count_of(len(found.records), "record"),
        count_of(len(found.searches), "search", "searches"), beside, found.same, found.disputed,
    )  # fmt: skip
    return {record.id: record for record in there.records} | found.records


def _tell_at_work(folders: Sequence[Path], console: Console) -> None:
    """Name the shards that are still at work: what they finish later is not here."""
    from benchsuite.folder import Folder
    from benchsuite.shard_locks import at_work, named

    for path in folders:
        if path.is_dir() and (shards := at_work(Folder(path))):
            say(console, "[yellow]![/] {} at work on {}: collect again when they are done.", named(shards), path)


def _tell_missing(
    missing: Sequence[Lacking], typed: Mapping[str, TypedCommand], known: Registry, results: Path, console: Console
) -> None:
    """Say of each study what is not there, and how it is made."""
    import shlex
    from collections import Counter

    from benchsuite.cli.asked import of_study
    from benchsuite.report.tables.numbers import count_of

    if not missing:
        say(console, "[yellow]![/] No study was begun here: what was planned, and so what is missing, nobody can say.")
    for one in missing[:MOST_NAMED]:
        study = one.study
        # Of an older benchsuite, or of a folder without them, all that is known of paths is their last part.
        as_typed = typed.get(study.id)
        if as_typed and not of_study(as_typed, study):  # of somebody else's hand
            as_typed = None
        command = as_typed.line(*one.more) if as_typed else shlex.join([*study.command, *one.more])
        place = shlex.quote(str(results.resolve() if as_typed and as_typed.elsewhere else results))
        of = [count_of(len(study.planned), "trial")] if study.planned else []
        of += [count_of(len(study.searches), "search", "searches")] if study.searches else []
        away = (
            f" It was typed in {as_typed.folder}, which is not here: its paths begin there."
            if as_typed and as_typed.away
            else ""
        )
        if not one:
            # Of a run the report says all; other verbs say it themselves.
            then = "" if study.verb == "run" else f" That command with --results {place} says what came of it."
            say(console, "Complete: {} ({}).{}{}", command, " and ".join(of) or "no trials", then, away if then else "")
            continue
        lack = [f"{len(one.trials):,} of {of[0]}"] if one.trials else []
        lack += [f"{len(one.searches):,} of {of[-1]}"] if one.searches else []
        lack += [f"the {name} of {count_of(len(records), 'trial')}" for name, records in one.beside.items()]
        say(console, "[red]Missing[/]: {} of `{}`.", " and ".join(lack), command)
        for name, count in _by_task(one, known):
            say(console, "  {:24} {:5}", name, count)
        for kept, records in one.beside.items():
            for name, count in sorted(Counter(record.trial.task for record in records).items()):
                say(console, "  {:24} {:5} without {}", name, count, kept)
        also = ", and again what lacks something beside its record" if one.beside else ""
        say(
            console, "Run the shards again that did not end, or that command with --results {}: it trains what is missing{}.{}",
            place, also, away,
        )  # fmt: skip
    if (more := len(missing) - MOST_NAMED) > 0:
        say(console, "… and {} more studies, {} of them incomplete.", more, sum(map(bool, missing[MOST_NAMED:])))


def _by_task(one: Lacking, known: Registry) -> list[tuple[str, int]]:
    """Return of how many trials and searches each task lacks the results, where the study means the same here as there."""
    from collections import Counter

    from benchsuite.verification.expanding import NotExpanded, expanded

    try:
        found = expanded(one.study, known)
    except (BenchsuiteError, NotExpanded):  # of plugins that are not here: how many are missing is known all the same
        return []
    tasks = {id: trial.task for id, trial in (found.trials or {}).items()}
    if found.searches is not None:
        sources = found.searches.sources()
        tasks |= {each.search_id: row.task.name for each, row in zip(sources, found.searches.entrants, strict=True)}
    counts = Counter(tasks[id] for id in (*one.trials, *one.searches) if id in tasks)
    return sorted(counts.items())
