"""A first look at a program that code of a plugin's built: whether its numbers can be those of the trial at all.

``benchsuite check`` tries every promise, and takes a minute for it. What is tried here before a plugin's component enters a
leaderboard costs no compilation: another program of the same trial, for another seed and learning rate, is traced and must
compute the same; the same seed must give the same starting values again; layers must keep shapes; another rate must lead
elsewhere; and the first epoch must move the weights, and no variable that a reset does not know.

All of it depends on the trial alone, never on what ran before: a broken promise is the outcome of each trial of its program,
in whatever order they run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchsuite.components import Component, Task
from benchsuite.engine.program.computation import HiddenVariable, first_difference, names_of, unknown_to_a_reset
from benchsuite.engine.ready import ReadyTrial
from benchsuite.errors import BenchsuiteError
from benchsuite.recipe import Setting
from benchsuite.selection import Components
from benchsuite.trial import Trial

RATES = (0.003, 0.03, 0.3)
"""The other program is built for the first of them that is not the trial's own."""


class BrokenPromise(BenchsuiteError):
    """Raised where the numbers of a trial would not be those of its recipe."""


@dataclass(frozen=True)
class FirstLook:
    """A look at the program of one trial.

    Args:
        trial: The trial.
        ready: What it trains with.
        strangers: Components and tasks of plugins that it uses.
        components: Where its optimizer is looked up.
        another: Makes another trial ready in a program of its own.
        again: Makes the trial itself ready once more.
    """

    trial: Trial
    ready: ReadyTrial
    strangers: Sequence[Component | Task]
    components: Components
    another: Callable[[Trial], ReadyTrial]
    again: Callable[[], ReadyTrial]

    def before_training(self, compiled: bool = True) -> None:
        """Look at a program before it trains; it is left as it was.

        Args:
            compiled: Whether it was compiled, so that a step may be done with it.

        Raises:
            BrokenPromise: With the reason.
        """
        program = self.ready.program
        if program.broken_promise is None:
            program.broken_promise = self._shapes() or self._built_again() or (self._rate() if compiled else "") or ""
        if program.broken_promise:
            raise self._told(program.broken_promise)
        if compiled and (found := self._starts()):  # of each trial: an initializer is no part of a program
            raise self._told(found)

    def watched(self) -> Callable[[np.ndarray], None]:
        """Return what looks at the end of the first epoch, given its learning rates."""
        program = self.ready.program
        start = _values(program.network.trainable)
        hidden = [(held, held.numpy()) for held in unknown_to_a_reset(program)]

        def look(rates: np.ndarray) -> None:
            self._hidden(hidden)
            if rates.any() and _equal(start, _values(program.network.trainable)):
                raise self._told("no weight changes in the first epoch")

        return look

    def _hidden(self, before: Sequence[tuple[HiddenVariable, np.ndarray]]) -> None:
        for held, value in before:
            if not _equal([value], [held.numpy()]):
                raise self._told(f"training changes the variable {held.name!r}, which no reset knows")

    def _shapes(self) -> str:
        """Return which layer does not keep the shape of what it is given; empty if all do."""
        ingredients = self.ready.program.objective.ingredients
        own = {stranger.kind for stranger in self.strangers}
        for layer in self.ready.program.network.kernel_layers:
            pieces = int(getattr(layer.activation, "pieces", 1))
            pairs = [("normalization", layer.linear, layer.before, 1)]
            pairs += [("activation", layer.before, layer.outputs, pieces)]
            for kind, before, after, share in pairs:
                if kind in own and tuple(after.shape) != (*before.shape[:-1], before.shape[-1] // share):
                    return f"the {kind} makes {list(after.shape)} of {list(before.shape)} in {layer.name}"
        if "regularization" in own:
            for made in (one for factory in ingredients.layers for one in factory.made):
                if getattr(made, "_inbound_nodes", ()) and tuple(made.output.shape) != tuple(made.input.shape):
                    return f"a layer of the regularization makes {list(made.output.shape)} of {list(made.input.shape)}"
        return ""

    def _starts(self) -> str:
        """Return which starting value is another one the second time, with the same seed; empty if none is."""
        program = self.ready.program
        owned = [*program.network.model.variables, *program.optimizer.made.variables, *program.after.variables]
        before = _values(owned)
        if self.again().program is not program:
            return ""
        for variable, value in zip(owned, before, strict=True):
            if not _equal([value], [variable.numpy()]):
                name = getattr(variable, "path", variable.name)
                return (
                    f"the same seed gives other starting values the second time, in {name}: something draws by itself"
                )
        return ""

    def _built_again(self) -> str:
        program = self.ready.program
        program.trace_only(self.ready.feed, self.ready.plan.steps)
        other = self.another(self._elsewhere())
        other.program.trace_only(other.feed, other.plan.steps)
        mine, its = names_of(program), names_of(other.program)
        if (mine[0], mine[-1]) == (its[0], its[-1]):
            return ""
        what = "they differ in shapes"
        for place in (0, -1):
            found = first_difference(program.traced[place], other.program.traced[place])
            if found is not None:
                what = f"{found.what}{self._line(found.calls)}"
                break
        return f"its program is another one each time it is built, or for another seed or learning rate: {what}"

    def _elsewhere(self) -> Trial:
        setting = self.trial.recipe.one("optimizer")
        component = self.components.component("optimizer", setting.name)
        if "learning_rate" not in component.space:
            return replace(self.trial, seed=self.trial.seed + 1)
        now, space = setting.hyperparameters["learning_rate"], component.space["learning_rate"]
        rate = next((one for one in RATES if one != now and space.contains(one)), now)
        other = Setting.of(component, {**setting.hyperparameters, "learning_rate": rate})
        return replace(self.trial, recipe=self.trial.recipe.replaced("optimizer", (other,)), seed=self.trial.seed + 1)

    def _rate(self) -> str:
        """Return that the learning rate makes no difference; empty if it makes one, or is not the plugin's matter."""
        program = self.ready.program
        if not program.optimizer.has_rate or "optimizer" not in {one.kind for one in self.strangers}:
            return ""
        order, rates = self.ready.plan.epoch(0)
        owned = [*program.network.model.variables, *program.optimizer.made.variables, *program.after.variables]
        owned += unknown_to_a_reset(program)
        start, ends = _values(owned), []
        for rate in RATES[:2]:
            # Training ends with the first batch whose loss exceeds the bound: with the first of all, where losses are above 0.
            program.train(self.ready.feed, order, np.full_like(rates, rate), 0, 0.0)
            ends.append(_values(program.network.trainable))
            for variable, value in zip(owned, start, strict=True):
                variable.assign(value)
        if not _equal(*ends) or _equal(ends[0], start[: len(ends[0])]):
            return ""
        return f"learning rates of {RATES[0]} and {RATES[1]} lead to the same weights"

    def _line(self, calls: Sequence[tuple[str, int, str]]) -> str:
        files = {code.co_filename for one in self.strangers if (code := _code(one)) is not None}
        own = [(file, line, name) for file, line, name in calls if file in files]
        return f" ({Path(own[-1][0]).name}:{own[-1][1]}, in {own[-1][2]})" if own else ""

    def _told(self, what: str) -> BrokenPromise:
        names = " ".join(f"{one.kind.replace('_', '-')}:{one.name}" for one in self.strangers)
        return BrokenPromise(f"a promise is broken: {what}. benchsuite check {names} says more.")


def _code(component: Component | Task) -> Any:
    return getattr(getattr(component, "make", None) or getattr(component, "model", None), "__code__", None)


def _values(variables: Sequence[Any]) -> list[np.ndarray]:
    return [np.array(variable.numpy()) for variable in variables]


def _equal(one: Sequence[np.ndarray], other: Sequence[np.ndarray]) -> bool:
    return all(
        np.array_equal(mine, its, equal_nan=mine.dtype.kind == "f") for mine, its in zip(one, other, strict=True)
    )
