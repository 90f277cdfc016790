"""Linear warm-up, then constant: α_t = α·min(1, (t + 1)/W) with W = max(1, round(w·T)).

Goyal et al. 2017, arXiv:1706.02677. The first step already has rate α/W, not 0.
"""

import numpy as np

import benchsuite as bs


def make(fraction):
    """Return the schedule that warms up over a ``fraction`` of all steps."""

    def schedule(step, total_steps):
        return np.minimum(1.0, (step + 1) / max(1, round(fraction * total_steps)))

    return schedule


@bs.hookimpl
def register_schedules():
    """Register linear_warmup."""
    return [
        bs.Schedule(
            name="linear_warmup",
            make=make,
            space={"fraction": bs.Uniform(0.0, 1.0, default=0.1)},
            summary="Grows linearly to the base rate, then stays.",
            reference="Goyal et al. 2017, arXiv:1706.02677",
            formula="α_t = α·min(1, (t + 1)/W), W = w·T",
        )
    ]
