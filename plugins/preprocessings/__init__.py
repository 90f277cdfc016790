"""Bundled preprocessings."""
