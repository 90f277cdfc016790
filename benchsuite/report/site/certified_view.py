"""What a task can tell by its certificate, whatever records a report was made of: a table of kinds, and one of measures."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchsuite.analysis import Leaderboard
from benchsuite.certified_resolution import (
    PARTS,
    SEEDS,
    CertifiedKind,
    CertifiedResolution,
    certified_resolution,
    paced_text,
    rate_text,
    remarks,
    split_text,
    told_text,
)
from benchsuite.errors import BenchsuiteError
from benchsuite.record import TaskFacts
from benchsuite.report.site.certificate_view import Certificate
from benchsuite.report.site.slugs import slug
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.site.words import title
from benchsuite.report.tables.numbers import number_text, percent, whole
from benchsuite.report.tables.verdict_table import short_text

if TYPE_CHECKING:
    from markupsafe import Markup

MOST_TASKS = 30
"""Tasks that a line names."""
BAR = 96
"""Width of the bar of variance."""


@dataclass(frozen=True, slots=True)
class CertifiedView:
    """What a task can tell, as certified.

    Args:
        tables: Of kinds and of measures; none where the certificate cannot be read.
        lines: Sentences: what is reached, what is worth a look, how it was measured.
    """

    tables: tuple[DataTable, ...]
    lines: tuple[str, ...]


def certified_view(certificate: Certificate | None, task: TaskFacts, version: int, label: str) -> CertifiedView | None:
    """Return what a certificate says that a task can tell; ``None`` where nothing was measured of its version.

    Args:
        certificate: As it lies beside the task; ``None`` if there is none.
        task: What the records say of it.
        version: Of the task in the records.
        label: Of the task, for the names of files.
    """
    try:
        found = certified_resolution(certificate, version)
    except BenchsuiteError as error:
        return CertifiedView((), (str(error),))
    if found is None or not found.kinds:
        return None
    lines = []
    if found.targets is not None:
        early, middle, late = map(number_text, found.targets.values)
        lines.append(
            f"Nine of ten trials of tuned reference components reach a validation {found.targets.measure} of {early}, half of them "
            f"{middle}, one of ten {late}."
        )
    said = remarks(found, task.primary, task.metrics, task.targets, task.compares)
    lines += [f"{line[0].upper()}{line[1:]}." for line in said]
    lines.append(f"Measured by: {found.command}")
    tables = (
        _kinds(found, f"task-{slug(label)}-certified"),
        _measures(found, task.primary, f"task-{slug(label)}-by-measure"),
    )
    return CertifiedView(tuple(table for table in tables if table.rows), tuple(lines))


def told_line(certificates: Mapping[str, Certificate], board: Leaderboard) -> str:
    """Return what the tasks of a leaderboard tell apart of its kind by their certificates; empty where none says it.

    Args:
        certificates: Task → its certificate.
        board: The leaderboard.
    """
    said = []
    for task, version in sorted({(head.column.task, head.column.task_version) for head in board.columns}):
        try:
            found = certified_resolution(certificates.get(task), version)
        except BenchsuiteError:  # the page of the task says so
            continue
        for kind in found.kinds if found else ():
            if kind.kind == board.kind and SEEDS in kind.told:
                said.append(f"{task} {told_text(kind.told[SEEDS])}")
    if not said:
        return ""
    more = f" and {whole(len(said) - MOST_TASKS)} more" if len(said) > MOST_TASKS else ""
    return (
        f"By their certificates, of the pairs of tuned reference components with {SEEDS} seeds these tasks tell apart: "
        f"{', '.join(said[:MOST_TASKS])}{more}."
    )


def _kinds(found: CertifiedResolution, csv: str) -> DataTable:
    seeds = sorted({size for kind in found.kinds for size in kind.told})
    heads = (
        Head("Kind", name=True, words=True),
        Head("Pairs", True, "Of tuned reference components"),
        *(Head(f"{size} seeds", True, "Share of the pairs that are told apart with so many seeds") for size in seeds),
        Head(
            "Variance",
            help="Of a trial's value: what the component makes, what the seed makes alike for all, and what both make together",
        ),
        Head(
            "Test part shows", True, "The smallest difference that so many test examples can show, however many seeds"
        ),
        Head("Reached at once", True, "Share of the targets that every trial reached at its first evaluation"),
        Head("Failed", True, "Share of the trials that failed"),
        Head("Trial, s", True, "Seconds of training and evaluating once on one core"),
        Head("Compiling, s", True, "Seconds of building a program"),
        Head("Pairs a minute", True, f"Told apart with {paced_text(found.kinds)}, for each minute of one core"),
    )
    lines = tuple(
        TableLine(
            (
                TableCell(title(kind.kind), small=(", ".join(kind.components),)),
                _number(kind.pairs, whole),
                *(_number(kind.told.get(size), told_text, more=True) for size in seeds),
                TableCell("", -kind.variance[0] if kind.variance else math.nan, value=split_text(kind), figure=split_svg(kind)),
                _number(kind.floor, short_text),
                _number(kind.saturated, percent),
                _number(kind.failed, percent),
                _number(kind.seconds, _digits),
                _number(kind.compile_seconds, _digits),
                _number(kind.pairs_per_minute, rate_text, more=True),
            )
        )
        for kind in found.kinds
    )  # fmt: skip
    return DataTable("Pairs of reference components told apart", heads, lines, csv=csv)


def _measures(found: CertifiedResolution, primary: str, csv: str) -> DataTable:
    """Return share of pairs by measure and kind; no row where there is one measure alone."""
    names = sorted({name for kind in found.kinds for name in kind.measures}, key=lambda name: (name != primary, name))
    heads = (
        Head("Measure", name=True),
        *(Head(title(kind.kind), True, f"Share of the pairs that it tells apart with {SEEDS} seeds") for kind in found.kinds),
    )  # fmt: skip
    lines = tuple(
        TableLine(
            (
                TableCell(name, small=("primary",) if name == primary else ()),
                *(_number(kind.measures.get(name, {}).get(SEEDS), told_text, more=True) for kind in found.kinds),
            )
        )
        for name in names
    )
    return DataTable(
        f"Pairs told apart by each measure, with {SEEDS} seeds", heads, lines if len(names) > 1 else (), csv=csv
    )


def _number(value: float | None, form: Callable[[float], str], more: bool = False) -> TableCell:
    """Return a cell of a number, or a dash; ``more`` says that more is better."""
    if value is None:
        return TableCell("–", math.nan)
    return TableCell(form(value), -value if more else value, value=value)


def _digits(value: float) -> str:
    """Return a number with two digits that count, and no power of ten."""
    return f"{value:.2g}" if value < 99.5 else f"{value:,.0f}"


def split_svg(kind: CertifiedKind) -> Markup | str:
    """Return the split of variance as a bar of three parts; a dash where nothing varies."""
    from markupsafe import Markup

    if kind.variance is None:
        return "–"
    shapes, at = "", 0.0
    for part, share in zip(PARTS, kind.variance, strict=True):
        shapes += f'<rect class="{part}" x="{at * BAR:.2f}" y="0" width="{share * BAR:.2f}" height="9"/>'
        at += share
    words = ", ".join(f"{part} {100 * share:.0f} %" for part, share in zip(PARTS, kind.variance, strict=True))
    # Numbers alone, and the names of the parts.
    return Markup(
        f'<svg class="split" width="{BAR}" height="9" viewBox="0 0 {BAR} 9" role="img"><title>{words}</title>{shapes}</svg>'
        f'<span class="interval">{split_text(kind)} %</span>'
    )
