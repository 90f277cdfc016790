"""Prints a megabyte to each stream, and works."""

import os
import sys

import benchsuite as bs


def make(learning_rate):
    import keras

    print("x" * 2**20)
    print("y" * 2**20, file=sys.stderr, flush=True)
    os.write(1, b"z" * 2**20)
    return keras.optimizers.SGD(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="prints_a_lot",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)},
            summary="Hostile.",
        )
    ]
