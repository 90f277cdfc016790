"""CIFAR-100, 50,000 + 10,000 colour images of 32 × 32 pixels, on convolutions alone: All-CNN-C, DeepOBS' cifar100_allcnnc.

Three convolutions 3 × 3 with 96 filters, three with 192, the last of each three with stride 2; 3 × 3 with 192 without
padding, 1 × 1 with 192, 1 × 1 with 100, the mean over all pixels; 1,387,108 parameters. Springenberg et al. 2015,
arXiv:1412.6806. Architecture, batch size, epochs and the L2 penalty are those of DeepOBS (Schneider, Balles & Hennig
2019): there ½·0.0005·Σ w² on kernels and not on biases, which is our l2 with strength 0.0005. Momentum 0.9 and rate 0.05,
divided by 10 after 200, 250 and 300 of 350 epochs, are what both name.

Departures: the dropout of 0.5 after each stride of 2 is part of the recipe, that of 0.2 on the inputs is left out, as
regularizations act on hidden layers. The last convolution has no ReLU, and being linear is applied to the mean instead
of before it, which gives the same. Pixels are standardized over the training part, there within each image. Flips and
crops of up to 2 pixels are those of DeepOBS; its changes of brightness, contrast and saturation are left out. Biases
start at 0, there at 0.1. Ten thousand training images validate, as from DeepOBS 1.2 on: at random here, the first ones
there.

DeepOBS' tuned optimizers, with a constant rate, end at about 0.56 to 0.60 on the test part.
"""

import benchsuite as bs
from benchsuite_tasks.standard._cache import DOWNLOADS, images


def data():
    """Return pixels in 0…1 as ``[60000, 32, 32, 3]``, and classes."""
    return images("cifar100")


def model(blocks, inputs):
    """Return logits ``[batch, 100]``."""
    x = inputs
    for filters in (96, 192):
        x = blocks.conv(filters, regularize=False)(x)
        x = blocks.conv(filters, regularize=False)(x)
        x = blocks.conv(filters, stride=2)(x)
    x = blocks.conv(192, padding="valid", regularize=False)(x)
    x = blocks.conv(192, 1, regularize=False)(x)
    return blocks.output(100)(blocks.average()(x))


@bs.hookimpl
def register_tasks():
    """Register cifar100_allcnnc."""
    return [
        bs.Task(
            name="cifar100_allcnnc",
            tier="standard",
            data=data,
            split=bs.Published(validation=10_000, test=10_000),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.35, 0.50, 0.60],
            batch_size=256,
            epochs=350,
            baseline={
                "optimizer": "momentum[learning_rate=0.05]",
                "schedule": "piecewise[first=0.5714,second=0.7143,third=0.8571]",
                "initializer": "xavier_normal",
                "preprocessing": "standardize",
                "regularization": (
                    "l2[strength=0.0005]+dropout[rate=0.5]+augment_flip+augment_shift[fraction=0.0625,fill=zero]"
                ),
            },
            compares=["optimizer", "schedule", "initializer"],
            xla=False,
            cost=bs.Cost(compile=3.0, epoch=1000.0),
            summary="60,000 CIFAR-100 images, nine convolutions and nothing else (DeepOBS).",
            source="keras.datasets.cifar100",
            download=DOWNLOADS["cifar100"],
            license="none stated; the authors ask for a citation",
            citation=(
                "Krizhevsky 2009; network of Springenberg, Dosovitskiy, Brox & Riedmiller 2015, arXiv:1412.6806; "
                "problem of Schneider, Balles & Hennig 2019, arXiv:1903.05499"
            ),
        )
    ]
