"""No regularization."""

import benchsuite as bs


def make():
    """Return nothing to do."""
    return None


@bs.hookimpl
def register_regularizations():
    """Register none."""
    return [
        bs.Regularization(
            name="none",
            make=make,
            summary="Nothing keeps the network from fitting.",
            reference="",
            default=True,
        )
    ]
