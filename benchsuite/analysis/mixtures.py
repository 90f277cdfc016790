"""Records that must not be compared as if they were alike: made with other data, or where numbers round otherwise."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping

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
            words = _words({key: examples[key] for key in counts})
            parts = ", ".join(f"{count:,} under {words[key]}" for key, count in sorted(counts.items()))
            known = all(counts)
            lines.append(
                f"records of task {name!r} were made under {len(counts)} numerics: {parts}. "
                f"Their last bits {'differ' if known else 'may differ'}, so one seed "
                f"{'gives' if known else 'may give'} other numbers under each: seeds are not paired across them."
            )
    return lines


def _words(environments: Mapping[str, Environment]) -> dict[str, str]:
    """Return what each numerics fingerprint stands for, as far as it is not that of all others."""
    known = [held for fingerprint, held in environments.items() if fingerprint]
    packages = [key for key in (*PACKAGES, *_others(known)) if len({held.versions.get(key) for held in known}) > 1]
    features = [set(held.processor_features.split()) for held in known]
    shared = set.intersection(*features) if features else set()
    processors = {held.processor for held in known}
    found = {}
    for fingerprint, held in environments.items():
        own = sorted(set(held.processor_features.split()) - shared)
        told = [f"{PACKAGES.get(key, key)} {held.versions.get(key, 'not recorded')}" for key in packages]
        told += [f"processor features {' '.join(own)}"] if own else []
        told += [held.processor] if held.processor and len(processors) > 1 else []
        said = f"{fingerprint} ({', '.join(told)})" if told else fingerprint
        found[fingerprint] = said if fingerprint else "numerics that are not recorded"
    return found


def _others(environments: Iterable[Environment]) -> list[str]:
    return sorted({key for held in environments for key in held.versions} - set(PACKAGES))
