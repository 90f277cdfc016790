"""C11: a bias before batch normalization has no effect, since the mean that is taken away contains it.

Two networks that differ in nothing but a bias b ~ N(0, 1) before the normalization: 20 inputs → 32 units, normalized, ReLU → one
output, with mean squared error on 64 examples of a rule drawn at random. Normalization, activation, loss and optimizer are those that
are registered; the loop around them is a plain one, since networks of tasks leave such a bias out from the start. Both are trained for
200 full-batch steps of gradient descent; the bias is trained along.

Off is the largest difference of what both give, relative to the root mean square of it. The same without normalization is the control.
In evaluation, too, once the moving averages have forgotten where they began (0.9²⁰⁰ of it is left).

Chosen before any of it ran: the same is a thousandth, which leaves room for rounding that 200 steps let grow; an effect is a tenth.
"""

import numpy as np

import benchsuite as bs

EXAMPLES, INPUTS, UNITS, STEPS, RATE = 64, 20, 32, 200, 0.05
SEEDS = 8
SAME, EFFECT = 1e-3, 0.1


class Net:
    """One hidden layer with a bias before its normalization, and one output.

    Args:
        lab: Makes normalization and activation.
        normalization: Selection of the normalization.
        random: Draws the weights.
        bias: What the bias starts from, ``[units]``.
    """

    def __init__(self, lab, normalization, random, bias):
        import keras
        import tensorflow as tf

        self.hidden = keras.Variable((random.normal(size=(INPUTS, UNITS)) / np.sqrt(INPUTS)).astype("float32"))
        self.bias = keras.Variable(np.asarray(bias, "float32"))
        self.output = keras.Variable((random.normal(size=(UNITS, 1)) / np.sqrt(UNITS)).astype("float32"))
        self.normalization = lab.make("normalization", normalization)
        self.activation = lab.make("activation", "relu")
        self.trained = [self.hidden, self.bias, self.output]
        if self.normalization is not None:
            self.normalization.build((None, UNITS))
            self.trained += self.normalization.trainable_variables
        self.tf = tf

    def __call__(self, x, training):
        """Return outputs ``[batch, 1]``."""
        before = self.tf.matmul(x, self.hidden.value) + self.bias.value
        if self.normalization is not None:
            before = self.normalization(before, training=training)
        return self.tf.matmul(self.activation(before), self.output.value)


def gradients(net, loss, x, y):
    """Return the gradients of the mean loss for all that is trained."""
    tf = net.tf
    with tf.GradientTape() as tape:
        mean = tf.reduce_mean(loss(y, net(x, True)))
    return tape.gradient(mean, [variable.value for variable in net.trained])


def data(seed):
    """Return inputs and targets of a rule that is drawn at random, as tensors, and what draws the rest."""
    import tensorflow as tf

    random = np.random.default_rng(seed)
    x = random.normal(size=(EXAMPLES, INPUTS))
    y = np.tanh(x @ random.normal(size=(INPUTS, 4)) / np.sqrt(INPUTS)).sum(axis=1, keepdims=True)
    return tf.constant(x, tf.float32), tf.constant(y, tf.float32), random


def trained(lab, normalization, seed, biased, steps=STEPS):
    """Return a network after some steps, and the inputs."""
    import tensorflow as tf

    x, y, random = data(seed)
    bias = random.normal(size=UNITS) if biased else np.zeros(UNITS)
    net = Net(lab, normalization, np.random.default_rng([seed, 1]), bias)
    loss = lab.make("loss", "mse")
    optimizer = lab.make("optimizer", f"sgd[learning_rate={RATE}]")
    optimizer.build(net.trained)

    def step(number):
        optimizer.apply(gradients(net, loss, x, y), net.trained)
        return (number + 1,)

    @tf.function(autograph=False)
    def train():
        tf.while_loop(lambda number: number < steps, step, (tf.constant(0),), parallel_iterations=1)

    if steps:
        train()
    return net, x


def off(lab, normalization, seed, training, steps=STEPS):
    """Return the largest difference that the bias makes to the outputs, relative to their size."""
    with_bias, without = (trained(lab, normalization, seed, biased, steps) for biased in (True, False))
    one, other = (np.asarray(net(x, training), "float64") for net, x in (with_bias, without))
    return float(np.abs(one - other).max() / np.sqrt(np.mean(other**2)))


def at_the_start(lab, seed):
    """Return what it makes before training."""
    return off(lab, "batch", seed, training=True, steps=0)


def after_training(lab, seed):
    """Return what it makes after training."""
    return off(lab, "batch", seed, training=True)


def in_evaluation(lab, seed):
    """Return what it makes after training where moving averages take the place of the batch's."""
    return off(lab, "batch", seed, training=False)


def without_normalization(lab, seed):
    """Return what it makes after training where nothing is normalized."""
    return off(lab, "none", seed, training=True)


def gradient_of_bias(lab, seed):
    """Return the length of the bias's gradient over that of the layer's weights."""
    x, y, random = data(seed)
    net = Net(lab, "batch", np.random.default_rng([seed, 1]), random.normal(size=UNITS))
    hidden, bias, *_ = gradients(net, lab.make("loss", "mse"), x, y)
    return float(np.linalg.norm(bias) / np.linalg.norm(hidden))


def small(name, says, compute, because, most=SAME):
    """Return a part about something that must be next to nothing."""
    evidence = bs.Computed(compute=compute, seeds=SEEDS)
    return bs.Part(name=name, says=says, evidence=evidence, at_most=most, because=because, unit="ratio")


@bs.hookimpl
def register_claims():
    """Register bias_before_normalization."""
    grown = "The same but for the rounding of float32, which 200 steps may let grow."
    return [
        bs.Claim(
            name="bias_before_normalization",
            number="C11",
            sentence="Whatever the bias before batch normalization is, it is subtracted with the mean and has no effect: it can be "
            "left out, or set to zero.",
            source="Course notes N3, Batch normalization, Notation",
            parts=[
                small(
                    "same_outputs",
                    "The largest difference that a random bias makes to the outputs of a batch before training, relative to their size.",
                    at_the_start,
                    "The same but for the rounding of float32.",
                    1e-4,
                ),
                small(
                    "no_gradient",
                    "The length of the bias's gradient over that of the gradient of the layer's weights.",
                    gradient_of_bias,
                    "Zero but for the rounding of float32.",
                    1e-4,
                ),
                small("same_training", "The largest difference to the outputs after training.", after_training, grown),
                small(
                    "same_evaluation",
                    "The largest difference after training in evaluation, with moving averages.",
                    in_evaluation,
                    grown,
                ),
                bs.Part(
                    name="matters_without_it",
                    says="The largest difference after training without normalization.",
                    evidence=bs.Computed(compute=without_normalization, seeds=SEEDS),
                    at_least=EFFECT,
                    because="A tenth of the size of the outputs is an effect.",
                    unit="ratio",
                ),
            ],
            basis="theorem",
            depends="On normalizing over the batch and nothing between bias and normalization. In evaluation before the moving averages "
            "have arrived, a bias has an effect.",
        )
    ]
