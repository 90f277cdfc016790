"""Allows one more second of the processor, and is killed for it."""

import resource

import benchsuite as bs


def make():
    resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
    while True:
        pass


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="limits_processor_time", make=make, summary="Hostile.")]
