"""The page of failures: every trial that failed or could not be tried, with its reason and traceback."""

from __future__ import annotations

from collections.abc import Iterator

from benchsuite.report.site.failure_view import failures_of
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData


def pages(data: SiteData) -> Iterator[Page]:
    """Yield the page, if anything failed."""
    failures = failures_of(data.records, data.contents.boards)
    if failures.shown:
        yield Page("failures.html", "Failures", "failures.html", {"failures": failures}, "failures")
