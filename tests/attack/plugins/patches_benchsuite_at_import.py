"""Gives every trial the order of another seed, at import."""

import benchsuite as bs
from benchsuite.engine import seeds

original = seeds.Streams.permutation
seeds.Streams.permutation = lambda self, epoch, size: original(self, epoch + 1, size)


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="patches_benchsuite_at_import", make=make, summary="Hostile.")]
