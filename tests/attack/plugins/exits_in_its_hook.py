"""Ends the process that asks what it registers."""

import os

import benchsuite as bs


@bs.hookimpl
def register_optimizers():
    os._exit(0)
