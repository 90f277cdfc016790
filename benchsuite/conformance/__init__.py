"""Conformance: the promises that every component and task keeps, as ``benchsuite check`` and the shared test suite try them."""

from benchsuite.conformance.certificate import judge, measure
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.promises import check_component, check_task, checked

__all__ = ["Finding", "check_component", "check_task", "checked", "judge", "measure"]
