"""A summary that is no text."""

import benchsuite as bs


def make():
    return None


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="summary_of_no_text", make=make, summary=["Hostile."], reference=7)]
