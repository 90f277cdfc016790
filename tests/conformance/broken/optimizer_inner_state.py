"""An optimizer within another keeps its momentum: `variables` does not tell of it, so no reset finds it."""

import benchsuite as bs


def make(learning_rate):
    import keras

    class Around(keras.optimizers.Optimizer):
        def __init__(self, inner, learning_rate):
            super().__init__(learning_rate)
            self.inner = inner

        def build(self, variables):
            if not self.built:
                super().build(variables)
                self.inner.build(variables)

        def apply(self, gradients, trainable_variables=None):
            self.inner.learning_rate.assign(self.learning_rate)
            self.inner.apply(gradients, trainable_variables)
            self.iterations.assign_add(1)

        def get_config(self):
            return {**super().get_config(), "inner": keras.saving.serialize_keras_object(self.inner)}

    return Around(keras.optimizers.SGD(learning_rate, momentum=0.5), learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="inner_state",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05)},
            summary="A mistake.",
        )
    ]
