"""Takes two good steps, and a third to nowhere."""

import benchsuite as bs


def make(learning_rate):
    import keras
    import tensorflow as tf

    class Lost(keras.optimizers.SGD):
        def update_step(self, gradient, variable, learning_rate):
            lost = tf.where(self.iterations >= 2, float("nan"), 0.0)
            super().update_step(gradient + lost, variable, learning_rate)

    return Lost(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="nan_at_step_3",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)},
            summary="Hostile.",
        )
    ]
