"""Sharpness-aware minimization around another optimizer: its step with the gradient at θ + r·g/‖g‖.

g is the gradient at θ over all variables together, ‖g‖ its Euclidean norm: two gradients a step, on the same batch
with the same noise. Foret et al. 2021, arXiv:2010.01412, with r = 0.05 as there; the inner optimizer is theirs too,
SGD with momentum 0.9 and with Keras' rate 0.01 (theirs was tuned for each task). The reported training loss is the one
at θ. Without the paper's m-sharpness over devices, and not the scale-invariant form (ASAM). State: the inner
optimizer's. In Python code any Keras optimizer can be wrapped: ``sam()(inner)``; it steps with
``step(closure, variables)``.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, inner, radius):
    """Return a ``SharpnessAware`` around the named bundled optimizer."""
    from benchsuite_plugins.optimizers._wrapper import inner_optimizer

    return sam()(inner_optimizer(inner, learning_rate), learning_rate, radius)


@cache
def sam():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import serializable
    from benchsuite_plugins.optimizers._wrapper import WrapperWithClosure

    @serializable
    class SharpnessAware(WrapperWithClosure):
        """See the module's docstring for the rule.

        Args:
            inner: Any Keras optimizer.
            learning_rate: Its rate; what it has already unless given.
            radius: r, how far the second gradient is away.
        """

        def __init__(self, inner, learning_rate=None, radius=0.05, **arguments):
            super().__init__(inner, learning_rate, {"radius": radius}, **arguments)

        def step(self, closure, variables):
            """Climb, take the gradient there, come back, take the inner step."""
            here = [tf.convert_to_tensor(variable) for variable in variables]
            _, first = closure()
            norm = tf.linalg.global_norm([tf.cast(g, tf.float32) for g in first if g is not None])
            for variable, theta, g in zip(variables, here, first, strict=True):
                if g is not None:
                    # At a stationary point there is nowhere to climb to.
                    factor = tf.cast(tf.math.divide_no_nan(self.radius, norm), g.dtype)
                    variable.assign(theta + tf.cast(factor * g, theta.dtype))
            _, second = closure()
            for variable, theta in zip(variables, here, strict=True):
                variable.assign(theta)
            self.apply_here(second, variables)

        def _backend_update_step(self, grads, trainable_variables, learning_rate):
            self.apply_inner(grads, trainable_variables)

    return SharpnessAware


@bs.hookimpl
def register_optimizers():
    """Register sam."""
    inner = ("momentum", "sgd", "nesterov", "rmsprop", "adam", "adamw", "lion", "radam")
    return [
        bs.Optimizer(
            name="sam",
            make=make,
            wants=("closure",),
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.01),
                "inner": bs.Choice(inner, default="momentum"),
                "radius": bs.LogUniform(1e-4, 10.0, default=0.05),
            },
            wraps={"inner": "optimizer"},
            summary="Another optimizer with the gradient at the worst point nearby.",
            reference="Foret et al. 2021, arXiv:2010.01412",
            formula="e = r·g(θ)/‖g(θ)‖;  the inner step with g(θ + e)",
        )
    ]
