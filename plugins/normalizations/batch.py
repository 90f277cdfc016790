"""Batch normalization: y = γ·(x − μ_batch)/√(σ²_batch + ε) + β; at evaluation moving averages take the place of μ and σ².

Ioffe & Szegedy 2015, arXiv:1502.03167. Keras' layer: the moving variance averages the biased batch variance (PyTorch
the unbiased one), momentum m in moving ← m·moving + (1 − m)·batch. Momentum 0.9 and ε = 1e-5 unlike Keras' 0.99 and
1e-3: the moving averages must arrive within a few hundred steps.
"""

import benchsuite as bs


def make(momentum, epsilon):
    """Return one normalization layer."""
    import keras

    return keras.layers.BatchNormalization(momentum=momentum, epsilon=epsilon)


@bs.hookimpl
def register_normalizations():
    """Register batch."""
    return [
        bs.Normalization(
            name="batch",
            make=make,
            space={"momentum": bs.Uniform(0.0, 0.999, default=0.9), "epsilon": bs.LogUniform(1e-8, 1e-1, default=1e-5)},
            applies_to=("dense", "convolution", "attention"),
            elsewhere="the statistics of a batch are others at every time step",
            summary="Each unit to mean 0 and variance 1 over the batch.",
            reference="Ioffe & Szegedy 2015, arXiv:1502.03167",
            formula="y = γ·(x − μ_batch)/√(σ²_batch + ε) + β",
        )
    ]
