"""Searching hyperparameters: what is searched, asking a tuner, and what it may know of a trial."""
