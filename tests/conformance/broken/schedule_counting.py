"""It counts how often it was asked, and forgets the step."""

import numpy as np

import benchsuite as bs


def make():
    asked = []

    def schedule(step, total_steps):
        asked.append(len(step))
        return np.full(len(step), 0.9 ** len(asked))

    return schedule


@bs.hookimpl
def register_schedules():
    return [bs.Schedule(name="counting", make=make, space={}, summary="A mistake.")]
