"""No gradient transform."""

import benchsuite as bs


def make():
    """Return nothing to apply."""
    return None


@bs.hookimpl
def register_gradient_transforms():
    """Register none."""
    return [
        bs.GradientTransform(
            name="none",
            make=make,
            summary="Gradients as they are.",
            reference="",
            formula="g ← g",
            default=True,
        )
    ]
