"""Claims in results folders and bundles: what lies there of them, as files, and what several of these make together."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from benchsuite.bundle.claim_disputes import OtherClaim, read_claim_disputes, same_verdict
from benchsuite.bundle.errors import said
from benchsuite.claim_files import CLAIMS, COMPUTED, REGISTRATIONS, read_claims, read_computed, read_registrations
from benchsuite.claim_verdicts import ClaimVerdict
from benchsuite.computed_numbers import ComputedNumbers
from benchsuite.damage import Damage
from benchsuite.registrations import MOST_EARLIER, RegisteredFile, Registration

T = TypeVar("T")


@dataclass(frozen=True)
class OfClaims:
    """What there is of claims.

    Args:
        verdicts: One for each claim.
        registrations: Likewise, of those that were registered.
        computed: One for each part that is computed.
        disputes: What others have with other words or numbers.
    """

    verdicts: Sequence[ClaimVerdict] = ()
    registrations: Sequence[Registration] = ()
    computed: Sequence[ComputedNumbers] = ()
    disputes: Sequence[OtherClaim] = ()


@dataclass
class MergedClaims:
    """What several make together.

    Args:
        new: What is new, or knows more than what was there.
        same: How many verdicts were there already and are the same.
        differing: What else differs, a sentence each.
    """

    new: OfClaims = field(default_factory=OfClaims)
    same: int = 0
    differing: list[str] = field(default_factory=list)

    @property
    def disputed(self) -> int:
        """How many claims have another verdict elsewhere."""
        return len({one.verdict.name for one in self.new.disputes})


def claims_of_folder(folder: Path, damaged: list[Damage]) -> OfClaims:
    """Read all that a results folder has of claims.

    Args:
        folder: The results folder.
        damaged: Filled with all else that lies there.
    """
    return OfClaims(
        list(read_claims(folder, damaged)), list(read_registrations(folder, damaged)), list(read_computed(folder, damaged)),
        list(read_claim_disputes(folder, damaged)),
    )  # fmt: skip


def claim_contents(held: OfClaims) -> dict[str, bytes]:
    """Return place → content of their files, the same in a results folder and in a bundle."""
    found = {f"{CLAIMS}/{one.name}.json": one.to_json() for one in held.verdicts}
    found |= {f"{REGISTRATIONS}/{one.name}.json": one.to_json() for one in held.registrations}
    found |= {f"{COMPUTED}/{one.title}.json": one.to_json() for one in held.computed}
    return found | {one.file: one.to_json() for one in held.disputes}


def merge_claims(base: OfClaims, others: Iterable[tuple[str, str, str, OfClaims]]) -> MergedClaims:
    """Return what is new where others are added to what is there; the first verdict on a claim stays, others lie beside it.

    Args:
        base: What is there.
        others: Origin, author, path as it was named, and what there is of claims.
    """
    verdicts = {one.name: one for one in base.verdicts}
    registrations = {one.name: one for one in base.registrations}
    computed = {one.title: one for one in base.computed}
    disputes = {one.file: one for one in base.disputes}
    found = MergedClaims()
    for origin, author, where, held in others:
        for verdict in held.verdicts:
            mine = verdicts.setdefault(verdict.name, verdict)
            if mine is verdict:
                continue
            if same_verdict(mine, verdict):
                found.same += 1
            else:
                other = OtherClaim(origin, author, verdict)
                disputes.setdefault(other.file, other)
        for dispute in held.disputes:
            disputes.setdefault(dispute.file, dispute)
        for one in held.registrations:
            before = registrations.setdefault(one.name, one)
            registrations[one.name] = joined_registrations(before, one)
        for numbers in held.computed:
            known = computed.setdefault(numbers.title, numbers)
            if known is numbers:
                continue
            both = joined_numbers(known, numbers)
            if both is None:
                found.differing.append(
                    f"{where} has other computed numbers of {said(numbers.title)}: the first one's stay."
                )
            else:
                computed[numbers.title] = both
    found.new = OfClaims(
        _new(base.verdicts, verdicts.values()), _new(base.registrations, registrations.values()),
        _new(base.computed, computed.values()), _new(base.disputes, disputes.values()),
    )  # fmt: skip
    return found


def joined_registrations(one: Registration, other: Registration) -> Registration:
    """Return all that was registered under a name, the first time of each content, in the order of these times."""
    entries: dict[tuple[str, str, str], RegisteredFile] = {}
    for entry in (*one.earlier, one.latest, *other.earlier, other.latest):
        key = entry.file, entry.sha256, entry.fingerprint
        if key not in entries or entry.registered_at < entries[key].registered_at:
            entries[key] = entry
    ordered = sorted(
        entries.values(), key=lambda entry: (entry.registered_at, entry.sha256, entry.file, entry.fingerprint)
    )
    return Registration(one.name, ordered[-1], tuple(ordered[:-1][:MOST_EARLIER]))


def joined_numbers(one: ComputedNumbers, other: ComputedNumbers) -> ComputedNumbers | None:
    """Return the numbers of both, those of the first where both have one; ``None`` where they are no numbers of the same thing."""
    if replace(one, numbers={}) != replace(other, numbers={}):
        return None
    shared = one.numbers.keys() & other.numbers.keys()
    if any(one.numbers[seed].value != other.numbers[seed].value for seed in shared):
        return None
    both = {**other.numbers, **one.numbers}
    return replace(one, numbers=dict(sorted(both.items(), key=lambda pair: int(pair[0]))))


def _new(before: Iterable[T], after: Iterable[T]) -> list[T]:
    there = list(before)
    return [one for one in after if one not in there]
