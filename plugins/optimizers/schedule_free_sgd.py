"""Schedule-free SGD: gradient steps whose weights at evaluation are an average of all iterates.

y = (1 − β)·z + β·x is where the gradient g is taken; z ← z − α·(g + λ·y); x ← (1 − c)·x + c·z with c = α*²/Σα*².

The weights kept in the model are y, as in the authors' code; evaluation uses x. Defazio et al. 2024,
arXiv:2405.15682; α = 1, β = 0.9 and λ = 0 are the defaults of their code. At that rate it must leave a task whose first
gradients are long, as those of diamonds_mlp are: that trial diverges. The paper recommends a warm-up, which here is a
schedule's business. α* is the largest rate so far, as in their code and in optax: a warm-up weighs little, a falling
rate does not count against later weights; at a constant rate c = 1/t as in the paper. In plain Keras, ``evaluate`` and
``predict`` use y: assign ``evaluation_values(model.trainable_variables)`` to the weights first.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, beta, weight_decay):
    """Return a ``ScheduleFreeSGD``, which is a ``keras.optimizers.Optimizer``."""
    return schedule_free_sgd()(learning_rate, beta, weight_decay)


@cache
def schedule_free_sgd():
    """Return the class; Keras is imported here and not while plugins are listed."""
    from benchsuite_plugins.optimizers._base import serializable
    from benchsuite_plugins.optimizers._schedule_free import ScheduleFree

    @serializable
    class ScheduleFreeSGD(ScheduleFree):
        """See the module's docstring for the rule."""

        def __init__(self, learning_rate=1.0, beta=0.9, weight_decay=None, **arguments):
            super().__init__(learning_rate, {"beta": beta}, weight_decay=weight_decay, **arguments)

        def direction(self, gradient, state, step):
            return gradient, {}

    return ScheduleFreeSGD


@bs.hookimpl
def register_optimizers():
    """Register schedule_free_sgd."""
    return [
        bs.Optimizer(
            name="schedule_free_sgd",
            make=make,
            wants=("evaluation_weights",),
            state=1,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=1.0),
                "beta": bs.OneMinusLogUniform(0.5, 0.9999, default=0.9),
                "weight_decay": bs.LogUniform(1e-6, 1.0, default=0.0, zero=True),
            },
            summary="SGD evaluated at an average of its iterates; no decaying rate needed.",
            reference="Defazio et al. 2024, arXiv:2405.15682",
            formula="y = (1 − β)·z + β·x;  z ← z − α·(g(y) + λ·y);  x ← (1 − c)·x + c·z, c = α*²/Σα*²",
        )
    ]
