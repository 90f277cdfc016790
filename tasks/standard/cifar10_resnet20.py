"""CIFAR-10, 50,000 + 10,000 colour images of 32 × 32 pixels, on the residual network of 20 layers of He et al. 2016.

A convolution 3 × 3 with 16 filters, three stages of three residual blocks with 16, 32 and 64, the mean over all pixels;
272,474 parameters. He et al., arXiv:1512.03385, section 4.2: batches of 128, momentum 0.9, rate 0.1 divided by 10 after
32,000 and 48,000 of 64,000 steps (182 epochs of 351 steps), weight decay of 0.0001, which added to the gradient is our l2
with that strength, flips, and crops of up to 4 pixels with zeros around; 45,000 images train and 5,000 validate. Their
test accuracy with all 50,000 is 0.9125.

Departures: shortcuts that change shape are convolutions of 1 × 1, their variant B; there zeros fill new channels. L2
acts on kernels alone, there on γ and β too. Pixels are standardized, there only centred.
"""

import benchsuite as bs
from benchsuite_tasks.standard._cache import DOWNLOADS, images
from benchsuite_tasks.standard._residual import residual_stages


def data():
    """Return pixels in 0…1 as ``[60000, 32, 32, 3]``, and classes."""
    return images("cifar10")


def model(blocks, inputs):
    """Return logits ``[batch, 10]``."""
    x = residual_stages(blocks, blocks.conv(16)(inputs), (16, 32, 64), 3)
    return blocks.output(10)(blocks.average()(x))


@bs.hookimpl
def register_tasks():
    """Register cifar10_resnet20."""
    return [
        bs.Task(
            name="cifar10_resnet20",
            tier="standard",
            data=data,
            split=bs.Published(validation=5_000, test=10_000),
            model=model,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.80, 0.88, 0.91],
            batch_size=128,
            epochs=182,
            baseline={
                "optimizer": "momentum[learning_rate=0.1]",
                "schedule": "piecewise",
                "initializer": "he_normal",
                "normalization": "batch",
                "preprocessing": "standardize",
                "regularization": "l2[strength=0.0001]+augment_flip+augment_shift[fraction=0.125,fill=zero]",
            },
            compares=["optimizer", "schedule", "normalization", "regularization"],
            xla=False,
            cost=bs.Cost(compile=8.0, epoch=370.0),
            summary="60,000 CIFAR-10 images, residual network of 20 layers.",
            source="keras.datasets.cifar10",
            download=DOWNLOADS["cifar10"],
            license="none stated; the authors ask for a citation",
            citation="Krizhevsky 2009; network of He, Zhang, Ren & Sun 2016, arXiv:1512.03385",
        )
    ]
