"""Opening results wherever they lie: in a results folder, in a bundle, or among those that ship with benchsuite."""

from __future__ import annotations

from pathlib import Path

from benchsuite.archive import Archive, open_archive
from benchsuite.bundle import BundleError, is_bundle, open_bundle
from benchsuite.reference import reference_file

SHIPPED = "reference"
"""What the results that ship with benchsuite are called, where no file or folder has that name."""


def open_results(path: Path, *, plugins: tuple[str, ...] = (), local: bool = True, stale: bool = False) -> Archive:
    """Open a results folder or a bundle to read; see :func:`benchsuite.read`."""
    if str(path) == SHIPPED and not path.exists():
        path = reference_file()
    if is_bundle(path):
        return _published(path, plugins, local, stale)
    return open_archive(path, plugins=plugins, local=local, stale=stale)


def _published(path: Path, plugins: tuple[str, ...], local: bool, stale: bool) -> Archive:
    """Return a bundle's results: all its records count, since it says itself by which rules and code they were made."""
    from benchsuite.analysis.reference import reference_of
    from benchsuite.analysis.test_part import TestParts
    from benchsuite.bundle.reading import COSTS
    from benchsuite.certificates import part_sizes
    from benchsuite.cost_files import NotCosts, costs_from_json
    from benchsuite.costs_now import costs_now
    from benchsuite.registry import PluginSearch, load_registry
    from benchsuite.studies.along import own_values

    bundle = open_bundle(path)
    registry = load_registry(PluginSearch(plugins, str(Path.cwd()), local), trying=True)
    tables = []
    for name in sorted(bundle.files):
        if name.startswith(COSTS):
            try:
                tables.append(costs_from_json(bundle.files[name]))
            except NotCosts as error:
                raise BundleError(path, f"has a file {name!r} that {error}") from None
    return Archive(
        bundle.records,
        same_as=registry.same_as,
        searches=bundle.searches,
        parts=TestParts(part_sizes({record.trial.task for record in bundle.records}, registry), None),
        reference=reference_of(path.parent),
        costs=costs_now(tables, registry, stale)[0],
        own_values=own_values(registry, {record.trial.task for record in bundle.records}),
        claims=bundle.claims,
    )
