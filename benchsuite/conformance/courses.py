"""Which course a component, task or claim takes: the promises of its kind, in order."""

from __future__ import annotations

from pathlib import Path

from benchsuite.components import Claim, Registrable, Task, Tuner
from benchsuite.conformance.claim_course import ClaimCourse
from benchsuite.conformance.course import ComponentCourse
from benchsuite.conformance.step import PromiseStep, TriedOn
from benchsuite.conformance.task_course import TaskCourse
from benchsuite.conformance.tuner_course import TunerCourse
from benchsuite.registry import Registry


def steps_of(
    component: Registrable, registry: Registry, weights: Path, dear: bool = True, before: tuple[TriedOn, ...] = ()
) -> list[PromiseStep]:
    """Return the steps of a component, task or claim.

    Args:
        component: The component, task or claim.
        registry: Where everything is looked up.
        weights: Folder for stored weights.
        dear: Whether dear promises are tried.
        before: What is known already of tiny tasks that it was tried on.
    """
    if isinstance(component, Task):
        return TaskCourse(component, registry, dear).steps()
    if isinstance(component, Claim):
        return ClaimCourse(component, registry, dear).steps()
    if isinstance(component, Tuner):
        return TunerCourse(component, registry).steps()
    return ComponentCourse(component, registry, weights, dear, before).steps()
