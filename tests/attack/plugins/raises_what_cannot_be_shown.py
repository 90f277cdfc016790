"""Raises something that raises when it is shown."""

import benchsuite as bs


def make():
    class Unspeakable(Exception):
        def __str__(self):
            raise RuntimeError("nobody can say what this is")

        __repr__ = __str__

    raise Unspeakable


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="raises_what_cannot_be_shown", make=make, summary="Hostile.")]
