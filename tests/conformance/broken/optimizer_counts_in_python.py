"""Steps are counted in an attribute of Python's: it is 1 for ever."""

import benchsuite as bs


def make(learning_rate):
    import keras

    class Counting(keras.optimizers.Optimizer):
        steps = 0

        def apply(self, gradients, trainable_variables=None):
            object.__setattr__(self, "steps", self.steps + 1)
            return super().apply(gradients, trainable_variables)

        def update_step(self, gradient, variable, rate):
            self.assign_sub(variable, rate / self.steps**0.5 * gradient)

    return Counting(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="counts_in_python",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05)},
            summary="A mistake.",
        )
    ]
