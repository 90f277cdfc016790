"""Bundled tasks: analytic."""
