"""Which claims a call means, and the order in which they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from benchsuite.errors import BenchsuiteError

if TYPE_CHECKING:
    from benchsuite.components import Claim
    from benchsuite.registry import Registry
    from benchsuite.studies.claiming import ClaimShowing

EXAMPLE = "Example: benchsuite claim {} C7,C9. `benchsuite claim list` shows them."


def chosen(asked: ClaimShowing, known: Registry, action: str) -> list[Claim]:
    """Return the claims that were named, each once.

    Args:
        asked: The options.
        known: The plugins that were found.
        action: For which they were named.

    Raises:
        BenchsuiteError: If none is, or there is none of a name.
    """
    if asked.all:
        if asked.names:
            raise BenchsuiteError(f"--all means every claim. Received: {asked.names} beside it. Leave one of them out.")
        found = [known.claim(name) for name in known.names("claim")]
        if not found:
            raise BenchsuiteError("there is no claim. `benchsuite new claim NAME` writes one.")
        return sorted(found, key=by_number)
    names = [name.strip() for name in asked.names.split(",") if name.strip()]
    if not names:
        raise BenchsuiteError(f"name claims, or use --all. {EXAMPLE.format(action)}")
    return list({one.name: one for one in map(known.claim, names)}.values())


def by_number(claim: Claim) -> tuple[str, int, str]:
    """Return what sorts claims as lists show them: by letter and number, those without one last."""
    return (claim.number[0], int(claim.number[1:]), claim.name) if claim.number else ("~", 0, claim.name)
