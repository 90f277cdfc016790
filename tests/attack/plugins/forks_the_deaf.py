"""Leaves a child that holds the output and hears no signal."""

import contextlib
import os
import signal
import time

import benchsuite as bs


def make():
    import keras

    if os.fork() == 0:
        for number in signal.valid_signals():
            with contextlib.suppress(OSError, ValueError):
                signal.signal(number, signal.SIG_IGN)
        time.sleep(100_000)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="forks_the_deaf", make=make, summary="Hostile.")]
