"""Weight normalization: w = g·v/‖v‖ for the weights w of each unit; v and g are trained.

Salimans & Kingma 2016, arXiv:1602.07868. g starts at ‖v‖: the network starts as it would without, with the recipe's
initializer. The paper's data-dependent start is an initializer here: `lsuv` scales each layer's kernel on a batch to variance 1,
and g with it (PyTorch has none). A unit of a convolution is an output
channel; an LSTM has both of its kernels normalized, each column by itself. Biases stay. A penalty acts on v,
whose length changes only how fast the direction moves.
"""

import benchsuite as bs


def make():
    """Return one layer that maps v to w."""
    from benchsuite_plugins.normalizations._layers import WeightNormalization

    return WeightNormalization()


@bs.hookimpl
def register_normalizations():
    """Register weight."""
    return [
        bs.Normalization(
            name="weight",
            make=make,
            replaces_bias=False,
            applies_to=("dense", "convolution", "recurrent", "attention"),
            on="kernel",
            summary="Length and direction of each unit's weights trained apart.",
            reference="Salimans & Kingma 2016, arXiv:1602.07868",
            formula="w = g·v/‖v‖",
        )
    ]
