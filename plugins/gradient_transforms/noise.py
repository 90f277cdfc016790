"""Gradient noise: g ← g + N(0, η/(1 + t)^γ), drawn anew for every number and step, t from 0.

Neelakantan et al. 2015, arXiv:1511.06807, with its variance η from {0.01, 0.3, 1.0} and its γ = 0.55; γ = 0 is noise of
fixed variance, which the paper finds worse. The numbers come from the trial's own noise stream, in float32. A gradient
that is ``None`` stays so.
"""

import math

import benchsuite as bs


def make(eta, gamma):
    """Return the transform that adds Gaussian noise of variance ``eta``, falling with the power ``gamma`` of the step."""
    import tensorflow as tf

    def dense(gradient):
        return None if gradient is None else tf.convert_to_tensor(gradient)

    def transform(gradients, variables):
        present = [gradient for gradient in map(dense, gradients) if gradient is not None]
        deviation = eta**0.5 * (1 + tf.cast(bs.noise.step(), tf.float32)) ** (-gamma / 2)
        # One draw for all: under XLA a generator is compiled anew for each shape, and its seed for each draw.
        sizes = [math.prod(gradient.shape) for gradient in present]
        parts = iter(tf.split(bs.noise.normal([sum(sizes)], 0.0, deviation), sizes) if present else ())
        noisy = (g + tf.cast(tf.reshape(next(parts), g.shape), g.dtype) for g in present)
        return [None if gradient is None else next(noisy) for gradient in gradients]

    return transform


@bs.hookimpl
def register_gradient_transforms():
    """Register noise."""
    return [
        bs.GradientTransform(
            name="noise",
            make=make,
            space={
                "eta": bs.LogUniform(1e-6, 10.0, default=0.01),
                "gamma": bs.Uniform(0.0, 2.0, default=0.55),
            },
            summary="Gaussian noise on every number of the gradient, less with every step.",
            reference="Neelakantan et al. 2015, arXiv:1511.06807",
            formula="g ← g + N(0, η/(1 + t)^γ)",
        )
    ]
