"""Verdicts of others on a claim that has one here: both stay and are shown, side by side, and neither is averaged with the other.

``disputed_claims/<claim>/<first 16 digits of the origin's hash>.json`` of a results folder holds the verdict as the other has it.
docs/reference/bundle-format.md describes it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchsuite.bundle.errors import said
from benchsuite.bundle.manifest import NotAManifest, once
from benchsuite.claim_verdicts import ClaimVerdict, claim_from_json
from benchsuite.damage import Damage
from benchsuite.plain_files import kind_of
from benchsuite.record_files import entries, read_one
from benchsuite.record_json import NotARecord
from benchsuite.versioned_json import to_json, without_format

FORMAT = 1
DISPUTED_CLAIMS = "disputed_claims"
NAME = re.compile(r"[a-z][a-z0-9_]*")


@dataclass(frozen=True)
class OtherClaim:
    """A verdict as somebody else has it.

    Args:
        origin: SHA-256 that stands for where it comes from: of a bundle, its hash.
        author: Who signed that; a few words where nobody did.
        verdict: The verdict.
    """

    origin: str
    author: str
    verdict: ClaimVerdict

    @property
    def file(self) -> str:
        """Where it lies, below the results folder."""
        return f"{DISPUTED_CLAIMS}/{self.verdict.name}/{self.origin[:16]}.json"

    def to_json(self) -> bytes:
        """Return the content of its file."""
        verdict = json.loads(self.verdict.to_json())
        return to_json({"format": FORMAT, "origin": self.origin, "author": self.author, "verdict": verdict})


def same_verdict(one: ClaimVerdict, other: ClaimVerdict) -> bool:
    """Say whether two verdicts are the same: all but when they were made, what it took, and where the plugin lay."""
    return _without_circumstances(one) == _without_circumstances(other)


def _without_circumstances(verdict: ClaimVerdict) -> dict[str, object]:
    return asdict(replace(verdict, decided_at="", seconds=0.0, origin=""))


def read_claim_disputes(folder: Path, damaged: list[Damage]) -> Iterator[OtherClaim]:
    """Read what others have, sorted by claim and origin.

    Args:
        folder: The results folder.
        damaged: Filled with all else that lies there.
    """
    if (folder / DISPUTED_CLAIMS).is_symlink():
        damaged.append(Damage(DISPUTED_CLAIMS, "is a link, and links are not followed", readable=False))
        return
    for entry in entries(folder / DISPUTED_CLAIMS, DISPUTED_CLAIMS, damaged):
        where = f"{DISPUTED_CLAIMS}/{entry.name}"
        if not NAME.fullmatch(entry.name) or not entry.is_dir(follow_symlinks=False):
            damaged.append(Damage(where, f"is {kind_of(entry.path) or 'a file'}, and no folder of a claim"))
            continue
        for file in entries(entry.path, where, damaged):
            place = f"{where}/{file.name}"
            found = read_one(file.path, place, claim_dispute_from_json)
            if isinstance(found, Damage):
                damaged.append(found)
            elif found is not None and found.file != place:  # it may go meanwhile
                damaged.append(
                    Damage(place, f"holds claim {found.verdict.name} of another origin, which its name does not say")
                )
            elif found is not None:
                yield found


def claim_dispute_from_json(content: bytes) -> OtherClaim:
    """Read what somebody else has of a claim, checked to the letter.

    Raises:
        NewerFormat: If a newer benchsuite wrote it.
        NotARecord: If it is not whole, or not as docs/reference/bundle-format.md says.
    """
    try:
        data = without_format(once(content), FORMAT)
    except NotAManifest as error:
        raise NotARecord(str(error)) from None
    if data.keys() != {"origin", "author", "verdict"}:
        raise NotARecord("does not follow the format: must have origin, author and verdict")
    origin, author = data["origin"], data["author"]
    if not isinstance(origin, str) or not re.fullmatch(r"[0-9a-f]{64}", origin):
        raise NotARecord("does not follow the format: origin: must be 64 hexadecimal digits")
    if not isinstance(author, str):
        raise NotARecord("does not follow the format: author: must be a text")
    return OtherClaim(origin, said(author), claim_from_json(json.dumps(data["verdict"]).encode()))
