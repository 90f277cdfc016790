"""Hands a bad expression to C code that lets nobody else run."""

import re

import benchsuite as bs


def make():
    re.match("(a+)+$", "a" * 60 + "b")


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="regex_holds_gil", make=make, summary="Hostile.")]
