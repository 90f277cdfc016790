"""Leaves the program."""

import sys

import benchsuite as bs


def make(learning_rate):
    sys.exit(3)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="exits_in_make",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)},
            summary="Hostile.",
        )
    ]
