"""One recipe trained on several training sets, redrawn from the task's own: what its expected error is estimated from."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from benchsuite.components import Arrays, InOrder, Task
from benchsuite.data import Dataset, load
from benchsuite.engine.lab import Lab
from benchsuite.engine.session import Session
from benchsuite.engine.specimen import Specimen
from benchsuite.selection import Components
from benchsuite.trial import Trial


def redrawn(task: Task, dataset: Dataset, seed: tuple[int, ...]) -> Task:
    """Return a task whose training part is drawn with replacement from that of another one, as many examples as it has.

    Validation and test part are the same, and so are the targets' shift and scale.

    Args:
        task: The other one.
        dataset: Its data, split.
        seed: Of the draw.

    Source: the bootstrap, Efron 1979; for bias and variance Domingos 2000, A Unified Bias-Variance Decomposition.
    """
    count = dataset.sizes[0]
    drawn = np.random.default_rng(seed).integers(count, size=count)

    def data() -> Arrays:
        x, y = (np.concatenate([array[:count][drawn], array[count:]]) for array in (dataset.x, dataset.y))
        return Arrays(x, y, symbols=dataset.symbols, vocabulary=dataset.vocabulary)

    return replace(
        task, data=data, split=InOrder(*dataset.sizes), examples=None, standardize_targets=False, variation=None
    )


def redrawn_specimens(
    trial: Trial, sets: int, components: Components, tasks: Callable[[str], Task]
) -> Iterator[tuple[Specimen, np.ndarray, np.ndarray]]:
    """Yield for each training set an untrained network of a trial, with inputs and targets of the validation part.

    Each has starting values, order and noise of a seed of its own: that of the trial plus 0, 1, …: what a training comes to
    depends on these as well. They share one program, so a specimen must be done with before the next one is taken.

    Args:
        trial: The trial.
        sets: How many.
        components: Where components are looked up.
        tasks: Finds a task by name.
    """
    task = tasks(trial.task)
    dataset = load(task, trial.division)
    session = Session(components, lambda _: redrawn(task, dataset, (trial.seed, number)))
    lab = Lab(components, lambda _: task, session)
    own = replace(trial, fold=None, inner=None, refit=False)
    for number in range(sets):
        session.forget_data()
        specimen = lab.specimen_of(replace(own, seed=trial.seed + number))
        yield specimen, *specimen.arrays("validation")
