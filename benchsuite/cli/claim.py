"""``benchsuite claim``: sentences that can be wrong, the studies that decide them, and what these decided."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from benchsuite.cli.console import as_json, beside, terminal
from benchsuite.cli.options import registry

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.components import Claim
    from benchsuite.registry import Registry
    from benchsuite.studies.claiming import Claiming

FAILED = 3
"""How a run ends with ``--fail-if`` where a verdict is as that says."""


def claim(asked: Claiming) -> None:
    """List claims, show one with its verdict, run the studies that decide them, or register a file of one's own.

    Trials that have a record already are not run again: an interrupted run goes on where it stopped.

    Every action takes --results, --plugin, --no-local and --json; info and run take --all, --quick and --workers as well. The
    other options are for run.
    """
    from benchsuite.cli.claim_choice import chosen
    from benchsuite.cli.door import say_broken

    console = beside() if asked.json else terminal()
    if asked.action == "register":
        from benchsuite.cli.claim_register import register

        register(asked, console)
        return
    known = registry(asked.plugin, asked.no_local)
    say_broken(known, console)
    if asked.action == "list":
        from benchsuite.cli.claim_list import list_claims

        list_claims(asked, known, console)
        return
    claims = chosen(asked, known)
    if asked.action == "info":
        from benchsuite.cli.claim_facts import show_claims

        show_claims(claims, asked, known, console)
        return
    _run(claims, asked, known, console)


def _run(claims: list[Claim], asked: Claiming, known: Registry, console: Console) -> None:
    from benchsuite.cli.claim_run import ClaimRun
    from benchsuite.cli.claim_tables import tell_verdicts

    run = ClaimRun(claims, asked, known)
    if asked.dry_run:
        run.tell_dry(console)
        return
    verdicts = run.carry_out(console)
    if asked.json:
        as_json({"claims": [run.as_json(verdict) for verdict in verdicts]})
    else:
        tell_verdicts(verdicts, run.remarks, console)
    if asked.fail_if and any(verdict.word == asked.fail_if.replace("-", " ") for verdict in verdicts):
        raise typer.Exit(FAILED)
