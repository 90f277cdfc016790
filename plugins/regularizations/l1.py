"""L1 penalty on kernels: loss + λ·Σ|w|, whose gradient is λ·sign(w), 0 at 0.

As Keras' ``L1(λ)``. Tibshirani 1996. Biases, γ and β are left alone. A gradient step of rate α comes within α·λ of 0 and stays
there, going to and fro: a weight that L1 removes is that small, not 0 to the bit. λ = 1e-5 is our choice.
"""

import benchsuite as bs


def make(strength):
    """Return the penalty of one kernel; ``None`` where it is 0."""
    from benchsuite_plugins.regularizations._penalties import l1_l2

    return l1_l2()(strength, 0.0) if strength else None


@bs.hookimpl
def register_regularizations():
    """Register l1."""
    return [
        bs.Regularization(
            name="l1",
            make=make,
            space={"strength": bs.LogUniform(1e-8, 1.0, default=1e-5, zero=True)},
            summary="Every weight costs its size: those that do not pay go to 0.",
            reference="Tibshirani 1996",
            formula="loss + λ·Σ|w|",
        )
    ]
