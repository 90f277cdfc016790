"""Bundled initializers."""
