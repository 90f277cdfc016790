"""Exponential linear unit: y = x for x > 0, α·(eˣ − 1) otherwise.

Clevert, Unterthiner & Hochreiter 2016, arXiv:1511.07289, whose α = 1 is the default, as in Keras and PyTorch. Xavier's gain is 1,
since the slope at zero is 1; with another α than 1 it is 1 only from above.
"""

import benchsuite as bs


def make(alpha):
    """Return the layer that falls to −``alpha``."""
    import keras

    return keras.layers.ELU(alpha)


@bs.hookimpl
def register_activations():
    """Register elu."""
    return [
        bs.Activation(
            name="elu",
            make=make,
            space={"alpha": bs.LogUniform(0.1, 10.0, default=1.0)},
            summary="The identity above zero, a soft fall to −α below; means closer to zero than relu's.",
            reference="Clevert, Unterthiner & Hochreiter 2016, arXiv:1511.07289",
            formula="y = x if x > 0, α·(eˣ − 1) otherwise",
        )
    ]
