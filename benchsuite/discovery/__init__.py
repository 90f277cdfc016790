"""Finds what may be a plugin without running a stranger's file, and asks plugins what they have."""

from benchsuite.discovery.asking import ask, check_hooks, hook_manager
from benchsuite.discovery.candidates import BUNDLED, Candidate, Distribution, PluginSearch, entry_points, find
from benchsuite.discovery.local_files import Skipped, described

__all__ = [
    "BUNDLED",
    "Candidate",
    "Distribution",
    "PluginSearch",
    "Skipped",
    "ask",
    "check_hooks",
    "described",
    "entry_points",
    "find",
    "hook_manager",
]
