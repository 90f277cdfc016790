"""Options that several verbs share, and what they mean."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from benchsuite.registry import Registry, Sources

PluginOption = Annotated[
    list[str] | None,
    typer.Option(
        "--plugin", metavar="FILE|MODULE", help="A plugin to load, as a file or an importable module. May be repeated."
    ),
]
NoLocalOption = Annotated[bool, typer.Option("--no-local", help="Do not look into ./plugins and ./tasks.")]
ResultsOption = Annotated[Path, typer.Option("--results", metavar="DIR", help="The results folder.")]


def sources(plugins: list[str] | None, no_local: bool) -> Sources:
    """Return where plugins are looked for, as absolute places that a worker process finds as well."""
    from benchsuite.registry import Sources

    return Sources(tuple(plugins or ()), str(Path.cwd()), not no_local)


def registry(plugins: list[str] | None, no_local: bool) -> Registry:
    """Load every plugin."""
    from benchsuite.registry import load_registry

    return load_registry(sources(plugins, no_local))
