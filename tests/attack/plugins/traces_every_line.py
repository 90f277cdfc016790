"""Raises from the tracing of whatever runs after it was made."""

import sys

import benchsuite as bs


def make():
    import keras

    def tracing(frame, event, argument):
        if frame.f_code.co_name == "permutation":
            raise RuntimeError("traced")

    sys.setprofile(tracing)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="traces_every_line", make=make, summary="Hostile.")]
