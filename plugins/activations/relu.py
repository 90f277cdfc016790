"""Rectified linear unit: y = max(0, x)."""

import benchsuite as bs


def make():
    """Return the function."""
    import keras

    return keras.activations.relu


@bs.hookimpl
def register_activations():
    """Register relu."""
    return [
        bs.Activation(
            name="relu",
            make=make,
            summary="Zero below zero, the identity above.",
            reference="Nair & Hinton 2010",
            formula="y = max(0, x)",
            default=True,
        )
    ]
