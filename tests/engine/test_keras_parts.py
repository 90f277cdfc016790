"""Constraints, augmentation and preprocessing layers of Keras' as parts of a recipe; noise in an optimizer's rule."""

import re
from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf

import benchsuite as bs
from benchsuite import noise
from benchsuite.data import load
from benchsuite.data.prepared import prepare
from benchsuite.engine.keras_parts import OnInputs

DOCS = Path(__file__).parents[2] / "docs" / "how-to"


def test_a_constraint_holds_every_kernel_after_each_step(bench):
    bench.change_task(xla=False)
    bench.add(bs.Regularization(name="held", make=lambda: keras.constraints.UnitNorm(), summary="Unit norms."))
    ready = bench.session.ready(bench.trial(regularization="held"))
    ready.program.train(ready.feed, *ready.plan.epoch(0), 0, float("inf"))
    for name, values in ready.program.weights(ready.feed).items():
        if name.endswith("kernel"):
            np.testing.assert_allclose(np.linalg.norm(values, axis=0), 1, rtol=1e-6)
        else:
            assert (values != 0).any()


def test_a_layer_on_inputs_changes_batches_of_training_and_nothing_else(bench):
    def make():
        layer = keras.layers.GaussianNoise(0.5)
        layer.on = "inputs"
        return layer

    bench.change_task(xla=False)
    bench.add(bs.Regularization(name="noisy", make=make, summary="Noise."))
    noisy, plain = bench.run(regularization="noisy").curves, bench.run().curves
    assert noisy["test_loss"][0] == plain["test_loss"][0]
    assert (np.array(noisy["running_loss"][1:]) != np.array(plain["running_loss"][1:])).all()
    assert bench.run(regularization="noisy").curves == noisy


def flipped(step):
    """Return images, and what Keras' layer makes of them in a step."""
    images = tf.random.stateless_uniform([64, 4, 4, 1], [1, 2])

    @tf.function(autograph=False)
    def graph(step):
        with noise.stream(tf.constant(3, tf.int64), step, noise.Owner.BATCHES):
            return OnInputs(layer, "flip").batch(images, tf.zeros([64]), None)[0]

    layer = keras.layers.RandomFlip("horizontal")
    return images.numpy(), graph(tf.constant(step, tf.int64)).numpy()


def test_keras_augmentation_draws_for_each_image_and_step():
    images, changed = flipped(0)
    kept = (changed == images).all((1, 2, 3))
    assert (kept | (changed == images[:, :, ::-1]).all((1, 2, 3))).all()
    assert 16 < kept.sum() < 48
    assert (flipped(0)[1] == changed).all()
    assert (flipped(1)[1] != changed).any()


def test_a_layer_that_makes_something_else_of_inputs_is_told_where_it_stands():
    with pytest.raises(bs.BenchsuiteError, match=r"regularization 'two' must return inputs for inputs. Received: list"):
        OnInputs(lambda x, training: [x, x], "two").batch(tf.zeros([2, 3]), tf.zeros([2]), None)


def test_keras_preprocessing_layers_are_fitted_on_the_training_part(bench):
    dataset = load(bench.task)
    found = prepare(dataset, keras.layers.Normalization()).x
    train = dataset.x[dataset.part("train")]
    np.testing.assert_allclose(found, (dataset.x - train.mean(0)) / train.std(0), atol=1e-5)
    np.testing.assert_allclose(prepare(dataset, keras.layers.Rescaling(0.5)).x, dataset.x / 2)


def test_a_loss_of_a_whole_batch_is_refused(bench):
    bench.change_task(xla=False)
    make = lambda: keras.losses.SparseCategoricalCrossentropy(from_logits=True)  # noqa: E731
    bench.add(bs.Loss(name="mean", make=make, targets="classes", summary="A mean."))
    ending = bench.run(loss="mean")
    assert ending.outcome == "crashed"
    assert ending.reason.endswith("it must return one for each example. For a loss of Keras', say reduction=None.")


def test_a_function_of_plain_tensors_is_an_activation_as_well(bench):
    """Keras' functional models are built of symbolic tensors, which TensorFlow's own functions refuse."""
    bench.change_task(xla=False)
    bench.add(bs.Activation(name="of_tensorflow", make=lambda: tf.nn.tanh, summary="tanh."))
    assert bench.run(activation="of_tensorflow").curves == bench.run(activation="tanh").curves


def documented(name):
    """Return what the file of a name in the documentation registers, as the component that it is."""
    text = (DOCS / "write-an-optimizer.md").read_text(encoding="utf-8")
    names = {}
    exec(re.search(rf'^```python title="{name}.py"\n(.*?)^```', text, re.M | re.S)[1], names)
    (component,) = names["register_optimizers"]()
    return component


def test_langevin_dynamics_spreads_as_its_closed_form_says(bench):
    """On the loss k·θ²/2 from θ = 0 the variance is 2·α·T·(1 − a^2t)/(1 − a²) with a = 1 − α·k, and the mean 0."""
    size, rate, temperature, curvature, steps = 20_000, 0.125, 0.25, 2.0, 6
    bench.change_task(
        xla=False,
        model=lambda blocks, inputs: blocks.parameter([size], 0.0)(inputs),
        loss=lambda model, batch, training: (
            curvature / 2 * tf.reduce_sum(model(batch[0], training=training) ** 2, axis=1)
        ),
        metrics=[],
        primary="loss",
        targets=[],
    )
    bench.add(documented("my_sgld"))
    chosen = ("my_sgld", {"learning_rate": rate, "temperature": temperature})
    found = []
    for seed in (0, 1, 0):
        ready = bench.session.ready(bench.trial(optimizer=chosen, seed=seed))
        order, rates = (each[:steps] for each in ready.plan.epoch(0))
        ready.program.train(ready.feed, order, rates, 0, float("inf"))
        (values,) = ready.program.weights(ready.feed).values()
        found.append(values)
    shrinks = 1 - rate * curvature
    variance = 2 * rate * temperature * (1 - shrinks ** (2 * steps)) / (1 - shrinks**2)
    for values in found:
        # The variance of an estimated variance is 2·σ⁴/n.
        assert values.var() == pytest.approx(variance, rel=5 * np.sqrt(2 / size))
        assert abs(values.mean()) < 5 * np.sqrt(variance / size)
    assert (found[0] == found[2]).all()
    assert abs(np.corrcoef(found[0], found[1])[0, 1]) < 5 / np.sqrt(size)
