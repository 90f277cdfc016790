"""What our own optimizers share: a Keras optimizer whose rule is a pure function of gradient, weights and state.

A rule reads old values and returns new ones; the assignments happen here. So no rule can read a variable that it has
just changed, which is how Keras' ``ScheduleFreeAdamW`` goes wrong on TensorFlow.

This module imports Keras: plugins import it inside a function, never at their top.
"""

import math
import re

import keras
import tensorflow as tf

import benchsuite as bs


def serializable(cls):
    """Register a class under the package name ``benchsuite``, so that a saved model finds it again."""
    return keras.saving.register_keras_serializable("benchsuite")(cls)


def one_minus_power(beta, step):
    """Return 1 − βᵗ, without the cancellation that costs float32 five digits at β = 0.999 and t = 1.

    Args:
        beta: A number in [0, 1).
        step: t, a floating-point scalar tensor.
    """
    return -tf.math.expm1(step * logarithm(beta, step.dtype))


def logarithm(beta, dtype):
    """Return the natural logarithm of a hyperparameter, computed in float64; −∞ for 0."""
    return tf.cast(tf.math.log(tf.convert_to_tensor(beta, tf.float64)), dtype)


def working_dtype(variable):
    """Return the dtype that rules compute in and keep their state in: float64 for float64 variables, else float32.

    Keras keeps the state in the variable's own dtype. In bfloat16 an average with β = 0.999 would never move: its eight
    bits do not hold 1 + 0.001.
    """
    return "float64" if keras.backend.standardize_dtype(variable.dtype) == "float64" else "float32"


def total(x):
    """Return the sum of all numbers of a tensor, for norms and the like.

    On the CPU as a product with ones: XLA's own sum adds one number after the other and takes three times as long. Not on
    a GPU, where sums are fast and products are rounded to TF32.
    """
    if x.shape.rank < 2 or tf.config.list_logical_devices("GPU"):
        return tf.reduce_sum(x)
    rows = tf.reshape(x, (-1, x.shape[-1]))
    return tf.reduce_sum(tf.linalg.matvec(rows, tf.ones(x.shape[-1], x.dtype)))


class Ours(keras.optimizers.Optimizer):
    """Base of our own optimizers; ``model.compile(optimizer=…)`` takes them like any other.

    A subclass gives the names of its state arrays and one of two rules:

    - ``update(gradient, weights, state, rate, step) -> (weights, state)`` for one variable at a time. All are tensors
      of the working dtype, ``state`` is a dictionary by name, ``step`` counts from 1;
    - ``update_all(gradients, weights, states, scalars, rate, step) -> (list of weights, list of states, scalars)``
      where the variables depend on each other.

    Args:
        learning_rate: Base learning rate, a float or a Keras schedule.
        hyperparameters: What ``get_config`` adds to Keras' own; each becomes an attribute.
        arguments: Keras' own: ``weight_decay`` (decoupled, before the step), ``clipnorm``, ``name`` …
    """

    not_averages: tuple[str, ...] = ()
    """Hyperparameters that are called like a decay rate and are none."""
    slots: tuple[str, ...] = ()
    """State arrays shaped like each variable."""
    from_weights: tuple[str, ...] = ()
    """Those of them that start as copies of the weights; the others start at 0."""
    scalars: dict[str, float] = {}  # noqa: RUF012  # Keras wraps what is assigned to instances, ClassVar or not
    """State shared by all variables: name → starting value."""

    def __init__(self, learning_rate, hyperparameters, **arguments):
        if not (callable(learning_rate) or isinstance(learning_rate, keras.optimizers.schedules.LearningRateSchedule)):
            self._refuse_bad({"learning_rate": learning_rate})
        self._refuse_bad(hyperparameters)
        super().__init__(learning_rate=learning_rate, **arguments)
        self._names = tuple(hyperparameters)
        for name, value in hyperparameters.items():
            setattr(self, name, value)

    def _refuse_bad(self, hyperparameters):
        """Refuse what no rule can work with; the tighter ranges of a component are those worth trying."""
        for name, value in hyperparameters.items():
            if not isinstance(value, int | float) or isinstance(value, bool):
                continue
            averaging = re.fullmatch(r"beta(_\d)?|momentum|rho", name) and name not in self.not_averages
            if not math.isfinite(value) or value < 0 or (averaging and value >= 1):
                possible = "a number from 0 up to, but not, 1" if averaging else "a finite number from 0"
                raise bs.BenchsuiteError(f"{name} of {type(self).__name__} must be {possible}. Received: {value!r}.")

    def get_config(self):
        """Return Keras' configuration and every hyperparameter."""
        return {**super().get_config(), **{name: getattr(self, name) for name in self._names}}

    def slots_of(self, variable):
        """Return name → shape of a variable's state arrays; override where they are not shaped like the variable."""
        return {slot: tuple(variable.shape) for slot in self.slots}

    def build(self, variables):
        """Create the state."""
        if self.built:
            return
        super().build(variables)
        self._arrays = [
            {
                slot: self.add_variable(shape, dtype=working_dtype(variable), name=f"{variable.name}_{slot}")
                for slot, shape in self.slots_of(variable).items()
            }
            for variable in variables
        ]
        dtype = working_dtype(variables[0]) if variables else "float32"
        self._shared = {name: self.add_variable((), dtype=dtype, name=name) for name in self.scalars}
        # Keras may build while it traces its training function: there an assignment would be repeated at every step.
        with tf.init_scope():
            for variable, arrays in zip(variables, self._arrays, strict=True):
                for slot in self.from_weights:
                    arrays[slot].assign(tf.cast(tf.convert_to_tensor(variable), arrays[slot].dtype))
            for name, start in self.scalars.items():
                # Keras' Constant would round it to float32 on its way.
                self._shared[name].assign(tf.convert_to_tensor(start, dtype))

    def update(self, gradient, weights, state, rate, step):
        """Return new weights and state of one variable."""
        raise NotImplementedError(f"{type(self).__name__} must define update() or update_all().")

    def update_all(self, gradients, weights, states, scalars, rate, step):
        """Return new weights, states and scalars of all variables."""
        found = [self.update(*one, rate, step) for one in zip(gradients, weights, states, strict=True)]
        return [pair[0] for pair in found], [pair[1] for pair in found], scalars

    def state_of(self, variable):
        """Return a variable's state as it is: name → tensor."""
        arrays = self._arrays[self._get_variable_index(variable)]
        return {slot: tf.convert_to_tensor(array.value) for slot, array in arrays.items()}

    def scalar(self, name):
        """Return a shared scalar as it is."""
        return tf.convert_to_tensor(self._shared[name].value)

    def _backend_update_step(self, grads, trainable_variables, learning_rate):
        """Read everything, compute, then assign; Keras calls it after clipping and weight decay."""
        if not trainable_variables:
            return
        dtypes = [working_dtype(variable) for variable in trainable_variables]
        gradients = [tf.cast(tf.convert_to_tensor(g), dtype) for g, dtype in zip(grads, dtypes, strict=True)]
        weights = [
            tf.cast(tf.convert_to_tensor(v), dtype) for v, dtype in zip(trainable_variables, dtypes, strict=True)
        ]
        states = [self.state_of(variable) for variable in trainable_variables]
        scalars = {name: self.scalar(name) for name in self._shared}
        # One dtype for rate and step: models that mix float32 and float64 variables do not exist.
        rate = tf.cast(tf.convert_to_tensor(learning_rate), dtypes[0])
        step = tf.cast(tf.convert_to_tensor(self.iterations), dtypes[0]) + 1
        weights, states, scalars = self.update_all(gradients, weights, states, scalars, rate, step)
        for variable, value, state in zip(trainable_variables, weights, states, strict=True):
            self.assign(variable, value)
            arrays = self._arrays[self._get_variable_index(variable)]
            for slot, array in state.items():
                self.assign(arrays[slot], array)
        for name, value in scalars.items():
            self.assign(self._shared[name], value)


class OursWithClosure(Ours):
    """Base of optimizers that need the gradient at other points than where the weights are.

    A subclass has ``step(closure, variables)``, see :class:`benchsuite.Optimizer`. ``apply`` and with it
    ``model.compile`` are refused: with one gradient it would be another method.
    """

    def apply(self, grads, trainable_variables=None):
        """Refuse."""
        raise bs.BenchsuiteError(
            f"{type(self).__name__} cannot take its step from one gradient, as model.compile and apply() would have it. "
            "Call step(closure, variables), where closure() returns (loss, gradients) at the current weights; "
            "`benchsuite run` does."
        )

    def apply_here(self, gradients, variables):
        """Do what ``apply`` does in other optimizers: weight decay, the rule, the step counter.

        Gradients that are ``None`` leave their variables alone.
        """
        with_gradient = [(g, v) for g, v in zip(gradients, variables, strict=True) if g is not None]
        super().apply([g for g, _ in with_gradient], [v for _, v in with_gradient])


class OwnDecay(Ours):
    """Base of rules that decay the weights themselves, where the method's weight decay is not Keras' ``w·(1 − α·λ)``.

    Such a rule is ``update(gradient, weights, state, decay, rate, step)`` with λ as ``decay``, or an ``update_all``, for
    which ``decays`` says how much for each of its variables, in the same order.
    """

    def update_all(self, gradients, weights, states, scalars, rate, step):
        """Return new weights, states and scalars of all variables."""
        every = zip(gradients, weights, states, self.decays, strict=True)
        found = [self.update(*one, rate, step) for one in every]
        return [pair[0] for pair in found], [pair[1] for pair in found], scalars

    def _apply_weight_decay(self, variables):
        """Note who decays and leave it to the rule; Keras calls this just before, with the same variables."""
        decay = self.weight_decay or 0.0
        self._decays = [decay if self._use_weight_decay(variable) else 0.0 for variable in variables]

    @property
    def decays(self):
        """λ of every variable of this step, 0 for those that ``exclude_from_weight_decay`` names."""
        return self._decays
