"""Sets a timer that rings many times a second."""

import signal

import benchsuite as bs


def make():
    import keras

    signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="sets_interval_timer", make=make, summary="Hostile.")]
