"""The hook is called register_optimizers."""

import benchsuite as bs


def make(learning_rate):
    return None


@bs.hookimpl
def register_optimisers():
    return [
        bs.Optimizer(
            name="misspelt_hook",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)},
            summary="Hostile.",
        )
    ]
