"""Cosine decay: α_t = α·(f + (1 − f)·½·(1 + cos(π·t/T))).

Loshchilov & Hutter 2017, arXiv:1608.03983, without restarts. ``keras.optimizers.schedules.CosineDecay`` is the same
with decay_steps = T.
"""

import numpy as np

import benchsuite as bs


def make(final):
    """Return the schedule that ends at ``final`` times the base rate."""

    def schedule(step, total_steps):
        return final + (1 - final) * 0.5 * (1 + np.cos(np.pi * step / total_steps))

    return schedule


@bs.hookimpl
def register_schedules():
    """Register cosine."""
    return [
        bs.Schedule(
            name="cosine",
            make=make,
            space={"final": bs.Uniform(0.0, 0.99, default=0.0)},
            summary="Half a cosine wave from the base rate down.",
            reference="Loshchilov & Hutter 2017, arXiv:1608.03983",
            formula="α_t = α·(f + (1 − f)·½·(1 + cos(π·t/T)))",
        )
    ]
