"""Local response normalization: y_i = x_i/(k + α·Σ_j x_j²)^β, the sum over the n channels around i at the same pixel.

Krizhevsky, Sutskever & Hinton 2012, section 3.3, and its k = 2, n = 5, α = 1e-4, β = 0.75. It stands after the
activation, as in the paper. α multiplies the sum, as in the paper and TensorFlow; PyTorch and Caffe divide it by n, so that their α is
n times ours. The sum has fewer terms at the first and last channels.
"""

import benchsuite as bs


def make(size, k, alpha, beta):
    """Return one normalization layer."""
    from benchsuite_plugins.normalizations._layers import LocalResponseNormalization

    return LocalResponseNormalization(size, k, alpha, beta)


@bs.hookimpl
def register_normalizations():
    """Register local_response."""
    return [
        bs.Normalization(
            name="local_response",
            make=make,
            space={
                "size": bs.Choice([3, 5, 7, 9], default=5),
                "k": bs.LogUniform(0.1, 10.0, default=2.0),
                "alpha": bs.LogUniform(1e-6, 1.0, default=1e-4),
                "beta": bs.Uniform(0.0, 2.0, default=0.75),
            },
            replaces_bias=False,
            applies_to=("convolution",),
            on="activations",
            elsewhere="its neighbours are the channels of a convolution",
            summary="Each channel divided by the size of its neighbours.",
            reference="Krizhevsky, Sutskever & Hinton 2012",
            formula="y_i = x_i/(k + α·Σ_j x_j²)^β",
        )
    ]
