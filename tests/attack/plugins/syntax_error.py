"""Cannot be parsed."""

import benchsuite as bs

def make(learning_rate:
    return None


@bs.hookimpl
def register_optimizers():
    return []
