"""Writes nonsense to whatever is open."""

import contextlib
import os

import benchsuite as bs


def make():
    import keras

    for descriptor in range(3, 256):
        with contextlib.suppress(OSError):
            os.set_blocking(descriptor, False)
            os.write(descriptor, b"\x00\x00\x00\x08nonsense")

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="writes_to_descriptors", make=make, summary="Hostile.")]
