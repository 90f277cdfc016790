"""Orthogonal: gain·U, with W = U·S·Vᵀ the singular value decomposition of a Gaussian matrix (or V, whichever has the kernel's shape).

Saxe, McClelland & Ganguli 2014, arXiv:1312.6120. A convolution kernel is treated as the matrix [pixels × channels in,
channels out], as Keras' ``Orthogonal`` (which uses a QR decomposition) does.
"""

import numpy as np

import benchsuite as bs


def make():
    """Return the initializer."""

    def draw(shape, fan_in, fan_out, gain, generator):
        rows, columns = int(np.prod(shape[:-1])), shape[-1]
        left, _, right = np.linalg.svd(generator.normal(size=(rows, columns)), full_matrices=False)
        return gain * (left if left.shape == (rows, columns) else right).reshape(shape)

    return draw


@bs.hookimpl
def register_initializers():
    """Register orthogonal."""
    return [
        bs.Initializer(
            name="orthogonal",
            make=make,
            summary="Every kernel keeps lengths.",
            reference="Saxe, McClelland & Ganguli 2014, arXiv:1312.6120",
            formula="W = gain·U from the SVD of a Gaussian matrix",
        )
    ]
