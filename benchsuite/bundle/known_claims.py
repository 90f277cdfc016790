"""The claims of a results folder, for the site: verdicts, registrations, what others have, and what their code is now."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from benchsuite.bundle.claim_disputes import read_claim_disputes
from benchsuite.claim_files import read_claims, read_computed, read_registrations
from benchsuite.claim_judging import claim_code
from benchsuite.computed_numbers import ComputedNumbers
from benchsuite.damage import Damage
from benchsuite.errors import BenchsuiteError
from benchsuite.registry import Registry
from benchsuite.report.site.known_claim import KnownClaim, OtherVerdict


def known_claims(folder: Path, known: Registry | None, damaged: list[Damage]) -> Iterator[KnownClaim]:
    """Yield every claim that has a verdict, sorted by name.

    Args:
        folder: The results folder.
        known: The plugins that were found: whether the code of a claim changed. ``None`` to leave that alone.
        damaged: Filled with all else that lies there.
    """
    registered = {one.name: one for one in read_registrations(folder, damaged)}
    computed: dict[str, dict[str, ComputedNumbers]] = {}
    for numbers in read_computed(folder, damaged):
        computed.setdefault(numbers.claim, {})[numbers.part] = numbers
    others: dict[str, list[OtherVerdict]] = {}
    for one in read_claim_disputes(folder, damaged):
        others.setdefault(one.verdict.name, []).append(OtherVerdict(one.author, one.verdict))
    for verdict in read_claims(folder, damaged):
        code, file = code_now(verdict.name, known) if known else (None, "")
        yield KnownClaim(
            verdict, registered.get(verdict.name), computed.get(verdict.name, {}), code, file,
            tuple(others.get(verdict.name, ())),
        )  # fmt: skip


def code_now(name: str, known: Registry) -> tuple[str, str]:
    """Return what stands for the code of a claim now and the SHA-256 of its file; empty where that is not known.

    Args:
        name: Of the claim.
        known: The plugins that were found.
    """
    if not known.has("claim", name):
        return "", ""
    try:
        code = claim_code(known.claim(name), known)
    except BenchsuiteError:
        return "", ""
    module = known.entry("claim", name).plugin.module
    try:
        return code, hashlib.sha256(Path(str(getattr(module, "__file__", ""))).read_bytes()).hexdigest()
    except OSError:
        return code, ""
