"""It gives every feature twice: the network is another one."""

import benchsuite as bs


def make():
    import keras

    @keras.saving.register_keras_serializable("mistakes")
    class Doubles(keras.layers.Layer):
        def call(self, x):
            return keras.ops.concatenate([x, x], axis=-1)

        def compute_output_shape(self, shape):
            return (*shape[:-1], 2 * shape[-1])

    return Doubles()


@bs.hookimpl
def register_normalizations():
    return [bs.Normalization(name="doubles", make=make, space={}, summary="A mistake.", applies_to=("dense",))]
