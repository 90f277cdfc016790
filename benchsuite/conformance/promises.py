"""The promises, and trying them.

A component: its metadata says what it is; it trains at least one of two tiny tasks; a used program gives the same
bits as a fresh one; its settings survive a record. A task: its data loads twice to equal bits and splits; its
baseline trains, reaches finite numbers, and repeats bit for bit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from benchsuite.components import Component, Loss, Task
from benchsuite.conformance.tiny import tiny_tasks
from benchsuite.data import load
from benchsuite.engine.device import Device, configure
from benchsuite.engine.session import Run, Session
from benchsuite.errors import BenchsuiteError
from benchsuite.recipe import Recipe, Setting, baseline
from benchsuite.registry import Registry
from benchsuite.trial import Trial


@dataclass(frozen=True)
class Finding:
    """What became of one promise.

    Args:
        promise: The promise, in words.
        problem: Why it is broken, in words; empty if kept.
        traceback: Of the error behind it, if there was one.
    """

    promise: str
    problem: str = ""
    traceback: str = ""


def checked(registry: Registry, kind: str, name: str) -> list[Finding]:
    """Try every promise of a registered component or task."""
    configure(Device("cpu"))
    if kind == "task":
        return check_task(registry.task(name), registry)
    return check_component(registry.component(kind, name), registry)


def check_component(component: Component, registry: Registry) -> list[Finding]:
    """Try every promise of a component of one of the recipe's kinds."""
    findings = [_described(component.title, component.summary)]
    tasks = _tiny(component, registry)
    runs = []
    for task in tasks:
        recipe = baseline(task, registry)
        if component.kind in recipe:
            recipe = recipe.replaced(component.kind, (Setting.of(component),))
        runs.append((task, recipe))
    findings.append(_survives(recipe for _, recipe in runs))
    trained, problems, traces = 0, [], []
    for task, recipe in runs:
        first, again = _twice(task, recipe, registry)
        if first.outcome == "completed":
            trained += 1
            findings.append(_equal(f"a used program repeats a fresh one bit for bit on {task.name}", first, again))
        else:
            problems.append(f"{task.name}: {first.outcome}: {first.reason}")
            traces.append(first.results.get("failure", {}).get("traceback", ""))
    findings.append(
        Finding("it trains a tiny task", "" if trained else "; ".join(problems), "" if trained else "".join(traces))
    )
    return findings


def check_task(task: Task, registry: Registry) -> list[Finding]:
    """Try every promise of a task; its baseline trains one epoch."""
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
        return [*findings, Finding("its baseline exists and its data loads", f"{type(error).__name__}: {error}")]
    findings.append(
        Finding("its data is the same each time", "" if same else "two calls of data() gave different arrays")
    )
    first, again = _twice(task, recipe, registry, epochs=1)
    good = first.outcome == "completed"
    findings.append(
        Finding(
            "its baseline trains",
            "" if good else f"{first.outcome}: {first.reason}",
            first.results.get("failure", {}).get("traceback", ""),
        )
    )
    if good:
        findings.append(_equal("a used program repeats a fresh one bit for bit", first, again))
        holes = [name for name, values in first.curves.items() if name != "running_loss" and None in values]
        findings.append(Finding("all its measures are finite", f"not finite: {', '.join(holes)}" if holes else ""))
    return findings


def _tiny(component: Component, registry: Registry) -> list[Task]:
    """Return the tiny tasks that a component is tried on: both, or for a loss the one with its targets."""
    if isinstance(component, Loss):
        return tiny_tasks({component.targets: component.name})
    losses: dict[str, str] = {}
    for name in registry.names("loss"):
        loss = registry.component("loss", name)
        assert isinstance(loss, Loss)
        losses.setdefault(loss.targets, name)
    return tiny_tasks(losses)


def _twice(task: Task, recipe: Recipe, registry: Registry, epochs: int | None = None) -> tuple[Run, Run]:
    """Run a trial in a fresh program, another seed in the used one, and the first again."""
    find: Callable[[str], Task] = {task.name: task}.__getitem__
    session = Session(registry, find)
    trial = Trial(task.name, task.version, recipe, 0, epochs or task.epochs, task.batch_size)
    first = session.run(trial)
    if first.outcome == "completed":
        session.run(trial.with_seed(1))
    return first, session.run(trial) if first.outcome == "completed" else first


def _described(title: str, summary: str) -> Finding:
    return Finding("its summary says what it is", "" if summary.strip() else f"{title} has no summary")


def _survives(recipes: Iterable[Recipe]) -> Finding:
    promise = "its settings survive a record"
    for recipe in recipes:
        try:
            back = Recipe.from_json(json.loads(json.dumps(recipe.to_json(), allow_nan=False)))
        except (TypeError, ValueError, BenchsuiteError) as error:
            return Finding(promise, f"{type(error).__name__}: {error}")
        if back != recipe:
            return Finding(promise, f"{recipe.to_json()} came back as {back.to_json()}")
    return Finding(promise)


def _equal(promise: str, first: Run, again: Run) -> Finding:
    different = [name for name, values in first.curves.items() if again.curves.get(name) != values]
    return Finding(promise, f"other values in {', '.join(different)}" if different or not first.curves else "")
