"""Schedule-free AdamW: AdamW whose weights at evaluation are an average of all iterates, so that no rate need decay.

y = (1 − β₁)·z + β₁·x is where the gradient g is taken; v ← β₂·v + (1 − β₂)·g²;
z ← z − α·g/(√(v/(1 − β₂ᵗ)) + ε) − α·λ·y;  x ← (1 − c)·x + c·z with c = α*²/Σα*².

Ours, not Keras' ``ScheduleFreeAdamW``: Keras 3.15 reads its old z after it has changed it when it runs on TensorFlow,
so its x follows a wrong recursion (ours agrees with optax to 1e-9, Keras' does not). The weights kept in the model are
y, as in the authors' code; evaluation uses x. Defazio et al. 2024, arXiv:2405.15682, whose β₁ = 0.9, β₂ = 0.999 and
ε = 1e-8 these are; α = 0.0025 is the rate of their code, λ = 0 its default. α* is the largest rate so far, as there and
in optax: a warm-up weighs little, a falling rate does not count against later weights. The paper adds a warm-up of its
own; here that is a schedule's business. In plain Keras, ``evaluate`` and ``predict`` use y: assign
``evaluation_values(model.trainable_variables)`` to the weights first.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, beta_1, beta_2, epsilon, weight_decay):
    """Return a ``ScheduleFreeAdamW``, which is a ``keras.optimizers.Optimizer``."""
    return schedule_free_adamw()(learning_rate, beta_1, beta_2, epsilon, weight_decay)


@cache
def schedule_free_adamw():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import one_minus_power, serializable
    from benchsuite_plugins.optimizers._schedule_free import ScheduleFree

    @serializable
    class ScheduleFreeAdamW(ScheduleFree):
        """See the module's docstring for the rule."""

        slots = ("z", "v")
        beta_name = "beta_1"

        def __init__(
            self, learning_rate=0.0025, beta_1=0.9, beta_2=0.999, epsilon=1e-8, weight_decay=None, **arguments
        ):
            own = {"beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon}
            super().__init__(learning_rate, own, weight_decay=weight_decay, **arguments)

        def direction(self, gradient, state, step):
            v = self.beta_2 * state["v"] + (1 - self.beta_2) * gradient**2
            return gradient / (tf.sqrt(v / one_minus_power(self.beta_2, step)) + self.epsilon), {"v": v}

    return ScheduleFreeAdamW


@bs.hookimpl
def register_optimizers():
    """Register schedule_free_adamw."""
    return [
        bs.Optimizer(
            name="schedule_free_adamw",
            make=make,
            wants=("evaluation_weights",),
            state=2,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.0025),
                "beta_1": bs.OneMinusLogUniform(0.5, 0.9999, default=0.9),
                "beta_2": bs.OneMinusLogUniform(0.5, 0.99999, default=0.999),
                "epsilon": bs.LogUniform(1e-10, 1e-3, default=1e-8),
                "weight_decay": bs.LogUniform(1e-6, 1.0, default=0.0, zero=True),
            },
            summary="AdamW evaluated at an average of its iterates; no decaying rate needed.",
            reference="Defazio et al. 2024, arXiv:2405.15682",
            formula="y = (1 − β₁)·z + β₁·x;  z ← z − α·g(y)/(√v̂ + ε) − α·λ·y;  x ← (1 − c)·x + c·z, c = α*²/Σα*²",
        )
    ]
