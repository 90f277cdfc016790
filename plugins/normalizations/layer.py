"""Layer normalization: y = γ·(x − μ)/√(σ² + ε) + β, with μ and σ² over the features of one example.

Ba, Kiros & Hinton 2016, arXiv:1607.06450. Keras' layer on the last axis: after a convolution each pixel is normalized
over its channels. ε = 1e-5 (Keras: 1e-3). In an LSTM as in the paper's supplement: the
contributions of the inputs and of the previous output, each over all four gates, and the state before it leaves the
cell; the bias with the forget gate's 1 stays.
"""

import benchsuite as bs


def make(epsilon):
    """Return one normalization layer."""
    import keras

    return keras.layers.LayerNormalization(epsilon=epsilon)


@bs.hookimpl
def register_normalizations():
    """Register layer."""
    return [
        bs.Normalization(
            name="layer",
            make=make,
            space={"epsilon": bs.LogUniform(1e-8, 1e-1, default=1e-5)},
            applies_to=("dense", "convolution", "recurrent", "attention"),
            summary="Each example to mean 0 and variance 1 over its features.",
            reference="Ba, Kiros & Hinton 2016, arXiv:1607.06450",
            formula="y = γ·(x − μ)/√(σ² + ε) + β",
        )
    ]
