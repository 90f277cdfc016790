"""A hyperparameter lies in a global: whoever is made last decides for all."""

import benchsuite as bs

SETTINGS = {}


def make(learning_rate, momentum):
    import keras

    SETTINGS["momentum"] = momentum

    class Global(keras.optimizers.Optimizer):
        def build(self, variables):
            super().build(variables)
            self.velocities = [self.add_variable_from_reference(v, "velocity") for v in variables]

        def update_step(self, gradient, variable, rate):
            velocity = self.velocities[self._get_variable_index(variable)]
            self.assign(velocity, SETTINGS["momentum"] * velocity + gradient)
            self.assign_sub(variable, rate * velocity)

    return Global(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="global_momentum",
            make=make,
            space={
                "learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05),
                "momentum": bs.Uniform(0.0, 0.99, default=0.9),
            },
            summary="A mistake.",
        )
    ]
