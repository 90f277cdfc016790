"""Greedy layer-wise pre-training: each hidden layer first learns to encode what enters it, then the whole network is fine-tuned.

Bengio et al. 2006, "Greedy layer-wise training of deep networks"; the course notes' first stage. For layer l, with what enters it h:
minimize the mean of (h − D(f(h·W + b)))² over W, b and a linear decoder D that is thrown away; W and b of the layers before stay as
they were learned. D is a fully connected layer, or for a convolution a transposed one with the same window and stride (and the other
way round). Adam on
``steps`` mini-batches of ``batch`` examples for each layer, from Xavier's uniform draw; normalizations take part in evaluation mode.
The output layer keeps its draw. The paper has sigmoid units, tied decoders, cross-entropy and plain gradient descent. Recurrent
layers keep their draw as well; a network that has no other hidden layers, or whose first inputs are symbols, is unsupported. What the
pre-training costs is no part of the trial's budget; the record has it as ``initialize_seconds``.
"""

import numpy as np

import benchsuite as bs


class _Layerwise:
    """Draws Xavier's uniform kernels, then trains one layer after another."""

    def __init__(self, steps, batch, learning_rate):
        self.steps, self.batch, self.learning_rate = steps, batch, learning_rate

    def __call__(self, shape, fan_in, fan_out, gain, generator):
        bound = np.sqrt(6 / (fan_in + fan_out))
        return generator.uniform(-bound, bound, size=shape)

    def adapt(self, network):
        """Train one layer after another."""
        kernel_layers = [
            kernel_layer
            for kernel_layer in network.kernel_layers
            if kernel_layer.layer_type in ("dense", "convolution")
        ]
        if not kernel_layers:
            raise bs.Unsupported(
                "layerwise_autoencoder trains fully connected and convolutional layers; there are none"
            )
        if network.examples.dtype != np.float32:
            raise bs.Unsupported("layerwise_autoencoder reconstructs numbers; the inputs are symbols")
        for kernel_layer in kernel_layers:
            self._train(network, kernel_layer)

    def _train(self, network, kernel_layer):
        import keras
        import tensorflow as tf

        generator = network.generator(kernel_layer.name)
        size = min(self.batch, len(network.examples))
        order = generator.integers(len(network.examples), size=(self.steps, size))
        used, order = np.unique(order, return_inverse=True)  # no more is encoded than is needed
        entering = tf.constant(network.values(kernel_layer.inputs, network.examples[used]))
        encoder = keras.Model(kernel_layer.inputs, kernel_layer.outputs)
        decoder = _decoder(kernel_layer, generator)
        variables = [*encoder.trainable_variables, *decoder.trainable_variables]
        optimizer = keras.optimizers.Adam(self.learning_rate)
        optimizer.build(variables)
        batches = tf.constant(order.reshape(self.steps, size), tf.int32)

        @tf.function(autograph=False)
        def train():
            def step(i):
                h = tf.gather(entering, batches[i])
                with tf.GradientTape() as tape:
                    code = tf.cast(encoder(h, training=False), tf.float32)
                    loss = tf.reduce_mean(tf.square(h - _shaped(decoder(code), h)))
                optimizer.apply(tape.gradient(loss, [variable.value for variable in variables]), variables)
                return (i + 1,)

            tf.while_loop(lambda i: i < self.steps, step, (tf.constant(0),), parallel_iterations=1)

        train()


def _decoder(kernel_layer, generator):
    """Return a linear layer from what leaves a layer to what enters it, its kernel drawn like all others."""
    import keras

    features, kernel = kernel_layer.inputs.shape[-1], kernel_layer.variable.shape
    if kernel_layer.layer_type == "dense":
        decoder = keras.layers.Dense(features, dtype="float32")
    else:
        window, layer = kernel[:-2], kernel_layer.layer
        back = "" if "Transpose" in type(layer).__name__ else "Transpose"
        padding = "same" if layer.padding == "causal" else layer.padding  # as many time steps
        kind = getattr(keras.layers, f"Conv{len(window)}D{back}")
        decoder = kind(features, window, strides=layer.strides, padding=padding, dtype="float32")
    decoder.build((None, *kernel_layer.outputs.shape[1:]))
    shape = decoder.kernel.shape
    field = int(np.prod(shape[:-2]))
    bound = np.sqrt(6 / ((shape[-2] + shape[-1]) * field))
    decoder.kernel.assign(generator.uniform(-bound, bound, size=shape))
    return decoder


def _shaped(found, wanted):
    """Cut or pad (with zeros) what a strided window could not restore to the pixel."""
    import tensorflow as tf

    for axis in range(1, found.shape.rank - 1):
        size, target = found.shape[axis], wanted.shape[axis]
        if size > target:
            found = tf.gather(found, tf.range(target), axis=axis)
        elif size < target:
            found = tf.pad(found, [[0, target - size if a == axis else 0] for a in range(found.shape.rank)])
    return found


def make(steps, batch, learning_rate):
    """Return the initializer."""
    return _Layerwise(steps, batch, learning_rate)


@bs.hookimpl
def register_initializers():
    """Register layerwise_autoencoder."""
    return [
        bs.Initializer(
            name="layerwise_autoencoder",
            make=make,
            space={
                "steps": bs.Integer(1, 100_000, default=200),
                "batch": bs.Integer(1, 4096, default=64),
                "learning_rate": bs.LogUniform(1e-5, 0.1, default=1e-3),
            },
            summary="Each hidden layer first learns to encode what enters it.",
            reference="Bengio, Lamblin, Popovici & Larochelle 2006",
            formula="min over W, b, D of mean (h − D(f(h·W + b)))², layer after layer",
        )
    ]
