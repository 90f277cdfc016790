"""The warm-up of a budget of one step divides by 0."""

import numpy as np

import benchsuite as bs


def make():
    return lambda step, total_steps: 1 - step / np.float64(total_steps - 1)


@bs.hookimpl
def register_schedules():
    return [bs.Schedule(name="divides_by_zero", make=make, space={}, summary="A mistake.")]
