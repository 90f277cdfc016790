"""Raises with a message of 100 MB."""

import benchsuite as bs


def make():
    raise ValueError("x" * 10**8)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="raises_100_mb", make=make, summary="Hostile.")]
