"""Needs something that is not installed."""

import no_such_package_anywhere

import benchsuite as bs


def make(learning_rate):
    return no_such_package_anywhere.Optimizer(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="missing_import",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)},
            summary="Hostile.",
        )
    ]
