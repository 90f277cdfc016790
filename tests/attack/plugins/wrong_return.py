"""Returns a dictionary where a list is asked for."""

import benchsuite as bs


@bs.hookimpl
def register_optimizers():
    return {"wrong_return": bs.Optimizer(name="wrong_return", make=dict)}
