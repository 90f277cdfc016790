"""Lanes: one program that trains several trials side by side, each as if it were alone."""
