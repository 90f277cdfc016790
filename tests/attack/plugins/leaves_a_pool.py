"""Leaves a pool of processes."""

import multiprocessing

import benchsuite as bs

kept = []


def make():
    import keras

    pool = multiprocessing.get_context("fork").Pool(2)
    kept.append(pool)

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="leaves_a_pool", make=make, summary="Hostile.")]
