"""Which course a component or task takes: the promises of its kind, in order."""

from __future__ import annotations

from pathlib import Path

from benchsuite.components import Component, Task, Tuner
from benchsuite.conformance.course import ComponentCourse
from benchsuite.conformance.step import PromiseStep, TriedOn
from benchsuite.conformance.task_course import TaskCourse
from benchsuite.conformance.tuner_course import TunerCourse
from benchsuite.registry import Registry


def steps_of(
    component: Component | Task, registry: Registry, weights: Path, dear: bool = True, before: tuple[TriedOn, ...] = ()
) -> list[PromiseStep]:
    """Return the steps of a component or task.

    Args:
        component: The component or task.
        registry: Where everything is looked up.
        weights: Folder for stored weights.
        dear: Whether dear promises are tried.
        before: What is known already of tiny tasks that it was tried on.
    """
    if isinstance(component, Task):
        return TaskCourse(component, registry, dear).steps()
    if isinstance(component, Tuner):
        return TunerCourse(component, registry).steps()
    return ComponentCourse(component, registry, weights, dear, before).steps()
