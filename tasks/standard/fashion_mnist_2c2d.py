"""Fashion-MNIST, 60,000 + 10,000 pictures of clothes, on two convolutions and a wide hidden layer: DeepOBS' fmnist_2c2d.

Convolution 5 × 5 with 32 filters, max pooling 2, convolution 5 × 5 with 64, max pooling 2, a hidden layer of 1024;
3,274,634 parameters. Architecture, batch size, epochs and the truncated normal start with σ = 0.05 are those of DeepOBS
(Schneider, Balles & Hennig 2019), which uses no regularization and pixels in 0…1. Departures: biases start at 0, there
at 0.05; ten thousand training images validate, as from DeepOBS 1.2 on, at random here, the first ones there.

DeepOBS publishes no single optimizer setting for this problem: Adam with its default rate of 0.001 is our choice,
untuned. Its tuned optimizers end at about 0.92 on the test part. Measured here after the first four epochs of the
baseline: 0.866, 0.895, 0.904, 0.909 (validation 0.877, 0.903, 0.913, 0.918).
"""

import benchsuite as bs
from benchsuite_tasks.standard._cache import DOWNLOADS, images


def data():
    """Return pixels in 0…1 as ``[70000, 28, 28, 1]``, and classes."""
    return images("fashion_mnist")


def model(blocks, inputs):
    """Return logits ``[batch, 10]``."""
    x = inputs
    for filters in (32, 64):
        x = blocks.max_pool()(blocks.conv(filters, 5)(x))
    x = blocks.dense(1024)(blocks.flatten()(x))
    return blocks.output(10)(x)


@bs.hookimpl
def register_tasks():
    """Register fashion_mnist_2c2d."""
    return [
        bs.Task(
            name="fashion_mnist_2c2d",
            tier="standard",
            data=data,
            split=bs.Published(validation=10_000, test=10_000),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.88, 0.91, 0.925],
            batch_size=128,
            epochs=100,
            baseline={"optimizer": "adam", "initializer": "truncated_normal[deviation=0.05]"},
            compares=["optimizer", "schedule", "normalization", "regularization"],
            xla=False,
            cost=bs.Cost(compile=1.5, epoch=80.0),
            summary="70,000 pictures of clothes, two convolutions and a hidden layer of 1024 (DeepOBS).",
            source="keras.datasets.fashion_mnist; Debian's package dataset-fashion-mnist",
            download=DOWNLOADS["fashion_mnist"],
            license="MIT",
            citation=(
                "Xiao, Rasul & Vollgraf 2017, arXiv:1708.07747; "
                "problem of Schneider, Balles & Hennig 2019, arXiv:1903.05499"
            ),
        )
    ]
