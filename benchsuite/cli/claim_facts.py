"""``benchsuite claim info``: all about a claim, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from benchsuite.cli.console import say

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.components import Claim
    from benchsuite.registry import Registry
    from benchsuite.studies.claiming import Claiming


def show_claims(claims: Sequence[Claim], asked: Claiming, known: Registry, console: Console) -> None:
    """Print all about claims."""
    for claim in claims:
        say(console, "[bold]{} {}[/]", claim.label, claim.sentence)
