"""Aborts every worker that imports it."""

import os
import sys

import benchsuite as bs

if any("import serve" in word for word in sys.orig_argv):
    os.abort()


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="aborts_in_workers", make=make, summary="Hostile.")]
