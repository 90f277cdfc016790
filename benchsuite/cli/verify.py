"""``benchsuite verify``: whether a bundle's numbers can be believed, by rules and by training a sample of it again."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from benchsuite.cli.console import paragraph, say, terminal
from benchsuite.cli.options import NoLocalOption, PluginOption, parameter
from benchsuite.errors import BenchsuiteError, said_by
from benchsuite.study import Execution, Study

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.statements import Statement

FAILED = 1
UNCLEAR = 4
"""How the verb ends where nobody can tell; 3 is what ``compare --fail-if`` ends with."""
MOST_SAMPLE = 100_000
MOST_TOLD = 6
"""Reasons of one rule."""


def verify(
    bundle: Annotated[
        Path, typer.Argument(metavar="BUNDLE", help="What `benchsuite publish` wrote: a folder or a zip.")
    ],
    sample: Annotated[
        int,
        typer.Option(
            metavar="N",
            help="Trials that are trained again, and computed numbers of claims, at most 5 of these; 0 for none.",
        ),
    ] = 20,
    seed: Annotated[
        int | None,
        typer.Option(metavar="N", help="Your number, from which the sample is drawn; a random one unless given."),
    ] = None,
    statement: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a statement that sites show; needs --name.")
    ] = None,
    name: Annotated[str, typer.Option(metavar="WHO", help="Who signs the statement.")] = "",
    date: Annotated[str, typer.Option(metavar="YYYY-MM-DD", help="Its date; today unless given.")] = "",
    json: Annotated[Path | None, typer.Option(metavar="FILE", help="Write all that was found as JSON.")] = None,
    keep: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Keep what was trained again in a new or empty results folder.")
    ] = None,
    trust_sources: Annotated[
        bool,
        typer.Option(
            "--trust-sources", help="Load the plugins in the bundle: they are code, and run with your rights."
        ),
    ] = False,
    device: Annotated[str, parameter(Study, "device")] = "cpu",
    workers: Annotated[int | None, parameter(Execution, "workers")] = None,
    executor: Annotated[str, parameter(Execution, "executor")] = "local",
    timeout: Annotated[float | None, parameter(Execution, "timeout")] = None,
    plugin: PluginOption = None,
    no_local: NoLocalOption = False,
) -> None:
    """Say whether a bundle's numbers can be believed: PASS, FAIL or INCONCLUSIVE.

    Checks its files and the rules of a fair comparison, then trains a random sample again: on the same platform every number
    must be the same to the bit. Ends with 0, 1 or 4.
    """
    from benchsuite.bundle import BundleError, is_bundle, open_bundle
    from benchsuite.cli.verifying import VerifyingOptions, verified

    signed = _signature(statement, name, date)
    wanted = VerifyingOptions(
        count=_sample(sample), number=_number(seed), device=device, workers=workers, executor=executor, timeout=timeout,
        plugins=tuple(plugin or ()), no_local=no_local, keep=_empty(keep), trust_sources=trust_sources,
    )  # fmt: skip
    console = terminal()
    try:
        opened = open_bundle(bundle)
    except BundleError as error:
        if error.newer or not is_bundle(bundle) or not bundle.exists():  # then there is nothing to give a verdict on
            raise
        say(console, "[red]FAIL[/] {}", error)
        raise typer.Exit(FAILED) from None
    found, chances = verified(opened, wanted, signed, console)
    _tell(found, chances, console)
    if json is not None:
        _write(json, found, console)
    if statement is not None:
        _write(statement, found, console)
        say(console, "Sites show it from statements/ of the bundle, and of a results folder.")
    if found.verdict != "PASS":
        raise typer.Exit(FAILED if found.verdict == "FAIL" else UNCLEAR)


def _sample(count: int) -> int:
    if not 0 <= count <= MOST_SAMPLE:
        raise BenchsuiteError(f"--sample must be a whole number from 0 to {MOST_SAMPLE:,}. Received: {count}.")
    return count


def _number(seed: int | None) -> int:
    """Return the verifier's number: whoever made the bundle cannot have known it."""
    import secrets

    if seed is not None and not 0 <= seed < 2**31:
        raise BenchsuiteError(f"--seed must be a whole number from 0 to {2**31 - 1:,}. Received: {seed}.")
    return secrets.randbelow(2**31) if seed is None else seed


def _signature(statement: Path | None, name: str, date: str) -> tuple[str, str]:
    """Return who signs, and when."""
    import datetime

    from benchsuite.text import without_controls

    if statement is not None and not name.strip():
        raise BenchsuiteError("--statement needs --name WHO: a statement is signed off by somebody.")
    if len(name) > 200 or without_controls(name) != name or "\n" in name or "\t" in name:
        raise BenchsuiteError("--name must be one line of at most 200 letters.")
    try:
        day = datetime.date.fromisoformat(date) if date else datetime.datetime.now(datetime.UTC).date()
    except ValueError:
        raise BenchsuiteError(f"--date must be a day such as 2026-01-31. Received: {date!r}.") from None
    return name.strip(), day.isoformat()


def _empty(keep: Path | None) -> Path | None:
    """Return a folder for what is trained again: records that lie there already would count as trained."""
    if keep is not None and keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        raise BenchsuiteError(f"--keep must name a new or empty folder. Received: {keep}, where something is already.")
    return keep


def _tell(found: Statement, chances: str, console: Console) -> None:
    """Print what each rule found, what the sample gave, and the verdict with its reasons."""
    for check in found.checks:
        word = check.verdict
        say(
            console,
            "[green]PASS[/] {}" if word == "PASS" else "[red]FAIL[/] {}" if word == "FAIL"
            else "[yellow]OPEN[/] {}" if word == "INCONCLUSIVE" else "[dim]SKIP[/] {}",
            check.name,
        )  # fmt: skip
        for reason in check.reasons[:MOST_TOLD]:
            paragraph(console, "{}", reason, by=5)
        _more(len(check.reasons), 5, console)
    say(console, "")
    for one in found.rerun:
        say(
            console,
            "[green]{}[/] {}{}" if one.agrees in ("bits", "tolerance") else "[red]{}[/] {}{}" if one.agrees == "no"
            else "[yellow]{}[/] {}{}",
            one.agrees, one.what, f": {one.words}" if one.words else "",
        )  # fmt: skip
    sample = found.sample
    if found.rerun:
        say(console, "")
        say(
            console, "{} of {} trials were drawn by the bundle's hash and the number {}.", len(found.rerun), sample.of,
            sample.seed,
        )  # fmt: skip
    if chances:
        paragraph(console, "{}", chances, by=0)
    say(
        console,
        "[green]{}[/] bundle {}" if found.verdict == "PASS" else "[red]{}[/] bundle {}" if found.verdict == "FAIL"
        else "[yellow]{}[/] bundle {}",
        found.verdict, found.bundle,
    )  # fmt: skip
    for reason in found.reasons[:MOST_TOLD]:
        paragraph(console, "{}", reason, by=2)
    _more(len(found.reasons), 2, console)


def _more(count: int, by: int, console: Console) -> None:
    if count > MOST_TOLD:
        paragraph(console, "… and {} more, see --json.", count - MOST_TOLD, by=by)


def _write(path: Path, found: Statement, console: Console) -> None:
    from benchsuite.files import write_whole
    from benchsuite.statements import statement_to_json

    try:
        write_whole(path, statement_to_json(found))
    except OSError as error:
        raise BenchsuiteError(f"cannot write {path}: {said_by(error)}.") from None
    say(console, "Wrote {}.", path)
