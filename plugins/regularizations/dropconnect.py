"""DropConnect: each step trains with a random part of the weights, W·m/(1 − p) with m ~ Bernoulli(1 − p); evaluation uses W.

Wan et al. 2013. Masks of their own for all kernels, that of the output too (theirs: one fully connected layer, p = 0.5);
p = 0.2 here, our choice for all kernels at once, that of ``dropout``. One mask for all examples of a batch: the paper draws
one for each example, which takes a copy of the weights for each; gradients have the same expectation and a larger
variance. The paper's evaluation draws units from a Gaussian fitted to the masked sums; the plain weights are its mean.
Biases and recurrent kernels are left alone. Weight and spectral normalization compute kernels from other arrays, and
would take the factor out again: with them it is unsupported.
"""

import math

import benchsuite as bs


class DropConnect:
    """Sets random weights to zero while training.

    Args:
        rate: p.
    """

    def __init__(self, rate):
        self.rate = rate

    def in_training(self, kernels):
        """Return the kernels with a new mask each."""
        import tensorflow as tf

        # One draw for all: under XLA a generator is compiled anew for each shape, and its seed for each draw.
        sizes = [math.prod(kernel.shape) for kernel in kernels]
        masks = tf.split(bs.noise.keep([sum(sizes)], self.rate), sizes)
        return [
            tf.where(tf.reshape(mask, kernel.shape), kernel / (1 - self.rate), tf.zeros_like(kernel))
            for mask, kernel in zip(masks, kernels, strict=True)
        ]


def make(rate):
    """Return the change of kernels; ``None`` if nothing is left out."""
    return DropConnect(rate) if rate else None


@bs.hookimpl
def register_regularizations():
    """Register dropconnect."""
    return [
        bs.Regularization(
            name="dropconnect",
            make=make,
            space={"rate": bs.Uniform(0.0, 0.95, default=0.2)},
            summary="A random part of the weights left out at each step.",
            reference="Wan et al. 2013",
            formula="W·m/(1 − p), m ~ Bernoulli(1 − p) for each weight",
        )
    ]
