"""``benchsuite paper``: tables, figures, a methods section and a bibliography, in a folder that compiles as it is."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchsuite.cli.console import say, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, ResultsOption, registry
from benchsuite.cli.report import MeasureOption, StaleOption, TrackOption, check_view, write
from benchsuite.errors import BenchsuiteError, unknown

if TYPE_CHECKING:
    from benchsuite.registry import Registry
    from benchsuite.report.paper import Declared

HOME = "https://github.com/benchsuite/benchsuite"
OutputOption = Annotated[
    Path | None,
    typer.Option(
        metavar="DIR",
        help="The folder that is written: a new one, or an earlier paper. RESULTS/paper unless given.",
    ),
]
KindOption = Annotated[
    list[str] | None,
    typer.Option(metavar="KIND", help="Show the leaderboards of this kind alone. May be repeated. All unless given."),
]


def paper(
    results: ResultsOption = Path("results"),
    output: OutputOption = None,
    kind: KindOption = None,
    track: TrackOption = None,
    measure: MeasureOption = None,
    stale: StaleOption = False,
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Write the results as LaTeX that compiles as it is: tables, figures, a methods section, a bibliography. What you edit in it stays."""
    from benchsuite.report.paper import check_folder, write_paper
    from benchsuite.store import Store

    check_view(measure, track, ())
    if not (results / "trials").is_dir():
        raise BenchsuiteError(
            f"there are no records in {results}. Run `benchsuite run --all` first, or name a folder with --results DIR."
        )
    folder = output or results / "paper"
    check_folder(folder)
    store, known = Store(results, create=False), registry(plugin, no_local)
    held = write(store, known, stale=stale, track=track, measure=measure, pages=False)
    contents, old = held.contents, held.stale
    kinds = [one.replace("-", "_") for one in kind or ()]
    there = sorted({board.kind for board in contents.shown})
    if not there:
        raise BenchsuiteError(
            f"the records in {results} make no leaderboard. Run a study first, such as `benchsuite run --all`."
        )
    for one in kinds:
        if one not in there:
            raise unknown("kind", one, there, then="A paper shows kinds that have a leaderboard.")
    written = write_paper(contents, folder, declared_by(known, old, shown=stale), kinds)
    console = terminal()
    for name in written.kept:
        say(
            console,
            "[yellow]![/] {} was edited, and stays as it is: what would have been written is {}",
            name,
            f"{name}.new",
        )
    if old:
        records, them = ("record is", "it") if old == 1 else ("records are", "them")
        shown = "shown all the same" if stale else f"left out (--stale shows {them})"
        say(console, "{} stale {} {}.", old, records, shown)
    say(
        console,
        "Paper: [bold]{}[/] ({} files). Compile it with `make`, or as README.md there says.",
        folder,
        len(written.written),
    )


def declared_by(known: Registry, stale: int, *, shown: bool = False) -> Declared:
    """Return what the plugins that were found declare of their components.

    Args:
        known: The plugins.
        stale: How many records are stale.
        shown: Whether these are shown all the same.
    """
    import benchsuite
    from benchsuite.report.paper import Declared

    found = {
        (kind, name): entry.component
        for kind, table in known.tables.items()
        if kind not in ("task", "claim")
        for name, entry in table.items()
    }
    return Declared(
        references={key: one.reference for key, one in found.items()},
        defaults={key: one.defaults for key, one in found.items()},
        spaces={key: {name: space.describe() for name, space in one.space.items()} for key, one in found.items()},
        version=benchsuite.__version__,
        home=HOME,
        stale=stale,
        stale_shown=shown,
    )
