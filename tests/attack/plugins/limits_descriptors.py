"""Allows no more open files."""

import resource

import benchsuite as bs


def make():
    import keras

    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="limits_descriptors", make=make, summary="Hostile.")]
