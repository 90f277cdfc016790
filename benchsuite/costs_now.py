"""What of measured step costs still counts: nothing that other code was measured for."""

from __future__ import annotations

from collections.abc import Iterable

from benchsuite.cost_files import CostRow, CostTable, newest, without
from benchsuite.registry import Registry


def costs_now(tables: Iterable[CostTable], known: Registry, stale: bool = False) -> tuple[list[CostTable], list[str]]:
    """Return what steps cost, and what to say of what other code was measured: it is left out, unless it is asked for.

    Args:
        tables: Contests, oldest first.
        known: The components of now; those that are not among them cannot be checked, and count.
        stale: Whether what other code was measured counts as well.
    """

    def changed(kind: str, row: CostRow) -> bool:
        there = known.tables.get(kind, {})
        return any(
            name in there and known.fingerprint(kind, name, row.hyperparameters.get(name)) != fingerprint
            for name, fingerprint in row.fingerprints.items()
        )

    found, said = [], []
    for table in newest(tables):
        left, old = (table, []) if stale else without(table, changed)
        if left is not None:
            found.append(left)
        if old:
            what = ", ".join(old) if left is not None else "all of them, with their yardstick"
            said.append(
                f"Step costs of {table.kind.replace('_', ' ')} on {table.place} are left out (--stale shows them), since code changed "
                f"after they were measured: {what}."
            )
    return found, said
