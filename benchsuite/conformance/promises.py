"""The promises, and trying them.

A component: its metadata says what it is; it trains a tiny task; a used program gives the same
bits as a fresh one; its settings survive a record; a model with its layers predicts the same once Keras saved and loaded it.
A task: its data loads twice to equal bits and splits; its
baseline trains, reaches finite numbers, and repeats bit for bit.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from benchsuite.components import Component, Normalization, Surface, Task
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.other_numbers import serves_other_numbers
from benchsuite.conformance.tried_on import LAST_RESORTS, setting_for, tiny_tasks_for
from benchsuite.data import load
from benchsuite.engine.device import Device, configure
from benchsuite.engine.fed.swapping import settle
from benchsuite.engine.session import Session
from benchsuite.errors import BenchsuiteError
from benchsuite.outcomes import Outcome
from benchsuite.recipe import Recipe, Setting
from benchsuite.record import Ending
from benchsuite.registry import Registry
from benchsuite.selection import baseline
from benchsuite.text import LONGEST_TRACEBACK, as_reason, reason_of, shortened, text_of, traceback_of
from benchsuite.trial import ON_HOST, Trial

WITH_LAYERS = ("normalization", "regularization", "activation")
"""Kinds whose components may be layers of the model."""


def checked(registry: Registry, kind: str, name: str, other_numbers: bool = True) -> list[Finding]:
    """Try every promise of a registered component or task.

    Args:
        registry: Where it is registered.
        kind: Its kind.
        name: Its name.
        other_numbers: Whether programs that are fed other numbers are compared with fresh ones that have them baked in, which
            takes as long as all the rest.
    """
    configure(Device("cpu"))
    if kind == "task":
        return check_task(registry.task(name), registry)
    return check_component(registry.component(kind, name), registry, other_numbers)


def check_component(component: Component, registry: Registry, other_numbers: bool = True) -> list[Finding]:
    """Try every promise of a component of one of the recipe's kinds; see :func:`checked`."""
    with TemporaryDirectory() as folder:
        return _check_component(component, registry, Path(folder), other_numbers)


def _check_component(component: Component, registry: Registry, weights: Path, other_numbers: bool) -> list[Finding]:
    findings = [_described(component.title, component.summary)]
    runs = []
    for task in tiny_tasks_for(component, registry):
        recipe = baseline(task, registry)
        if component.kind in recipe:
            recipe = recipe.replaced(component.kind, (setting_for(component, task, recipe, registry, weights),))
        runs.append((task, recipe))
    findings.append(_survives(recipe for _, recipe in runs))
    # A normalization declares its layer types, and there is a task for each.
    everywhere = isinstance(component, Normalization)
    trained, problems, traces = 0, [], []
    for number, (task, recipe) in enumerate(runs):
        if number and task.name in LAST_RESORTS and trained and not everywhere:
            continue
        session = _session(task, registry, weights)
        first, again, graphs = _twice(task, recipe, registry, session)
        if first.outcome is Outcome.COMPLETED:
            trained += 1
            findings.append(_equal(f"a used program repeats a fresh one bit for bit on {task.name}", first, again))
            findings.append(
                Finding(
                    f"one program serves every seed and learning rate on {task.name}",
                    ""
                    if graphs == 2
                    else f"{graphs} graphs were traced instead of 2, for two seeds and two learning rates",
                )
            )

            def unfed(task: Task = task) -> Session:
                return _session(task, registry, weights, feeds=False)

            if other_numbers and trained == 1 and component.kind not in ON_HOST:
                served = serves_other_numbers(component, task, recipe, session, unfed)
                findings += [served] if served else []
            if component.kind in WITH_LAYERS:
                findings.append(_saved(session, unfed, task, recipe))
        else:
            problems.append(f"{task.name}: {first.outcome}: {first.reason}")
            traces.append(_traceback(first))
    promise = "it trains on every layer type that it declares" if everywhere else "it trains a tiny task"
    enough = not problems if everywhere else trained
    findings.append(Finding(promise, "" if enough else "; ".join(problems), "" if enough else "".join(traces)))
    return findings


def check_task(task: Task, registry: Registry) -> list[Finding]:
    """Try every promise of a task; its baseline trains one epoch."""
    import numpy as np

    findings = [
        _described(task.title, task.summary),
        Finding(
            "it names licence and citation", "" if task.license and task.citation else "license or citation is empty"
        ),
    ]
    try:
        recipe = baseline(task, registry)
        same = load(task).checksum == load(task).checksum
    except Exception as error:
        return [*findings, Finding("its baseline exists and its data loads", reason_of(error))]
    findings.append(
        Finding("its data is the same each time", "" if same else "two calls of data() gave different arrays")
    )
    first, again, _ = _twice(task, recipe, registry, _session(task, registry), epochs=1)
    good = first.outcome is Outcome.COMPLETED
    findings.append(
        Finding(
            "its baseline trains",
            "" if good else f"{first.outcome}: {first.reason}",
            _traceback(first),
        )
    )
    if good:
        findings.append(_equal("a used program repeats a fresh one bit for bit", first, again))
        holes = [name for name, row in first.curves.items() if name != "running_loss" and not np.isfinite(row).all()]
        findings.append(Finding("all its measures are finite", f"not finite: {', '.join(holes)}" if holes else ""))
        if task.surface is not None:
            findings.append(_draws_what_it_trains(task.surface, first))
    return findings


def _draws_what_it_trains(surface: Surface, run: Ending) -> Finding:
    """Compare a task's surface with the loss at its start, and with itself at its minima."""
    import numpy as np

    from benchsuite.engine.trace import values_of

    promise = "its surface is what it trains on"
    loss, lowest = float(run.curves["train_loss"][0]), surface.lowest
    try:
        start, *minima = (float(value) for value in values_of(surface, np.array([surface.start, *surface.minima])))
    except Exception as error:
        return Finding(promise, reason_of(error), _kept(error))
    close = 1e-4 * max(abs(start), abs(lowest))
    if not abs(loss - start) <= close:
        return Finding(promise, f"the loss of its model is {loss} before the first step, f(start) is {start}")
    off = [
        f"f{point} is {value}"
        for point, value in zip(surface.minima, minima, strict=True)
        if not abs(value - lowest) <= close
    ]
    return Finding(promise, f"{'; '.join(off)}, not lowest={lowest}" if off else "")


def _session(task: Task, registry: Registry, weights: Path | None = None, feeds: bool = True) -> Session:
    return Session(registry, {task.name: task}.__getitem__, weights=weights, feeds=feeds)


def _saved(session: Session, unfed: Callable[[], Session], task: Task, recipe: Recipe) -> Finding:
    """Compare a model with the one that Keras gets back from a file.

    Args:
        session: Has a program of the recipe.
        unfed: Makes a session that hands over plain numbers. Keras notes by itself what a layer without a ``get_config`` is made
            with, if that can be written down; a fed number cannot, so that such a model is saved from another program.
        task: The task.
        recipe: The recipe.
    """
    found = _saved_in(session, task, recipe)
    return _saved_in(unfed(), task, recipe) if found.problem else found


def _saved_in(session: Session, task: Task, recipe: Recipe) -> Finding:
    import keras
    import numpy as np

    promise = f"a saved model predicts the same once it is loaded, on {task.name}"
    ready = session.ready(Trial(task.name, task.version, recipe, 0, task.epochs, task.batch_size))
    # Trained: what a file leaves out would otherwise come back with the value that it starts from.
    ready.program.train(ready.feed, *ready.plan.epoch(0), 0, float("inf"))
    model, x = ready.program.network.model, np.asarray(ready.feed.head[0])
    for layer in model._flatten_layers():
        settle(layer)  # a model that is saved has the present values
    expected = np.asarray(model(x, training=False))
    with TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        try:
            model.save(path)
            found = np.asarray(keras.saving.load_model(path)(x, training=False))
        except Exception as error:
            advice = (
                "Its layers need @keras.saving.register_keras_serializable, and get_config for what they are made with."
            )
            return Finding(promise, f"{type(error).__name__}: {_first_line(error)} {advice}", _kept(error))
    same = np.array_equal(found, expected)
    return Finding(promise, "" if same else f"predictions differ by up to {float(np.abs(found - expected).max()):.2g}")


def _first_line(error: Exception) -> str:
    return as_reason((text_of(error).strip().splitlines() or [""])[0])


def _kept(error: Exception) -> str:
    return shortened(traceback_of(error), LONGEST_TRACEBACK)


def _twice(
    task: Task, recipe: Recipe, registry: Registry, session: Session, epochs: int | None = None
) -> tuple[Ending, Ending, int]:
    """Run a trial in a fresh program, another seed and another learning rate in the used one, and the first again.

    Returns:
        The first run, the last, and how many graphs were traced for all: one to train and one to evaluate are needed.
    """
    trial = Trial(task.name, task.version, recipe, 0, epochs or task.epochs, task.batch_size)
    first = session.run(trial).ending
    if first.outcome is not Outcome.COMPLETED:
        return first, first, session.traces
    session.run(trial.with_seed(1))
    optimizer = recipe.one("optimizer")
    if "learning_rate" in optimizer.hyperparameters:
        component = registry.component("optimizer", optimizer.name)
        space = component.space["learning_rate"]
        others = [rate for rate in (0.001, 0.01) if space.contains(rate) and rate != space.default]
        for rate in others[:1]:
            other = Setting.of(component, {**optimizer.hyperparameters, "learning_rate": rate})
            session.run(dataclasses.replace(trial, recipe=recipe.replaced("optimizer", (other,))))
    last = session.run(trial).ending
    return first, last, session.traces if session.programs_built == 1 else 2 * session.programs_built


def _described(title: str, summary: str) -> Finding:
    return Finding("its summary says what it is", "" if summary.strip() else f"{title} has no summary")


def _survives(recipes: Iterable[Recipe]) -> Finding:
    promise = "its settings survive a record"
    for recipe in recipes:
        try:
            back = Recipe.from_json(json.loads(json.dumps(recipe.to_json(), allow_nan=False)))
        except (TypeError, ValueError, BenchsuiteError) as error:
            return Finding(promise, reason_of(error))
        if back != recipe:
            return Finding(promise, f"{recipe.to_json()} came back as {back.to_json()}")
    return Finding(promise)


def _traceback(ending: Ending) -> str:
    return ending.results.failure.traceback if ending.results.failure else ""


def _equal(promise: str, first: Ending, again: Ending) -> Finding:
    other = again.curves.to_json()
    different = [name for name, values in first.curves.to_json().items() if other.get(name) != values]
    return Finding(promise, f"other values in {', '.join(different)}" if different or not first.curves else "")
