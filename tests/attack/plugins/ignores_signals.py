"""Ignores every signal that can be ignored."""

import contextlib
import signal

import benchsuite as bs


def make():
    import keras

    for number in signal.valid_signals():
        with contextlib.suppress(OSError, ValueError):
            signal.signal(number, signal.SIG_IGN)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="ignores_signals", make=make, summary="Hostile.")]
