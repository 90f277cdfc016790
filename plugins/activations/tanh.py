"""Hyperbolic tangent: y = tanh x."""

import benchsuite as bs


def make():
    """Return the function."""
    import keras

    return keras.activations.tanh


@bs.hookimpl
def register_activations():
    """Register tanh."""
    return [
        bs.Activation(
            name="tanh",
            make=make,
            summary="Odd, from −1 to 1, slope 1 at zero.",
            reference="LeCun et al. 1998",
            formula="y = tanh x",
        )
    ]
