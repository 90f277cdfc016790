"""Raises something that cannot be shown, at import."""

import benchsuite as bs


class Unspeakable(Exception):
    def __str__(self):
        raise RuntimeError("nobody can say what this is")

    __repr__ = __str__


@bs.hookimpl
def register_optimizers():
    return []


raise Unspeakable
