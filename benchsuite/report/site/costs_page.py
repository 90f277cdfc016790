"""The page of what steps cost, as `benchsuite cost` measured it."""

from __future__ import annotations

from collections.abc import Iterator

from benchsuite.report.site.cost_view import cost_views
from benchsuite.report.site.pages import Page
from benchsuite.report.site.site import SiteData


def pages(data: SiteData) -> Iterator[Page]:
    """Yield the page, if anything was measured."""
    if data.costs:
        path = "costs.html"
        context = {"costs": list(cost_views(data, data.links(path)))}
        yield Page(path, "What a step costs", "costs.html", context, "costs")
