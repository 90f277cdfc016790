"""Bundled activations."""
