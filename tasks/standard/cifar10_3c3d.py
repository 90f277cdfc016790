"""CIFAR-10, 50,000 + 10,000 colour images of 32 × 32 pixels, on three convolutions and three dense layers: DeepOBS' cifar10_3c3d.

Convolution 5 × 5 with 64 filters, 3 × 3 with 96 (both without padding) and 3 × 3 with 128, each followed by max pooling
of 3 × 3 with stride 2; hidden layers of 512 and 256; 895,210 parameters. Architecture, batch size, epochs and the L2
penalty are those of DeepOBS (Schneider, Balles & Hennig 2019): there ½·0.002·Σ w² on kernels and not on biases, which is
our l2 with strength 0.002. Its documentation names SGD with a rate of 0.01 as a working setting, which is the baseline.

Departures: pixels are standardized over the training part, there within each image. Flips and crops of up to 2 pixels
are those of DeepOBS; its changes of brightness and contrast, which standardizing within an image mostly takes back, and
of saturation are left out. Kernels all start Xavier normal; there those of dense layers Xavier uniform. Ten thousand
training images validate, as from DeepOBS 1.2 on: at random here, the first ones there.

DeepOBS' tuned optimizers end at about 0.84 on the test part.
"""

import benchsuite as bs
from benchsuite_tasks.standard._cache import DOWNLOADS, images


def data():
    """Return pixels in 0…1 as ``[60000, 32, 32, 3]``, and classes."""
    return images("cifar10")


def model(blocks, inputs):
    """Return logits ``[batch, 10]``."""
    x = inputs
    for filters, size, padding in ((64, 5, "valid"), (96, 3, "valid"), (128, 3, "same")):
        x = blocks.conv(filters, size, padding=padding)(x)
        x = blocks.max_pool(3, 2, "same")(x)
    x = blocks.flatten()(x)
    for units in (512, 256):
        x = blocks.dense(units)(x)
    return blocks.output(10)(x)


@bs.hookimpl
def register_tasks():
    """Register cifar10_3c3d."""
    return [
        bs.Task(
            name="cifar10_3c3d",
            tier="standard",
            data=data,
            split=bs.Published(validation=10_000, test=10_000),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.65, 0.75, 0.83],
            batch_size=128,
            epochs=100,
            baseline={
                "optimizer": "sgd[learning_rate=0.01]",
                "initializer": "xavier_normal",
                "preprocessing": "standardize",
                "regularization": "l2[strength=0.002]+augment_flip+augment_shift[fraction=0.0625,fill=zero]",
            },
            compares=["optimizer", "schedule", "regularization"],
            xla=False,
            cost=bs.Cost(compile=1.5, epoch=80.0),
            summary="60,000 CIFAR-10 images, three convolutions and three dense layers (DeepOBS).",
            source="keras.datasets.cifar10",
            download=DOWNLOADS["cifar10"],
            license="none stated; the authors ask for a citation",
            citation="Krizhevsky 2009; problem of Schneider, Balles & Hennig 2019, arXiv:1903.05499",
        )
    ]
