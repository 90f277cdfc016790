"""Fashion-MNIST through 8 numbers and back on a variational autoencoder: DeepOBS' fmnist_vae.

Encoder: three convolutions 4 × 4 with 64 filters, strides 2, 2 and 1, then mean and logarithm of the deviation of 8
numbers. Decoder: hidden layers of 24 and 49, three transposed convolutions 4 × 4 with 64 filters, strides 2, 1 and 1,
then 784 pixels through a logistic function; 10,151,489 parameters. The loss of an image is the sum of its squared
errors plus the divergence of the code from N(0, I), as in DeepOBS (Schneider, Balles & Hennig 2019), whose
architecture, batch size, epochs, Xavier start and dropout of 0.2 (after each convolution of the encoder and the first
two of the decoder) these are. Kingma & Welling 2014, arXiv:1312.6114.

Departures: a recipe has one activation, so the transposed convolutions have the leaky ReLU of the other layers too,
there ReLU. At evaluation the code is drawn with the same noise each time. Ten thousand training images validate, as
from DeepOBS 1.2 on: at random here, the first ones there. The targets are the pixels as they are, whatever a
preprocessing makes of the inputs.

DeepOBS publishes no single optimizer setting for this problem: Adam with its default rate of 0.001 is our choice,
untuned. Its tuned optimizers end at a loss of about 23 to 24 on the test part.
"""

import benchsuite as bs
from benchsuite_tasks.standard._cache import DOWNLOADS, images

CODE = 8
PIXELS = 784


def data():
    """Return pixels in 0…1 as ``[70000, 28, 28, 1]``, and again as targets ``[70000, 784]``."""
    x = images("fashion_mnist").x
    return bs.Arrays(x, x.reshape(len(x), PIXELS))


def sampling():
    """Return a layer that draws a code from its mean and the logarithm of its deviation."""
    import keras
    import tensorflow as tf

    @keras.saving.register_keras_serializable("benchsuite")
    class Sampling(keras.layers.Layer):
        """Adds noise to a mean: the trial's in training, always the same at evaluation."""

        def call(self, inputs, training=False):
            """Return mean + deviation·noise."""
            mean, logarithm = inputs
            shape = tf.shape(mean)
            # Philox on every device, so that all evaluate with the same noise.
            noise = bs.noise.normal(shape) if training else tf.random.stateless_normal(shape, (0, 0), alg="philox")
            return mean + tf.exp(logarithm) * noise

        def compute_output_shape(self, input_shape):
            """Return the shape of the mean."""
            return input_shape[0]

    return Sampling(dtype="float32")


def model(blocks, inputs):
    """Return logits of the pixels, mean and logarithm of the deviation of the code, side by side ``[batch, 800]``."""
    import keras

    x = inputs
    for stride in (2, 2, 1):
        x = blocks.conv(64, 4, stride)(x)
    x = blocks.flatten()(x)
    mean = blocks.output(CODE)(x)
    logarithm = keras.layers.Rescaling(0.5, dtype="float32")(blocks.output(CODE)(x))
    x = sampling()([mean, logarithm])
    for units in (24, 49):
        x = blocks.dense(units, regularize=False)(x)
    x = blocks.reshape((7, 7, 1))(x)
    for stride, regularize in ((2, True), (1, True), (1, False)):
        x = blocks.conv_transpose(64, 4, stride, regularize=regularize)(x)
    pixels = blocks.output(PIXELS)(blocks.flatten()(x))
    return keras.layers.Concatenate(dtype="float32")([pixels, mean, logarithm])


def loss(model, batch, training):
    """Return Σ (pixel − p)² + ½·Σ (σ² + μ² − 1 − ln σ²) of each image."""
    import tensorflow as tf

    x, pixels = batch
    outputs = tf.cast(model(x, training=training), tf.float32)
    logits, mean, logarithm = tf.split(outputs, [PIXELS, CODE, CODE], axis=-1)
    error = tf.reduce_sum((tf.sigmoid(logits) - pixels) ** 2, axis=-1)
    return error + 0.5 * tf.reduce_sum(tf.exp(2 * logarithm) + mean**2 - 1 - 2 * logarithm, axis=-1)


@bs.hookimpl
def register_tasks():
    """Register fashion_mnist_vae."""
    return [
        bs.Task(
            name="fashion_mnist_vae",
            tier="standard",
            data=data,
            split=bs.Published(validation=10_000, test=10_000),
            model=model,
            loss=loss,
            primary="loss",
            targets=[28.0, 25.0, 23.5],
            batch_size=64,
            epochs=100,
            baseline={
                "optimizer": "adam",
                "initializer": "xavier_uniform",
                "activation": "leaky_relu[slope=0.3]",
                "regularization": "dropout[rate=0.2]",
            },
            compares=["optimizer", "schedule"],
            xla=False,
            cost=bs.Cost(compile=3.0, epoch=280.0),
            summary="70,000 pictures of clothes through 8 numbers, variational autoencoder (DeepOBS).",
            source="keras.datasets.fashion_mnist; Debian's package dataset-fashion-mnist",
            download=DOWNLOADS["fashion_mnist"],
            license="MIT",
            citation=(
                "Xiao, Rasul & Vollgraf 2017, arXiv:1708.07747; "
                "problem of Schneider, Balles & Hennig 2019, arXiv:1903.05499"
            ),
        )
    ]
