"""Bundled tasks: text."""
