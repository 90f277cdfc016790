"""What an optimizer promises of its numbers, tried in a bowl: it descends, its rate decides how far, and it keeps its state."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from benchsuite.components import Optimizer
from benchsuite.conformance.blame import Blame
from benchsuite.conformance.chance import CHANCE, chance_in
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.not_finite import EPSILON, first_not_finite
from benchsuite.conformance.objects import RATE, Descent, Make, Numbers
from benchsuite.conformance.trying import Trying
from benchsuite.engine.few_numbers import names_kept
from benchsuite.spaces import Value

MOVES = "it moves the weights, of every variable"
RESTS = "gradients of 0 leave it finite"
STATE = "its state moves"
DESCENDS = "it goes down a bowl"
RATE_MATTERS = "the learning rate decides how far it goes, and 0 is nowhere"
SAME = "a step that is traced once does what one does that is called each time"
EARLY = 3
STEPS = 6
LONG = 30
SMALLER = (1.0, 0.1, 0.01)
"""Shares of the default rate: at one of them it goes down, if it ever does."""
CLOSE = 1e-2
"""As a share of the largest weight: eager and traced steps round differently, and decompositions amplify it."""
STILL = 1e-6
"""A weight that a zero rate moves by so little, of numbers around 1, was rounded."""

ASSIGN = "Write the new values into the variables: self.assign(variable, …) or variable.assign(…); an expression alone changes nothing."
EVERY = (
    "update_step is called once for each variable: update the one that it is given, and find its state by its index, "
    "self.momenta[self._get_variable_index(variable)]. Kernels and biases, and the first and the last, are all to be trained."
)
SIGN = "Subtract what goes along the gradient: gradients point uphill."
MULTIPLY = (
    "Multiply the whole step, decoupled weight decay included, with the learning_rate that update_step is given (in a closure "
    "optimizer self.learning_rate), and with nothing else in its place."
)
KEEP = (
    "An attribute of Python's is set once, while the step is traced. Keep what changes from step to step in variables: "
    "self.add_variable_from_reference in build; count steps with self.iterations."
)


def optimizer_descends(trying: Trying) -> list[Finding]:
    """Try an optimizer in a bowl."""
    component = trying.component
    assert isinstance(component, Optimizer)
    setting = dict(trying.recipe.one("optimizer").hyperparameters)
    blame = Blame(component, trying.registry)
    rate = float(setting.get("learning_rate") or RATE)
    make = partial(component.make, **setting)
    with names_kept():
        run = Descent(component, make, graph=True)
        start, state = _numbers(run.trained), _state(run)
        place = blame.method(run.made)
        early = run.run(EARLY, rate)
        rests = [not np.any(mine - its) for mine, its in zip(start, early[: len(start)], strict=True)]
        if all(rests):
            return [blame.broken(MOVES, f"no weight changes in {EARLY} steps", ASSIGN, place)]
        if any(rests):
            which = ", ".join(f"{v.name} {list(v.shape)}" for v, rest in zip(run.trained, rests, strict=True) if rest)
            problem = f"{which} does not change in {EARLY} steps, though its gradient is not 0"
            return [blame.broken(MOVES, problem, EVERY, place)]
        findings = [Finding(MOVES), _rests(blame, component, setting, rate)]
        still = bool(state) and _equal(state, _state(run))
        problem = f"none of its state changes in {EARLY} steps"
        findings.append(blame.broken(STATE, problem, ASSIGN, place) if still else Finding(STATE))
        eager = Descent(component, make).run(EARLY, rate)
        off = _off(early, eager)
        if off > CLOSE:
            problem = f"after {EARLY} steps the weights differ by {off:.2g}"
            drawn = chance_in(lambda: Descent(component, make).run(1, rate), blame.own)
            if drawn is None and not _equal(eager, Descent(component, make).run(EARLY, rate)):
                return findings  # tracing is not the cause: two objects differ, of which another promise tells
            cure, at = (CHANCE, drawn.place) if drawn else (KEEP, place)
            return [*findings, blame.broken(SAME, problem, cure, at)]
        findings.append(Finding(SAME))
        if "learning_rate" in component.space:
            findings.append(_rates(blame, run, rate, start))
            if findings[-1].problem:  # what it keeps where no reset finds it would tell of another mistake than it is
                findings[-1] = _rates(blame, _Anew(component, make), rate, start)
        findings.append(_falls(blame, run, [share * rate for share in SMALLER]))
        if findings[-1].problem:
            findings[-1] = _falls(blame, _Anew(component, make), [share * rate for share in SMALLER])
    return findings


class _Anew(Descent):
    """A descent that begins with a new optimizer, where others are put back to their start."""

    def __init__(self, component: Optimizer, make: Make) -> None:
        super().__init__(component, make, graph=True)
        self._anew = partial(_Anew, component, make)

    def again(self) -> Descent:
        """Begin again."""
        return self._anew()


def _rests(blame: Blame, component: Optimizer, setting: dict[str, Value], rate: float) -> Finding:
    run = Descent(component, lambda: component.make(**setting), graph=True, depth=0.0)
    place = blame.method(run.made)
    if all(np.isfinite(value).all() for value in [*run.run(EARLY, rate), *_state(run)]):
        return Finding(RESTS)
    begun = first_not_finite(component, lambda: component.make(**setting), rate, blame.own)
    problem = "where all gradients are 0, as those of a unit that is off, weights or state become nan or infinite"
    if begun is None:
        return blame.broken(RESTS, problem, EPSILON, place)
    return blame.broken(RESTS, f"{problem}: {begun.words}", begun.cure, begun.place or place)


def _rates(blame: Blame, run: Descent, rate: float, start: Numbers) -> Finding:
    ends = [run.again().run(STEPS, share * rate)[: len(start)] for share in (0.0, 0.5, 1.0)]
    place = blame.method(run.made)
    if (off := _largest(start, ends[0])) > STILL:
        problem = f"with a rate of 0 the weights move by {off:.2g} all the same"
        return blame.broken(RATE_MATTERS, problem, MULTIPLY, place)
    if _equal(ends[1], ends[2]):
        problem = f"rates of {rate / 2:.3g} and {rate:.3g} lead to the same weights"
        return blame.broken(RATE_MATTERS, problem, MULTIPLY, place)
    return Finding(RATE_MATTERS)


def _falls(blame: Blame, run: Descent, rates: Sequence[float]) -> Finding:
    before = after = 0.0
    for rate in rates:
        begun = run.again()
        before = float(begun.bowl()[0])
        begun.run(LONG, rate)
        after = float(begun.bowl()[0])
        if after < before:
            return Finding(DESCENDS)
    problem = f"after {LONG} steps the loss has gone from {before:.4g} to {after:.4g}, at smaller rates as well"
    return blame.broken(DESCENDS, problem, SIGN, blame.method(run.made))


def _numbers(variables: Sequence[object]) -> Numbers:
    return [np.array(variable.numpy()) for variable in variables]  # type: ignore[attr-defined]  # of Keras or TensorFlow


def _state(run: Descent) -> Numbers:
    return [np.array(variable.numpy()) for variable in run.made.variables if tuple(variable.shape)]


def _equal(one: Numbers, other: Numbers) -> bool:
    return all(np.array_equal(mine, its, equal_nan=True) for mine, its in zip(one, other, strict=True))


def _largest(one: Numbers, other: Numbers) -> float:
    return max(float(np.max(np.abs(mine - its))) for mine, its in zip(one, other, strict=True))


def _off(one: Numbers, other: Numbers) -> float:
    """Return the largest difference, as a share of the largest number."""
    if not all(np.isfinite(mine).all() and np.isfinite(its).all() for mine, its in zip(one, other, strict=True)):
        return (
            0.0 if all(map(lambda a, b: np.array_equal(np.isfinite(a), np.isfinite(b)), one, other)) else float("inf")
        )
    scale = max(1e-3, *(float(np.max(np.abs(mine))) for mine in one))
    return _largest(one, other) / scale
