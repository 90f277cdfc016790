"""Leaves a child in a session of its own, and ends its process."""

import os
import time

import benchsuite as bs


def make():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            time.sleep(100_000)
        os._exit(0)
    time.sleep(0.2)
    os.abort()


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="forks_and_dies", make=make, summary="Hostile.")]
