"""Conformance: the promises that every component and task keeps, as ``benchsuite check`` and the shared test suite try them."""

from benchsuite.conformance.apart import SECONDS, Told, tried_apart
from benchsuite.conformance.certificate import judge, measure
from benchsuite.conformance.finding import Finding
from benchsuite.conformance.promises import check_component, check_task, checked
from benchsuite.conformance.step import TriedOn

__all__ = [
    "SECONDS",
    "Finding",
    "Told",
    "TriedOn",
    "check_component",
    "check_task",
    "checked",
    "judge",
    "measure",
    "tried_apart",
]
