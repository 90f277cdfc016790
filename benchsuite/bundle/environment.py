"""Where the records of a bundle were made, and a lock of the versions that make them again."""

from __future__ import annotations

import importlib.metadata
import json
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from benchsuite.record import Record

OURS = "benchsuite"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9.!+_-]*")
KEPT = ("numerics", "machine", "processor", "cores", "device", "processor_features", "versions")
"""What tells environments apart: not which worker it was, nor when."""


def environment_json(records: Iterable[Record]) -> bytes:
    """Return ``environment.json``: every environment and every code that made records, the one of most records first."""
    held = list(records)
    places: Counter[str] = Counter()
    codes: Counter[str] = Counter()
    for record in held:
        plain = asdict(record.environment)
        places[_text({name: plain[name] for name in KEPT})] += 1
        codes[_text(asdict(record.made_by))] += 1
    data = {"environments": _counted(places), "made_by": _counted(codes)}
    return json.dumps(data, indent=1, sort_keys=True, ensure_ascii=False).encode() + b"\n"


def requirements(records: Sequence[Record]) -> bytes:
    """Return ``requirements.txt``: what pip installs to make most of the records again.

    Packages that compute have the versions of the records; all others that benchsuite needs have those that are installed here.
    """
    environment = _most([record.environment for record in records], lambda one: one.numerics)
    code = _most([record.made_by for record in records], lambda one: (one.benchsuite, sorted(one.plugins.items())))
    pinned = dict(_installed(OURS))
    if environment is not None:
        pinned |= {_normal(name): version for name, version in environment.versions.items() if name != "python"}
    if code is not None:
        pinned |= {_normal(name): version for name, version in {OURS: code.benchsuite, **code.plugins}.items()}
    lines = ["# What made most of these records: pip install -r requirements.txt"]
    if environment is not None and (python := environment.versions.get("python")) and VERSION.fullmatch(python):
        lines.append(f"# Python {python}")
    if code is not None and re.fullmatch(r"[0-9a-f]{40}\+?", code.commit):
        lines.append(f"# benchsuite at commit {code.commit}")
    # Names and versions come out of records of others: what is none of either is left out.
    good = {name: held for name, held in pinned.items() if NAME.fullmatch(name) and VERSION.fullmatch(held)}
    lines += [f"{name}=={held}" for name, held in sorted(good.items())]
    return "\n".join(lines).encode() + b"\n"


def _most(held: Sequence[Any], key: Any) -> Any:
    """Return one of those that are most often alike; ``None`` of none."""
    if not held:
        return None
    counts = Counter(repr(key(one)) for one in held)
    most = min(counts, key=lambda text: (-counts[text], text))
    return next(one for one in held if repr(key(one)) == most)


def _installed(name: str) -> Iterable[tuple[str, str]]:
    """Yield every distribution that one needs, itself among them, with the version that is installed here."""
    waiting, seen = [name], {_normal(name)}
    while waiting:
        try:
            distribution = importlib.metadata.distribution(waiting.pop())
        except importlib.metadata.PackageNotFoundError:
            continue
        yield _normal(distribution.metadata["Name"]), distribution.version
        for requirement in distribution.requires or ():
            needed = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", requirement)
            if needed and "extra ==" not in requirement and _normal(needed[0]) not in seen:
                seen.add(_normal(needed[0]))
                waiting.append(needed[0])


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def _text(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _counted(counts: Counter[str]) -> list[dict[str, Any]]:
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return [{**json.loads(text), "records": count} for text, count in ordered]
