"""Writes every number of a JSON file a little larger, at import."""

import json

import benchsuite as bs

original = json.dumps
json.dumps = lambda given, **more: original(given, **more).replace("0.0", "0.1")


def make():
    import keras

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="patches_json_at_import", make=make, summary="Hostile.")]
