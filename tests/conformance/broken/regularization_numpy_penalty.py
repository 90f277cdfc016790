"""Its penalty has no gradient."""

import benchsuite as bs


def make(strength):
    import keras

    @keras.saving.register_keras_serializable("mistakes")
    class Counted(keras.Regularizer):
        def __call__(self, kernel):
            return strength * keras.ops.sum(keras.ops.cast(keras.ops.abs(kernel) > 0.1, "float32"))

        def get_config(self):
            return {}

    return Counted()


@bs.hookimpl
def register_regularizations():
    return [
        bs.Regularization(
            name="numpy_penalty",
            make=make,
            space={"strength": bs.LogUniform(1e-6, 1e-1, default=1e-4)},
            summary="A mistake.",
        )
    ]
