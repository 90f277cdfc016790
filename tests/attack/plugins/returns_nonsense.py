"""Returns a name where an optimizer is asked for."""

import benchsuite as bs


def make(learning_rate):
    return "adam"


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="returns_nonsense",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)},
            summary="Hostile.",
        )
    ]
