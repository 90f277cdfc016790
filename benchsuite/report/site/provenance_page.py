"""The page of provenance: what was asked, where it ran, with which versions, seeds and budgets, and which code it was."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from benchsuite.analysis.sample import column_of
from benchsuite.record import Record
from benchsuite.report.site.links import Links
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.summary import machine_text
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.tables.numbers import count_of, duration, whole
from benchsuite.seed_numbers import FIRST_TUNING_SEED

MOST_LISTED = 12
"""Seeds that are named one by one."""
MOST_PRINTS = 2000
"""Lines of the table of code."""


def pages(data: SiteData) -> Iterator[Page]:
    """Yield the page, if there are records."""
    if not data.records:
        return
    path = "provenance.html"
    links = data.links(path)
    tables = [_environments(data), _budgets(data, links), _code(data, links)]
    if data.studies:
        tables.insert(0, _commands(data))
    context = {"tables": tables, "studies": bool(data.studies), "data": _data(data.records)}
    yield Page(
        path, "Provenance", "provenance.html", context, "provenance", "environment versions seeds budgets commands"
    )


def _commands(data: SiteData) -> DataTable:
    heads = (
        Head("Command", name=True),
        Head("Begun"),
        Head("Trials planned", True),
        Head("with a record", True),
        Head("Searches", True),
    )
    lines = []
    for study in sorted(data.studies, key=lambda one: (str(one.get("began", "")), str(one.get("id", "")))):
        planned, searches = list(study.get("planned", ())), list(study.get("searches", ()))
        there = sum(id in data.by_id for id in planned)
        lines.append(
            TableLine(
                (
                    TableCell(command_text(study)),
                    TableCell(str(study.get("began", ""))[:16].replace("T", " ")),
                    TableCell(whole(len(planned)), len(planned)),
                    TableCell(whole(there), there, classes="bad" if there < len(planned) else ""),
                    TableCell(whole(len(searches)), len(searches)),
                )
            )
        )
    note = "Every planned trial has a record, whatever became of it; where one has none, it was not run, or its record is not here."
    return data.table(DataTable("What was asked, command by command", heads, tuple(lines), (note,), "commands"))


def command_text(study: Mapping[str, Any]) -> str:
    """Return the command of a study as one would type it."""
    import shlex

    command = study.get("command", ())
    return command if isinstance(command, str) else shlex.join(str(word) for word in command)


def _environments(data: SiteData) -> DataTable:
    held: defaultdict[tuple[str, ...], list[Record]] = defaultdict(list)
    for record in data.records:
        environment, made_by = record.environment, record.made_by
        versions = ", ".join(f"{name} {version}" for name, version in sorted(environment.versions.items()))
        by = f"benchsuite {made_by.benchsuite}" + (f" ({made_by.commit[:12]})" if made_by.commit else "")
        plugins = ", ".join(f"{name} {version}" for name, version in sorted(made_by.plugins.items()))
        key = (machine_text(environment), versions, by, plugins, environment.numerics, environment.processor_features)
        held[key].append(record)
    heads = (
        Head("Machine", name=True, words=True),
        Head("Versions"),
        Head("Code"),
        Head("Plugins"),
        Head("Numerics", help="Records of one numerics agree bit for bit"),
        Head("Processor features"),
        Head("Trials", True),
        Head("Time in trials", True),
        Head("First"),
        Head("Last"),
    )
    lines = []
    for texts, records in sorted(held.items()):
        times = sorted(record.environment.finished_at for record in records if record.environment.finished_at) or [""]
        seconds = math.fsum(record.costs.wall_seconds for record in records)
        lines.append(
            TableLine(
                (
                    *(TableCell(text or "not known") for text in texts[:3]),
                    TableCell(texts[3] or "none"),
                    *(TableCell(text or "not known") for text in texts[4:]),
                    TableCell(whole(len(records)), len(records)),
                    TableCell(duration(seconds), seconds, value=seconds),
                    *(TableCell(time[:16].replace("T", " ")) for time in (times[0], times[-1])),
                )
            )
        )
    return data.table(DataTable("Environments", heads, tuple(lines), (), "environments"))


def _budgets(data: SiteData, links: Links) -> DataTable:
    heads = (
        Head("Task", name=True),
        Head("Version", True),
        Head("Epochs", True),
        Head("Batch size", True),
        Head("Steps", True),
        Head("Precision"),
        Head("Device"),
        Head("Engine", True),
        Head("Trials", True),
        Head("Seeds"),
        Head("Licence of the data"),
    )
    columns: defaultdict[Any, list[Record]] = defaultdict(list)
    for record in data.records:
        columns[column_of(record)].append(record)
    lines = []
    for column in sorted(columns):
        records = columns[column]
        steps = max((record.results.steps_per_epoch or 0 for record in records), default=0) * column.epochs
        counts = (column.task_version, column.epochs, column.batch_size, steps)
        label = data.labels.get(column, column.task)
        lines.append(
            TableLine(
                (
                    TableCell(label, link=links.column(column)),
                    *(TableCell(whole(count), count, value=count) for count in counts),
                    TableCell(column.precision),
                    TableCell(column.device),
                    TableCell(whole(column.engine), column.engine),
                    TableCell(whole(len(records)), len(records), value=len(records)),
                    TableCell(seeds_text(records)),
                    TableCell(records[0].task.license or "not given"),
                )
            )
        )
    note = (
        f"All trials of a line had the same budget. Seeds from {whole(FIRST_TUNING_SEED)} on are of tuning, and stand in no "
        "leaderboard."
    )
    return data.table(DataTable("Budgets and seeds, task by task", heads, tuple(lines), (note,), "budgets"))


def seeds_text(records: list[Record]) -> str:
    """Return the seeds of some records as ranges; of very many their number."""
    seeds = sorted({record.trial.seed for record in records})
    runs: list[list[int]] = []
    for seed in seeds:
        if runs and seed == runs[-1][1] + 1:
            runs[-1][1] = seed
        else:
            runs.append([seed, seed])
    if len(runs) > MOST_LISTED:
        return f"{count_of(len(seeds), 'seed')} from {seeds[0]} to {seeds[-1]}"
    return ", ".join(str(low) if low == high else f"{low}–{high}" for low, high in runs)


def _code(data: SiteData, links: Links) -> DataTable:
    counts: Counter[tuple[str, str]] = Counter()
    for record in data.records:
        counts.update((name, value) for name, value in record.fingerprints.items() if ":" in name)
    several = Counter(name for name, _ in counts)
    heads = (Head("Component or task", name=True), Head("Kind"), Head("Fingerprint"), Head("Trials", True))
    lines = []
    for (full, value), count in sorted(counts.items())[:MOST_PRINTS]:
        kind, _, name = full.partition(":")
        link = links.task(name) if kind == "task" else links.component(kind, name)
        cells = (
            TableCell(name, link=link),
            TableCell(kind.replace("_", " ")),
            TableCell(value, classes="bad" if several[full] > 1 else ""),
            TableCell(whole(count), count),
        )
        lines.append(TableLine(cells))
    note = "The hash of the source code that a trial ran. Where one name has several, they were not the same code."
    return data.table(DataTable("Code", heads, tuple(lines), (note,), "code"))


def _data(records: list[Record]) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the checksums of the data of each task."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for record in records:
        if "data" in record.fingerprints:
            found[record.trial.task].add(record.fingerprints["data"])
    return tuple((task, tuple(sorted(held))) for task, held in sorted(found.items()))
