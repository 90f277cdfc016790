"""The velocity is a tf.Variable of the first step: no reset knows it."""

import benchsuite as bs


def make(learning_rate):
    import keras
    import tensorflow as tf

    class Hidden(keras.optimizers.Optimizer):
        def update_step(self, gradient, variable, rate):
            kept = self.__dict__.setdefault("kept", {})
            place = self._get_variable_index(variable)
            if place not in kept:
                with tf.init_scope():
                    kept[place] = tf.Variable(tf.zeros(variable.shape), trainable=False)
            velocity = kept[place]
            velocity.assign(0.9 * velocity + gradient)
            self.assign_sub(variable, rate * velocity)

    return Hidden(learning_rate)


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="hidden_state",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.05)},
            summary="A mistake.",
        )
    ]
