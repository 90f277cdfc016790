"""Piecewise constant: α_t = α·a^[t ≥ p·T]·b^[t ≥ q·T]·c^[t ≥ r·T], two or three drops at chosen moments.

He et al. 2016, arXiv:1512.03385, section 4.2: divided by 10 after 32k and again after 48k of 64k steps, which are the
defaults p = 0.5, q = 0.75, a = b = 0.1; r = 1 means no third drop. Each factor counts from its own moment on, so their
order does not matter. It switches at the boundary step itself, as optax' ``piecewise_constant_schedule`` and PyTorch's
``MultiStepLR`` do; Keras' ``PiecewiseConstantDecay`` keeps the old value there and takes values instead of factors.
Moments are fractions of all T steps here, step numbers there.
"""

import numpy as np

import benchsuite as bs

ROUNDING = 1e-12
"""A boundary such as 0.07·100 must not move to the next step by rounding."""


def make(first, second, third, first_factor, second_factor, third_factor):
    """Return the schedule that is multiplied by a factor at each of three fractions of training."""
    drops = ((first, first_factor), (second, second_factor), (third, third_factor))

    def schedule(step, total_steps):
        progress = step / total_steps + ROUNDING
        return np.prod([np.where(progress >= moment, factor, 1.0) for moment, factor in drops], axis=0)

    return schedule


@bs.hookimpl
def register_schedules():
    """Register piecewise."""
    return [
        bs.Schedule(
            name="piecewise",
            make=make,
            space={
                "first": bs.Uniform(0.0, 1.0, default=0.5),
                "second": bs.Uniform(0.0, 1.0, default=0.75),
                "third": bs.Uniform(0.0, 1.0, default=1.0),
                "first_factor": bs.LogUniform(1e-3, 1.0, default=0.1),
                "second_factor": bs.LogUniform(1e-3, 1.0, default=0.1),
                "third_factor": bs.LogUniform(1e-3, 1.0, default=0.1),
            },
            summary="Two or three drops at chosen fractions of training.",
            reference="He et al. 2016, arXiv:1512.03385",
            formula="α_t = α·a^[t ≥ p·T]·b^[t ≥ q·T]·c^[t ≥ r·T]",
        )
    ]
