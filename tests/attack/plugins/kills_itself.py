"""Kills its process each time it is made."""

import os
import signal

import benchsuite as bs


def make():
    os.kill(os.getpid(), signal.SIGKILL)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="kills_itself", make=make, summary="Hostile.")]
