"""Elastic net on kernels: loss + λ·(r·Σ|w| + (1 − r)/2·Σ w²), L1 and L2 together.

Zou & Hastie 2005, in the form of scikit-learn's ``ElasticNet`` (r is its ``l1_ratio``, ½ by default). r = 1 is ``l1``, r = 0 is
``l2``. As Keras' ``L1L2(l1, l2)`` with l1 = λ·r and l2 = λ·(1 − r)/2. λ = 1e-5 is our choice.
"""

import benchsuite as bs


def make(strength, ratio):
    """Return the penalty of one kernel; ``None`` where it is 0."""
    from benchsuite_plugins.regularizations._penalties import l1_l2

    return l1_l2()(strength * ratio, strength * (1 - ratio) / 2) if strength else None


@bs.hookimpl
def register_regularizations():
    """Register elastic."""
    return [
        bs.Regularization(
            name="elastic",
            make=make,
            space={
                "strength": bs.LogUniform(1e-8, 1.0, default=1e-5, zero=True),
                "ratio": bs.Uniform(0.0, 1.0, default=0.5),
            },
            summary="L1 and L2 in one penalty.",
            reference="Zou & Hastie 2005",
            formula="loss + λ·(r·Σ|w| + (1 − r)/2·Σ w²)",
        )
    ]
