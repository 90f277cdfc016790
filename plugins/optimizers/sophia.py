"""Sophia-H: θ ← θ − α·clip(m/max(γ·h, ε), 1), h an average of Hutchinson's estimate of the Hessian's diagonal.

m ← β₁·m + (1 − β₁)·g; every k steps h ← β₂·h + (1 − β₂)·u⊙(H·u) with u ~ N(0, I); clip limits each entry to [−1, 1].

Liu et al. 2023, arXiv:2305.14342, algorithm 3 with algorithm 1's estimator (Sophia-H). H·u is exact, by a second
differentiation of the loss on the same batch (the paper takes a part of the batch), without the recipe's gradient
transform; it costs about one more gradient, every k-th step. k = 10, β₁ = 0.96, β₂ = 0.99, ε = 1e-12 and γ = 0.01 are
the paper's for this estimator. Its rates were found for GPT-2 (about Adam's times 0.8 … 1), so the default is Adam's
0.001. Weight decay is decoupled, θ ← (1 − α·λ)·θ before the step, off by default (the paper: λ = 0.2 for GPT-2).
Where h is negative, max(γ·h, ε) = ε makes the step a signed one, as in the paper.
"""

import math
from functools import cache

import benchsuite as bs


def make(learning_rate, beta_1, beta_2, gamma, period, epsilon):
    """Return a ``Sophia``, a Keras optimizer that takes its step from a closure."""
    return sophia()(learning_rate, beta_1, beta_2, gamma, period, epsilon)


@cache
def sophia():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import OursWithClosure, serializable

    @serializable
    class Sophia(OursWithClosure):
        """See the module's docstring for the rule."""

        slots = ("m", "h")

        def __init__(
            self,
            learning_rate=0.001,
            beta_1=0.96,
            beta_2=0.99,
            gamma=0.01,
            period=10,
            epsilon=1e-12,
            **arguments,
        ):
            own = {"beta_1": beta_1, "beta_2": beta_2, "gamma": gamma, "period": period, "epsilon": epsilon}
            super().__init__(learning_rate, own, **arguments)

        def step(self, closure, variables):
            """Estimate the curvature when it is due, then step."""
            _, gradients = closure()
            present = [v for v, g in zip(variables, gradients, strict=True) if g is not None]
            old = [self.state_of(v)["h"] for v in present]
            sizes = [math.prod(v.shape) for v in variables]

            def estimated():
                # One draw for all: under XLA a generator is compiled anew for each shape.
                drawn = bs.noise.normal([sum(sizes)])
                probes = [
                    tf.cast(tf.reshape(part, v.shape), v.dtype)
                    for part, v in zip(tf.split(drawn, sizes), variables, strict=True)
                ]
                products = closure.hessian_vector(probes)
                diagonal = [u * p for u, p, g in zip(probes, products, gradients, strict=True) if g is not None]
                return [
                    self.beta_2 * h + (1 - self.beta_2) * tf.cast(d, h.dtype)
                    for h, d in zip(old, diagonal, strict=True)
                ]

            due = tf.equal(tf.math.floormod(tf.convert_to_tensor(self.iterations), self.period), 0)
            for variable, h in zip(present, tf.cond(due, estimated, lambda: old), strict=True):
                self.assign(self._arrays[self._get_variable_index(variable)]["h"], h)
            self.apply_here(gradients, variables)

        def update(self, gradient, weights, state, rate, step):
            m = self.beta_1 * state["m"] + (1 - self.beta_1) * gradient
            ratio = m / tf.maximum(self.gamma * state["h"], self.epsilon)
            return weights - rate * tf.clip_by_value(ratio, -1.0, 1.0), {"m": m}

    return Sophia


@bs.hookimpl
def register_optimizers():
    """Register sophia."""
    return [
        bs.Optimizer(
            name="sophia",
            make=make,
            wants=("closure",),
            state=2,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.001),
                "beta_1": bs.OneMinusLogUniform(0.5, 0.9999, default=0.96),
                "beta_2": bs.OneMinusLogUniform(0.5, 0.99999, default=0.99),
                "gamma": bs.LogUniform(1e-4, 10.0, default=0.01),
                "period": bs.Integer(1, 1000, default=10),
                "epsilon": bs.LogUniform(1e-15, 1e-3, default=1e-12),
            },
            summary="Momentum over an estimated diagonal Hessian, each step clipped.",
            reference="Liu et al. 2023, arXiv:2305.14342",
            formula="m ← β₁·m + (1 − β₁)·g;  h ← β₂·h + (1 − β₂)·u⊙Hu every k steps;  θ ← θ − α·clip(m/max(γ·h, ε), 1)",
        )
    ]
