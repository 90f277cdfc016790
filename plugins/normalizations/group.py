"""Group normalization: y = γ·(x − μ)/√(σ² + ε) + β, with μ and σ² over a group of channels and all pixels of one example.

Wu & He 2018, arXiv:1803.08494. Keras' layer, which computes in float32 whatever the precision. 4 groups instead of the
paper's 32, which need layers of at least 64 units; ε = 1e-5 (Keras: 1e-3). On dense layers a group is a part of the
units; in an LSTM it takes the places of layer normalization, and 4 groups are the 4 gates. Channels that do not divide
into the groups, and groups of a single number, are unsupported.
"""

import benchsuite as bs


def make(groups, epsilon):
    """Return one normalization layer."""
    from benchsuite_plugins.normalizations._layers import GroupNormalization

    return GroupNormalization(groups=groups, epsilon=epsilon)


@bs.hookimpl
def register_normalizations():
    """Register group."""
    return [
        bs.Normalization(
            name="group",
            make=make,
            space={
                "groups": bs.Choice([1, 2, 4, 8, 16, 32, 64], default=4),
                "epsilon": bs.LogUniform(1e-8, 1e-1, default=1e-5),
            },
            applies_to=("dense", "convolution", "recurrent"),
            elsewhere="its groups would take in all places of a sequence",
            summary="Each group of channels of an example to mean 0 and variance 1.",
            reference="Wu & He 2018, arXiv:1803.08494",
            formula="y = γ·(x − μ_group)/√(σ²_group + ε) + β",
        )
    ]
