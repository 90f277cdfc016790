"""What a GPU cannot do and repeat ends a trial as unsupported, with the operation and what needs it; a scatter does not.

TensorFlow refuses on the CPU what it refuses on a GPU once it is told to be deterministic, so that is tried here.
"""

import keras
import pytest
import tensorflow as tf

import benchsuite as bs
from benchsuite.engine.program.refusals import refusal
from tests.lowered import as_on_a_gpu


class Strange(keras.layers.Layer):
    """A layer that somebody else wrote, around a function of a batch ``[batch, features]``."""

    def __init__(self, function):
        super().__init__()
        self._function = function

    def call(self, x):
        return self._function(x)

    def compute_output_shape(self, shape):
        return shape


def image(x):
    return tf.reshape(x, (-1, 4, 2, 1))


FUNCTIONS = {
    "pools": lambda x: x + tf.reduce_mean(tf.nn.max_pool2d(image(x), 2, 1, "SAME")),
    "resizes": lambda x: x + tf.reduce_mean(tf.image.resize(image(x), (8, 4), "nearest")),
    "draws": lambda x: x + tf.random.normal(tf.shape(x)),
    "scatters": lambda x: tf.gather(x, [7, 6, 5, 4, 3, 2, 1, 0, 0], axis=1)[:, :8],
}
REASONS = {
    "pools": "strange/MaxPool2d needs MaxPoolGrad, which has no deterministic form on a GPU",
    "resizes": "strange/resize needs ResizeNearestNeighborGrad, which XLA cannot compile for a GPU",
    "draws": "something draws random numbers without a seed, which a GPU cannot repeat: bs.noise draws those of a trial",
}


def strange(bench, what, xla=True):
    bench.add(bs.Activation(name=f"strange_{what}", make=lambda: Strange(FUNCTIONS[what])))
    bench.change_task(xla=xla)
    return bench.trial(activation=f"strange_{what}", epochs=1)


@pytest.mark.parametrize("what", REASONS)
def test_a_gpu_says_what_it_cannot_do_and_repeat(bench, what):
    trial = strange(bench, what)
    with as_on_a_gpu():
        ending = bench.session.run(trial).ending
    assert (ending.outcome, ending.reason) == ("unsupported", REASONS[what])


def test_a_seed_that_somebody_set_before_changes_nothing(bench):
    trial = strange(bench, "draws")
    tf.random.set_seed(1)
    with as_on_a_gpu():
        ending = bench.session.run(trial).ending
    assert (ending.outcome, ending.reason) == ("unsupported", REASONS["draws"])


def test_what_is_only_slow_there_trains(bench):
    trial = strange(bench, "scatters")
    with as_on_a_gpu():
        ending = bench.session.run(trial).ending
    assert ending.outcome == "completed", ending.reason


def test_the_cpu_refuses_nothing(bench):
    ending = bench.session.run(strange(bench, "resizes", xla=False)).ending
    assert ending.outcome == "completed", ending.reason


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("UnimplementedError", "some kernel is missing {{node a/b}}"),
        ("InvalidArgumentError", "shapes do not match {{node a/b}}"),
        ("ResourceExhaustedError", "the deterministic algorithm needs more memory {{node a/b}}"),
        ("ValueError", "not deterministic {{node a/b}}"),
    ],
)
def test_other_errors_stay_what_they_are(kind, message):
    assert refusal(kind, message) == ""


def test_what_xla_itself_refuses_is_told_as_well():
    message = "HLO instruction scatter.7 does not have a deterministic implementation, but run-to-run determinism is required."
    reason = refusal("UnimplementedError", message)
    assert reason == "the program needs scatter.7, which has no deterministic form on a GPU"
