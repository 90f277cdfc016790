"""Opens files until there are none to open."""

import contextlib
import os

import benchsuite as bs

kept = []


def make():
    import keras

    with contextlib.suppress(OSError):
        while len(kept) < 100_000:
            kept.append(os.open("/dev/null", os.O_RDONLY))

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="eats_descriptors", make=make, summary="Hostile.")]
