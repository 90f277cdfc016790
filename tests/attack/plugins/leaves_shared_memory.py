"""Leaves something in shared memory."""

import os
from multiprocessing import shared_memory

import benchsuite as bs

kept = []


def make():
    import keras

    name = f"hostile-{os.environ['BENCHSUITE_UNDER_ATTACK']}-{os.getpid()}-{len(kept)}"
    kept.append(shared_memory.SharedMemory(name, create=True, size=100))
    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="leaves_shared_memory", make=make, summary="Hostile.")]
