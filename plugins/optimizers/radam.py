"""RAdam: Adam whose step is scaled by r while the variance of 1/√v̂ is finite, and momentum alone before: θ ← θ − α·r·m̂/(√v̂ + ε).

m ← β₁·m + (1 − β₁)·g;  v ← β₂·v + (1 − β₂)·g²;  m̂ = m/(1 − β₁ᵗ);  v̂ = v/(1 − β₂ᵗ);  ρ∞ = 2/(1 − β₂) − 1;
ρ = ρ∞ − 2t·β₂ᵗ/(1 − β₂ᵗ), the length of a simple average that is as good as this one.
ρ > 4:  θ ← θ − α·r·m̂/(√v̂ + ε) with r² = (ρ − 4)(ρ − 2)·ρ∞ / ((ρ∞ − 4)(ρ∞ − 2)·ρ);  otherwise:  θ ← θ − α·m̂.

Ours, from Liu et al. 2020, arXiv:1908.03265, algorithm 2, whose α = 0.001, β₁ = 0.9, β₂ = 0.999 these are. The paper has no ε;
it stands beside the corrected root as in optax (1e-8, the value of the authors' code); the authors' code and PyTorch put it
beside the uncorrected one. The paper adapts where ρ > 4, which is from step 5 at β₂ = 0.999; the authors' code, optax and
PyTorch wait until ρ reaches 5, one step longer. The authors' code as it is now does not move before that, here the weights
follow momentum as in the paper. β₂ ≤ 0.6 has ρ∞ ≤ 4 and never adapts. Weight decay is decoupled, θ·(1 − α·λ), as in the
authors' code; in PyTorch it is coupled unless asked otherwise. Every shape of variable is treated the same.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, beta_1, beta_2, epsilon, weight_decay):
    """Return an ``RAdam``, which is a ``keras.optimizers.Optimizer``."""
    return radam()(learning_rate, beta_1, beta_2, epsilon, weight_decay=weight_decay or None)


@cache
def radam():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import Ours, logarithm, one_minus_power, serializable

    @serializable
    class RAdam(Ours):
        """See the module's docstring for the rule."""

        slots = ("m", "v")

        def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-8, **arguments):
            super().__init__(learning_rate, {"beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon}, **arguments)

        def rectification(self, step):
            """Return r, and 1 where the step is adapted, else 0 and 0."""
            longest = 2 / (1 - self.beta_2) - 1
            if longest <= 4:
                return tf.zeros_like(step), tf.zeros_like(step)
            # ρ is the difference of two numbers near 2/(1 − β₂): in float32 it would not know 4 from 4.02.
            t = tf.cast(step, tf.float64)
            length = longest - 2 * t * tf.exp(t * logarithm(self.beta_2, t.dtype)) / one_minus_power(self.beta_2, t)
            adapted = tf.cast(length > 4, tf.float64)
            squared = (length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)
            return tf.cast(tf.sqrt(adapted * squared), step.dtype), tf.cast(adapted, step.dtype)

        def update_all(self, gradients, weights, states, scalars, rate, step):
            r, adapted = self.rectification(step)
            size = rate / one_minus_power(self.beta_1, step) * (r + 1 - adapted)
            # √v·a + b is √v̂ + ε in an adapted step and 1 in the others: no choice for each number.
            a = adapted * tf.math.rsqrt(one_minus_power(self.beta_2, step))
            b = adapted * self.epsilon + (1 - adapted)
            new_weights, new_states = [], []
            for g, w, state in zip(gradients, weights, states, strict=True):
                m = self.beta_1 * state["m"] + (1 - self.beta_1) * g
                v = self.beta_2 * state["v"] + (1 - self.beta_2) * g * g
                new_weights.append(w - size * m / (tf.sqrt(v) * a + b))
                new_states.append({"m": m, "v": v})
            return new_weights, new_states, scalars

    return RAdam


@bs.hookimpl
def register_optimizers():
    """Register radam."""
    return [
        bs.Optimizer(
            name="radam",
            make=make,
            state=2,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.001),
                "beta_1": bs.OneMinusLogUniform(0.5, 0.9999, default=0.9),
                "beta_2": bs.OneMinusLogUniform(0.5, 0.99999, default=0.999),
                "epsilon": bs.LogUniform(1e-10, 1e-3, default=1e-8),
                "weight_decay": bs.LogUniform(1e-6, 1.0, default=0.0, zero=True),
            },
            summary="Adam that takes momentum steps until its second moment can be trusted; no warm-up needed.",
            reference="Liu et al. 2020, arXiv:1908.03265",
            formula="ρ = ρ∞ − 2t·β₂ᵗ/(1 − β₂ᵗ);  θ ← θ − α·r·m̂/(√v̂ + ε) where ρ > 4, else θ ← θ − α·m̂",
        )
    ]
