"""The page of failures: every trial that failed or could not be tried, with its reason and traceback."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from benchsuite.report.site.failure_view import Failures, failures_of
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData
from benchsuite.report.tables.csv_table import safe_cell


def pages(data: SiteData) -> Iterator[Page]:
    """Yield the page, if anything failed."""
    failures = failures_of(data, data.links("failures.html"))
    if failures.shown:
        data.csv("failures", failures_csv(failures))
        yield Page("failures.html", "Failures", "failures.html", {"failures": failures, "csv": "failures"}, "failures")


def failures_csv(failures: Failures) -> str:
    """Return the lines that the page shows, without tracebacks."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("task", "component", "seeds", "outcome", "step", "reason"))
    for one in failures.shown:
        held = (one.task, one.component, one.seeds, one.word, one.steps, one.reason)
        writer.writerow([safe_cell(cell) for cell in held])
    return text.getvalue()
