"""Bundled regularizations."""
