"""No preprocessing."""

import benchsuite as bs


def make():
    """Return nothing to apply."""
    return None


@bs.hookimpl
def register_preprocessings():
    """Register none."""
    return [
        bs.Preprocessing(
            name="none",
            make=make,
            summary="Inputs as the task gives them.",
            reference="",
            default=True,
        )
    ]
