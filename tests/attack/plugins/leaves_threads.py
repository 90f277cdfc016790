"""Leaves a thread that never ends, and something to wait for at the exit."""

import atexit
import threading
import time

import benchsuite as bs


def make():
    import keras

    threading.Thread(target=time.sleep, args=(100_000,)).start()
    atexit.register(time.sleep, 100_000)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="leaves_threads", make=make, summary="Hostile.")]
