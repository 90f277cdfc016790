"""Makes every hash the same, at import."""

import hashlib

import benchsuite as bs

original = hashlib.sha256
hashlib.sha256 = lambda *given, **more: original(b"")


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="patches_hashes_at_import", make=make, summary="Hostile.")]
