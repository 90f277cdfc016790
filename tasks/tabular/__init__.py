"""Bundled tasks: tabular."""
