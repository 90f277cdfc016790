"""Sets an alarm that raises in whatever runs a second later."""

import signal

import benchsuite as bs


def make():
    import keras

    def ring(number, frame):
        raise RuntimeError("the alarm of another trial")

    signal.signal(signal.SIGALRM, ring)
    signal.alarm(1)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="sets_alarm", make=make, summary="Hostile.")]
