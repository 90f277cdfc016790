"""Raises what only the user's Ctrl-C should."""

import benchsuite as bs


def make():
    raise KeyboardInterrupt


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="raises_keyboard_interrupt", make=make, summary="Hostile.")]
