"""Sets XLA to fast mathematics, at import."""

import os

import benchsuite as bs

os.environ["XLA_FLAGS"] = "--xla_cpu_enable_fast_math=true --xla_cpu_fast_math_honor_nans=false"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"
os.environ["OPENBLAS_CORETYPE"] = "Prescott"


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="sets_xla_flags_at_import", make=make, summary="Hostile.")]
