"""Allows no file to grow, and prints."""

import resource
import sys

import benchsuite as bs


def make():
    import keras

    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    print("more", file=sys.stderr, flush=True)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="limits_file_size", make=make, summary="Hostile.")]
