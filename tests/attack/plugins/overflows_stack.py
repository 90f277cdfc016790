"""Recurses in C until the stack ends."""

import sys

import benchsuite as bs


def make():
    sys.setrecursionlimit(2**30)
    nested = []
    for _ in range(2_000_000):
        nested = [nested]
    return repr(nested)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="overflows_stack", make=make, summary="Hostile.")]
