"""It uses the statistics of the batch at evaluation as well."""

import benchsuite as bs


def make():
    import keras

    @keras.saving.register_keras_serializable("mistakes")
    class Standard(keras.layers.Layer):
        def call(self, x):
            mean = keras.ops.mean(x, axis=0, keepdims=True)
            return (x - mean) / (keras.ops.std(x, axis=0, keepdims=True) + 1e-3)

        def compute_output_shape(self, shape):
            return shape

    return Standard()


@bs.hookimpl
def register_normalizations():
    return [bs.Normalization(name="batch_statistics", make=make, space={}, summary="A mistake.", applies_to=("dense",))]
