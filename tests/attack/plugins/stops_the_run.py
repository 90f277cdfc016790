"""Stops the main process."""

import os
import signal
import time
from pathlib import Path

import benchsuite as bs


def the_run():
    pid = os.getpid()
    while "benchsuite\0run" not in Path(f"/proc/{pid}/cmdline").read_text():
        pid = int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    return pid


def make():
    import keras

    os.kill(the_run(), signal.SIGSTOP)
    time.sleep(1)
    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="stops_the_run", make=make, summary="Hostile.")]
