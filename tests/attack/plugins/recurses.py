"""Recurses without end."""

import benchsuite as bs


def make():
    def again():
        return again()

    again()


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="recurses", make=make, summary="Hostile.")]
