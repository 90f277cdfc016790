"""A schedule that is not a number from the fifth step on."""

import benchsuite as bs


def make():
    import numpy as np

    return lambda step, total_steps: np.where(step < 4, 1.0, np.nan)


@bs.hookimpl
def register_schedules():
    return [bs.Schedule(name="nan_schedule", make=make, summary="Hostile.")]
