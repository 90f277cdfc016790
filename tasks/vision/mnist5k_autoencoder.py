"""An autoencoder of MNIST-5k: 784 pixels through 32 numbers and back.

Layers of 128, 64, 32, 64, 128 and 784; 222,384 parameters. The code of 32 and the pixels are linear. The loss of an
image is the sum of its squared errors; ``pixel_mse`` is the mean for each pixel. The targets are the pixels as they
are, whatever a preprocessing or augmentation makes of the inputs; noise on these makes it a denoising autoencoder.

After Hinton & Salakhutdinov 2006, the classical problem of optimizers on deep autoencoders. Departures: layers are
smaller (theirs have 1,000, 500 and 250 units and a code of 30), activations are the recipe's (there logistic), the
error is squared (there cross-entropy), and nothing is pre-trained.

What linear methods can do: the best 32 principal components of the training part have 0.0173 on the validation part
and 0.0174 on the test part, the mean image 0.067. Measured on the validation part, one seed, Adam with rate 0.003 and
cosine decay: ReLU with He's start 0.028, orthogonal start 0.018; tanh with Xavier's 0.0176; SiLU with He's 0.0185, with
orthogonal start 0.0147. The last one is the baseline; of its rates 0.003 alone was tried. Five seeds of it on the test
part: 0.0150 to 0.0152.
"""

import benchsuite as bs
from benchsuite_tasks.vision._mnist5k import EXAMPLES, FACTS, in_parts, mnist5k

PIXELS = 784
CODE = 32


def data(draw):
    """Return the images of the training, validation and test part, and again as targets ``[5000, 784]``."""
    x = mnist5k().x[in_parts(draw)]
    return bs.Arrays(x, x.reshape(len(x), PIXELS))


def model(blocks, inputs):
    """Return pixels ``[batch, 784]``."""
    x = blocks.flatten()(inputs)
    for units in (128, 64):
        x = blocks.dense(units)(x)
    x = blocks.dense(CODE, activate=False)(x)
    for units in (64, 128):
        x = blocks.dense(units)(x)
    return blocks.output(PIXELS)(x)


def squared(model, batch, training=False):
    """Return the squared error of each pixel ``[batch, 784]``."""
    import tensorflow as tf

    x, pixels = batch
    return (tf.cast(model(x, training=training), tf.float32) - pixels) ** 2


def loss(model, batch, training):
    """Return Σ (output − pixel)² of each image."""
    import tensorflow as tf

    return tf.reduce_sum(squared(model, batch, training), axis=-1)


def instance(draw):
    """Return what an instance has in place of the task's own: other images in each part."""
    return {"data": lambda: data(draw)}


@bs.hookimpl
def register_tasks():
    """Register mnist5k_autoencoder."""
    return [
        bs.Task(
            name="mnist5k_autoencoder",
            tier="full",
            **instance(bs.Draw("mnist5k_autoencoder")),
            split=bs.InOrder(3000, 1000, 1000),
            variation=bs.Variation(split=False),
            instance=instance,
            axes=EXAMPLES,
            model=model,
            loss=loss,
            metrics=[bs.Metric(name="pixel_mse", per_example=squared, direction="min")],
            primary="pixel_mse",
            targets=[0.03, 0.018, 0.0145],
            batch_size=64,
            epochs=30,
            baseline={
                "optimizer": "adam[learning_rate=0.003]",
                "schedule": "cosine",
                "initializer": "orthogonal",
                "activation": "silu",
            },
            compares=["optimizer", "initializer", "activation"],
            cost=bs.Cost(compile=3.4, epoch=0.12),
            summary="5,000 MNIST digits through 32 numbers and back.",
            **FACTS | {"citation": f"{FACTS['citation']}; after Hinton & Salakhutdinov 2006"},
        )
    ]
