"""What Smith's cyclical schedules share: the triangle wave."""

import numpy as np


def triangle(step, total_steps, cycles):
    """Return the number of the cycle from 0, and the height of the wave, from 0 at both ends of a cycle to 1 in between.

    Smith's own code, with a step size of T/(2·cycles): cycle = ⌊1 + t/(2s)⌋, x = |t/s − 2·cycle + 1|, height
    max(0, 1 − x). In whole numbers up to the last division: a cycle must not begin late by rounding.

    Args:
        step: int64 array of steps from 0.
        total_steps: Steps in all, T.
        cycles: How many cycles they hold.
    """
    number = step * cycles // total_steps
    doubled = 2 * (step * cycles - number * total_steps) / total_steps  # from 0 to 2 within the cycle
    return number, 1 - np.abs(1 - doubled)
