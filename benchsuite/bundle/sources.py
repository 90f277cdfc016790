"""The sources of components, tasks and claims that do not ship with benchsuite, for those who want to run them again."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from benchsuite.plain_files import NotPlain, read_plain
from benchsuite.record import Record
from benchsuite.registry import Registry

LARGEST_SOURCE = 2**20
"""Bytes of a plugin's file."""


def sources_of(records: Iterable[Record], registry: Registry, claims: Iterable[str] = ()) -> dict[str, bytes]:
    """Return name below ``plugins/`` → content, of the files that some claims and the task and components of some records come from.

    Files alone: what an installed distribution brings is named in ``requirements.txt``.

    Args:
        records: The records.
        registry: Of the plugins that were found.
        claims: Names of the claims that have a verdict beside the records.
    """
    names = {("task", record.trial.task) for record in records}
    names |= {(one.kind, one.name) for record in records for _, held in record.trial.recipe.settings for one in held}
    names |= {("claim", name) for name in claims}
    found: dict[str, bytes] = {}
    for kind, name in sorted(names):
        if not registry.has(kind, name):
            continue
        plugin = registry.entry(kind, name).plugin
        file = getattr(plugin.module, "__file__", None) if plugin.distribution is None else None
        if file is None:
            continue
        try:
            content = read_plain(Path(file), LARGEST_SOURCE)
        except (OSError, NotPlain):
            continue
        stem = re.sub(r"[^A-Za-z0-9_]+", "_", Path(file).stem)[:80] or "plugin"
        place, number = f"plugins/{stem}.py", 1
        while found.get(place, content) != content:
            number += 1
            place = f"plugins/{stem}_{number}.py"
        found[place] = content
    return found
