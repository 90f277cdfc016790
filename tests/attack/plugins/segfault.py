"""Reads address 0."""

import benchsuite as bs


def make(learning_rate):
    import ctypes

    return ctypes.string_at(0)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="segfault",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)},
            summary="Hostile.",
        )
    ]
