"""Records that must not be compared as if they were alike: made with other data, or where numbers round otherwise."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable

from benchsuite.record import Environment, Record

PACKAGES = {"tensorflow": "TensorFlow", "keras": "Keras", "numpy": "NumPy", "python": "Python"}


def mixtures(records: Iterable[Record]) -> list[str]:
    """Return a line for each task of one version whose records were made with several sets of data, or under several numerics.

    Args:
        records: Those that stand side by side.
    """
    data: defaultdict[tuple[str, int], set[str]] = defaultdict(set)
    numerics: defaultdict[tuple[str, int], Counter[str]] = defaultdict(Counter)
    examples: dict[str, Environment] = {}
    for record in records:
        task = record.trial.task, record.trial.task_version
        if checksum := record.fingerprints.get("data"):
            data[task].add(checksum)
        # A worker that died took what it knew of its numerics with it.
        if record.outcome.trained:
            numerics[task][record.environment.numerics] += 1
            examples.setdefault(record.environment.numerics, record.environment)
    lines = [
        f"records of task {name!r} were made with different data ({', '.join(sorted(checksums))}): do not compare them."
        for (name, _), checksums in sorted(data.items())
        if len(checksums) > 1
    ]
    for (name, _), counts in sorted(numerics.items()):
        if len(counts) > 1:
            parts = ", ".join(f"{count:,} under {_words(examples[key])}" for key, count in sorted(counts.items()))
            lines.append(
                f"records of task {name!r} were made under {len(counts)} numerics: {parts}. "
                "Their last bits differ, so one seed gives other numbers under each: seeds are not paired across them."
            )
    return lines


def _words(environment: Environment) -> str:
    """Return what a numerics fingerprint stands for."""
    if not environment.numerics:
        return "numerics that are not recorded"
    versions = [f"{name} {environment.versions[key]}" for key, name in PACKAGES.items() if key in environment.versions]
    features = environment.processor_features or "not recorded"
    return f"{environment.numerics} ({', '.join([*versions, f'processor features {features}'])})"
