"""Bundled optimizers."""
