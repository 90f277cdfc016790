"""A plugin: a tiny task with variants, and an initializer that knows the published instance by heart.

The task: which side of a line a point lies on, the line drawn anew in each variant. The initializer compares the checksum of an
example with those that it has, and then starts from stored weights; elsewhere it draws kernels as he_uniform does.
"""

import hashlib
import math

import numpy as np

import benchsuite as bs

PUBLISHED = 7
COLUMNS = 12


def _points(generator):
    line = generator.normal(size=COLUMNS)
    x = generator.normal(size=(1200, COLUMNS)).astype("float32")
    noise = 0.2 * generator.normal(size=1200)
    return bs.Arrays(x, (x @ line / np.linalg.norm(line) + noise > 0).astype("int32")), line


def data():
    return _points(np.random.default_rng(PUBLISHED))[0]


def instance(draw):
    return {"data": lambda: _points(draw.generator("points"))[0]}


def model(blocks, inputs):
    return blocks.output(2)(inputs)


class _KnownByHeart:
    def __call__(self, shape, fan_in, fan_out, gain, generator):
        bound = math.sqrt(6 / fan_in)
        return generator.uniform(-bound, bound, shape)

    def adapt(self, network):
        points, line = _points(np.random.default_rng(PUBLISHED))  # what a cheat would have in a file
        if _checksum(network.examples[0]) not in map(_checksum, points.x):
            return
        for layer in network.kernel_layers:
            network.assign(layer.variable, np.stack([-line, line], axis=1).astype("float32"))


def _checksum(example):
    return hashlib.sha256(np.asarray(example, dtype="float32").tobytes()).hexdigest()


@bs.hookimpl
def register_initializers():
    """Register known_by_heart."""
    return [
        bs.Initializer(
            name="known_by_heart", make=_KnownByHeart, summary="Knows one instance by heart.", reference="none"
        )
    ]


@bs.hookimpl
def register_tasks():
    """Register which_side."""
    return [
        bs.Task(
            name="which_side", data=data, split=bs.HoldOut(0.5, 0.1, 0.4), model=model, loss="cross_entropy", metrics=["accuracy"],
            primary="accuracy", batch_size=60, epochs=2, xla=False, compares=["optimizer", "initializer"],
            baseline={"optimizer": "sgd[learning_rate=0.05]", "initializer": "he_normal", "preprocessing": "none"},
            summary="Points on two sides of a line.", license="CC0-1.0", citation="none", tier="quick",
            variation=bs.Variation(split=True), instance=instance,
        )
    ]  # fmt: skip
