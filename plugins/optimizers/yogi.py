"""Yogi: Adam whose second moment moves by at most (1 − β₂)·g² a step: v ← v − (1 − β₂)·sign(v − g²)·g².

m ← β₁·m + (1 − β₁)·g;  θ ← θ − α·√(1 − β₂ᵗ)/(1 − β₁ᵗ)·m/(√v + ε), with m from 0 and v from v₀.

Ours, from Zaheer et al. 2018, "Adaptive Methods for Nonconvex Optimization", NeurIPS, whose β₁ = 0.9, β₂ = 0.999, α = 0.01 and
ε = 1e-3 these are: ε is large on purpose, it bounds the adaptivity. The paper's algorithm has no bias correction; here it is that
of Adam at the end of its section 2, and v₀ = 1e-6, as in the PyTorch version of the method that is in use, so ε stays beside the
uncorrected root, where the paper has it. optax differs twice: its m starts at v₀ too, and its ε stands beside the corrected
root, where 1e-3 is far smaller in the first steps (at t = 1 ours is as large as 0.03 there). The paper has no weight decay;
Keras' argument ``weight_decay`` remains, decoupled. Every shape of variable is treated the same.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, beta_1, beta_2, epsilon, initial_accumulator_value):
    """Return a ``Yogi``, which is a ``keras.optimizers.Optimizer``."""
    return yogi()(learning_rate, beta_1, beta_2, epsilon, initial_accumulator_value)


@cache
def yogi():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import Ours, one_minus_power, serializable

    @serializable
    class Yogi(Ours):
        """See the module's docstring for the rule."""

        slots = ("m", "v")

        def __init__(
            self,
            learning_rate=0.01,
            beta_1=0.9,
            beta_2=0.999,
            epsilon=1e-3,
            initial_accumulator_value=1e-6,
            **arguments,
        ):
            own = {
                "beta_1": beta_1,
                "beta_2": beta_2,
                "epsilon": epsilon,
                "initial_accumulator_value": initial_accumulator_value,
            }
            super().__init__(learning_rate, own, **arguments)

        def build(self, variables):
            """Create the state; v starts at v₀."""
            if self.built:
                return
            super().build(variables)
            for arrays in self._arrays:
                v = arrays["v"]
                v.assign(tf.fill(v.shape, tf.convert_to_tensor(self.initial_accumulator_value, v.dtype)))

        def update(self, gradient, weights, state, rate, step):
            square = gradient * gradient
            m = self.beta_1 * state["m"] + (1 - self.beta_1) * gradient
            v = state["v"] - (1 - self.beta_2) * tf.sign(state["v"] - square) * square
            size = rate * tf.sqrt(one_minus_power(self.beta_2, step)) / one_minus_power(self.beta_1, step)
            return weights - size * m / (tf.sqrt(v) + self.epsilon), {"m": m, "v": v}

    return Yogi


@bs.hookimpl
def register_optimizers():
    """Register yogi."""
    return [
        bs.Optimizer(
            name="yogi",
            make=make,
            state=2,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.01),
                "beta_1": bs.OneMinusLogUniform(0.5, 0.9999, default=0.9),
                "beta_2": bs.OneMinusLogUniform(0.5, 0.99999, default=0.999),
                "epsilon": bs.LogUniform(1e-8, 1e-1, default=1e-3),
                "initial_accumulator_value": bs.LogUniform(1e-10, 1.0, default=1e-6),
            },
            summary="Adam whose rates rise slowly: its second moment changes by the size of g², not by its distance.",
            reference="Zaheer et al. 2018, Adaptive Methods for Nonconvex Optimization, NeurIPS",
            formula="v ← v − (1 − β₂)·sign(v − g²)·g²;  θ ← θ − α·√(1 − β₂ᵗ)/(1 − β₁ᵗ)·m/(√v + ε)",
        )
    ]
