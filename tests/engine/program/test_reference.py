"""The whole engine against an independent NumPy float64 implementation of the same training run."""

import numpy as np
import pytest

from benchsuite.data import load
from benchsuite.engine.seeds import Streams


def softmax(z):
    e = np.exp(z - z.max(axis=1, keepdims=True))
    return e / e.sum(axis=1, keepdims=True)


def numpy_run(bench, seed, epochs, rate, l2=0.0, schedule=lambda t, total: 1.0, momentum=0.0):
    """Train the tiny network 6-8-8-3 (ReLU, softmax cross-entropy) by hand; return running and test losses for each epoch."""
    dataset, streams = load(bench.task), Streams.of(seed)
    x, y, batch = dataset.x.astype("float64"), dataset.y, bench.task.batch_size
    sizes = [("dense_1", 6, 8), ("dense_2", 8, 8), ("output_1", 8, 3)]
    weights = []
    for name, fan_in, fan_out in sizes:
        bound = np.sqrt(6 / (fan_in + fan_out))  # Xavier uniform, the default initializer
        # Stored as float32, as the network starts.
        draw = (
            streams.initial_generator(name)
            .uniform(-bound, bound, (fan_in, fan_out))
            .astype("float32")
            .astype("float64")
        )
        weights += [draw, np.zeros(fan_out)]
    velocity = [np.zeros_like(w) for w in weights]

    def forward(rows):
        h0 = x[rows]
        a1 = h0 @ weights[0] + weights[1]
        h1 = np.maximum(a1, 0)
        a2 = h1 @ weights[2] + weights[3]
        h2 = np.maximum(a2, 0)
        return h0, a1, h1, a2, h2, softmax(h2 @ weights[4] + weights[5])

    def mean_loss(rows):
        return float(-np.log(forward(rows)[-1][np.arange(len(rows)), y[rows]]).mean())

    part = dataset.part("test")
    test_rows = np.arange(part.start, part.stop)
    running, test = [None], [mean_loss(test_rows)]
    steps = dataset.sizes[0] // batch
    for epoch in range(epochs):
        order = streams.permutation(epoch, dataset.sizes[0])
        losses = []
        for step in range(steps):
            rows = order[step * batch : (step + 1) * batch]
            h0, a1, h1, a2, h2, p = forward(rows)
            penalty = sum(l2 / 2 * (w**2).sum() for w in weights[::2])
            losses.append(-np.log(p[np.arange(batch), y[rows]]).mean() + penalty)
            d = (p - np.eye(3)[y[rows]]) / batch
            d2 = (d @ weights[4].T) * (a2 > 0)
            d1 = (d2 @ weights[2].T) * (a1 > 0)
            gradients = [h0.T @ d1, d1.sum(0), h1.T @ d2, d2.sum(0), h2.T @ d, d.sum(0)]
            alpha = rate * schedule(epoch * steps + step, epochs * steps)
            for i, gradient in enumerate(gradients):
                if i % 2 == 0:
                    gradient = gradient + l2 * weights[i]
                velocity[i] = momentum * velocity[i] - alpha * gradient
                weights[i] = weights[i] + velocity[i]
        running.append(float(np.mean(losses)))
        test.append(mean_loss(test_rows))
    return running, test


@pytest.mark.parametrize("xla", [True, False])
def test_sgd_with_cosine_follows_numpy(bench, xla):
    bench.change_task(xla=xla)
    run = bench.run(seed=5, epochs=3, optimizer=("sgd", {"learning_rate": 0.1}), schedule="cosine")
    assert run.environment.xla is xla
    running, test = numpy_run(bench, 5, 3, 0.1, schedule=lambda t, total: 0.5 * (1 + np.cos(np.pi * t / total)))
    np.testing.assert_allclose(run.curves["test_loss"], test, rtol=2e-5)
    np.testing.assert_allclose(run.curves["running_loss"][1:], running[1:], rtol=2e-5)


def test_momentum_with_l2_follows_numpy(bench):
    run = bench.run(
        seed=1,
        epochs=3,
        optimizer=("momentum", {"learning_rate": 0.05, "momentum": 0.5}),
        regularization=("l2", {"strength": 0.05}),
    )
    running, test = numpy_run(bench, 1, 3, 0.05, l2=0.05, momentum=0.5)
    # The penalty is in the running loss and in no reported loss.
    np.testing.assert_allclose(run.curves["running_loss"][1:], running[1:], rtol=2e-5)
    np.testing.assert_allclose(run.curves["test_loss"], test, rtol=2e-5)


def test_steps_per_epoch_only_moves_the_evaluations(bench):
    """Ten steps an epoch are one pass here; with five, two epochs make the same steps on the same batches."""
    whole = bench.run(epochs=2)
    bench.change_task(steps_per_epoch=5)
    halves = bench.run(epochs=4, session=bench.new_session())
    assert list(halves.curves["step"]) == [0, 5, 10, 15, 20]
    assert halves.curves["test_loss"][::2] == pytest.approx(whole.curves["test_loss"], rel=1e-6)
