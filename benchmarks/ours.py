"""Our side of a comparison: the program of a task's baseline, with its data, one epoch's batch order and learning rates."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from benchsuite.components import Task
from benchsuite.data import Dataset, load
from benchsuite.engine.ingredients import Ingredients, make, make_ingredients
from benchsuite.engine.program.feed import Feed
from benchsuite.engine.program.program import Program
from benchsuite.engine.program.train_call import EpochEnd
from benchsuite.engine.seeds import Streams
from benchsuite.recipe import Recipe
from benchsuite.registry import Registry
from benchsuite.selection import baseline


@dataclass
class Ours:
    """A program that is ready to train."""

    program: Program
    recipe: Recipe
    ingredients: Ingredients
    dataset: Dataset
    initializer: Any
    data: Feed
    order: np.ndarray
    rates: np.ndarray

    @property
    def steps(self) -> int:
        """Steps of one epoch."""
        return len(self.order)

    def reset(self, seed: int = 0) -> None:
        self.program.reset(Streams.of(seed), self.initializer, self.ingredients)

    def epoch(self) -> EpochEnd:
        return self.program.train(self.data, self.order, self.rates, 0, float("inf"))

    def epochs(self, count: int) -> None:
        for _ in range(count):
            self.epoch()

    def weights(self) -> list[np.ndarray]:
        return [variable.numpy() for variable in self.program.network.trainable]


def build(name: str, registry: Registry) -> Ours:
    """Build the program of a task's baseline as a session does, and reset it to seed 0."""
    task = registry.task(name)
    return make_program(task, baseline(task, registry), registry)


def make_program(task: Task, recipe: Recipe, registry: Registry) -> Ours:
    """Build the program of a recipe as a session does, and reset it to seed 0."""
    dataset = load(task)
    ingredients = make_ingredients(task, recipe, registry, bool(np.issubdtype(dataset.y.dtype, np.integer)))
    program = Program(task, ingredients, dataset, dataset.x.shape[1:], task.batch_size)
    passes = dataset.sizes[0] // task.batch_size
    steps = task.steps_per_epoch or passes
    whole = Streams.of(0).permutation(0, dataset.sizes[0])[: passes * task.batch_size].reshape(passes, -1)
    ours = Ours(
        program=program,
        recipe=recipe,
        ingredients=ingredients,
        dataset=dataset,
        initializer=make(recipe.one("initializer"), registry),
        data=program.upload(dataset.x),
        order=whole[np.arange(steps) % passes],
        rates=np.full(steps, recipe.one("optimizer").hyperparameters.get("learning_rate", 0.0), "float32"),
    )
    ours.reset()
    return ours
