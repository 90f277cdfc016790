"""The kinds of component that a recipe chooses, by name: what every room may know without loading what a kind is."""

from __future__ import annotations

RECIPE_KINDS = (
    "optimizer",
    "schedule",
    "gradient_transform",
    "initializer",
    "normalization",
    "regularization",
    "activation",
    "preprocessing",
    "loss",
)
"""In the order in which recipes are written and tables show them."""

COMBINED = ("schedule", "regularization")
"""Kinds of which a recipe may hold several components."""

KNOBS = ("batch_size", "epochs")
"""Numbers of a task that a study may change where the task allows it."""


def kind_order(kind: str) -> tuple[int, str]:
    """Return what sorts kinds as tables show them; unknown ones come last, by name."""
    return (RECIPE_KINDS.index(kind), "") if kind in RECIPE_KINDS else (len(RECIPE_KINDS), kind)


def change_order(name: str) -> tuple[int, int, str]:
    """Return what sorts changes of a baseline: kinds as tables show them, then knobs, then unknown names."""
    knob = KNOBS.index(name) if name in KNOBS else len(KNOBS)
    return (-1 if name in RECIPE_KINDS else knob, *kind_order(name))
