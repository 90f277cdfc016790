"""What is found of one recipe: from the records of its trials, then from short looks at its network."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from benchsuite.certificates import committed
from benchsuite.cli.quiet import tensorflow_on_cpu
from benchsuite.diagnostics import Diagnosis
from benchsuite.diagnostics.course import course_of
from benchsuite.diagnostics.depth import deeper
from benchsuite.diagnostics.fit import validation_rise
from benchsuite.diagnostics.learning_rate import among_rates
from benchsuite.diagnostics.of_record import of_curves, of_probes
from benchsuite.text import reason_of

if TYPE_CHECKING:
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.store import Store
    from benchsuite.studies.diagnosing import DiagnosePlan, Diagnosing

FAILED_REMEDY = "The other looks are told all the same. benchsuite check tries each component of the recipe."
FAILED_SOURCE = "What Python raised"
OUTCOME_SOURCE = "The closed list of outcomes, docs/reference/record-format.md"


def findings(
    asked: Diagnosing, plan: DiagnosePlan, records: Mapping[str, Record], store: Store, known: Registry
) -> list[Diagnosis]:
    """Return all that is found, in the order in which it was looked at.

    Args:
        asked: The options.
        plan: The trials.
        records: Id → record of each.
        store: Their results folder, for probes.
        known: The plugins that were found.
    """
    record = records[plan.trial.id]
    if course_of(record) is None:
        meaning = record.outcome.meaning
        said = f"{meaning[:1].upper()}{meaning[1:]}. {record.reason}"
        remedy = "What failed has a traceback in its record; benchsuite check tries each component."
        return [Diagnosis("outcome", record.outcome.value, said, True, remedy, {}, OUTCOME_SOURCE)]
    found = list(_of_records(plan, records, store, known))
    if (probes := store.extras.probes(record.id)) is not None:
        from benchsuite.cli.diagnosed.first_steps import is_bounded

        tensorflow_on_cpu()
        found += of_probes(probes, bounded=is_bounded(plan.trial, known))
    if not asked.alone:
        from benchsuite.cli.diagnosed.first_steps import look_at_first_steps

        tensorflow_on_cpu()
        found += looked("first_steps", lambda: look_at_first_steps(plan.trial, known))
    return [*found, *_of_network(asked, plan, known)]


def looked(name: str, look: Callable[[], Sequence[Diagnosis]]) -> Sequence[Diagnosis]:
    """Return what a look says; of one that raises, that it failed, so that the others are not lost.

    Args:
        name: Of the look.
        look: The look.
    """
    try:
        return look()
    except Exception as error:
        said = f"This look failed: {reason_of(error)}."
        return [Diagnosis(name, "failed", said, True, FAILED_REMEDY, {}, FAILED_SOURCE)]


def _of_records(
    plan: DiagnosePlan, records: Mapping[str, Record], store: Store, known: Registry
) -> Iterator[Diagnosis]:
    record, certificate = records[plan.trial.id], committed(plan.task.name, known)
    usual = math.nan
    own = plan.trial.id == plan.baseline.id
    if not own and (baseline := store.read(plan.baseline.id)) is not None:
        of_baseline = course_of(baseline, certificate)
        usual = validation_rise(of_baseline) if of_baseline else math.nan
    course = course_of(record, certificate, usual_rise=usual)
    if course is None:
        return
    among, start = None, course.curve("train_loss")
    if len(plan.rates) > 1 and len(start):
        (rate,) = [rate for rate, trial in plan.rates.items() if trial.id == record.id]
        losses = [_end(records[trial.id], "train_loss") for trial in plan.rates.values()]
        among = among_rates(list(plan.rates), losses, rate, float(start[0]))
    yield from of_curves(course, among)
    if plan.shallow is not None:
        name, trial = plan.shallow
        pairs = [(_end(one, "train_loss"), _end(one, "validation_loss")) for one in (records[trial.id], record)]
        yield deeper(pairs[0], pairs[1], (name, "this net"))


def _end(record: Record, measure: str) -> float:
    """Return a loss after the last epoch; +∞ where the trial did not complete."""
    final = record.results.final
    value = None if final is None or not record.outcome.finished else final.get(measure)
    return math.inf if value is None else float(value)


def _of_network(asked: Diagnosing, plan: DiagnosePlan, known: Registry) -> Sequence[Diagnosis]:
    """Return what the looks say that were asked for."""
    if not (asked.curvature or asked.surface or asked.gradient_noise or asked.check_gradients or asked.bias_variance):
        return ()
    from dataclasses import replace

    from benchsuite.cli.diagnosed.bias_and_variance import look_at_bias_and_variance
    from benchsuite.cli.diagnosed.curvature import look_at_curvature
    from benchsuite.cli.diagnosed.gradient_noise import look_at_gradient_noise
    from benchsuite.cli.diagnosed.gradients import check_gradients
    from benchsuite.cli.diagnosed.subject import Subject
    from benchsuite.cli.diagnosed.surface import look_at_surface
    from benchsuite.engine.lab import Lab
    from benchsuite.engine.redrawn import redrawn_specimens

    tensorflow_on_cpu()
    lab, trial = Lab(known, known.task), plan.trial
    subject = Subject(
        lambda number: lab.specimen_of(replace(trial, seed=trial.seed + number)),
        trial.epochs,
        trial.batch_size,
        plan.title(known),
    )
    found: list[Diagnosis] = []
    if asked.check_gradients:
        found += looked("gradient_check", lambda: check_gradients(subject))
    if asked.gradient_noise:
        found += looked("gradient_noise", lambda: look_at_gradient_noise(subject))
    if asked.curvature:
        found += looked("curvature", lambda: look_at_curvature(subject, asked.spectrum))
    if (sets := asked.bias_variance) is not None:
        drawn = redrawn_specimens(trial, sets, known, known.task)
        found += looked("bias_and_variance", lambda: look_at_bias_and_variance(drawn))
    if asked.surface is not None:
        found += looked("surface", lambda: look_at_surface(subject, asked.surface))
    return found
