"""Every hook of benchsuite: one per kind of component, five that observers use, and one each that registers observers and
names reference components.

A plugin implements any of these as functions of a module, marked with ``bs.hookimpl``. Registering hooks return a
list; an optimizer plugin is complete with ``register_optimizers``. Hooks must be cheap: heavy imports belong inside
``make``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from benchsuite import components as c
    from benchsuite.trial import Trial


hookspec = pluggy.HookspecMarker("benchsuite")
hookimpl = pluggy.HookimplMarker("benchsuite")
"""Marks a function of a plugin as the implementation of the hook of the same name."""


@hookspec
def register_optimizers() -> list[c.Optimizer]:  # type: ignore[empty-body]
    """Return optimizers."""


@hookspec
def register_schedules() -> list[c.Schedule]:  # type: ignore[empty-body]
    """Return learning-rate schedules."""


@hookspec
def register_gradient_transforms() -> list[c.GradientTransform]:  # type: ignore[empty-body]
    """Return gradient transforms."""


@hookspec
def register_initializers() -> list[c.Initializer]:  # type: ignore[empty-body]
    """Return initializers."""


@hookspec
def register_normalizations() -> list[c.Normalization]:  # type: ignore[empty-body]
    """Return normalizations."""


@hookspec
def register_regularizations() -> list[c.Regularization]:  # type: ignore[empty-body]
    """Return regularizations."""


@hookspec
def register_activations() -> list[c.Activation]:  # type: ignore[empty-body]
    """Return activations."""


@hookspec
def register_preprocessings() -> list[c.Preprocessing]:  # type: ignore[empty-body]
    """Return preprocessings."""


@hookspec
def register_losses() -> list[c.Loss]:  # type: ignore[empty-body]
    """Return losses."""


@hookspec
def register_tasks() -> list[c.Task]:  # type: ignore[empty-body]
    """Return tasks."""


@hookspec
def register_tuners() -> list[c.Tuner]:  # type: ignore[empty-body]
    """Return tuners."""


@hookspec
def register_claims() -> list[c.Claim]:  # type: ignore[empty-body]
    """Return claims."""


@hookspec
def register_observers() -> list[c.Observer]:  # type: ignore[empty-body]
    """Return observers, of which ``benchsuite run --observer NAME`` switches on those that it names."""


@hookspec
def register_reference_components() -> Mapping[str, Sequence[str]]:  # type: ignore[empty-body]
    """Return reference components: kind → selections such as ``"adam"`` or ``"warmup+cosine"``, one row each.

    ``benchsuite certify --resolution TASK`` tunes all of them and says what share of their pairs a task tells apart. What
    several plugins name is joined; what one of them names twice counts once.
    """


@hookspec
def study_started(trials: Sequence[Trial], results: Path) -> None:
    """Observe that a study begins.

    Args:
        trials: The trials that will run (those that have a record already are not among them).
        results: The results folder.
    """


@hookspec
def trial_started(trial: c.TrialStart) -> None:
    """Observe that a worker begins a trial. Called in the main process."""


@hookspec
def epoch_finished(epoch: c.EpochResult) -> None:
    """Observe that an epoch of a trial was trained and measured. Called in the main process, between start and end of its trial.

    Workers send epochs only if somebody implements this. It changes nothing: training goes on meanwhile, and what it is
    given is a copy. A trial that is run again, since its worker was killed or its neighbours failed, begins again at epoch 0.
    """


@hookspec
def trial_finished(trial: c.TrialResult) -> None:
    """Observe that a trial ended, whatever its outcome, and has a stored record. Called in the main process."""


@hookspec
def study_finished(outcomes: dict[str, int], results: Path) -> None:
    """Observe that a study ended.

    Args:
        outcomes: Outcome → number of trials of this run.
        results: The results folder.
    """
