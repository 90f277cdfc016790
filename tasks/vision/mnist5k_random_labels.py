"""MNIST with random labels: can a network learn by heart what has no rule? The network is that of mnist5k_mlp.

The 3,000 training images of the other MNIST-5k tasks; their labels are permuted once and for all, so that each is as
frequent as before and none says anything about its image. Zhang, Bengio, Hardt, Recht & Vinyals 2017, arXiv:1611.03530:
networks that generalize well on true labels fit random ones as well, with the same settings.

On unseen images every method is right on one in ten, whatever it learned, so nothing is held out here: validation and
test part are training images again, the first thousand and the second. All three measure ``memorized``, the share of
training labels that the network gives back. Departures from the paper: fully connected, small, and with Adam; they
train CIFAR-10 with SGD.

The baseline is Adam with its default rate, untuned, as for mnist5k_mlp. Measured: it memorizes 0.993 to 1.000 in 60
epochs on five seeds.
"""

import benchsuite as bs
from benchsuite_tasks.vision._mnist5k import FACTS, in_parts, mlp, mnist5k

TRAIN, AGAIN = 3000, 1000


def data(draw):
    """Return 3,000 images with permuted labels, then the first 2,000 of them again."""
    import numpy as np

    whole, rows = mnist5k(), in_parts(draw)[:TRAIN]
    labels = draw.generator("labels", published=0).permutation(whole.y[rows])
    again = np.concatenate([np.arange(TRAIN), np.arange(2 * AGAIN)])
    return bs.Arrays(whole.x[rows][again], labels[again])


def memorized(targets, outputs):
    """Return 1 where the largest output is that of the label."""
    import tensorflow as tf

    return tf.cast(tf.argmax(outputs, axis=-1, output_type=tf.int32) == tf.cast(targets, tf.int32), tf.float32)


def instance(draw):
    """Return what an instance has in place of the task's own: other images and labels."""
    return {"data": lambda: data(draw)}


@bs.hookimpl
def register_tasks():
    """Register mnist5k_random_labels."""
    return [
        bs.Task(
            name="mnist5k_random_labels",
            tier="full",
            **instance(bs.Draw("mnist5k_random_labels")),
            split=bs.InOrder(TRAIN, AGAIN, AGAIN),
            variation=bs.Variation(split=False),
            instance=instance,
            model=mlp,
            loss="cross_entropy",
            metrics=[bs.Metric(name="memorized", per_example=memorized)],
            primary="memorized",
            targets=[0.50, 0.90, 0.99],
            batch_size=64,
            epochs=60,
            baseline={"optimizer": "adam", "initializer": "he_normal"},
            compares=["optimizer"],
            cost=bs.Cost(compile=2.8, epoch=0.048),
            summary="3,000 MNIST digits with random labels to learn by heart, hidden layers of 128 and 64.",
            **FACTS | {"citation": f"{FACTS['citation']}; Zhang et al. 2017, arXiv:1611.03530"},
        )
    ]
