"""The average is computed and never kept."""

import benchsuite as bs


def make(learning_rate):
    import keras

    class Forgetful(keras.optimizers.Optimizer):
        def build(self, variables):
            super().build(variables)
            self.averages = [self.add_variable_from_reference(v, "average") for v in variables]

        def update_step(self, gradient, variable, rate):
            average = 0.9 * self.averages[self._get_variable_index(variable)] + gradient
            self.assign_sub(variable, rate * average)

    return Forgetful(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="state_forgotten",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05)},
            summary="A mistake.",
        )
    ]
