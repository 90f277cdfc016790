"""MNIST with 100 labels: 10 training images of each class, on the network of mnist5k_mlp.

Everything learns these by heart within a few epochs; what counts is what else is known: regularization, augmentation of
the images, and pre-training. The hidden layers have names and shapes of the first two of mnist5k_autoencoder, which
needs no labels of its 3,000 images, so that ``transfer`` can start from what it learned. The 1,000 + 1,000 images that
validate and test are those of the other MNIST-5k tasks, and in no training part of these.

The baseline is Adam with its default rate, untuned; an epoch is 25 steps, five passes. Measured, mean test accuracy of
three seeds: baseline 0.746 (five seeds: 0.753), dropout 0.752, l2 0.752, layerwise_autoencoder 0.750, shifted images
and 60 epochs 0.757, rotated and shifted ones with cosine decay 0.787. With tanh and Xavier's start 0.741, with the
weights of a mnist5k_autoencoder trained with tanh, Xavier's start and augment_noise of 0.3 instead 0.769; with ReLU or
SiLU transfer from it gained nothing. Six tuned regularizations are not told apart by accuracy with ten seeds (its certificate
has the numbers), so that it compares initializers alone.
"""

import benchsuite as bs
from benchsuite_tasks.vision._mnist5k import FACTS, in_parts, mlp, mnist5k

LABELS = 10


def data(draw):
    """Return 10 training images of each class, 1,000 validation and 1,000 test images, in this order, and classes."""
    whole, rows = mnist5k(), in_parts(draw, LABELS)
    return bs.Arrays(whole.x[rows], whole.y[rows])


def instance(draw):
    """Return what an instance has in place of the task's own: other images in each part."""
    return {"data": lambda: data(draw)}


@bs.hookimpl
def register_tasks():
    """Register mnist5k_few_labels."""
    return [
        bs.Task(
            name="mnist5k_few_labels",
            tier="full",
            **instance(bs.Draw("mnist5k_few_labels")),
            split=bs.InOrder(100, 1000, 1000),
            variation=bs.Variation(split=False, classes=True),
            instance=instance,
            model=mlp,
            loss="cross_entropy",
            metrics=["accuracy"],
            primary="accuracy",
            targets=[0.60, 0.75, 0.82],
            batch_size=20,
            epochs=20,
            steps_per_epoch=25,
            baseline={"optimizer": "adam", "initializer": "he_normal"},
            compares=["initializer"],
            cost=bs.Cost(compile=2.4, epoch=0.022),
            summary="100 labelled MNIST digits, hidden layers of 128 and 64.",
            **FACTS,
        )
    ]
