"""What an initializer promises: its numbers come from the generator, or the seed, that it is given, and from nothing else.

Whether it computes the right spread nobody can know who has no formula of it: of fans that are taken for each other only those are
found that have each other's names.
"""

from __future__ import annotations

import inspect
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

ORDERED = "its arguments stand in the order in which they are given"
ITS_OWN = "equal seeds give equal values, whatever was drawn before"
SEEDED = "another seed gives other values, if it draws any"
REACHES = "what it draws reaches the weights"
SHAPED = "its values have the shape of the kernel, and are finite"
FEW = 0.2
"""A pattern repeats few numbers; of what is drawn, nearly all are different."""
ARGUMENTS = ("shape", "fan_in", "fan_out", "gain", "generator")

ORDER = (
    "Write draw(shape, fan_in, fan_out, gain, generator): these are given by position, and fans that stand in each other's place are "
    "told apart by no square kernel."
)
ZERO = (
    "A factor is 0, such as a gain or a deviation that nobody set: all units of a layer start alike and stay so. What shall give one "
    "number draws nothing."
)
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
        made = component.make(**setting)  # type: ignore[union-attr]  # no task
        place = blame.method(made, ("__call__",))
        if misplaced := _misplaced(made):
            return [blame.broken(ORDERED, misplaced, ORDER, place)]
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
        findings = [Finding(ORDERED), Finding(SHAPED)]
        if not _equal(first, again) or not _equal(first, last):
            what = (
                "two draws with one seed differ"
                if not _equal(first, again)
                else "a kernel depends on those drawn before"
            )
            caller = _caller(lambda: draw(0), blame)
            return [*findings, blame.broken(ITS_OWN, what, GIVEN, caller or place)]
        findings.append(Finding(ITS_OWN))
        if all(np.ptp(value) == 0 for value in first) and _draws(made):
            problem = f"it draws, and all weights of a kernel are {first[0].flat[0]:.4g}"
            return [*findings, blame.broken(REACHES, problem, ZERO, place)]
        findings.append(Finding(REACHES))
        same = [np.array_equal(one, two) for one, two in zip(first, other, strict=True)]
        distinct = [len(np.unique(value)) / value.size for value in first]
        caller = _caller(lambda: draw(0), blame) if all(same) else None
        if all(same) and min(distinct) > FEW and caller is not None:
            problem = "seeds 0 and 1 give the same numbers, though it draws them"
            return [*findings, blame.broken(SEEDED, problem, GIVEN, caller)]
    return [*findings, Finding(SEEDED)]


def _misplaced(made: Any) -> str:
    """Say which argument has the name of another one's place; nothing where names tell nothing."""
    try:
        names = [] if _of_keras(made) else list(inspect.signature(made).parameters)
    except (TypeError, ValueError):
        return ""
    for name, given in zip(names, ARGUMENTS, strict=False):
        if name in ARGUMENTS and name != given:
            return f"{name} stands where {given} is given: {', '.join(names)}"
    return ""


def _draws(made: Any) -> bool:
    """Say whether an initializer draws numbers, whatever it makes of them."""
    if _of_keras(made):
        return "seed" in made.get_config()
    generator = np.random.default_rng(0)
    before = generator.bit_generator.state
    shape, fans = KERNELS[0]
    made(shape, *fans, 1.0, generator)
    return bool(generator.bit_generator.state != before)


def _of_keras(made: Any) -> bool:
    """Say whether it is one of Keras' form, which is called with a shape alone."""
    import keras

    return isinstance(made, keras.initializers.Initializer)


def _equal(one: list[np.ndarray], other: list[np.ndarray]) -> bool:
    return all(np.array_equal(mine, its) for mine, its in zip(one, other, strict=True))


def _caller(do: Callable[[], Any], blame: Blame) -> Any:
    found = chance_in(do, blame.own)
    return found.place if found else None
