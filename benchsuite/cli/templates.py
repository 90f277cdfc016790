"""What ``benchsuite new`` writes: one small plugin for each kind, complete, to be changed by its author."""

from __future__ import annotations

_HEAD = '''"""NAME: say in one line what it is, and give the formula."""

import benchsuite as bs

'''

_BODIES = {
    "optimizer": (
        '''
def make(learning_rate, momentum):
    """Return a keras.optimizers.Optimizer; your own subclass works as well."""
    import keras

    return keras.optimizers.SGD(learning_rate, momentum=momentum)
''',
        """space={
                "learning_rate": bs.LogUniform(1e-4, 1.0, default=0.1),
                "momentum": bs.Choice([0.0, 0.9, 0.99], default=0.9),
            },""",
    ),
    "schedule": (
        '''
def make(power):
    """Return a function (step, total_steps) -> multiplier of the base learning rate; step is a NumPy array."""

    def schedule(step, total_steps):
        return (1 - step / total_steps) ** power

    return schedule
''',
        'space={"power": bs.Uniform(0.0, 4.0, default=1.0)},',
    ),
    "gradient_transform": (
        '''
def make(bound):
    """Return a function (gradients, variables) -> gradients on lists of tensors, inside the compiled graph."""
    import tensorflow as tf

    def transform(gradients, variables):
        return [None if gradient is None else tf.clip_by_value(gradient, -bound, bound) for gradient in gradients]

    return transform
''',
        'space={"bound": bs.LogUniform(1e-3, 10.0, default=1.0)},',
    ),
    "initializer": (
        '''
def make(scale):
    """Return a keras.initializers.Initializer, or a function that draws a kernel with a NumPy generator."""

    def draw(shape, fan_in, fan_out, gain, generator):
        return scale * gain * generator.normal(size=shape) / fan_in**0.5

    return draw
''',
        'space={"scale": bs.LogUniform(0.01, 10.0, default=1.0)},',
    ),
    "normalization": (
        '''
def make():
    """Return a new keras.Layer at each call: one for each place in the network."""
    import keras

    return keras.layers.LayerNormalization(epsilon=1e-5)
''',
        "replaces_bias=True,",
    ),
    "regularization": (
        '''
def make(strength):
    """Return a keras.Regularizer, a keras.Layer, or an object with after_epoch and restores_best."""
    import keras

    return keras.regularizers.L1(strength)
''',
        'space={"strength": bs.LogUniform(1e-7, 1e-1, default=1e-5)},',
    ),
    "activation": (
        '''
def make():
    """Return a function of one tensor, or a new keras.Layer."""
    import keras

    return keras.activations.softplus
''',
        "gain=1.0,",
    ),
    "preprocessing": (
        '''
class Scale:
    """Divide each feature by its largest absolute value in the training part."""

    def fit(self, x):
        """Learn from x [examples, features] of the training part."""
        self.largest = abs(x).max(axis=0)
        self.largest[self.largest == 0] = 1

    def transform(self, x):
        """Return the scaled features."""
        return x / self.largest


def make():
    """Return an object with fit and transform."""
    return Scale()
''',
        "",
    ),
    "tuner": (
        '''
class Search:
    """One search: half of the proposals by chance, then steps from the best one."""

    def __init__(self, problem, width):
        self.problem, self.width = problem, width
        self.left, self.best = problem.budget, None

    def ask(self):
        """Return proposals to train now; none to wait for what is under way."""
        proposals = []
        if self.left:
            self.left -= 1
            places = self.problem.generator.random(len(self.problem.dimensions))
            if self.best and self.left < self.problem.budget / 2:
                places = (self.best.point + self.width * (places - 0.5)).clip(0, 1)
            proposals.append(bs.Proposal(tuple(map(float, places))))
        return proposals

    def tell(self, scored):
        """Learn what came of a proposal: a validation score, larger is better, or None for a failure."""
        if scored.score is not None and (self.best is None or scored.score > self.best.score):
            self.best = scored


def make(width):
    """Return a function that begins a search."""
    return lambda problem: Search(problem, width)
''',
        'space={"width": bs.Uniform(0.01, 1.0, default=0.2)},',
    ),
    "loss": (
        '''
def make(gamma):
    """Return a function (targets, outputs) -> losses that keeps the batch axis; outputs are logits."""
    import tensorflow as tf

    def loss(targets, outputs):
        losses = tf.nn.sparse_softmax_cross_entropy_with_logits(targets, outputs)
        return (1 - tf.exp(-losses)) ** gamma * losses

    return loss
''',
        """targets="classes",
            space={"gamma": bs.Uniform(1.0, 5.0, default=2.0)},""",
    ),
}

_CLASSES = {
    "optimizer": "Optimizer",
    "schedule": "Schedule",
    "gradient_transform": "GradientTransform",
    "initializer": "Initializer",
    "normalization": "Normalization",
    "regularization": "Regularization",
    "activation": "Activation",
    "preprocessing": "Preprocessing",
    "loss": "Loss",
    "tuner": "Tuner",
}

_TASK = '''

def data():
    """Return all inputs and targets; they are split below."""
    import numpy as np

    generator = np.random.default_rng(0)
    x = generator.normal(size=(1000, 8)).astype("float32")
    y = (x[:, 0] * x[:, 1] > 0).astype("int32")
    return bs.Arrays(x, y)


def model(blocks, inputs):
    """Return logits; each block is linear, normalization, activation, regularization from the recipe."""
    x = blocks.dense(32)(inputs)
    x = blocks.dense(32)(x)
    return blocks.output(2)(x)


@bs.hookimpl
def register_tasks():
    """Register NAME."""
    return [
        bs.Task(
            name="NAME",
            tier="quick",
            data=data,
            split=bs.HoldOut(0.6, 0.2, 0.2, stratify=True),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.8, 0.9, 0.95],
            batch_size=32,
            epochs=20,
            baseline={"optimizer": "adam", "initializer": "he_normal"},
            compares=["optimizer", "initializer", "normalization"],
            summary="Say in one line what is learned from what.",
            source="drawn by NumPy, seed 0",
            license="generated",
            citation="yours",
        )
    ]
'''

_CLAIM = '''

def gain(runs):
    """Return the number that the claim is about, of one seed's runs by the names of the arms."""
    return runs["with_momentum"].score - runs["without"].score


@bs.hookimpl
def register_claims():
    """Register NAME."""
    optimizers = {"with_momentum": "momentum[momentum=0.9]", "without": "sgd"}
    return [
        bs.Claim(
            name="NAME",
            sentence="Say in one sentence what could be wrong.",
            source="Who says so, and where",
            parts=[
                bs.Part(
                    name="gain",
                    says="Say what the number is, and of what: the test measure with momentum minus that without.",
                    evidence=bs.Trained(
                        arms={
                            name: bs.Arm(task="teacher_mlp", recipe={"optimizer": optimizer}, knobs={"epochs": 5})
                            for name, optimizer in optimizers.items()
                        },
                        effect=gain,
                        seeds=8,
                    ),
                    at_least=0.01,
                    because="Say why a smaller effect would interest nobody.",
                )
            ],
            depends="Say what the outcome depends on, and where it may be otherwise.",
        )
    ]
'''

TEST = '''"""NAME keeps every promise of its kind. Add golden values of its own below, and say where they come from."""

from pathlib import Path

import pytest

from benchsuite.testing import promises_of

PLUGIN = Path(__file__).parent.parent / "FOLDER" / "NAME.py"


@pytest.mark.parametrize("promise", promises_of(PLUGIN), ids=str)
def test_it_keeps_its_promises(promise):
    promise.check()
'''


def template(kind: str) -> str:
    """Return the text of a plugin of a kind, with NAME where its name belongs."""
    if kind == "task":
        return _HEAD.rstrip("\n") + "\n" + _TASK
    if kind == "claim":
        return _HEAD.replace("give the formula", "what the number is that decides it").rstrip("\n") + "\n" + _CLAIM
    body, fields = _BODIES[kind]
    hook = {
        "normalization": "normalizations",
        "regularization": "regularizations",
        "preprocessing": "preprocessings",
        "loss": "losses",
    }
    lines = [
        '            name="NAME",',
        "            make=make,",
        *([f"            {fields}"] if fields else []),
        '            summary="Say in one line what it does.",',
        '            reference="Authors and year",',
    ]
    return (
        _HEAD
        + body
        + f'''

@bs.hookimpl
def register_{hook.get(kind, kind + "s")}():
    """Register NAME."""
    return [
        bs.{_CLASSES[kind]}(
'''
        + "\n".join(lines)
        + "\n        )\n    ]\n"
    )
