"""What a methods section says of computation: machines, versions, time, and what was left out of the paper."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator

from benchsuite.analysis import mixtures
from benchsuite.analysis.mixtures import PACKAGES
from benchsuite.record import Environment, Record
from benchsuite.report.paper.facts import PaperFacts, and_joined, listed
from benchsuite.report.paper.known_works import LIBRARIES
from benchsuite.report.paper.works import Bibliography
from benchsuite.report.tables.latex import escaped
from benchsuite.report.tables.numbers import count_of, duration, whole

STALE = "made by code or data that changed since"


def computation(facts: PaperFacts, bibliography: Bibliography) -> Iterator[str]:
    """Say where trainings ran, with what, how long, and what is not shown."""
    yield from _machines(facts)
    yield from _versions(facts, bibliography)
    evaluated, tuning = (_hours(records) for records in (facts.evaluated, facts.tuning))
    searched = f", and the {count_of(len(facts.tuning), 'training')} of tuning {tuning}" if facts.tuning else ""
    yield f"The {count_of(len(facts.evaluated), 'training')} of evaluation took {evaluated} in all{searched}, summed over workers."
    yield from _left_out(facts)


def _machines(facts: PaperFacts) -> Iterator[str]:
    counts = Counter(_machine(record.environment) for record in facts.trained)
    trained = [record for record in facts.trained if record.environment.versions]
    precisions = sorted({(record.trial.precision, record.trial.device) for record in facts.trained})
    numbers = and_joined([f"{escaped(precision)} on the {escaped(device.upper())}" for precision, device in precisions])
    if len(counts) == 1:
        yield f"All trainings ran in {numbers}, on {next(iter(counts))}."
    elif counts:
        told = and_joined([f"{whole(count)} on {machine}" for machine, count in sorted(counts.items())])
        yield f"Trainings ran in {numbers}, on {len(counts)} kinds of machine: {told}."
    lanes = sorted({record.trial.lanes for record in facts.trained if record.trial.lanes > 1})
    if lanes:
        yield f"Some programs trained {listed(lanes)} trials side by side."
    for line in mixtures(trained):
        yield f"{escaped(line[0].upper() + line[1:])}"


def _machine(environment: Environment) -> str:
    cores = f"{environment.cores} cores" if environment.cores else ""
    device = environment.device if environment.device not in ("cpu", "") else ""
    parts = [part for part in (environment.processor, cores, device, environment.machine) if part]
    return escaped(", ".join(parts)) if parts else "a machine that was not recorded"


def _versions(facts: PaperFacts, bibliography: Bibliography) -> Iterator[str]:
    told = []
    for package, name in PACKAGES.items():
        found = sorted({version for record in facts.trained if (version := record.environment.versions.get(package))})
        if found:
            cite = bibliography.cite([LIBRARIES[package][1]]) if package in LIBRARIES else ""
            told.append(f"{escaped(name)} {listed(found)}{cite}")
    own = sorted({record.made_by.benchsuite for record in facts.trained if record.made_by.benchsuite})
    engines = sorted({record.trial.engine for record in facts.trained})
    if own:
        told.append(f"benchsuite {listed(own)} (engine {listed(engines)})")
    if told:
        yield f"They were made with {and_joined(told)}."
    commits = sorted({record.made_by.commit for record in facts.trained if record.made_by.commit})
    if commits:
        changed = any(commit.endswith("+") for commit in commits)
        short = [commit[:12] + "+" * (commit.endswith("+") and len(commit) > 12) for commit in commits]
        more = ", where + is a checkout with changed files" if changed else ""
        yield f"The code is that of {'commit' if len(commits) == 1 else 'commits'} {listed(short, 6)}{more}."
    plugins = sorted(
        {f"{name} {version}" for record in facts.trained for name, version in record.made_by.plugins.items()}
    )
    if plugins:
        yield f"Components of {listed(plugins)} took part."


def _hours(records: tuple[Record, ...]) -> str:
    return duration(math.fsum(record.costs.wall_seconds for record in records))


def _left_out(facts: PaperFacts) -> Iterator[str]:
    """Say which records of the folder stand in no table of the paper because of what they are."""
    left = facts.contents.sample.left_out
    reasons = (
        (len(left.several_kinds), "differ from their baseline in several kinds"),
        (len(left.seed_streams), "have seed streams that were set one by one"),
        (len(left.incomplete_folds), "belong to seeds whose folds are not all there"),
        (0 if facts.declared.stale_shown else facts.declared.stale, f"were {STALE}"),
    )
    told = [f"{whole(count)} that {words}" for count, words in reasons if count]
    if told:
        yield f"In no table are, of the trainings in the same folder, {and_joined(told)}."
    if (stale := facts.declared.stale) and facts.declared.stale_shown:
        was, are = ("was", "is") if stale == 1 else ("were", "are")
        yield f"Beware: of the trainings in the same folder, {whole(stale)} {was} {STALE}, and {are} not left out."
