"""Bundled tasks: drawn from formulas, in any number."""
