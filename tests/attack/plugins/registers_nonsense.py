"""Registers what is no optimizer."""

import benchsuite as bs


class Nonsense:
    kind = "optimizer"

    def __getattr__(self, name):
        raise SystemExit(f"no {name} here")


@bs.hookimpl
def register_optimizers():
    return [Nonsense(), None, 7]
