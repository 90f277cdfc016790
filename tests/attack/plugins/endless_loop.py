"""Never comes back."""

import benchsuite as bs


def make(learning_rate):
    while True:
        pass


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="endless_loop",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)},
            summary="Hostile.",
        )
    ]
