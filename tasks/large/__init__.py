"""Bundled tasks: large."""
