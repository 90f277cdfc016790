"""Conformance: the promises that every component and task keeps, as ``benchsuite check`` and the shared test suite try them."""

from benchsuite.conformance.certificate import committed, judge, measure, write
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.promises import check_component, check_task, checked

__all__ = ["Finding", "check_component", "check_task", "checked", "committed", "judge", "measure", "write"]
