"""Raises in every worker that imports it."""

import sys

import benchsuite as bs

if any("import serve" in word for word in sys.orig_argv):
    raise RuntimeError("not in a worker")


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="raises_in_workers", make=make, summary="Hostile.")]
