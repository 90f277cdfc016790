"""What is made depends on how often make was called."""

import benchsuite as bs

CALLS = []


def make(learning_rate):
    import keras

    CALLS.append(learning_rate)
    share = 1 + 0.01 * len(CALLS)

    class Growing(keras.optimizers.Optimizer):
        def update_step(self, gradient, variable, rate):
            self.assign_sub(variable, rate * share * gradient)

    return Growing(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="calls_of_make",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05)},
            summary="A mistake.",
        )
    ]
