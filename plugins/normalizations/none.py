"""No normalization: the bias of linear layers stays."""

import benchsuite as bs


def make():
    """Return nothing to put between."""
    return None


@bs.hookimpl
def register_normalizations():
    """Register none."""
    return [
        bs.Normalization(
            name="none",
            make=make,
            summary="Linear layers as they are.",
            reference="",
            default=True,
            replaces_bias=False,
            applies_to=("dense", "convolution", "recurrent", "attention"),
        )
    ]
