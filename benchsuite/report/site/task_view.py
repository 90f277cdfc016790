"""What a task is, beside its results: what it measures, its recipe, its data, its certificate and where it ran."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from benchsuite.analysis import Column, ColumnHead, mixtures
from benchsuite.record import Record, TaskFacts
from benchsuite.report.site.certificate_view import CertificateView, certificate_view
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.summary import distinct, machine_text, versions_text
from benchsuite.report.site.words import settings_text
from benchsuite.report.tables.numbers import count_of, number_text, whole


@dataclass(frozen=True, slots=True)
class TaskView:
    """One task under one budget.

    Args:
        label: Of its column.
        summary: One line.
        facts: What it measures, and its budget.
        groups: What its plugin declares besides, group by group; empty where that is not known here.
        recipe: Kind and component of its baseline.
        targets: Each, and whether every trial reached it at once.
        data: Checksums of the data of the records.
        mixtures: What must not be compared as if it were alike.
        certificate: What its certificate says.
        environment: Where it ran.
        samples: A figure of examples; empty where there is none.
        about: What its author says.
    """

    label: str
    summary: str
    facts: tuple[tuple[str, str], ...]
    groups: tuple[tuple[tuple[str, str], ...], ...]
    recipe: tuple[tuple[str, str], ...]
    targets: tuple[tuple[str, bool], ...]
    data: tuple[str, ...]
    mixtures: tuple[str, ...]
    certificate: CertificateView
    environment: tuple[str, ...]
    samples: str
    about: str


def task_view(data: SiteData, column: Column, heads: Sequence[ColumnHead], records: Sequence[Record]) -> TaskView:
    """Return what a task is.

    Args:
        data: The site.
        column: The task under its budget.
        heads: Of the leaderboards or probes that have it, at least one.
        records: Its trials, at least one.
    """
    head = heads[0]
    # What a task declares about itself is repeated in each of its records: any one will do.
    task = records[0].task
    card = data.tasks.get(column.task)
    saturated = frozenset.intersection(*(head.saturated for head in heads))
    # Trials that failed before their data were read have none.
    found = distinct(held for record in records if (held := record.fingerprints.get("data")))
    certificate = data.certificates.get(column.task)
    return TaskView(
        label=data.labels.get(column, head.label),
        summary=task.summary,
        facts=_facts(head, task),
        groups=card.groups if card else (),
        recipe=tuple((kind.replace("_", " "), settings_text(settings)) for kind, settings in task.baseline.settings),
        targets=tuple((number_text(target), target in saturated) for target in head.targets),
        data=found or ("not recorded",),
        mixtures=tuple(mixtures(records)),
        certificate=certificate_view(certificate, column.task_version, found, head.targets, column.folds),
        environment=distinct(
            f"{machine_text(record.environment)}; {versions_text(record.environment, record.made_by)}"
            for record in records
        ),
        samples=card.samples if card else "",
        about=card.about if card else "",
    )


def _facts(head: ColumnHead, task: TaskFacts) -> tuple[tuple[str, str], ...]:
    better = "larger is better" if head.direction == "max" else "smaller is better"
    column = head.column
    return (
        ("Primary metric", f"{head.primary}, {better}"),
        ("Budget", f"{count_of(column.epochs, 'epoch')} of {count_of(head.steps_per_epoch, 'step')}"),
        ("Batch size", whole(column.batch_size)),
        ("Precision, device", f"{column.precision}, {column.device}"),
        *([("Lanes", whole(column.lanes))] if column.lanes != 1 else []),
        ("Version", f"task {column.task_version}, engine {column.engine}"),
        ("Licence of the data", task.license or "not given"),
        ("Citation", task.citation or "not given"),
    )
