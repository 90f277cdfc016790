"""Muon: momentum whose step is an orthogonal matrix, θ ← θ − α·√max(1, out/in)·NS(g + ρ·(M − g)) − α·λ·θ.

M ← ρ·M + (1 − ρ)·g (without Nesterov the step is NS(M)). NS divides by the Frobenius norm plus 1e-7 and iterates
X ← 3.4445·X − 4.7750·(XXᵀ)X + 2.0315·(XXᵀ)²X five times: all singular values come near 1.

Jordan et al. 2024, kellerjordan.github.io/posts/muon, and the authors' code, whose defaults these are: α = 0.02,
ρ = 0.95, λ = 0; AdamW elsewhere at 0.0003 (0.015·α), β₁ = 0.9, β₂ = 0.95, ε = 1e-10 beside the corrected root.
Matrices are taken as Keras stores them, (in, out), so the factor is √max(1, columns/rows); the authors' (out, in) have
rows over columns. Convolution kernels (height, width, in, out) become matrices (height·width·in, out) with that same
factor (the authors' code takes height/width there, that is 1; optax does as here). Vectors, embeddings and the output
layer get AdamW: whatever matches the regular expression ``exclude`` in its path, ``embedding|output``; a model of your
own needs that word in the name of its last layer. The gates of an LSTM are one matrix. Kernels of
``MultiHeadAttention`` have three axes and would be read as convolutions: exclude them.

Ours, not Keras' ``Muon``: that one trains convolution kernels by AdamW. It also scales by 0.2·√max(in, out) (Liu et al.
2025, for AdamW's rates) and gives AdamW the same rate. optax corrects the bias of its average, which
changes the first Nesterov steps; without Nesterov it agrees.

State: 1 number for each weight of a matrix or convolution kernel, 2 for the others.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, momentum, nesterov, weight_decay, adam_ratio, beta_1, beta_2, epsilon):
    """Return a ``Muon``, which is a ``keras.optimizers.Optimizer``."""
    return muon()(learning_rate, momentum, nesterov, weight_decay, adam_ratio, beta_1, beta_2, epsilon)


@cache
def muon():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import re

    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import OwnDecay, one_minus_power, serializable

    def orthogonal(matrix):
        """Bring all singular values near 1; the iteration works on the shorter side."""
        tall = matrix.shape[0] > matrix.shape[1]
        x = matrix / (tf.norm(matrix) + 1e-7)
        x = tf.transpose(x) if tall else x
        for _ in range(5):
            a = tf.matmul(x, x, transpose_b=True)
            x = 3.4445 * x + tf.matmul(-4.7750 * a + 2.0315 * tf.matmul(a, a), x)
        return tf.transpose(x) if tall else x

    @serializable
    class Muon(OwnDecay):
        """See the module's docstring for the rule."""

        def __init__(
            self,
            learning_rate=0.02,
            momentum=0.95,
            nesterov=True,
            weight_decay=0.0,
            adam_ratio=0.015,
            beta_1=0.9,
            beta_2=0.95,
            epsilon=1e-10,
            exclude="embedding|output",
            **arguments,
        ):
            own = {"momentum": momentum, "nesterov": nesterov, "adam_ratio": adam_ratio, "exclude": exclude}
            own |= {"beta_1": beta_1, "beta_2": beta_2, "epsilon": epsilon}
            super().__init__(learning_rate, own, weight_decay=weight_decay, **arguments)

        def slots_of(self, variable):
            shape = tuple(variable.shape)
            matrix = len(shape) >= 2 and not (self.exclude and re.search(self.exclude, variable.path))
            return {"average": shape} if matrix else {"m": shape, "v": shape}

        def update(self, gradient, weights, state, decay, rate, step):
            if "average" in state:
                average = self.momentum * state["average"] + (1 - self.momentum) * gradient
                ahead = gradient + self.momentum * (average - gradient) if self.nesterov else average
                matrix = tf.reshape(ahead, [-1, ahead.shape[-1]])
                scale = max(1.0, matrix.shape[1] / matrix.shape[0]) ** 0.5
                direction = scale * tf.reshape(orthogonal(matrix), ahead.shape)
                state = {"average": average}
            else:
                rate = rate * self.adam_ratio
                m = self.beta_1 * state["m"] + (1 - self.beta_1) * gradient
                v = self.beta_2 * state["v"] + (1 - self.beta_2) * gradient**2
                root = tf.sqrt(v / one_minus_power(self.beta_2, step))
                direction = m / one_minus_power(self.beta_1, step) / (root + self.epsilon)
                state = {"m": m, "v": v}
            return weights * (1 - rate * decay) - rate * direction, state

    return Muon


@bs.hookimpl
def register_optimizers():
    """Register muon."""
    return [
        bs.Optimizer(
            name="muon",
            make=make,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.02),
                "momentum": bs.OneMinusLogUniform(0.0, 0.9999, default=0.95),
                "nesterov": bs.Choice((True, False)),
                "weight_decay": bs.LogUniform(1e-6, 1.0, default=0.0, zero=True),
                "adam_ratio": bs.LogUniform(1e-3, 10.0, default=0.015),
                "beta_1": bs.OneMinusLogUniform(0.0, 0.9999, default=0.9),
                "beta_2": bs.OneMinusLogUniform(0.0, 0.99999, default=0.95),
                "epsilon": bs.LogUniform(1e-12, 1e-3, default=1e-10),
            },
            summary="Momentum made orthogonal for kernels, AdamW for the rest.",
            reference="Jordan et al. 2024, kellerjordan.github.io/posts/muon",
            formula="M ← ρ·M + (1 − ρ)·g;  θ ← (1 − α·λ)·θ − α·√max(1, out/in)·NS₅(g + ρ·(M − g))",
        )
    ]
