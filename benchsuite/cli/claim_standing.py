"""What is to be said beside a claim's verdict: whether its code has changed since, and what was registered before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from benchsuite.analysis.claims.before_after import before_after
from benchsuite.claim_judging import SEPARATOR, claim_code, components_of, fingerprint_of
from benchsuite.errors import BenchsuiteError
from benchsuite.studies.claimed import claim_plan

if TYPE_CHECKING:
    from benchsuite.claim_verdicts import ClaimVerdict
    from benchsuite.components import Claim
    from benchsuite.computed_numbers import ComputedNumbers
    from benchsuite.registrations import Registration
    from benchsuite.registry import Registry


def changed_since(verdict: ClaimVerdict, fingerprint: str) -> str:
    """Return what has changed since a verdict was made, as a sentence; nothing if nothing has.

    Args:
        verdict: As it is stored.
        fingerprint: What it would be made of now.
    """
    what = _other_code(verdict, fingerprint)
    if not what:
        return ""
    text = " and ".join(what)
    return f"{text[0].upper()}{text[1:]} changed since the verdict of {day(verdict.decided_at)} ({verdict.word})."


def _other_code(verdict: ClaimVerdict, fingerprint: str) -> list[str]:
    own, _, used = fingerprint.partition(SEPARATOR)
    had, _, had_used = verdict.fingerprint.partition(SEPARATOR)
    return [
        words
        for words, differs in (("the claim's own code", own != had), ("the code that it uses", used != had_used))
        if differs
    ]


def is_current(verdict: ClaimVerdict, claim: Claim, known: Registry, computed: Mapping[str, ComputedNumbers]) -> bool:
    """Say whether a verdict is of the code that is here now, the claim's own and all that it uses.

    Args:
        verdict: As it is stored.
        claim: The claim.
        known: The plugins that were found.
        computed: Part → what was computed for it.
    """
    if claim_code(claim, known) != verdict.fingerprint.partition(SEPARATOR)[0]:
        return False
    try:
        plan = claim_plan(claim, known, verdict.quick)
    except BenchsuiteError:  # what it uses is not here any more
        return False
    return fingerprint_of(claim, components_of(plan, computed, known), known) == verdict.fingerprint


def registered(claim: Claim, found: Registration | None, known: Registry, times: Iterable[str]) -> list[str]:
    """Return what there is to say of a claim's registration, a sentence each.

    Args:
        claim: The claim.
        found: What is registered of it.
        known: Where it is.
        times: When each of its results was there.
    """
    file = own_file(claim, known)
    if found is None:
        return [] if file is None else ["It was not registered before it ran."]
    latest = found.latest
    lines = [
        f"Registered on {day(latest.registered_at)} ({latest.file}, SHA-256 {latest.sha256[:12]}…): "
        f"{before_after(latest.registered_at, times).words}."
    ]
    if found.earlier:
        first = found.earlier[0]
        count = "once" if len(found.earlier) == 1 else f"{len(found.earlier)} times"
        lines.append(f"It was registered {count} before with another content, first on {day(first.registered_at)}.")
    now = hash_of(file) if file is not None else ""
    if now and now != latest.sha256:
        same = claim_code(claim, known) == latest.fingerprint
        lines.append(
            f"The file has changed since it was registered{': comments alone, its code is the same' if same else ''}."
        )
    return lines


def own_file(claim: Claim, known: Registry) -> Path | None:
    """Return the file of a claim of the user's own; ``None`` for one that is installed."""
    plugin = known.entry("claim", claim.name).plugin
    file = getattr(plugin.module, "__file__", None)
    return Path(file) if plugin.root is not None and file else None


def hash_of(file: Path) -> str:
    """Return the SHA-256 of a file; nothing if it cannot be read."""
    with suppress(OSError):
        return hashlib.sha256(file.read_bytes()).hexdigest()
    return ""


def day(moment: str) -> str:
    """Return a moment as it is read: ``2026-11-27 18:14:32 UTC``."""
    return moment.replace("T", " ").replace("+00:00", " UTC")
