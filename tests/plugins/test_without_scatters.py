"""No program that ships has a scatter, or anything else that a GPU is slow at or unable to repeat.

Optimizers are looked at in test_every_optimizer.py, where they are compiled.

This guards the GPU without one: see ``tests/lowered.py`` for the list and where it comes from. Nothing is compiled.
"""

import dataclasses

import numpy as np
import pytest
import tensorflow as tf

import benchsuite as bs
from benchsuite import noise
from benchsuite.conformance.tiny import tiny_images, tiny_sequences, tiny_tasks
from benchsuite.engine.program.probes import Probes
from benchsuite.engine.session import Session
from benchsuite.recipe import Setting
from benchsuite.selection import baseline
from benchsuite.trial import Trial
from benchsuite_tasks.large import gpt2
from tests.alike import of_different_parts
from tests.bundled import REGISTRY
from tests.lowered import as_on_a_gpu, hlo_of, hlo_of_lanes, hlo_of_program, suspects
from tests.plugins.test_every_optimizer import Bowl

TASKS = {name: REGISTRY.task(name) for name in REGISTRY.names("task")}
MORE_OF_THE_SAME = {
    *(f"depth_{number}" for number in (1, *range(3, 9))),
    "digits_plain_20",
    "digits_plain_56",
    "digits_residual_56",
    "cifar100_wrn",
    "gpt2_10m",
    "gpt2_30m",
    "gpt2_124m",
}
"""Tasks whose network is that of another one with more or wider blocks."""
CODES = {"imdb_lstm": (80, 20_000), "imdb_transformer": (200, 20_000)}
"""Task → symbols of an example, and how many there are."""
VALUES = {
    "mnist_mlp": ((28, 28, 1), 10),
    "fashion_mnist_2c2d": ((28, 28, 1), 10),
    "fashion_mnist_vae": ((28, 28, 1), "784 values"),
    "cifar10_3c3d": ((32, 32, 3), 10),
    "cifar10_resnet20": ((32, 32, 3), 10),
    "cifar100_allcnnc": ((32, 32, 3), 100),
    "reuters_mlp": ((1000,), 46),
    "california_housing_mlp": ((8,), "1 value"),
}
"""Task → shape of an example, and how many classes or values its target has."""


@pytest.fixture(autouse=True)
def deterministic():
    with as_on_a_gpu():
        yield


WALKED = of_different_parts((TASKS[name] for name in sorted(set(TASKS) - MORE_OF_THE_SAME)), REGISTRY)
"""Task → tasks that are made of the same blocks, components, loss and measures, itself among them."""


def test_every_task_is_walked_or_is_more_of_another():
    assert set(CODES) | set(VALUES) | MORE_OF_THE_SAME < set(TASKS)
    assert MORE_OF_THE_SAME.union(*WALKED.values()) == set(TASKS)
    alike = next(names for names in WALKED.values() if "mnist5k_mlp" in names)
    assert {"mnist5k_few_labels", "mnist_mlp"} < set(alike)  # smaller and larger
    # Another loss, other measures, other components, or code of its own around the blocks.
    assert not {"mnist5k_random_labels", "california_housing_mlp", "wine_softmax", "adult_mlp"} & set(alike)


def generated(task):
    """A task with made-up examples for one batch where its own must be fetched first."""
    generator, count = np.random.default_rng(0), task.batch_size + 8
    if task.name in CODES:
        length, symbols = CODES[task.name]
        x, y = generator.integers(0, symbols, (count, length), "int32"), generator.integers(0, 2, count, "int32")
    elif task.name in VALUES:
        shape, targets = VALUES[task.name]
        x = generator.random((count, *shape), "float32")
        if isinstance(targets, str):
            y = generator.random((count, int(targets.split()[0])), "float32")
        else:
            y = generator.integers(0, targets, count, "int32")
    elif task.name.startswith("gpt2"):
        size = dataclasses.replace(next(one for one in gpt2.SIZES if one.name == task.name), layers=1)
        x, y = (generator.integers(0, size.symbols, (count, size.context), "int32") for _ in range(2))
        task = gpt2.task(size)
    else:
        return task
    split = bs.HoldOut(task.batch_size, 4, 4)
    return dataclasses.replace(task, data=lambda: bs.Arrays(x, y), split=split, steps_per_epoch=None)


def made_ready(task, feeds=True, **recipe):
    """A trial that is ready to train, its program made as for a GPU."""
    changed = baseline(task, REGISTRY)
    for kind, names in recipe.items():
        changed = changed.replaced(kind, tuple(Setting.of(REGISTRY.component(kind, name)) for name in names))
    session = Session(REGISTRY, {task.name: task}.__getitem__, device="/GPU:0", feeds=feeds)
    ready = session.ready(Trial(task.name, task.version, changed, 0, task.epochs, task.batch_size))
    assert ready.program.xla
    return ready


def found(task, feeds=True, **recipe):
    """What is suspicious in both functions of a trial."""
    texts = hlo_of_program(made_ready(task, feeds, **recipe))
    assert set(texts) == {"train", "evaluate"}
    assert all("while(" in text for text in texts.values())
    return {name: suspects(text) for name, text in texts.items() if suspects(text)}


@pytest.mark.parametrize("name", sorted(WALKED))
def test_no_task_scatters(name):
    # What is fed are numbers of components, which are tried below; to find it out takes as long as the network.
    assert found(generated(TASKS[name]), feeds=False) == {}


# ---------------------------------------------------------------- components

DENSE = tiny_tasks({"classes": "cross_entropy"})[0]


def images(blocks, inputs):
    """Convolutions, both pools and a residual branch."""
    x = blocks.average_pool(2, 1, "same")(blocks.max_pool()(blocks.conv(4)(inputs)))
    branch = blocks.conv(4, activate=False)
    return blocks.output(3)(blocks.flatten()(blocks.residual(branch)(x)))


IMAGES = dataclasses.replace(
    tiny_images("cross_entropy"),
    data=lambda: bs.Arrays(
        np.random.default_rng(0).random((240, 4, 4, 1), "float32"), np.arange(240, dtype="int32") % 3
    ),
    model=images,
)
RECURRENT = tiny_sequences("cross_entropy")


def codes(blocks, inputs):
    """What reads symbols, and a pool in time."""
    x = blocks.max_pool()(blocks.conv1d(4)(blocks.embedding(9, 4)(inputs)))
    return blocks.output(2)(blocks.gru(4)(x))


CODED = dataclasses.replace(
    tiny_sequences("cross_entropy"),
    data=lambda: bs.Arrays(
        np.random.default_rng(0).integers(0, 9, (240, 6), "int32"), np.arange(720, dtype="int32").reshape(240, 3) % 2
    ),
    model=codes,
)


def test_no_derivative_of_a_gradient_scatters():
    """Sophia takes the derivative of every layer's gradient."""
    assert found(CODED, optimizer=["sophia"]) == {}


@pytest.mark.parametrize("task", [DENSE, IMAGES, CODED], ids=["dense", "images", "codes"])
def test_no_lane_scatters(task):
    texts = hlo_of_lanes(made_ready(task), 3)
    assert {name: suspects(text) for name, text in texts.items()} == {"train": [], "evaluate": []}


ELSEWHERE = {
    "averages": (DENSE, ["ema"]),
    "other averages": (DENSE, ["swa"]),
    "masks": (RECURRENT, ["variational_dropout", "per_step_dropout"]),
}
"""Regularizations that do not stand beside all others on images: task and names."""


@pytest.mark.parametrize("group", ["images", *ELSEWHERE])
def test_no_regularization_scatters(group):
    task, names = ELSEWHERE.get(group, (IMAGES, REGISTRY.names("regularization")))
    if group == "images":
        names = [name for name in names if not any(name in others for _, others in ELSEWHERE.values())]
    assert found(task, regularization=names) == {}


@pytest.mark.parametrize("name", REGISTRY.names("normalization"))
def test_no_normalization_scatters(name):
    applies = REGISTRY.component("normalization", name).applies_to
    tasks = [task for task, of in ((IMAGES, "convolution"), (RECURRENT, "recurrent")) if of in applies]
    assert tasks
    assert [found(task, normalization=[name]) for task in tasks] == [{}] * len(tasks)


def hlo_of_derivative(function, given):
    """Return the text for what a function gives and its derivative in the first of what it is given."""

    def both(x, *others):
        with tf.GradientTape() as tape:
            tape.watch(x)
            found = function(x, *others)
        return found, tape.gradient(found, x)

    return hlo_of(tf.function(both, autograph=False, jit_compile=True), *given)


def made(kind, name):
    component = REGISTRY.component(kind, name)
    return component.make(**component.hyperparameters({}))


# Without a network around them, which is that of the tasks: a program would take twenty times as long to trace.


@pytest.mark.parametrize("name", REGISTRY.names("activation"))
def test_no_activation_scatters(name):
    activation, x = made("activation", name), tf.random.stateless_normal((16, 8), (0, 0))
    activation(x)  # its variables
    assert suspects(hlo_of_derivative(activation, (x,))) == []


@pytest.mark.parametrize("name", REGISTRY.names("loss"))
def test_no_loss_scatters(name):
    loss, outputs = made("loss", name), tf.random.stateless_normal((16, 3), (0, 0))
    values = REGISTRY.component("loss", name).targets == "values"
    targets = outputs + 1.0 if values else tf.range(16) % 3
    assert suspects(hlo_of_derivative(lambda found, wanted: loss(wanted, found), (outputs, targets))) == []


@pytest.mark.parametrize("name", [name for name in REGISTRY.names("gradient_transform") if name != "none"])
def test_no_gradient_transform_scatters(name):
    bowl, transform = Bowl(), made("gradient_transform", name)

    def transformed(step):
        with noise.stream(tf.constant(0, tf.int64), step):
            return transform(bowl()[1], bowl.variables)

    function = tf.function(transformed, autograph=False, jit_compile=True)
    assert suspects(hlo_of(function, tf.constant(0, tf.int64))) == []


def test_no_probe_scatters():
    ready = made_ready(IMAGES)
    probes = Probes(ready.program.objective, ready.program.dataset.sizes[0])
    assert suspects(hlo_of(probes._compiled, *ready.feed.head, tf.constant(0, tf.int64))) == []


def test_the_walk_finds_what_must_not_be_there():
    """A loss that gathers: in training its gradient is a scatter."""

    def gathering(model, batch, training):
        x, y = batch
        return -tf.gather(tf.nn.log_softmax(model(x, training=training)), y, batch_dims=1)

    walked = found(dataclasses.replace(DENSE, loss=gathering, metrics=()))
    assert {name: [one.opcode for one in there] for name, there in walked.items()} == {"train": ["scatter"]}
