"""``benchsuite check``: try every promise of a component or task."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from benchsuite.cli.console import as_json, paragraph, say, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, plugin_search, registry
from benchsuite.cli.quiet import surround
from benchsuite.components import KINDS
from benchsuite.errors import BenchsuiteError, unknown
from benchsuite.instances import base_of, is_instance
from benchsuite.text import middle_cut, one_line

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.conformance import Finding
    from benchsuite.conformance.account import CheckAccount
    from benchsuite.registry import Registry

SECONDS = 600.0
LONGEST_PROBLEM = 220
"""Letters of what happened on a terminal: three lines."""


def check(
    names: Annotated[list[str], typer.Argument(help="Components or tasks; kind:name where several kinds have it.")],
    json: Annotated[bool, typer.Option("--json", help="Print what was found as JSON instead.")] = False,
    tracebacks: Annotated[
        Path | None,
        typer.Option(metavar="FOLDER", help="Where whole tracebacks are written; a folder of the cache unless given."),
    ] = None,
    seconds: Annotated[
        float, typer.Option(metavar="SECONDS", help="A promise may take so long before its process is ended.")
    ] = SECONDS,
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Try every promise that a component or task must keep, in a process of its own. Exit code 1 if one is broken."""
    if not 0 < seconds < float("inf"):
        raise BenchsuiteError(f"--seconds must be a number above 0. Received: {seconds}. Leave it out for {SECONDS:g}.")
    surround()
    known = registry(plugin, no_local)
    wanted = _wanted(names, known)
    from benchsuite.conformance import tried_apart
    from benchsuite.conformance.account import FORMAT, CheckAccount, traceback_folder

    shown = None if json else Shown(terminal())
    folder = (tracebacks or traceback_folder()).absolute()
    done: list[dict[str, Any]] = []
    broken = 0
    account: CheckAccount | None = None
    for told in tried_apart(plugin_search(plugin, no_local), wanted, known, seconds=seconds):
        if account is None:
            account = CheckAccount(told.kind, told.name, known.entry(told.kind, told.name).plugin.origin)
            if shown:
                shown.title(account)
        account.add(told.looked)
        if shown:
            shown.findings(told.looked.findings)
        if told.last:
            file = account.write_tracebacks(folder)
            if shown:
                shown.end(account, file)
            done.append(account.to_json(file))
            broken += len(account.broken)
            account = None
    if json:
        as_json({"format": FORMAT, "broken": broken, "checked": done})
    elif shown and broken:
        say(shown.console, "[red]{} broken promise{}.[/]", broken, "s" if broken > 1 else "")
    if broken:
        raise typer.Exit(1)


def _wanted(names: list[str], known: Registry) -> list[tuple[str, str]]:
    """Return kind and name of all that was named, each once."""
    wanted: list[tuple[str, str]] = []
    for name in names:
        kind, _, plain = name.rpartition(":")
        kind = kind.replace("-", "_")
        if kind and kind not in KINDS:
            raise unknown("kind", kind, KINDS)
        found = [(k, plain) for k, table in known.tables.items() if plain in table and kind in ("", k)]
        if is_instance(plain) and kind in ("", "task"):
            found = [("task", known.task(plain).name)]
        if not found:
            possible = {entry for table in known.tables.values() for entry in table}
            raise unknown("component or task", name, possible, then=_instead(name, known))
        for match in found:
            known.refuse_conflict(match[0], base_of(match[1]))
        wanted += [match for match in found if match not in wanted]
    return wanted


def _instead(name: str, known: Registry) -> str:
    """Return what to do where something else than a name was given: a file, a kind, a pattern or a setting."""
    if name.endswith(".py") or "/" in name:
        file = Path(name).resolve()
        entries = [entry for table in known.tables.values() for entry in table.values()]
        own = [entry.component.name for entry in entries if Path(entry.plugin.origin).resolve() == file]
        what = f"of this file: benchsuite check {' '.join(own)}" if own else f"with the file as --plugin {name}"
        return f"Check takes names of components, {what}."
    kind = name.replace("-", "_")
    if kind in KINDS:
        return f"Check takes names of components, not kinds: `benchsuite list {name}` says which there are."
    if set("*?[=,:+") & set(name):
        return (
            "Check takes plain names: it tries defaults and other values by itself; patterns and settings are for run."
        )
    return ""


class Shown:
    """Shows findings as they come.

    Args:
        console: Where.
    """

    def __init__(self, console: Console) -> None:
        self.console = console
        self._cures: set[str] = set()

    def title(self, account: CheckAccount) -> None:
        """Begin with a component or task."""
        self._cures.clear()
        say(self.console, "[bold]{} {}[/]", account.kind.replace("_", " "), account.name)

    def findings(self, findings: tuple[Finding, ...]) -> None:
        """Show what became of some promises: of a broken one what happened, the author's line, the likely mistake and its cure."""
        for finding in findings:
            if not finding.problem:
                say(self.console, "  [green]✓[/] {}", finding.promise)
                continue
            say(self.console, "  [red]✗[/] {}", finding.promise)
            problem = one_line(finding.problem)
            # A file and a pipe have all of it, and so does --json.
            shown = middle_cut(problem, LONGEST_PROBLEM) if self.console.is_terminal else problem
            paragraph(self.console, "{}", shown, by=6)
            if finding.where:
                say(self.console, "      at [bold]{}[/]", finding.where)
            if finding.line:
                say(self.console, "        {}", finding.line)
            if finding.cure in self._cures:
                say(self.console, "      The mistake is likely that of above.")
            elif finding.cure:
                self._cures.add(finding.cure)
                paragraph(self.console, "{}", one_line(finding.cure), by=6)

    def end(self, account: CheckAccount, tracebacks: Path | None) -> None:
        """Show on what it was tried, and where its tracebacks are."""
        if account.tried:
            paragraph(self.console, "tried on {}", account.tried_on, by=2)
        if tracebacks:
            say(self.console, "  tracebacks: {}", tracebacks)
