"""Bundled claims: sentences of the course notes, each with the study that decides it."""
