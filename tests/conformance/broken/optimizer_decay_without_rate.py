"""Weight decay is not multiplied by the rate: at a rate of 0 the weights shrink."""

import benchsuite as bs


def make(learning_rate, weight_decay):
    import keras

    class Shrinking(keras.optimizers.Optimizer):
        def update_step(self, gradient, variable, rate):
            self.assign(variable, (1 - weight_decay) * variable - rate * gradient)

    return Shrinking(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="decay_without_rate",
            make=make,
            space={
                "learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05),
                "weight_decay": bs.Uniform(0.0, 0.1, default=0.004),
            },
            summary="A mistake.",
        )
    ]
