"""What an initializer promises: its numbers come from the generator, or the seed, that it is given, and from nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from benchsuite.conformance.blame import Blame
from benchsuite.conformance.chance import chance_in
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.global_chance import disturb, global_states_kept
from benchsuite.conformance.objects import KERNELS, drawn
from benchsuite.conformance.trying import Trying
from benchsuite.engine.few_numbers import names_kept
from benchsuite.text import reason_of

ITS_OWN = "equal seeds give equal values, whatever was drawn before"
SEEDED = "another seed gives other values, if it draws any"
SHAPED = "its values have the shape of the kernel, and are finite"
FEW = 0.2
"""A pattern repeats few numbers; of what is drawn, nearly all are different."""

GIVEN = (
    "Draw from the generator that draw(shape, fan_in, fan_out, gain, generator) is given: generator.normal(size=shape). numpy.random, "
    "random and tf.random have a state of their own that no trial knows, and a generator made with a seed of its own gives every "
    "trial the same start."
)
RESHAPE = "Return an array of exactly the shape that is asked for: kernels of convolutions have four axes, and few are square."


def initializer_draws_from_its_seed(trying: Trying) -> list[Finding]:
    """Draw kernels: twice with one seed under other global states, and with another seed."""
    component = trying.component
    setting = trying.recipe.one("initializer").hyperparameters
    blame = Blame(component, trying.registry)

    def draw(seed: int, kernels: Any = KERNELS) -> list[np.ndarray]:
        made = component.make(**setting)  # type: ignore[union-attr]  # no task
        return [drawn(made, shape, fans, seed) for shape, fans in kernels]

    with names_kept(), global_states_kept():
        place = blame.method(component.make(**setting), ("__call__",))  # type: ignore[union-attr]  # no task
        try:
            disturb(1)
            first = draw(0)
            disturb(2)
            again, other = draw(0), draw(1)
            last = draw(0, KERNELS[::-1])[::-1]
        except Exception as error:
            return [blame.broken(SHAPED, reason_of(error), RESHAPE, place)]
        wrong = [
            f"{list(value.shape)} for {list(shape)}"
            for value, (shape, _) in zip(first, KERNELS, strict=True)
            if value.shape != shape or not np.isfinite(value).all()
        ]
        if wrong:
            return [blame.broken(SHAPED, f"it returns {'; '.join(wrong)}", RESHAPE, place)]
        findings = [Finding(SHAPED)]
        if not _equal(first, again) or not _equal(first, last):
            what = (
                "two draws with one seed differ"
                if not _equal(first, again)
                else "a kernel depends on those drawn before"
            )
            caller = _caller(lambda: draw(0), blame)
            return [*findings, blame.broken(ITS_OWN, what, GIVEN, caller or place)]
        findings.append(Finding(ITS_OWN))
        same = [np.array_equal(one, two) for one, two in zip(first, other, strict=True)]
        distinct = [len(np.unique(value)) / value.size for value in first]
        caller = _caller(lambda: draw(0), blame) if all(same) else None
        if all(same) and min(distinct) > FEW and caller is not None:
            problem = "seeds 0 and 1 give the same numbers, though it draws them"
            return [*findings, blame.broken(SEEDED, problem, GIVEN, caller)]
    return [*findings, Finding(SEEDED)]


def _equal(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return all(np.array_equal(mine, its) for mine, its in zip(one, other, strict=True))


def _caller(do: Callable[[], Any], blame: Blame) -> Any:
    found = chance_in(do, blame.own)
    return found.place if found else None
