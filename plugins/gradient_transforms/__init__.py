"""Bundled gradient transforms."""
