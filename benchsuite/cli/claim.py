"""``benchsuite claim``: sentences that can be wrong, the studies that decide them, and what these decided; an action for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

import typer

from benchsuite.cli.console import as_json, beside, terminal
from benchsuite.cli.options import command, registry
from benchsuite.cli.verb import Actions, Verb
from benchsuite.studies.claiming import Claiming, ClaimRegistering, ClaimRunning, ClaimShowing

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.registry import Registry

FAILED = 3
"""How a run ends with ``--fail-if`` where a verdict is as that says."""

actions = typer.Typer(cls=Actions, rich_markup_mode=None)


@actions.callback(invoke_without_command=True)
def claim(context: typer.Context) -> None:
    """List claims, show one with its verdict, run the studies that decide them, or register a file of one's own.

    Without an action they are listed.
    """
    if context.invoked_subcommand is None:
        list_(Claiming())


def list_(asked: Claiming) -> None:
    """List every claim, with what it rests on and what came of it here."""
    from benchsuite.cli.claim_list import list_claims

    console, known = _begin(asked)
    list_claims(asked, known, console)


def info(asked: ClaimShowing) -> None:
    """Show all about claims: what they say, what decides them, what that costs, and what came of it here."""
    from benchsuite.cli.claim_choice import chosen
    from benchsuite.cli.claim_facts import show_claims

    console, known = _begin(asked)
    show_claims(chosen(asked, known, "info"), asked, known, console)


def run(asked: ClaimRunning) -> None:
    """Run the studies that decide claims, and say what they decide.

    Trials that have a record already are not run again: an interrupted run goes on where it stopped.
    """
    from benchsuite.cli.claim_choice import chosen
    from benchsuite.cli.claim_run import ClaimRun
    from benchsuite.cli.claim_tables import tell_verdicts
    from benchsuite.cli.sharded import refuse_of_whole
    from benchsuite.shards import asked_shard

    shard = asked_shard(asked.shard)
    if shard:
        refuse_of_whole(fail_if=asked.fail_if, json=asked.json)
    console, known = _begin(asked)
    found = ClaimRun(chosen(asked, known, "run"), asked, known, shard)
    if asked.dry_run:
        found.tell_dry(console)
        return
    if shard:
        found.carry_out_part(shard, console)
        return
    verdicts = found.carry_out(console)
    if asked.json:
        as_json({"claims": [found.as_json(verdict) for verdict in verdicts]})
    else:
        tell_verdicts(verdicts, found.remarks, console)
    if asked.fail_if and any(verdict.word == asked.fail_if.replace("-", " ") for verdict in verdicts):
        raise typer.Exit(FAILED)


def register(asked: ClaimRegistering) -> None:
    """Write down hash and date of a file with claims before their trials exist: the report says which results came after."""
    from benchsuite.cli.claim_register import register_file

    register_file(asked, _console(asked))


def _begin(asked: Claiming) -> tuple[Console, Registry]:
    from benchsuite.cli.door import say_broken

    console, known = _console(asked), registry(asked.plugin, asked.no_local)
    say_broken(known, console)
    return console, known


def _console(asked: Claiming) -> Console:
    return beside() if asked.json else terminal()


actions.command("list", cls=Verb)(command(list_, Claiming))
actions.command("info", cls=Verb)(command(info, ClaimShowing))
actions.command("run", cls=Verb)(command(run, ClaimRunning))
actions.command("register", cls=Verb)(command(register, ClaimRegistering))
