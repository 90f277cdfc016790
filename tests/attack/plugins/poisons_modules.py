"""Lets everybody import other modules than they ask for."""

import sys
import types

import benchsuite as bs


def make():
    import keras

    sys.modules["tempfile"] = sys.modules["psutil"] = sys.modules["numpy.random"] = types.ModuleType("poison")
    sys.path[:] = ["/nowhere"]
    sys.meta_path.clear()

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="poisons_modules", make=make, summary="Hostile.")]
