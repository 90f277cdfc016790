"""Tests and intervals: whether two samples of runs differ, by how much, and what so few runs can show at all.

Pure functions on float64 arrays in which larger is better, −∞ is a failed run, worse than any number, and NaN a run
that is not there. Where there is chance it comes from a generator that the caller passes: same input, same bytes.
"""
