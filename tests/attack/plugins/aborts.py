"""Aborts."""

import os

import benchsuite as bs


def make():
    os.abort()


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="aborts", make=make, summary="Hostile.")]
