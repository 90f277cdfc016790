"""It falls below 0 at the end of the budget."""

import benchsuite as bs


def make():
    return lambda step, total_steps: 1 - 1.5 * step / total_steps


@bs.hookimpl
def register_schedules():
    return [bs.Schedule(name="below_zero", make=make, space={}, summary="A mistake.")]
