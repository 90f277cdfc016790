"""A hash of a text decides the size of its steps: each process has hashes of its own."""

import benchsuite as bs


def make(learning_rate):
    import keras

    class Hashing(keras.optimizers.Optimizer):
        def update_step(self, gradient, variable, rate):
            self.assign_sub(variable, rate * (1 + hash(str(variable.shape)) % 1000 / 1000) * gradient)

    return Hashing(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="hash_of_text",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05)},
            summary="A mistake.",
        )
    ]
