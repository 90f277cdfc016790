"""Its penalty is a reward."""

import benchsuite as bs


def make(strength):
    import keras

    @keras.saving.register_keras_serializable("mistakes")
    class Reward(keras.Regularizer):
        def __call__(self, kernel):
            return -strength * keras.ops.sum(keras.ops.square(kernel))

        def get_config(self):
            return {}

    return Reward()


@bs.hookimpl
def register_regularizations():
    return [
        bs.Regularization(
            name="negative_penalty",
            make=make,
            space={"strength": bs.LogUniform(1e-6, 1e-1, default=1e-4)},
            summary="A mistake.",
        )
    ]
