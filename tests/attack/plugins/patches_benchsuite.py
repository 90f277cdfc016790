"""Gives every trial of this worker the order of another seed."""

import benchsuite as bs


def make():
    import keras

    from benchsuite.engine.seeds import Streams

    original = Streams.permutation
    Streams.permutation = lambda self, epoch, size: original(self, epoch + 1, size)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="patches_benchsuite", make=make, summary="Hostile.")]
