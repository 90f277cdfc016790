"""L2 penalty on kernels: loss + λ/2·Σ w², whose gradient is λ·w.

As Keras' ``L2(l)``, which has no ½: l = λ/2 here. Biases, γ and β are left alone.
"""

import benchsuite as bs


def make(strength):
    """Return the penalty of one kernel; ``None`` where it is 0."""
    from benchsuite_plugins.regularizations._penalties import l1_l2

    return l1_l2()(0.0, strength / 2) if strength else None


@bs.hookimpl
def register_regularizations():
    """Register l2."""
    return [
        bs.Regularization(
            name="l2",
            make=make,
            space={"strength": bs.LogUniform(1e-7, 1.0, default=1e-4, zero=True)},
            summary="Large weights cost.",
            reference="Tikhonov 1943; Krogh & Hertz 1991",
            formula="loss + λ/2·Σ w²",
        )
    ]
