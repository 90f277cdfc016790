"""What the curves of each trial tell, and its layers where they were probed: short notes beside it, explained once on its page."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from benchsuite.analysis.probes import is_whole
from benchsuite.analysis.sample import Column, column_of
from benchsuite.diagnostics import Diagnosis
from benchsuite.diagnostics.course import course_of
from benchsuite.diagnostics.fit import validation_rise
from benchsuite.diagnostics.of_record import of_record
from benchsuite.record import Record
from benchsuite.report.site.table import TableCell

Kind = tuple[str, str]
"""Name and word of a diagnosis: what a page explains once."""


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note as a page explains it.

    Args:
        anchor: Of the explanation.
        title: What was found.
        remedy: What the notes would do about it.
        source: Where the threshold comes from.
        count: How many trials of the page have it.
        alarm: Whether something is wrong.
    """

    anchor: str
    title: str
    remedy: str
    source: str
    count: int
    alarm: bool


class Diagnoses:
    """What is wrong or worth knowing of each trial of a site, from the records alone.

    Args:
        records: All of them: those of a task's baseline tell how much it overfits by itself.
        certificates: Task → its certificate.
        probes: Id → what the probes of that trial found.
    """

    def __init__(
        self,
        records: Sequence[Record],
        certificates: Mapping[str, Mapping[str, Any]],
        probes: Mapping[str, Mapping[str, Any]],
    ) -> None:
        self._certificates, self._probes = certificates, probes
        self._rises: dict[Column, float] = {}
        for record in records:
            if record.trial.recipe.text == record.task.baseline.text and (course := course_of(record)):
                rise, column = validation_rise(course), column_of(record)
                if not math.isnan(rise):
                    self._rises[column] = max(rise, self._rises.get(column, -math.inf))

    def of(self, record: Record) -> tuple[Diagnosis, ...]:
        """Return what is wrong with a trial or worth knowing; nothing where all is healthy."""
        probes = self._probes.get(record.id)
        found = of_record(
            record,
            self._certificates.get(record.trial.task),
            probes if probes is not None and is_whole(probes) else None,
            usual_rise=self._rises.get(column_of(record), math.nan),
        )
        return tuple(one for one in found if one.alarm or one.remedy)


@dataclass
class PageNotes:
    """The notes of the trials of one page."""

    found: dict[Kind, Diagnosis] = field(default_factory=dict)
    counts: Counter[Kind] = field(default_factory=Counter)

    def cell(self, diagnoses: Sequence[Diagnosis]) -> TableCell:
        """Return the cell of a trial, and keep its notes for the page; alarms come first."""
        if not diagnoses:
            return TableCell("", 0.0)
        ordered = sorted(diagnoses, key=lambda one: not one.alarm)
        for one in ordered:
            self.found.setdefault((one.name, one.word), one)
            self.counts[one.name, one.word] += 1
        alarms = sum(one.alarm for one in ordered)
        return TableCell(
            "; ".join(map(_words, ordered)),
            float(alarms),
            link=f"#{_anchor(ordered[0])}",
            classes="" if alarms else "quiet",
            title=" ".join(one.says for one in ordered),
        )

    def views(self) -> tuple[NoteView, ...]:
        """Return what the page explains, the most frequent first, alarms before others."""
        views = [
            NoteView(_anchor(one), _words(one), one.remedy, one.source, self.counts[kind], one.alarm)
            for kind, one in self.found.items()
        ]
        return tuple(sorted(views, key=lambda view: (not view.alarm, -view.count, view.title)))


def _words(one: Diagnosis) -> str:
    return f"{one.name.replace('_', ' ')}: {one.word}"


def _anchor(one: Diagnosis) -> str:
    return f"note-{one.name}-{one.word}".replace("_", "-").replace(" ", "-")
