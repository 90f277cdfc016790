"""Sleeps while it is made."""

import time

import benchsuite as bs


def make():
    time.sleep(100_000)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="sleeps_in_make", make=make, summary="Hostile.")]
