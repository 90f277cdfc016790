"""The first steps of a recipe: whether it learns a few examples by heart, how far its steps go, whether its activation is bounded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchsuite.diagnostics import Diagnosis
from benchsuite.diagnostics.step_sizes import step_sizes
from benchsuite.diagnostics.tiny_subset import tiny_subset
from benchsuite.engine.few_examples import learn_few, step_ratios
from benchsuite.engine.ingredients import make
from benchsuite.engine.session import Session
from benchsuite.registry import Registry
from benchsuite.trial import Trial

FAR = (1e3, 1e4)
"""A bounded activation hardly changes between these."""


def look_at_first_steps(trial: Trial, known: Registry) -> list[Diagnosis]:
    """Train on a few examples, then do the first steps of the training itself; of a rate that is too large for few, a tenth."""
    session = Session(known, known.task, feeds=False)
    ready = session.ready(trial)
    ratios = step_ratios(ready)
    few = learn_few(session.ready(trial))
    if not few.learned and ready.program.optimizer.has_rate:
        few = learn_few(session.ready(trial), 0.1)
    found = tiny_subset(few.examples, few.start, few.end, few.steps, learned=few.learned)
    sizes = step_sizes(ratios)
    return [found, *([sizes] if sizes else [])]


def is_bounded(trial: Trial, known: Registry) -> bool | None:
    """Say whether the activation of a recipe is bounded on both sides; ``None`` where that cannot be seen."""
    if "activation" not in trial.recipe:
        return None
    activation: Callable[[Any], Any] = make(trial.recipe.one("activation"), known)
    try:
        far = [np.abs(np.asarray(activation(np.array([[-one, one]], "float32")))).max() for one in FAR]
    except Exception:  # one that wants more features, such as maxout
        return None
    return bool(far[1] < 2 * far[0])
