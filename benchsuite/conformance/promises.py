"""Trying the promises of a component or a task, one after another, in this process.

A component: its metadata says what it is; it trains a tiny task; a used program gives the same
bits as a fresh one; its settings survive a record; a model with its layers predicts the same once Keras saved and loaded it.
A tuner: its proposals lie in the space and within the budget, and depend on nothing but the seed.
A claim: its arms are there, its effect is a number, its bounds can be contradicted.
A task: its data loads twice to equal bits and splits; its
baseline trains, reaches finite numbers, and repeats bit for bit.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchsuite.components import Claim, Component, Registrable, Task
from benchsuite.conformance.course import it_trains
from benchsuite.conformance.courses import steps_of
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.mishap import Mishap
from benchsuite.conformance.places import own_of, place_made, place_of_function
from benchsuite.conformance.step import Looked, PromiseStep, TriedOn
from benchsuite.engine.device import Device, configure
from benchsuite.registry import Registry


def checked(registry: Registry, kind: str, name: str, other_numbers: bool = True) -> list[Finding]:
    """Try every promise of a registered component or task that needs no other process.

    Args:
        registry: Where it is registered.
        kind: Its kind.
        name: Its name.
        other_numbers: Whether promises are tried that take as long as all the rest: programs that are fed other numbers are
            compared with fresh ones that have them baked in.
    """
    configure(Device("cpu"))
    if kind == "task":
        return check_task(registry.task(name), registry, other_numbers)
    if kind == "claim":
        return check_claim(registry.claim(name), registry, other_numbers)
    return check_component(registry.component(kind, name), registry, other_numbers)


def check_component(component: Component, registry: Registry, other_numbers: bool = True) -> list[Finding]:
    """Try every promise of a component; see :func:`checked`."""
    findings: list[Finding] = []
    tried: list[TriedOn] = []
    with TemporaryDirectory() as folder:
        steps = _here(steps_of(component, registry, Path(folder), other_numbers))
        for _, looked in taken(steps, component, registry):
            if looked is not None:
                findings += looked.findings
                tried += [looked.tried] if looked.tried else []
    return [*findings, *(placed(one, component) for one in it_trains(component, tuple(tried)))]


def check_task(task: Task, registry: Registry, other_numbers: bool = True) -> list[Finding]:
    """Try every promise of a task; its baseline trains one epoch."""
    steps = _here(steps_of(task, registry, Path(), other_numbers))
    return [finding for _, looked in taken(steps, task, registry) if looked for finding in looked.findings]


def check_claim(claim: Claim, registry: Registry, computed: bool = True) -> list[Finding]:
    """Try every promise of a claim; none of its arms is trained.

    Args:
        claim: The claim.
        registry: Where it is registered.
        computed: Whether what it computes is computed, twice.
    """
    steps = steps_of(claim, registry, Path(), computed)
    return [finding for _, looked in taken(steps, claim, registry) if looked for finding in looked.findings]


def _here(steps: list[PromiseStep]) -> list[PromiseStep]:
    """Leave out what starts a process of its own."""
    return [step for step in steps if not step.apart]


def taken(
    steps: list[PromiseStep],
    component: Registrable,
    registry: Registry,
    skipped: Collection[str] = (),
    broken: Collection[str] = (),
) -> Iterator[tuple[PromiseStep, Looked | None]]:
    """Take steps one after another; yield each before it is taken, with ``None``, and after it.

    Args:
        steps: The steps of a course.
        component: Whose course it is.
        registry: Where it is registered.
        skipped: Keys of those that are not taken, since they were before.
        broken: Keys of those of them that broke: what needs one is not taken either.
    """
    broken = set(broken)
    for step in steps:
        if step.key in skipped:
            continue
        if step.needs in broken:
            broken.add(step.key)
            continue
        yield step, None
        try:
            looked = step.look()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a plugin may raise anything, SystemExit included
            looked = _raised(step, error, component, registry)
        if looked.over:
            broken.add(step.key)
        yield (
            step,
            dataclasses.replace(looked, findings=tuple(placed(one, component, step.about) for one in looked.findings)),
        )


def _raised(step: PromiseStep, error: BaseException, component: Registrable, registry: Registry) -> Looked:
    own = own_of(registry, component)
    if not step.trains:
        at = place_of_function(step.about) if step.about else None
        return Looked((Mishap.of(error).finding(step.promise, own, component, at=at),), over=True)
    return Looked((), TriedOn(step.trains, False, Mishap.of(error).finding("", own, component)), over=True)


def placed(finding: Finding, component: Registrable, about: Any = None) -> Finding:
    """Return a finding that names a line: of a broken promise without one, the line where the component is made.

    Args:
        finding: The finding.
        component: What was tried.
        about: The author's function that the promise is about, if it is not that.
    """
    if not finding.problem or finding.where:
        return finding
    place = place_of_function(about) if about else place_made(component)
    if place is None:
        return finding
    return dataclasses.replace(finding, where=str(place), line=place.source)
