"""Root mean square normalization: y = γ·x/√(mean(x²) + ε), the mean over the features of one example.

Zhang & Sennrich 2019, arXiv:1910.07467. Keras' layer and its ε of 1e-6 (PyTorch: the spacing of floats at 1). Nothing
is subtracted and nothing added, so that the bias of the linear layer stays. After a convolution each pixel is normalized over
its channels. In an LSTM it takes the places of layer normalization in Ba et al. 2016, arXiv:1607.06450.
"""

import benchsuite as bs


def make(epsilon):
    """Return one normalization layer."""
    import keras

    return keras.layers.RMSNormalization(epsilon=epsilon)


@bs.hookimpl
def register_normalizations():
    """Register rms."""
    return [
        bs.Normalization(
            name="rms",
            make=make,
            space={"epsilon": bs.LogUniform(1e-8, 1e-1, default=1e-6)},
            replaces_bias=False,
            applies_to=("dense", "convolution", "recurrent", "attention"),
            summary="Each example to root mean square 1 over its features.",
            reference="Zhang & Sennrich 2019, arXiv:1910.07467",
            formula="y = γ·x/√(mean(x²) + ε)",
        )
    ]
