"""Kills its group of processes."""

import os
import signal

import benchsuite as bs


def make():
    os.killpg(0, signal.SIGKILL)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="kills_group", make=make, summary="Hostile.")]
