"""Cautious AdamW: AdamW that moves only weights whose momentum agrees with the gradient: θ ← θ − α̂·φ/max(mean φ, 10⁻³)·m/(√v + ε).

φ is 1 where m·g > 0, else 0, its mean that of one variable;  m ← β₁·m + (1 − β₁)·g;  v ← β₂·v + (1 − β₂)·g²;
α̂ = α·√(1 − β₂ᵗ)/(1 − β₁ᵗ).

Ours, from Liang et al. 2024, arXiv:2411.16085, in the form of the authors' ``c_adamw.py``, whose α = 0.001, β = (0.9, 0.999),
ε = 1e-6 and λ = 0 these are: ε beside the uncorrected root, and the mean of the mask not below 10⁻³. The paper's algorithm
scales by n/(‖φ‖₀ + 1) instead, n being the size of the variable, and its listing by 1/(mean φ + ε): nearly the same for
large variables, but a variable of one number would move half as far. Weight decay is decoupled, θ·(1 − α·λ), before the step as
in that code, and knows no caution. Every shape of variable is treated the same.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, beta_1, beta_2, epsilon, weight_decay):
    """Return a ``CautiousAdamW``, which is a ``keras.optimizers.Optimizer``."""
    return cautious_adamw()(learning_rate, beta_1, beta_2, epsilon, weight_decay=weight_decay or None)


@cache
def cautious_adamw():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import Ours, one_minus_power, serializable, total

    @serializable
    class CautiousAdamW(Ours):
        """See the module's docstring for the rule."""

        slots = ("m", "v")

        def __init__(self, learning_rate=0.001, beta_1=0.9, beta_2=0.999, epsilon=1e-6, **arguments):
            super().__init__(learning_rate, {"beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon}, **arguments)

        def update(self, gradient, weights, state, rate, step):
            m = self.beta_1 * state["m"] + (1 - self.beta_1) * gradient
            v = self.beta_2 * state["v"] + (1 - self.beta_2) * gradient * gradient
            mask = tf.cast(m * gradient > 0, m.dtype)
            size = rate * tf.sqrt(one_minus_power(self.beta_2, step)) / one_minus_power(self.beta_1, step)
            size = size / tf.maximum(total(mask) / max(mask.shape.num_elements(), 1), 1e-3)
            return weights - size * mask * m / (tf.sqrt(v) + self.epsilon), {"m": m, "v": v}

    return CautiousAdamW


@bs.hookimpl
def register_optimizers():
    """Register cautious_adamw."""
    return [
        bs.Optimizer(
            name="cautious_adamw",
            make=make,
            state=2,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.001),
                "beta_1": bs.OneMinusLogUniform(0.5, 0.9999, default=0.9),
                "beta_2": bs.OneMinusLogUniform(0.5, 0.99999, default=0.999),
                "epsilon": bs.LogUniform(1e-10, 1e-3, default=1e-6),
                "weight_decay": bs.LogUniform(1e-6, 1.0, default=0.0, zero=True),
            },
            summary="AdamW that leaves a weight alone while momentum and gradient disagree about its direction.",
            reference="Liang et al. 2024, arXiv:2411.16085",
            formula="φ = [m·g > 0];  θ ← θ − α·√(1 − β₂ᵗ)/(1 − β₁ᵗ)·φ/max(mean φ, 10⁻³)·m/(√v + ε)",
        )
    ]
