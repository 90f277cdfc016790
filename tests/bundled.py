"""The registry of all that ships, loaded once in a process for all test modules; not to be changed by a test."""

from __future__ import annotations

from benchsuite.registry import PluginSearch, load_registry

REGISTRY = load_registry(PluginSearch(local=False))
