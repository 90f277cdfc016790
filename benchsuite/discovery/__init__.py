"""Finds what may be a plugin without running a stranger's file, and asks plugins what they have."""

from benchsuite.discovery.asking import check_module, components_of, hook_manager
from benchsuite.discovery.candidates import BUNDLED, Candidate, Distribution, PluginSearch, entry_points, find
from benchsuite.discovery.guard import guarded
from benchsuite.discovery.local_files import Skipped, described

__all__ = [
    "BUNDLED",
    "Candidate",
    "Distribution",
    "PluginSearch",
    "Skipped",
    "check_module",
    "components_of",
    "described",
    "entry_points",
    "find",
    "guarded",
    "hook_manager",
]
