"""What a task promises: its data loads twice to equal bits, its baseline trains, reaches finite numbers, and repeats bit for bit."""

from __future__ import annotations

from functools import cached_property, partial

from benchsuite.components import Surface, Task
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.places import own_of
from benchsuite.conformance.runs import Runs, described, equal
from benchsuite.conformance.step import Looked, OnATask, PromiseStep, listed
from benchsuite.conformance.trying import Trying
from benchsuite.conformance.wrong_numbers import WRONG_TASKS
from benchsuite.data import load
from benchsuite.outcomes import Outcome
from benchsuite.record import Ending
from benchsuite.registry import Registry
from benchsuite.selection import baseline

OF_A_TASK = WRONG_TASKS
"""Promises of a task whose baseline trained one epoch, in order."""


class TaskCourse:
    """The promises of one task, in order.

    Args:
        task: The task.
        registry: Where its components are looked up.
        dear: Whether dear promises are tried.
    """

    def __init__(self, task: Task, registry: Registry, dear: bool = True) -> None:
        self._task, self._registry, self._dear = task, registry, dear

    def steps(self) -> list[PromiseStep]:
        """Return the steps, in order."""
        steps = [
            PromiseStep("described", "its summary says what it is", lambda: Looked((described(self._task),))),
            PromiseStep("licensed", "it names licence and citation", self._licensed),
            PromiseStep(
                "data", "its baseline exists and its data is the same each time", self._data, about=self._task.data
            ),
            PromiseStep("trains", "its baseline trains", self._trains, needs="data"),
        ]
        steps += [
            PromiseStep(one.name, one.words, partial(self._kept, one), needs="trains", apart=one.apart)
            for one in OF_A_TASK
            if self._dear or not one.dear
        ]
        if self._task.surface is not None:
            steps.append(PromiseStep("surface", "its surface is what it trains on", self._surface, needs="trains"))
        return steps

    @cached_property
    def _runs(self) -> Runs:
        recipe = baseline(self._task, self._registry)
        return Runs(self._task, self._task, recipe, self._registry, None, 0, epochs=1)

    def _licensed(self) -> Looked:
        named = self._task.license and self._task.citation
        cure = "" if named else 'Say license= and citation= in bs.Task; "generated" is a license too.'
        problem = "" if named else "license or citation is empty"
        return Looked((Finding("it names licence and citation", problem, cure=cure),))

    def _data(self) -> Looked:
        baseline(self._task, self._registry)
        same = load(self._task).checksum == load(self._task).checksum
        cure = "Draw with a generator of a fixed seed: numpy.random.default_rng(0), never numpy.random.normal(…)."
        problem = "" if same else "two calls of data() gave different arrays"
        return Looked((Finding("its data is the same each time", problem, cure="" if same else cure),))

    def _trains(self) -> Looked:
        import numpy as np

        first = self._runs.first
        promise = "its baseline trains"
        if first.outcome is not Outcome.COMPLETED:
            return Looked((self._runs.broken(promise, own_of(self._registry, self._task)),), over=True)
        holes = [name for name, row in first.curves.items() if name != "running_loss" and not np.isfinite(row).all()]
        return Looked(
            (
                Finding(promise),
                equal("a used program repeats a fresh one bit for bit", first, self._runs.last),
                Finding("all its measures are finite", f"not finite: {', '.join(holes)}" if holes else ""),
            )
        )

    def _kept(self, promise: OnATask) -> Looked:
        trying = self._trying()
        return Looked(listed(promise.look(trying)) if trying else ())

    def _surface(self) -> Looked:
        trying = self._trying()
        if trying is None or self._task.surface is None:
            return Looked()
        return Looked((draws_what_it_trains(self._task.surface, trying.first),))

    def _trying(self) -> Trying | None:
        return self._runs.trying if self._runs.first.outcome is Outcome.COMPLETED else None


def draws_what_it_trains(surface: Surface, run: Ending) -> Finding:
    """Compare a task's surface with the loss at its start, and with itself at its minima.

    Raises:
        Exception: Whatever its function raises.
    """
    import numpy as np

    from benchsuite.engine.trace import values_of

    promise = "its surface is what it trains on"
    loss, lowest = float(run.curves["train_loss"][0]), surface.lowest
    start, *minima = (float(value) for value in values_of(surface, np.array([surface.start, *surface.minima])))
    close = 1e-4 * max(abs(start), abs(lowest))
    if not abs(loss - start) <= close:
        return Finding(promise, f"the loss of its model is {loss} before the first step, f(start) is {start}")
    off = [
        f"f{point} is {value}"
        for point, value in zip(surface.minima, minima, strict=True)
        if not abs(value - lowest) <= close
    ]
    return Finding(promise, f"{'; '.join(off)}, not lowest={lowest}" if off else "")
