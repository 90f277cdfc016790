"""Lookahead around another optimizer: k inner steps on θ, then φ ← φ + a·(θ − φ), θ ← φ.

The fast weights θ are the model's, the slow ones φ start as their copy. Zhang et al. 2019, arXiv:1907.08610, whose
k = 5 and a = 0.5 these are. Evaluation uses the model's weights, as optax' does after a full period: at an epoch that
does not end with a synchronization these are fast weights (the paper evaluates slow ones). The inner optimizer keeps
its state at a synchronization, the paper's standard choice; its hyperparameters are its declared defaults, its rate is
ours. State: the inner optimizer's and one number for each parameter. In Python code any Keras optimizer can be
wrapped: ``lookahead()(inner)``.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, inner, period, slow_rate):
    """Return a ``Lookahead`` around the named bundled optimizer."""
    from benchsuite_plugins.optimizers._wrapper import inner_optimizer

    return lookahead()(inner_optimizer(inner, learning_rate), learning_rate, period, slow_rate)


@cache
def lookahead():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import serializable
    from benchsuite_plugins.optimizers._wrapper import Wrapper

    @serializable
    class Lookahead(Wrapper):
        """See the module's docstring for the rule.

        Args:
            inner: Any Keras optimizer.
            learning_rate: Its rate; what it has already unless given.
            period: k, inner steps between two synchronizations.
            slow_rate: a, in [0, 1].
        """

        slots = ("slow",)
        from_weights = ("slow",)

        def __init__(self, inner, learning_rate=None, period=5, slow_rate=0.5, **arguments):
            super().__init__(inner, learning_rate, {"period": period, "slow_rate": slow_rate}, **arguments)

        def _backend_update_step(self, grads, trainable_variables, learning_rate):
            self.apply_inner(grads, trainable_variables)
            super()._backend_update_step(grads, trainable_variables, learning_rate)

        def update_all(self, gradients, weights, states, scalars, rate, step):
            due = tf.equal(tf.math.floormod(step, self.period), 0)
            new_weights, new_states = [], []
            for fast, state in zip(weights, states, strict=True):
                slow = tf.where(due, state["slow"] + self.slow_rate * (fast - state["slow"]), state["slow"])
                new_weights.append(tf.where(due, slow, fast))
                new_states.append({"slow": slow})
            return new_weights, new_states, scalars

    return Lookahead


@bs.hookimpl
def register_optimizers():
    """Register lookahead."""
    inner = ("adam", "sgd", "momentum", "nesterov", "rmsprop", "adamw", "lion", "radam")
    return [
        bs.Optimizer(
            name="lookahead",
            make=make,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.001),
                "inner": bs.Choice(inner, default="adam"),
                "period": bs.Integer(1, 100, default=5),
                "slow_rate": bs.Uniform(0.0, 1.0, default=0.5),
            },
            wraps={"inner": "optimizer"},
            summary="Slow weights that follow every few steps of another optimizer.",
            reference="Zhang et al. 2019, arXiv:1907.08610",
            formula="k inner steps on θ;  φ ← φ + a·(θ − φ);  θ ← φ",
        )
    ]
