"""Bundled tuners."""
