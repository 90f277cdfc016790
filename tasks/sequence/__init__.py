"""Bundled tasks: sequences of numbers."""
