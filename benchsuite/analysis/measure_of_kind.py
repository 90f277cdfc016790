"""By which measures the components of a kind are judged, where nobody chose others: one table, and why."""

from __future__ import annotations

GENERALIZATION = ("test",)
BOTH = ("test", "train_loss")

MEASURES = {
    # It makes a loss small, and what was learnt shall hold elsewhere: a method may win one and lose the other.
    "optimizer": BOTH,
    "schedule": BOTH,
    "gradient_transform": BOTH,
    # They decide how training starts and how well it goes: how soon a target is reached says that, the end often hides it.
    "initializer": ("test", "steps:middle"),
    "normalization": ("test", "train_loss", "steps:middle"),
    "activation": BOTH,
    "preprocessing": ("test", "steps:middle"),
    # Its price is a larger training loss.
    "regularization": GENERALIZATION,
    # Each has a training loss in a unit of its own.
    "loss": GENERALIZATION,
}
"""Kind → measures: the first is the one that a leaderboard shows first, the others stand beside it."""


def measures_of(kind: str) -> tuple[str, ...]:
    """Return the measures by which a kind is judged; what a test part says for kinds that the table does not name.

    Args:
        kind: The kind that is compared.
    """
    return MEASURES.get(kind, GENERALIZATION)
