"""Lets no signal through."""

import signal

import benchsuite as bs


def make():
    import keras

    signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="blocks_signals", make=make, summary="Hostile.")]
