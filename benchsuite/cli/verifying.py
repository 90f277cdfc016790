"""What ``benchsuite verify`` does: evidence from the bundle and from this installation, and a sample trained again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from benchsuite.cli.console import say
from benchsuite.cli.options import plugin_search, registry
from benchsuite.scratch import scratch

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.bundle import Bundle
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.statements import Statement
    from benchsuite.verification.evidence import Evidence
    from benchsuite.verification.rule import Rule

PLUGINS = "plugins/"
"""Where sources lie in a bundle."""


@dataclass(frozen=True)
class VerifyingOptions:
    """What somebody wants to see.

    Args:
        count: Trials to train again.
        number: From which they are drawn.
        device: To train on, as it is typed.
        workers: Processes; see :class:`benchsuite.study.Execution`.
        executor: Likewise.
        timeout: Likewise.
        plugins: Likewise.
        no_local: Whether ``./plugins`` and ``./tasks`` are left alone.
        keep: Where the records of what is trained again stay; nowhere unless given.
        trust_sources: Whether plugins that lie in the bundle are loaded.
    """

    count: int
    number: int
    device: str = "cpu"
    workers: int | None = None
    executor: str = "local"
    timeout: float | None = None
    plugins: tuple[str, ...] = ()
    no_local: bool = False
    keep: Path | None = None
    trust_sources: bool = False


def verified(
    bundle: Bundle, wanted: VerifyingOptions, signed: tuple[str, str], console: Console
) -> tuple[Statement, str]:
    """Return the statement of a bundle, and what a sample of its size finds by chance.

    Args:
        bundle: The bundle.
        wanted: What to do.
        signed: Who signs, and the day.
        console: Where to say what is under way.
    """
    from benchsuite.cli import remaking
    from benchsuite.statements import DrawnSample
    from benchsuite.thinned import thinned
    from benchsuite.verification import claimed, planning, replaying
    from benchsuite.verification.verifying import chances, compare, draw, look, stated, with_sample

    with _folders(bundle, wanted) as (results, plugins):
        known = registry(plugins, wanted.no_local)
        evidence = evidence_of(bundle, known)
        more = planning.rule(known), replaying.rule(known), claimed.rule(known), remaking.rule(bundle, known)
        looked = look(evidence, more)
        sample = draw(evidence, looked, bundle.hash, wanted.number, wanted.count)
        again = trained(sample, known, wanted, plugins, results, console)
        of_numbers = recomputed(bundle, known, wanted, plugins, console)
    if bundle.manifest.thin:  # some are whole all the same, since a claim looks at their curves
        there = {record.id: record for record in sample if thinned(record) == record}
        again = {id: thinned(record) if id in there else record for id, record in again.items()}
    rerun = compare(evidence, sample, again)
    machine, versions = _here(again.values())
    looked = with_sample(evidence, looked, rerun, again, [of_numbers])
    statement = stated(
        evidence, looked, rerun, bundle.hash, DrawnSample(wanted.count, wanted.number, len(bundle.records)),
        machine=machine, versions=versions, verifier=signed[0], date=signed[1],
    )  # fmt: skip
    return statement, chances(evidence, rerun)


def evidence_of(bundle: Bundle, known: Registry) -> Evidence:
    """Return what rules look at: the bundle, and what this installation knows of its tasks and components."""
    from benchsuite.analysis.reference import reference_of
    from benchsuite.certificates import answers_in_parts
    from benchsuite.provenance import fingerprints
    from benchsuite.rules import rules_now
    from benchsuite.verification.evidence import Evidence

    rules, now = bundle.manifest.rules, rules_now()
    tasks = {name: known.task(name).version for name in rules.tasks if known.has("task", name)}
    return Evidence(
        records={record.id: record for record in bundle.records},
        searches=bundle.searches,
        studies=bundle.studies,
        note=bundle.manifest.note,
        made=bundle.manifest.made,
        sizes=answers_in_parts([name for name, version in rules.tasks.items() if tasks.get(name) == version], known),
        reference=reference_of(bundle.path),
        code_now=lambda trial: fingerprints(trial, known),
        rules={
            "engine": rules.engine,
            "protocol": rules.protocol,
            "format": rules.record_format,
            **_tasks(rules.tasks),
        },
        claims=bundle.claims,
        computed=bundle.computed,
        thin=bundle.manifest.thin,
        rules_now={"engine": now.engine, "protocol": now.protocol, "format": now.record_format, **_tasks(tasks)},
    )


def _tasks(versions: Mapping[str, int]) -> dict[str, int]:
    return {f"task {name}": version for name, version in versions.items()}


def trained(
    sample: Sequence[Record],
    known: Registry,
    wanted: VerifyingOptions,
    plugins: Sequence[str],
    results: Path,
    console: Console,
) -> dict[str, Record]:
    """Train a sample again, in a results folder of its own; return id → record of those that could be.

    Args:
        sample: The records of the bundle.
        known: The plugins that were found.
        wanted: How.
        plugins: What is loaded beside those that are found.
        results: An empty results folder.
        console: Where to say what is under way.
    """
    from benchsuite.cli.door import carried_out
    from benchsuite.cli.progress import Progress
    from benchsuite.cli.run import prepare
    from benchsuite.engine.device import Device
    from benchsuite.sources import Planned
    from benchsuite.store import Store
    from benchsuite.study import Execution, Invocation, Study

    kind = Device.parse(wanted.device).kind
    trials = [record.trial for record in sample if record.trial.device == kind]
    if not trials:
        return {}
    tasks = tuple(sorted({trial.task for trial in trials}))
    execution = Execution(
        workers=wanted.workers, executor=wanted.executor, timeout=wanted.timeout, results=results, plugin=tuple(plugins)
    )
    study = Study(task=tasks, seeds="1", device=wanted.device)  # only how it runs is asked of it
    _, options = prepare(study, execution, Invocation(no_local=wanted.no_local), known)
    store = Store(results.resolve())
    progress = Progress(console, known, options.workers)
    summary = carried_out(Planned(trials), known, execution, options, store, console, progress)
    say(console, "{}", progress.closing_line(summary))
    say(console, "")
    return dict(summary.records)


def recomputed(
    bundle: Bundle, known: Registry, wanted: VerifyingOptions, plugins: Sequence[str], console: Console
) -> Rule:
    """Compute a sample of the numbers of claims again, each in a child process; return the rule that looks at what came.

    Args:
        bundle: The bundle.
        known: The plugins that were found.
        wanted: How.
        plugins: What is loaded beside those that are found.
        console: Where to say what is under way.
    """
    from benchsuite.computing import Computation, compute_parts
    from benchsuite.engine.numerics import numerics
    from benchsuite.report.tables.numbers import count_of
    from benchsuite.verification import recomputing

    sample = recomputing.drawn_numbers(bundle.computed, known, bundle.hash, wanted.number, wanted.count)
    if not sample:
        return recomputing.rule([], [], "", known)
    found: list[Computation] = []
    seconds = wanted.timeout or recomputing.SECONDS
    say(console, "{} of claims to compute again, each within {:g} s.", count_of(len(sample), "number"), seconds)
    search = plugin_search(plugins, wanted.no_local)
    compute_parts(recomputing.jobs_of(sample), search, wanted.workers or 1, seconds, found.append)
    return recomputing.rule(sample, found, numerics().fingerprint, known)


@contextmanager
def _folders(bundle: Bundle, wanted: VerifyingOptions) -> Iterator[tuple[Path, list[str]]]:
    """Give a results folder for what is trained again, and the plugins to load; what is not kept goes at the end."""
    with scratch() as folder:
        plugins = [*wanted.plugins]
        if wanted.trust_sources:
            plugins += _sources(bundle, folder / "plugins")
        yield wanted.keep or folder / "results", plugins


def _sources(bundle: Bundle, folder: Path) -> list[str]:
    """Write the plugins that lie in a bundle to a folder of ours; return the files."""
    from benchsuite.bundle.container import opened
    from benchsuite.bundle.manifest import sha256
    from benchsuite.errors import BenchsuiteError

    found = []
    with opened(bundle.path) as held:
        for name in sorted(bundle.manifest.files):
            if not name.startswith(PLUGINS) or not name.endswith(".py"):
                continue
            content = held.read(name)
            if sha256(content) != bundle.manifest.files[name].sha256:
                raise BenchsuiteError(f"the bundle {bundle.path} changed while it was read. Nothing of it was used.")
            place = folder / name.removeprefix(PLUGINS)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            found.append(str(place))
    return found


def _here(records: Iterable[Record]) -> tuple[str, dict[str, str]]:
    """Return where trials were trained, in words, and with which versions."""
    for record in records:
        environment = record.environment
        if environment.numerics:
            return f"{environment.machine}, {environment.processor}, {environment.device}", dict(environment.versions)
    return "", {}
