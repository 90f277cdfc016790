"""Prodigy: Adam that estimates its own step d from how far it has come along the gradients: θ ← θ − α·κ·d·(m/(√v + d₊·ε) + λ·θ).

m ← β₁·m + (1 − β₁)·d·g;  v ← β₂·v + (1 − β₂)·d²·g²;  with β₃ = √β₂:
r ← β₃·r + α·κ·d²·⟨g, θ₀ − θ⟩/d₀;  s ← β₃·s + α·κ·d²·g/d₀;  d₊ = max(d, c·r/‖s‖₁), d for the next step. r, ‖s‖₁ and d are shared by all
variables, θ₀ are the weights at the start. κ = 1, or √(1 − β₂ᵗ)/(1 − β₁ᵗ) with ``bias_correction``: two different methods.

Ours, from Mishchenko & Defazio 2023, arXiv:2306.06101, algorithm 4 (the Adam version). Its default and ours is no bias
correction, as in the paper and the authors' code; optax always corrects, so optax is ours with ``bias_correction=True``. α = 1, to be
multiplied by a schedule, β = (0.9, 0.999), ε = 1e-8, d₀ = 1e-6 and c = 1 (``d_coef``, which the authors tell users to tune) are
those of that code. ``safeguard_warmup`` leaves α·κ out of s, which the authors recommend with a warm-up schedule. The
code and optax put the new d beside ε, the paper the old one; here it is the new. While all gradients are 0, or α is, d stays
(optax: NaN). Weight decay is decoupled and follows d: −α·κ·d·λ·θ, as in both. The authors' ``growth_rate`` and their slices of
s are left out. Every shape of variable is treated the same.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, beta_1, beta_2, epsilon, d0, d_coef, bias_correction, safeguard_warmup, weight_decay):
    """Return a ``Prodigy``, which is a ``keras.optimizers.Optimizer``."""
    return prodigy()(
        learning_rate,
        beta_1,
        beta_2,
        epsilon,
        d0,
        d_coef,
        bias_correction,
        safeguard_warmup,
        weight_decay=weight_decay,
    )


@cache
def prodigy():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import OwnDecay, one_minus_power, serializable, total

    @serializable
    class Prodigy(OwnDecay):
        """See the module's docstring for the rule."""

        slots = ("m", "v", "s", "start")
        from_weights = ("start",)

        def __init__(
            self,
            learning_rate=1.0,
            beta_1=0.9,
            beta_2=0.999,
            epsilon=1e-8,
            d0=1e-6,
            d_coef=1.0,
            bias_correction=False,
            safeguard_warmup=False,
            **arguments,
        ):
            own = {
                "beta_1": beta_1,
                "beta_2": beta_2,
                "epsilon": epsilon,
                "d0": d0,
                "d_coef": d_coef,
                "bias_correction": bias_correction,
                "safeguard_warmup": safeguard_warmup,
            }
            super().__init__(learning_rate, own, **arguments)

        @property
        def scalars(self):
            """Starting values of d and r."""
            return {"d": self.d0, "r": 0.0}

        def update_all(self, gradients, weights, states, scalars, rate, step):
            d = scalars["d"]
            size = d * rate
            if self.bias_correction:
                size = size * tf.sqrt(one_minus_power(self.beta_2, step)) / one_minus_power(self.beta_1, step)
            beta_3 = self.beta_2**0.5
            # d/d₀ and not d alone, which would be too small for float32 in products.
            share = d / self.d0 * (d if self.safeguard_warmup else size)
            way = tf.add_n(
                [total(g * (state["start"] - w)) for g, w, state in zip(gradients, weights, states, strict=True)]
            )
            r = beta_3 * scalars["r"] + d / self.d0 * size * way
            sums = [beta_3 * state["s"] + share * g for g, state in zip(gradients, states, strict=True)]
            length = tf.add_n([total(tf.abs(s)) for s in sums])
            new_d = tf.maximum(d, self.d_coef * tf.math.divide_no_nan(r, length))
            new_weights, new_states = [], []
            for g, w, s, state, decay in zip(gradients, weights, sums, states, self.decays, strict=True):
                m = self.beta_1 * state["m"] + ((1 - self.beta_1) * d) * g
                v = self.beta_2 * state["v"] + ((1 - self.beta_2) * d * d) * g * g
                new = w - size * m / (tf.sqrt(v) + new_d * self.epsilon)
                new_weights.append(new - size * decay * w if decay else new)
                new_states.append({"m": m, "v": v, "s": s})
            return new_weights, new_states, {"d": new_d, "r": r}

    return Prodigy


@bs.hookimpl
def register_optimizers():
    """Register prodigy."""
    return [
        bs.Optimizer(
            name="prodigy",
            self_tuning=True,
            make=make,
            state=4,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=1.0),
                "beta_1": bs.OneMinusLogUniform(0.5, 0.9999, default=0.9),
                "beta_2": bs.OneMinusLogUniform(0.5, 0.99999, default=0.999),
                "epsilon": bs.LogUniform(1e-10, 1e-3, default=1e-8),
                "d0": bs.LogUniform(1e-8, 1e-2, default=1e-6),
                "d_coef": bs.LogUniform(0.1, 10.0, default=1.0),
                "bias_correction": bs.Choice((False, True)),
                "safeguard_warmup": bs.Choice((False, True)),
                "weight_decay": bs.LogUniform(1e-6, 1.0, default=0.0, zero=True),
            },
            summary="Adam that finds its learning rate itself; the given one is a factor and stays 1.",
            reference="Mishchenko & Defazio 2023, arXiv:2306.06101",
            formula="d ← max(d, c·r/‖s‖₁), r and s sums of ⟨g, θ₀ − θ⟩ and g;  θ ← θ − α·d·m/(√v + d·ε)",
        )
    ]
