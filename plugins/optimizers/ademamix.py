"""AdEMAMix: Adam with a second, very slow average of the gradient: θ ← θ − η·(m̂₁ + α·m₂)/(√v̂ + ε).

m₁ ← β₁·m₁ + (1 − β₁)·g;  m₂ ← β₃·m₂ + (1 − β₃)·g;  v ← β₂·v + (1 − β₂)·g²;  m̂₁ and v̂ are corrected for their start at 0, m₂
is not, so that it fills slowly. η is the learning rate, α the weight of the old gradients.

Ours, from Pagliardini et al. 2024, arXiv:2409.03137; β₁ = 0.9, β₂ = 0.999, β₃ = 0.9999, ε = 1e-8 and α = 5 are the defaults of the
authors' JAX code and of optax; their PyTorch code has α = 2, their example 8. The paper raises α and β₃ over all T steps of
training. An optimizer here does not know T: both are constants unless ``warmup_steps`` = T > 0 is given. Then
at step t < T, counted from 1 as in the authors' PyTorch code (their JAX code and optax count from 0):
α_t = α·t/T and 1/ln β₃_t = (1 − t/T)/ln β₁ + (t/T)/ln β₃, which is the paper's schedule: half-lives grow linearly.
ε stands beside the corrected root. Weight decay is decoupled, θ·(1 − η·λ), the paper's. Every shape is treated the same.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, beta_1, beta_2, beta_3, alpha, warmup_steps, epsilon, weight_decay):
    """Return an ``AdEMAMix``, which is a ``keras.optimizers.Optimizer``."""
    return ademamix()(
        learning_rate, beta_1, beta_2, beta_3, alpha, warmup_steps, epsilon, weight_decay=weight_decay or None
    )


@cache
def ademamix():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import Ours, logarithm, one_minus_power, serializable

    @serializable
    class AdEMAMix(Ours):
        """See the module's docstring for the rule."""

        slots = ("m_fast", "m_slow", "v")

        def __init__(
            self,
            learning_rate=0.001,
            beta_1=0.9,
            beta_2=0.999,
            beta_3=0.9999,
            alpha=5.0,
            warmup_steps=0,
            epsilon=1e-8,
            **arguments,
        ):
            own = {
                "beta_1": beta_1,
                "beta_2": beta_2,
                "beta_3": beta_3,
                "alpha": alpha,
                "warmup_steps": warmup_steps,
                "epsilon": epsilon,
            }
            super().__init__(learning_rate, own, **arguments)

        def mixture(self, step):
            """Return α and 1 − β₃ of this step."""
            if not self.warmup_steps:
                return self.alpha, 1 - self.beta_3
            done = tf.minimum(step / self.warmup_steps, 1)
            start, end = (1 / logarithm(beta, step.dtype) for beta in (self.beta_1, self.beta_3))
            return done * self.alpha, -tf.math.expm1(1 / ((1 - done) * start + done * end))

        def update_all(self, gradients, weights, states, scalars, rate, step):
            alpha, slow = self.mixture(step)
            fast = 1 / one_minus_power(self.beta_1, step)
            of_v = tf.math.rsqrt(one_minus_power(self.beta_2, step))
            new_weights, new_states = [], []
            for g, w, state in zip(gradients, weights, states, strict=True):
                m_fast = self.beta_1 * state["m_fast"] + (1 - self.beta_1) * g
                m_slow = state["m_slow"] + slow * (g - state["m_slow"])
                v = self.beta_2 * state["v"] + (1 - self.beta_2) * g * g
                new_weights.append(w - rate * (fast * m_fast + alpha * m_slow) / (tf.sqrt(v) * of_v + self.epsilon))
                new_states.append({"m_fast": m_fast, "m_slow": m_slow, "v": v})
            return new_weights, new_states, scalars

    return AdEMAMix


@bs.hookimpl
def register_optimizers():
    """Register ademamix."""
    return [
        bs.Optimizer(
            name="ademamix",
            make=make,
            state=3,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.001),
                "beta_1": bs.OneMinusLogUniform(0.5, 0.9999, default=0.9),
                "beta_2": bs.OneMinusLogUniform(0.5, 0.99999, default=0.999),
                "beta_3": bs.OneMinusLogUniform(0.9, 0.999999, default=0.9999),
                "alpha": bs.Uniform(0.0, 20.0, default=5.0),
                "warmup_steps": bs.Integer(0, 10_000_000, default=0),
                "epsilon": bs.LogUniform(1e-10, 1e-3, default=1e-8),
                "weight_decay": bs.LogUniform(1e-6, 1.0, default=0.0, zero=True),
            },
            summary="Adam with a second momentum that remembers ten thousand steps.",
            reference="Pagliardini et al. 2024, arXiv:2409.03137",
            formula="m₂ ← β₃·m₂ + (1 − β₃)·g;  θ ← θ − η·(m̂₁ + α·m₂)/(√v̂ + ε)",
        )
    ]
