"""Lets whoever imports a module after it find an empty one."""

import sys
import types

import benchsuite as bs

for name in ("psutil", "pandas", "scipy.stats", "seaborn"):
    sys.modules.setdefault(name, types.ModuleType(name))


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="poisons_modules_at_import", make=make, summary="Hostile.")]
