"""Plugins as people write them, of every kind, without a mistake: each keeps every promise."""

import benchsuite as bs


def own(learning_rate, momentum):
    import keras

    class Own(keras.optimizers.Optimizer):
        def build(self, variables):
            if self.built:
                return
            super().build(variables)
            self.velocities = [self.add_variable_from_reference(v, "velocity") for v in variables]

        def update_step(self, gradient, variable, rate):
            velocity = self.velocities[self._get_variable_index(variable)]
            self.assign(velocity, momentum * velocity + gradient)
            self.assign_sub(variable, rate * velocity)

    return Own(learning_rate)


def subclass(learning_rate, beta_1, beta_2):
    import keras

    class Slower(keras.optimizers.Adam):
        def update_step(self, gradient, variable, rate):
            super().update_step(
                gradient, variable, rate * keras.ops.rsqrt(keras.ops.cast(self.iterations + 1, rate.dtype))
            )

    return Slower(learning_rate, beta_1=beta_1, beta_2=beta_2)


class Twice:
    """Takes the gradient again where the first step led: a closure is called two times."""

    def __init__(self, learning_rate):
        self.learning_rate, self.variables = learning_rate, []

    def build(self, variables):
        """It has no state."""

    def step(self, closure, variables):
        _, gradients = closure()
        for variable, gradient in zip(variables, gradients, strict=True):
            variable.assign_sub(self.learning_rate * gradient)
        _, ahead = closure()
        for variable, gradient, later in zip(variables, gradients, ahead, strict=True):
            variable.assign_add(self.learning_rate * (gradient - later) / 2)


def around(learning_rate, momentum):
    """An optimizer around another: the inner one has a fixed rate until it steps, and its state is told of."""
    import keras

    class Around(keras.optimizers.Optimizer):
        def __init__(self, inner, learning_rate):
            super().__init__(learning_rate)
            self.inner = inner

        def build(self, variables):
            if not self.built:
                super().build(variables)
                self.inner.build(variables)

        @property
        def variables(self):
            return super().variables + self.inner.variables

        def apply(self, gradients, trainable_variables=None):
            self.inner.learning_rate.assign(self.learning_rate)
            self.inner.apply(gradients, trainable_variables)
            self.iterations.assign_add(1)

        def get_config(self):
            return {**super().get_config(), "inner": keras.saving.serialize_keras_object(self.inner)}

    return Around(keras.optimizers.SGD(0.1, momentum=momentum), learning_rate)


def remembers():
    import keras

    @keras.saving.register_keras_serializable("good")
    class Remembers(keras.layers.Layer):
        def build(self, shape):
            self.mean = self.add_weight(shape=(shape[-1],), initializer="zeros", trainable=False, name="mean")

        def call(self, x, training=False):
            if not training:
                return x - self.mean
            mean = keras.ops.mean(x, axis=0)
            self.mean.assign(0.9 * self.mean + 0.1 * mean)
            return x - mean

        def compute_output_shape(self, shape):
            return shape

    return Remembers()


class Smooth:
    """Smoothed labels, and values as they are."""

    def __init__(self, share):
        self.share = share

    def batch(self, x, y, classes):
        import tensorflow as tf

        if classes is None:
            raise bs.Unsupported("it smooths classes")
        y = tf.one_hot(y, classes) if y.dtype == tf.int32 else y
        return x, (1 - self.share) * y + self.share / classes


def drops(rate):
    import keras
    import tensorflow as tf

    @keras.saving.register_keras_serializable("good")
    class Drops(keras.layers.Layer):
        def __init__(self, rate=rate, **kwargs):
            super().__init__(**kwargs)
            self.rate = rate

        def call(self, x, training=False):
            return tf.where(bs.noise.keep(tf.shape(x), self.rate), x / (1 - self.rate), 0.0) if training else x

        def compute_output_shape(self, shape):
            return shape

        def get_config(self):
            return {**super().get_config(), "rate": float(self.rate)}

    return Drops()


class Plateau:
    """Halves the rate after an epoch that was no better."""

    def __init__(self, factor):
        self.factor, self.now, self.best = factor, 1.0, float("inf")

    def __call__(self, step, total_steps):
        return self.now + 0.0 * step

    def after_epoch(self, epoch, validation):
        if validation["loss"] >= self.best:
            self.now *= self.factor
        self.best = min(self.best, validation["loss"])


def half_cosine(floor):
    import numpy as np

    return lambda step, total_steps: floor + (1 - floor) * (1 + np.cos(np.pi * step / total_steps)) / 2


def uniform(share):
    def draw(shape, fan_in, fan_out, gain, generator):
        bound = share * gain * (6 / (fan_in + fan_out)) ** 0.5
        return generator.uniform(-bound, bound, shape)

    return draw


def keras_noise(deviation):
    import keras

    return keras.initializers.RandomNormal(stddev=deviation)


def softsign():
    import keras

    return lambda x: x / (1 + keras.ops.abs(x))


def log_cosh():
    import tensorflow as tf

    def loss(targets, outputs):
        off = tf.abs(outputs - targets)
        return off + tf.math.softplus(-2 * off) - tf.math.log(2.0)

    return loss


class Robust:
    """Median and quartiles instead of mean and deviation."""

    def fit(self, x):
        import numpy as np

        low, self.middle, high = np.quantile(x, [0.25, 0.5, 0.75], axis=0)
        self.spread = np.where(high > low, high - low, 1.0)

    def transform(self, x):
        return (x - self.middle) / self.spread


def signs(sharpness):
    import tensorflow as tf

    return lambda gradients, variables: [None if g is None else tf.tanh(sharpness * g) for g in gradients]


RATE = bs.LogUniform(1e-4, 1.0, default=0.05)


class Stops:
    """Stops where a metric of the task's no longer grows."""

    restores_best = True

    def __init__(self):
        self.best, self.waited = 0.0, 0

    def after_epoch(self, epoch, validation):
        better = validation["accuracy"] > self.best
        self.best = max(self.best, validation["accuracy"])
        self.waited = 0 if better else self.waited + 1
        return self.waited < 3


def translates():
    import keras

    layer = keras.layers.RandomTranslation(0.1, 0.1)
    layer.on = "inputs"
    return layer


class RescalesImages:
    """Each example has mean 0 and variance 1 afterwards, some of them another sign: targets stay as they are."""

    def batch(self, x, y, classes):
        import tensorflow as tf

        axes = list(range(1, len(x.shape)))
        centred = x - tf.reduce_mean(x, axes, keepdims=True)
        sign = tf.sign(bs.noise.uniform((x.shape[0],) + (1,) * len(axes)) - 0.5)
        return sign * centred / (tf.math.reduce_std(x, axes, keepdims=True) + 1e-3), y


def orthogonal():
    import keras

    return keras.regularizers.OrthogonalRegularizer(0.01)


@bs.hookimpl
def register_optimizers():
    betas = {"beta_1": bs.Uniform(0.0, 0.99, default=0.9), "beta_2": bs.OneMinusLogUniform(0.9, 0.9999, default=0.99)}
    return [
        bs.Optimizer(
            name="around", make=around, space={"learning_rate": RATE, "momentum": bs.Uniform(0.0, 0.99, default=0.9)}
        ),
        bs.Optimizer(
            name="own", make=own, space={"learning_rate": RATE, "momentum": bs.Uniform(0.0, 0.99, default=0.9)}
        ),
        bs.Optimizer(name="subclass", make=subclass, space={"learning_rate": RATE, **betas}),
        bs.Optimizer(name="twice", make=Twice, space={"learning_rate": RATE}, wants=("closure",)),
    ]


@bs.hookimpl
def register_normalizations():
    return [bs.Normalization(name="remembers", make=remembers, applies_to=("dense",), replaces_bias=False)]


@bs.hookimpl
def register_regularizations():
    share = bs.Uniform(0.0, 0.5, default=0.1)
    return [
        bs.Regularization(name="smooth", make=Smooth, space={"share": share}),
        bs.Regularization(name="drops", make=drops, space={"rate": share}),
        bs.Regularization(name="stops", make=Stops),
        bs.Regularization(name="translates", make=translates),
        bs.Regularization(name="rescales_images", make=RescalesImages),
        bs.Regularization(name="orthogonal", make=orthogonal),
    ]


@bs.hookimpl
def register_schedules():
    return [
        bs.Schedule(name="plateau", make=Plateau, space={"factor": bs.Uniform(0.1, 0.9, default=0.5)}),
        bs.Schedule(name="half_cosine", make=half_cosine, space={"floor": bs.Uniform(0.0, 0.5, default=0.0)}),
    ]


@bs.hookimpl
def register_initializers():
    return [
        bs.Initializer(name="own_uniform", make=uniform, space={"share": bs.Uniform(0.1, 2.0, default=1.0)}),
        bs.Initializer(name="keras_noise", make=keras_noise, space={"deviation": bs.LogUniform(1e-3, 1, default=0.3)}),
    ]


@bs.hookimpl
def register_activations():
    return [bs.Activation(name="own_softsign", make=softsign)]


@bs.hookimpl
def register_losses():
    return [bs.Loss(name="log_cosh", make=log_cosh, targets="values", at_zero=None)]


@bs.hookimpl
def register_preprocessings():
    return [bs.Preprocessing(name="robust", make=Robust)]


@bs.hookimpl
def register_gradient_transforms():
    return [bs.GradientTransform(name="signs", make=signs, space={"sharpness": bs.LogUniform(0.1, 100.0, default=5.0)})]
