"""Ends its process as if all were well."""

import os

import benchsuite as bs


def make():
    os._exit(0)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="exits_zero_in_make", make=make, summary="Hostile.")]
