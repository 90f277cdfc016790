"""Nothing is added to the norm: an example of zeros becomes nan."""

import benchsuite as bs


def make():
    import keras

    class Unit(keras.layers.Layer):
        def call(self, x):
            return x / keras.ops.norm(x, axis=-1, keepdims=True)

    return Unit()


@bs.hookimpl
def register_normalizations():
    return [
        bs.Normalization(
            name="without_epsilon",
            make=make,
            space={},
            summary="A mistake.",
            applies_to=("dense",),
            replaces_bias=False,
        )
    ]
