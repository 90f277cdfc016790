"""Max-norm: after each step the incoming weights w of every unit are scaled back to ‖w‖ ≤ c.

Srebro & Shraibman 2005; Srivastava et al. 2014, who use it with dropout and name 3 to 4 as usual (c = 3 here). A unit is one
index of a kernel's last axis, a convolution's filter included; the norm is over all other axes. All kernels, that of
the output too; biases are left alone. Weight and spectral normalization compute kernels from other arrays, whose
length says nothing: with them it is unsupported. Keras' ``MaxNorm`` constraint sums over the first axis alone unless told otherwise
and divides by norm + ε; here a unit within the bound is unchanged to the bit.
"""

import benchsuite as bs


class MaxNorm:
    """Bounds the norm of each unit's weights.

    Args:
        bound: c.
    """

    on = "kernels"
    variables = ()

    def __init__(self, bound):
        self.bound = bound

    def build(self, variables, kernels):
        """Note the kernels."""
        if not kernels:
            raise bs.Unsupported("regularization 'max_norm' needs kernels to bound; the model has none")
        self.kernels = kernels

    def after_step(self, step):
        """Scale the units that are too long."""
        import tensorflow as tf

        for kernel in self.kernels:
            values = tf.convert_to_tensor(kernel)
            inputs = list(range(values.shape.rank - 1))
            norms = tf.sqrt(tf.reduce_sum(values**2, axis=inputs, keepdims=True))
            kernel.assign(tf.where(norms > self.bound, values * (self.bound / norms), values))


@bs.hookimpl
def register_regularizations():
    """Register max_norm."""
    return [
        bs.Regularization(
            name="max_norm",
            make=MaxNorm,
            space={"bound": bs.LogUniform(0.01, 100.0, default=3.0)},
            summary="No unit's weights may grow longer than a bound.",
            reference="Srebro & Shraibman 2005; Srivastava et al. 2014",
            formula="w ← w·min(1, c/‖w‖)",
        )
    ]
