"""Logistic function: y = 1/(1 + e⁻ˣ)."""

import benchsuite as bs


def make():
    """Return the function."""
    import keras

    return keras.activations.sigmoid


@bs.hookimpl
def register_activations():
    """Register sigmoid."""
    return [
        bs.Activation(
            name="sigmoid",
            make=make,
            summary="The logistic function, from 0 to 1; Xavier's gain is 4, since its slope at zero is ¼.",
            reference="Rumelhart, Hinton & Williams 1986",
            formula="y = 1/(1 + e⁻ˣ)",
            gain=4.0,
        )
    ]
