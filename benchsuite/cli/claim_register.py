"""``benchsuite claim register``: that a file with claims was so at a certain time, before there are results."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from benchsuite.claim_files import registration, write_registration
from benchsuite.claim_judging import claim_code
from benchsuite.cli.claim_standing import day
from benchsuite.cli.console import as_json, say
from benchsuite.cli.options import registry
from benchsuite.errors import BenchsuiteError, said_by
from benchsuite.registrations import RegisteredFile, Registration
from benchsuite.store import Store
from benchsuite.studies.claimed import claim_plan

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.components import Claim
    from benchsuite.registry import Registry
    from benchsuite.studies.claimed import ClaimPlan
    from benchsuite.studies.claiming import ClaimRegistering


def register_file(asked: ClaimRegistering, console: Console) -> None:
    """Write down hash and date of a file, for each claim in it; what was registered before stays.

    Raises:
        BenchsuiteError: If there is no such file, it has no claim, or one of them cannot be expanded.
    """
    file = Path(asked.file)
    if not asked.file:
        raise BenchsuiteError("register takes a file with claims. Example: benchsuite claim register my_claim.py.")
    try:
        content = file.read_bytes()
    except OSError as error:
        raise BenchsuiteError(f"cannot read {str(file)!r}: {said_by(error)}.") from None
    known = registry((*asked.plugin, str(file)), asked.no_local)
    claims = claims_of(file, known)
    if not claims:
        raise BenchsuiteError(
            f"{file} registers no claim. Return some from register_claims; `benchsuite new claim NAME` writes one."
        )
    plans = [claim_plan(claim, known) for claim in claims]
    store = Store(asked.results.resolve())
    now = datetime.now(UTC).isoformat(timespec="seconds")
    digest = hashlib.sha256(content).hexdigest()
    found = []
    for plan in plans:
        entry = RegisteredFile(file.name, digest, claim_code(plan.claim, known), now)
        found.append(_registered(plan, entry, store, console))
    if asked.json:
        as_json({"registrations": [asdict(one) for one in found]})


def _registered(plan: ClaimPlan, entry: RegisteredFile, store: Store, console: Console) -> Registration:
    """Register one claim, unless its file was registered with this very content, and say so."""
    name = plan.claim.name
    before = registration(store.folder, name)
    if before is not None and replace(before.latest, registered_at=entry.registered_at) == entry:
        say(console, "{} is registered already, with this very content, on {}", name, day(before.latest.registered_at))
        return before
    after = Registration(name, entry) if before is None else before.again(entry)
    write_registration(store.folder, after)
    say(console, "[bold]{}[/] registered on {}", name, day(entry.registered_at))
    say(console, "  {}, SHA-256 {}", entry.file, entry.sha256)
    if before is not None:
        was = day(before.latest.registered_at)
        say(console, "  It was registered with another content before, on {}; both stay.", was)
    if there := sum(store.path(id).exists() for id in plan.trials):
        what = f"{there} of its {len(plan.trials)} trials have results already"
        say(console, "[yellow]![/] {}: those came before the registration.", what)
    return after


def claims_of(file: Path, known: Registry) -> list[Claim]:
    """Return the claims that a file registers."""
    entries = known.tables["claim"].values()
    return [
        entry.component
        for entry in entries
        if entry.plugin.module is not None
        and entry.plugin.module.__file__
        and Path(entry.plugin.module.__file__).resolve() == file.resolve()
    ]
