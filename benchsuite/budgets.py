"""Tracks, and how much a search may cost, stated once: trainings for each selection and task, equal for all."""

from __future__ import annotations

TRACKS = ("default", "tuned", "self_tuning")
"""How hyperparameters are chosen: as declared; by a search of equal budget for all; by the method itself."""
BUDGETS = {"small": 10, "medium": 25, "large": 60}
"""Name → whole trainings for each selection and task, the default setting among them."""
USUAL_BUDGET = "small"
"""Where none is named."""
BUDGET_FORM = "|".join((*BUDGETS, "[1-9][0-9]{0,4}"))
"""What a user may write: one of these names, or a number of trainings."""
BUDGET_WORDS = f"be {', '.join(BUDGETS)} or a number of trainings from 1 to 99,999"
TRIALS_TO_A_PAIR = 10
"""Of so many trainings two are reserved: see :func:`pairs`."""


def trainings(budget: str) -> int:
    """Return how many trainings a budget means, of the form :data:`BUDGET_FORM`."""
    return BUDGETS[budget] if budget in BUDGETS else int(budget)


def pairs(budget: int) -> int:
    """Return how many pairs of trainings a protocol reserves at the end of a search, whatever is searched.

    A tuner proposes the rest. A reserved pair looks beyond the edge of a range where the best setting lies at one, and else
    at the neighbours of the best setting: so a range can be widened, and it costs everybody the same.
    """
    return budget // TRIALS_TO_A_PAIR


def left_to_tuner(budget: int) -> int:
    """Return what the tuner's proposals may cost, the default setting included."""
    return budget - 2 * pairs(budget)
