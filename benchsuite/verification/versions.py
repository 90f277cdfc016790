"""Rules on versions: what may be compared with what, and what of it can be trained again here."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

from benchsuite.analysis.mixtures import mixtures
from benchsuite.trial import ENGINE_VERSION
from benchsuite.verification.evidence import Evidence
from benchsuite.verification.rule import Objection, Rule


def _versions(evidence: Evidence) -> Iterator[Objection]:
    engines = Counter(record.trial.engine for record in evidence.records.values())
    for engine, count in sorted(engines.items()):
        if engine != ENGINE_VERSION:
            yield Objection(
                f"{count:,} records are of engine {engine}, and this benchsuite has engine {ENGINE_VERSION}: they cannot be trained "
                "again here, nor be compared with what is.",
                fails=False,
            )
    for name in sorted(evidence.rules.keys() & evidence.rules_now.keys()):
        if evidence.rules[name] != evidence.rules_now[name]:
            yield Objection(
                f"the bundle was made by the rules of {name} {evidence.rules[name]}, and here it is {evidence.rules_now[name]}.",
                fails=False,
            )
    if "engine" in evidence.rules and set(engines) - {evidence.rules["engine"]}:
        yield Objection(
            f"the manifest says engine {evidence.rules['engine']}, and records are of {', '.join(map(str, sorted(engines)))}."
        )
    for line in mixtures(list(evidence.records.values())):
        yield Objection(line, fails=False)


VERSIONS = Rule(
    "one version of the rules",
    "All records are of the engine and the protocol of this installation, and of one version of each task.",
    "Numbers by other rules may be better for that alone.",
    "MLPerf's rounds: results of one are not compared with another's",
    _versions,
)


def _code(evidence: Evidence) -> Iterator[Objection]:
    others: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
    for id, held in evidence.made_elsewhere.items():
        for one in held.items():
            others[one].append(id)
    for (key, how), ids in sorted(others.items(), key=lambda one: (-len(one[1]), one[0])):
        yield Objection(
            f"{len(ids):,} of {len(evidence.records):,} records cannot be trained again here: {key} {how}.", fails=False
        )


CODE = Rule(
    "the code is at hand",
    "The task and the components of each record are installed here, with the same code.",
    "A number of which nobody has the code cannot be checked.",
    "ACM's badges: artifacts available and functional",
    _code,
)
