"""Bundled tasks: vision."""
