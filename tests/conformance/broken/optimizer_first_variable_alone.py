"""One variable is trained, the others stay where they are."""

import benchsuite as bs


def make(learning_rate):
    import keras

    class Own(keras.optimizers.Optimizer):
        def update_step(self, gradient, variable, learning_rate):
            if self._get_variable_index(variable) == 0:
                variable.assign_sub(learning_rate * gradient)

    return Own(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="first_variable_alone",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05)},
            summary="A mistake.",
        )
    ]
