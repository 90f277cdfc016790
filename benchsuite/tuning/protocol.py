"""The protocol of a track: who proposes settings, how many, with which seeds and folds. The same for all that are compared."""

from __future__ import annotations

from dataclasses import dataclass

from benchsuite.budgets import USUAL_BUDGET, trainings
from benchsuite.components import Tuner
from benchsuite.errors import BenchsuiteError
from benchsuite.recipe import Setting
from benchsuite.registry import Registry
from benchsuite.selection import expand, written
from benchsuite.study import Study

SEED = 0
"""Of a tuner's chance: one for all searches, so that all rows of a study look at the same places of the unit cube."""


@dataclass(frozen=True)
class TuningProtocol:
    """How hyperparameters are chosen.

    Args:
        track: ``tuned`` or ``self_tuning``.
        seeds: Those of the evaluation.
        budget: Whole trainings for each row; 0 where nothing is searched.
        tuner: Who proposes settings; ``None`` where nothing is searched.
        setting: The tuner's own hyperparameters.
        tuner_text: Both, as they are typed.
        tuning_seeds: How many seeds each setting is trained with.
        folds: Of a tuning by cross-validation; 0 for the tasks' own validation part.
        knobs: What is searched of each task beside its rows.
    """

    track: str
    seeds: tuple[int, ...]
    budget: int = 0
    tuner: Tuner | None = None
    setting: Setting | None = None
    tuner_text: str = ""
    tuning_seeds: int = 1
    folds: int = 0
    knobs: tuple[str, ...] = ()

    @property
    def trials_to_a_setting(self) -> int:
        """How many trials each setting costs."""
        return self.tuning_seeds * (self.folds or 1)

    @property
    def words(self) -> str:
        """The protocol in one line."""
        if self.tuner is None:
            return f"{self.track}: no search, {_count(len(self.seeds), 'evaluation seed')}"
        seeds = f", {self.tuning_seeds} tuning seeds each" if self.tuning_seeds > 1 else ""
        folds = f", {self.folds}-fold cross-validation and a refit" if self.folds else ""
        return (
            f"{self.track}: {_count(self.budget, 'training')} by {self.tuner_text} for each row and task{seeds}{folds}, then "
            f"{_count(len(self.seeds), 'evaluation seed')}"
        )


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' * (number != 1)}"


def protocol_of(study: Study, registry: Registry) -> TuningProtocol:
    """Return the protocol that a study asks for, which is not of the default track.

    Raises:
        BenchsuiteError: If there is no such tuner, it means several, or options contradict each other.
    """
    study.refuse_without_search()
    if study.cross:
        raise BenchsuiteError(
            f"--cross cannot be run with --track {study.track}: a grid asks what two kinds do to each other with all else equal, "
            "and a search would change all else in each of its cells. Leave one of the two out."
        )
    if study.folds:
        raise BenchsuiteError(
            f"--folds cannot be run with --track {study.track}: each fold that tests would need a search of its own. For small data "
            "sets use --tuning-folds K: settings are chosen by cross-validation, and tested once on the test part."
        )
    if study.track == "self_tuning":
        return TuningProtocol("self_tuning", study.seed_numbers)
    alternatives = expand("tuner", [study.tuner or registry.default("tuner").name], registry)
    if len(alternatives) != 1 or len(alternatives[0]) != 1:
        raise BenchsuiteError(
            f"--tuner must name one tuner: all rows of a table are tuned alike. Received: {study.tuner!r}, which means "
            f"{len(alternatives)}."
        )
    ((setting,),) = alternatives
    registry.refuse_conflict("tuner", setting.name)
    tuner = registry.component("tuner", setting.name)
    assert isinstance(tuner, Tuner)
    return TuningProtocol(
        track="tuned",
        seeds=study.seed_numbers,
        budget=trainings(study.budget or USUAL_BUDGET),
        tuner=tuner,
        setting=setting,
        tuner_text=written([setting], registry),
        tuning_seeds=study.tuning_seeds,
        folds=study.tuning_folds or 0,
        knobs=study.search,
    )
