"""A space with a default that no file can hold."""

import benchsuite as bs


def make(rate):
    return None


@bs.hookimpl
def register_optimizers():
    space = {"rate": bs.Choice([object(), {1, 2}], default=object())}
    return [bs.Optimizer(name="no_json_space", make=make, space=space, summary="Hostile.")]
