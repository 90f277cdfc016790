"""MNIST-1D: ten shapes of twelve points, moved, stretched, sheared and noisy, as signals of 40 numbers."""

import functools

import benchsuite as bs

TEST = 1_000


@functools.cache
def signals():
    """Return the signals ``[5000, 40, 1]`` in the published order, training examples first, and their classes."""
    import importlib.util
    import random

    import numpy as np

    if importlib.util.find_spec("mnist1d") is None:
        raise bs.BenchsuiteError(
            "tasks mnist1d_* generate signals with the package mnist1d, which is not installed. Run: pip install mnist1d==0.0.2.post1"
        )
    from mnist1d.data import get_dataset_args, make_dataset

    # It seeds both global generators.
    numpy_state, python_state = np.random.get_state(), random.getstate()
    try:
        made = make_dataset(get_dataset_args())
    finally:
        np.random.set_state(numpy_state)
        random.setstate(python_state)
    x = np.concatenate([made["x"], made["x_test"]])[..., None].astype("float32")
    return x, np.concatenate([made["y"], made["y_test"]]).astype("int32")


def data():
    """Return the signals and their classes."""
    return bs.Arrays(*signals())


def cnn(blocks, inputs):
    """Return logits ``[batch, 10]``."""
    x = blocks.conv1d(25, 5, stride=2)(inputs)
    x = blocks.conv1d(25, 3, stride=2)(x)
    x = blocks.conv1d(25, 3, stride=2)(x)
    return blocks.output(10)(blocks.flatten()(x))


def gru(blocks, inputs):
    """Return logits ``[batch, 10]``."""
    x = blocks.gru(16)(inputs)
    return blocks.output(10)(blocks.flatten()(x))


def _task(name, model, **fields):
    return bs.Task(
        name=name, tier="full", data=data, split=bs.Published(500, TEST, stratify=True), model=model, loss="cross_entropy",
        metrics=["accuracy"], primary="accuracy", targets=[0.5, 0.8, 0.9], batch_size=50, compares=["optimizer"],
        license="Apache-2.0", citation="Greydanus & Kobak 2024", **fields)


@bs.hookimpl
def register_tasks():
    """Register mnist1d_cnn and mnist1d_gru."""
    return [
        _task("mnist1d_cnn", cnn, epochs=50, baseline={"optimizer": "adam[learning_rate=0.01]", "initializer": "he_normal"}),
        _task("mnist1d_gru", gru, epochs=40, baseline={"optimizer": "adam[learning_rate=0.01]"}),
    ]
