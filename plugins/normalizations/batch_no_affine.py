"""Batch normalization without γ and β: y = (x − μ_batch)/√(σ²_batch + ε); at evaluation moving averages as for batch.

Ioffe & Szegedy 2015, arXiv:1502.03167, whose γ and β let a layer undo the normalization. Without them: what do they
buy? Keras' layer with the settings of batch. The bias before it is dropped all the same: the mean takes it away.
"""

import benchsuite as bs


def make(momentum, epsilon):
    """Return one normalization layer."""
    import keras

    return keras.layers.BatchNormalization(momentum=momentum, epsilon=epsilon, center=False, scale=False)


@bs.hookimpl
def register_normalizations():
    """Register batch_no_affine."""
    return [
        bs.Normalization(
            name="batch_no_affine",
            make=make,
            space={"momentum": bs.Uniform(0.0, 0.999, default=0.9), "epsilon": bs.LogUniform(1e-8, 1e-1, default=1e-5)},
            applies_to=("dense", "convolution", "attention"),
            elsewhere="the statistics of a batch are others at every time step",
            summary="Batch normalization without scale and shift.",
            reference="Ioffe & Szegedy 2015, arXiv:1502.03167",
            formula="y = (x − μ_batch)/√(σ²_batch + ε)",
        )
    ]
