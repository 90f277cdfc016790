"""Mean squared error: (z − y)², averaged over outputs."""

import benchsuite as bs


def make():
    """Return the loss."""

    def loss(targets, outputs):
        return (outputs - targets) ** 2

    return loss


@bs.hookimpl
def register_losses():
    """Register mse."""
    return [
        bs.Loss(
            name="mse",
            make=make,
            summary="Squared error of a predicted value.",
            reference="Legendre 1805",
            formula="(z − y)²",
            targets="values",
            at_zero=lambda targets, classes: float((targets.astype("float64") ** 2).mean()),
        )
    ]
