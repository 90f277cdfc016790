"""Lion: θ ← θ − α·(sign(β₁·m + (1 − β₁)·g) + λ·θ), then m ← β₂·m + (1 − β₂)·g.

Keras' ``Lion``. Chen et al. 2023, arXiv:2302.06675; β₁ = 0.9 and β₂ = 0.99 are the paper's, α = 0.0001 and λ = 0 the
defaults of the authors' code. Keras' default rate is 0.001. Every step changes every weight by α, so the paper takes
rates 3 to 10 times smaller than AdamW's, and λ as many times larger. Keras refuses β₁ = 0, which is sign descent.
"""

import benchsuite as bs


def make(learning_rate, beta_1, beta_2, weight_decay):
    """Return Keras' optimizer with these hyperparameters."""
    import keras

    from benchsuite_plugins.optimizers._keras import wide

    return wide(keras.optimizers.Lion)(learning_rate, beta_1=beta_1, beta_2=beta_2, weight_decay=weight_decay)


@bs.hookimpl
def register_optimizers():
    """Register lion."""
    return [
        bs.Optimizer(
            name="lion",
            make=make,
            state=1,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.0001),
                "beta_1": bs.OneMinusLogUniform(0.1, 0.9999, default=0.9),
                "beta_2": bs.OneMinusLogUniform(0.0, 0.9999, default=0.99),
                "weight_decay": bs.LogUniform(1e-6, 10.0, default=0.0, zero=True),
            },
            summary="Steps of one size for every weight: the sign of a momentum.",
            reference="Chen et al. 2023, arXiv:2302.06675",
            formula="θ ← θ − α·(sign(β₁·m + (1 − β₁)·g) + λ·θ);  m ← β₂·m + (1 − β₂)·g",
        )
    ]
