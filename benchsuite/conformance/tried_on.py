"""On which tiny tasks a component is tried, and with which hyperparameters."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from benchsuite.components import Component, Loss, Normalization, Optimizer, Task
from benchsuite.conformance.tiny import tiny_attention, tiny_images, tiny_residual, tiny_sequences, tiny_tasks
from benchsuite.engine.session import Session
from benchsuite.extras import Extras
from benchsuite.recipe import Recipe, Setting
from benchsuite.registry import Registry
from benchsuite.spaces import Value
from benchsuite.trial import Trial

BLIND_TO_TARGETS = (
    "optimizer",
    "schedule",
    "gradient_transform",
    "initializer",
    "regularization",
    "activation",
    "preprocessing",
)
"""Kinds whose components do not care, or say what to do, whether targets are classes or values: one tiny task says as much as two."""

FED = ("schedule", "initializer", "preprocessing")
"""Kinds that no compiled code knows of: a graph, which takes a fifth of the time to compile, says as much as XLA."""
LAST_RESORTS = {"tiny_images": tiny_images, "tiny_sequences": tiny_sequences, "tiny_residual": tiny_residual}
"""Tasks for what no other task is anything for: tried one after another until something trains."""


def tiny_tasks_for(component: Component, registry: Registry) -> list[Task]:
    """Return the tiny tasks that a component is tried on: both sorts of targets, or for a loss its own, and images last."""
    if isinstance(component, Loss):
        return tiny_tasks({component.targets: component.name})
    losses: dict[str, str] = {}
    for name in registry.names("loss"):
        loss = registry.component("loss", name)
        assert isinstance(loss, Loss)
        losses.setdefault(loss.targets, name)
    if component.kind in BLIND_TO_TARGETS:
        targets = sorted(losses)[:1]
        losses = {name: losses[name] for name in targets}
    if isinstance(component, Normalization) and "classes" in losses:
        (dense,) = tiny_tasks({"classes": losses["classes"]})
        others = {"convolution": tiny_images, "recurrent": tiny_sequences, "attention": tiny_attention}
        by_type = {"dense": dense, **{name: make(losses["classes"]) for name, make in others.items()}}
        # The task of an attention block has a dense layer as well.
        both = "attention" in component.applies_to
        return [by_type[name] for name in component.applies_to if not (both and name == "dense")]
    tasks = tiny_tasks(losses, full_batch=isinstance(component, Optimizer) and "full_batch" in component.wants)
    if component.kind in FED:
        return [dataclasses.replace(task, xla=False) for task in tasks]
    if component.kind not in ("regularization", "activation") or "classes" not in losses:
        return tasks
    return [*tasks, *(make(losses["classes"]) for make in LAST_RESORTS.values())]


def setting_for(component: Component, task: Task, recipe: Recipe, registry: Registry, weights: Path) -> Setting:
    """Return a component's defaults; a trial that one asks for is the baseline's, its weights stored for it."""
    chosen: dict[str, Value] = {}
    for name in component.required:
        trial = Trial(task.name, task.version, recipe, 0, task.epochs, task.batch_size)
        Session(registry, {task.name: task}.__getitem__, extras=Extras(weights=True), weights=weights).run(trial)
        chosen[name] = trial.id
    return Setting.of(component, chosen)
