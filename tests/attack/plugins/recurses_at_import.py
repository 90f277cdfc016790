"""Recurses without end, at import."""

import benchsuite as bs


def again():
    return again()


@bs.hookimpl
def register_optimizers():
    return []


again()
