"""LARS: momentum whose rate is set for each variable by the ratio of two norms: u ← μ·u + α·η·‖θ‖/(‖g‖ + λ‖θ‖)·(g + λ·θ), θ ← θ − u.

α is the global rate, η the trust coefficient, μ the momentum, λ the weight decay, norms are those of a whole variable.

Ours, from You, Gitman & Ginsburg 2017, arXiv:1708.03888, algorithm 1. Matrices, embeddings and convolution kernels (everything
with two dimensions or more) are treated so, each as one layer. Vectors and single numbers, that is biases and the parameters of
normalizations, take plain momentum u ← μ·u + α·g without trust ratio and without decay, as in You's TensorFlow code with its
skip list for biases and batch normalization; the paper does not speak of them. Where ‖θ‖ or ‖g‖ is 0 the ratio is 1, as there.
η = 0.001, μ = 0.9 and λ = 1e-4 are that code's defaults. It has none for α, and the paper's rates belong to batches of 512
and more; 0.3 is the rate of Chen et al. 2020 (SimCLR, arXiv:2002.05709), who use LARS with the same exclusions, for a batch of 256.

Weight decay is the paper's: coupled, and in the ratio. optax divides by ‖g + λ·θ‖ instead of ‖g‖ + λ‖θ‖, and treats all variables
alike unless given masks. The rate is inside u, so a schedule acts on new gradients only, as in optax; SimCLR also has the
form with the rate outside.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, momentum, trust_coefficient, weight_decay):
    """Return a ``LARS``, which is a ``keras.optimizers.Optimizer``."""
    return lars()(learning_rate, momentum, trust_coefficient, weight_decay=weight_decay)


@cache
def lars():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import OwnDecay, serializable, total

    @serializable
    class LARS(OwnDecay):
        """See the module's docstring for the rule."""

        slots = ("u",)

        def __init__(self, learning_rate=0.3, momentum=0.9, trust_coefficient=0.001, weight_decay=1e-4, **arguments):
            own = {"momentum": momentum, "trust_coefficient": trust_coefficient}
            super().__init__(learning_rate, own, weight_decay=weight_decay, **arguments)

        def update_all(self, gradients, weights, states, scalars, rate, step):
            new_weights, new_states = [], []
            for g, w, state, decay in zip(gradients, weights, states, self.decays, strict=True):
                size = rate
                if w.shape.rank > 1:
                    of_w, of_g = tf.sqrt(total(w * w)), tf.sqrt(total(g * g))
                    ratio = self.trust_coefficient * of_w / (of_g + decay * of_w)
                    # Also keeps 0/0 away: a ratio that is not chosen may be what it likes.
                    size = rate * tf.where((of_w > 0) & (of_g > 0), ratio, 1)
                    g = g + decay * w if decay else g
                u = self.momentum * state["u"] + size * g
                new_weights.append(w - u)
                new_states.append({"u": u})
            return new_weights, new_states, scalars

    return LARS


@bs.hookimpl
def register_optimizers():
    """Register lars."""
    return [
        bs.Optimizer(
            name="lars",
            make=make,
            state=1,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.3),
                "momentum": bs.OneMinusLogUniform(0.0, 0.999, default=0.9),
                "trust_coefficient": bs.LogUniform(1e-5, 1.0, default=0.001),
                "weight_decay": bs.LogUniform(1e-6, 1.0, default=1e-4, zero=True),
            },
            summary="Momentum with a rate for each layer that moves all layers by the same fraction of their norm.",
            reference="You, Gitman & Ginsburg 2017, arXiv:1708.03888",
            formula="u ← μ·u + α·η·‖θ‖/(‖g‖ + λ‖θ‖)·(g + λ·θ);  θ ← θ − u",
        )
    ]
