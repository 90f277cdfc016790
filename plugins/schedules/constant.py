"""Constant learning rate: α_t = α."""

import numpy as np

import benchsuite as bs


def make():
    """Return the schedule."""

    def schedule(step, total_steps):
        return np.ones(len(step))

    return schedule


@bs.hookimpl
def register_schedules():
    """Register constant."""
    return [
        bs.Schedule(
            name="constant",
            make=make,
            summary="The same learning rate throughout.",
            reference="",
            formula="α_t = α",
            default=True,
        )
    ]
