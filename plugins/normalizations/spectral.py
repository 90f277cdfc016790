"""Spectral normalization: W/σ(W) with σ ≈ uᵀWv, one power iteration v ← Wᵀu/‖Wᵀu‖, u ← Wv/‖Wv‖ in each training step.

Miyato, Kataoka, Koyama & Yoshida 2018, arXiv:1802.05957. W has a row for each unit or output channel and a column for
each of its inputs. u starts random, is kept between steps, and no gradient passes through it or v. At evaluation σ
is estimated with the last u and nothing changes. PyTorch starts with 15 iterations; here as in the paper none, so that
σ is estimated too small during the first steps. Keras' layer is not used: it divides the trained weights themselves at each
step, so that they can never grow, instead of training W through W/σ(W). A method that calls its closure twice in a step
iterates twice. Biases stay. A penalty acts on W, whose length changes only how fast the direction moves.
"""

import benchsuite as bs


def make(iterations):
    """Return one layer that maps W to W/σ."""
    from benchsuite_plugins.normalizations._layers import SpectralNormalization

    return SpectralNormalization(iterations)


@bs.hookimpl
def register_normalizations():
    """Register spectral."""
    return [
        bs.Normalization(
            name="spectral",
            make=make,
            space={"iterations": bs.Integer(1, 10, default=1)},
            replaces_bias=False,
            on="kernel",
            applies_to=("dense", "convolution", "attention"),
            elsewhere="a recurrent kernel is four gates side by side, and the paper does not say whose singular value counts",
            summary="The kernel of each layer to a largest singular value of 1.",
            reference="Miyato, Kataoka, Koyama & Yoshida 2018, arXiv:1802.05957",
            formula="W/σ(W), σ(W) ≈ uᵀWv",
        )
    ]
