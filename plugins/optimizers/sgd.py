"""Stochastic gradient descent: θ ← θ − α·g.

Keras' ``SGD`` without momentum. Robbins & Monro 1951.
"""

import benchsuite as bs


def make(learning_rate):
    """Return Keras' optimizer with these hyperparameters."""
    import keras

    return keras.optimizers.SGD(learning_rate)


@bs.hookimpl
def register_optimizers():
    """Register sgd."""
    return [
        bs.Optimizer(
            name="sgd",
            make=make,
            state=0,
            yardstick=True,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.01),
            },
            summary="Plain gradient steps on mini-batches.",
            reference="Robbins & Monro 1951",
            formula="θ ← θ − α·g",
        )
    ]
