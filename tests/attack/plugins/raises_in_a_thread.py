"""Interrupts the main thread from another one."""

import _thread
import threading
import time

import benchsuite as bs


def make():
    import keras

    threading.Thread(target=_thread.interrupt_main, daemon=True).start()
    time.sleep(0.5)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="raises_in_a_thread", make=make, summary="Hostile.")]
