"""Bundled claims."""
