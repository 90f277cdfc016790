"""Conformance: the promises that every component and task keeps, as ``benchsuite check`` and the shared test suite try them."""

from benchsuite.conformance.promises import Finding, check_component, check_task, checked

__all__ = ["Finding", "check_component", "check_task", "checked"]
