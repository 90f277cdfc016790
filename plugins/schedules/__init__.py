"""Bundled schedules."""
