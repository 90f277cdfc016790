"""Prints until it is ended."""

import sys

import benchsuite as bs


def make():
    while True:
        sys.stdout.write("x" * 2**16)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="prints_without_end", make=make, summary="Hostile.")]
