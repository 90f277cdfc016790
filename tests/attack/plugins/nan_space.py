"""A space whose default is no number."""

import benchsuite as bs


def make(rate):
    return None


@bs.hookimpl
def register_optimizers():
    space = {"rate": bs.Uniform(0.0, 1.0, default=float("nan"))}
    return [bs.Optimizer(name="nan_space", make=make, space=space, summary="Hostile.")]
