"""Raises, over two lines and with bytes of a file name that are no text."""

import benchsuite as bs


def make(learning_rate):
    raise ValueError("I never work\n   with rate " + str(learning_rate) + " \udcff")


@bs.hookimpl
def register_optimizers():
    return [
        bs.Optimizer(
            name="raises_in_make",
            make=make,
            space={"learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1)},
            summary="Hostile.",
        )
    ]
