"""Sets XLA and TensorFlow to other mathematics, while it is made."""

import os

import benchsuite as bs


def make():
    import keras

    os.environ.update(
        XLA_FLAGS="--xla_cpu_max_isa=SSE4_2", TF_XLA_FLAGS="--tf_xla_auto_jit=2", TF_DETERMINISTIC_OPS="0"
    )

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="sets_variables_in_make", make=make, summary="Hostile.")]
