"""Takes a quarter of a gigabyte at a time until there is no more."""

import benchsuite as bs


def make():
    kept = []
    while True:
        kept.append(bytearray(2**28))


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="eats_memory_slowly", make=make, summary="Hostile.")]
