"""Bundled normalizations."""
