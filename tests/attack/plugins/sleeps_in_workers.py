"""Sleeps in every worker that imports it."""

import sys
import time

import benchsuite as bs

if any("import serve" in word for word in sys.orig_argv):
    time.sleep(100_000)


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="sleeps_in_workers", make=make, summary="Hostile.")]
