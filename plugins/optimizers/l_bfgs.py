"""L-BFGS: θ ← θ + t·d, d = −H·g, H the inverse Hessian as the last m pairs (s, y) of steps and gradient changes have it.

Two-loop recursion of Nocedal 1980 from H₀ = (sᵀy/yᵀy)·I of the newest pair (Liu & Nocedal 1989); all variables are one
vector. The step length t starts at α (1 is a full quasi-Newton step; the very first step is α·min(1, 1/‖g‖₁), as in
PyTorch) and is halved until f(θ + t·d) ≤ f(θ) + 10⁻⁴·t·gᵀd (Armijo), at most 20 times; then no step is taken. A pair is
kept only if sᵀy > 10⁻¹⁰·‖s‖·‖y‖, so that H stays positive definite without a second Wolfe condition.

For full-batch tasks only: gradients of different mini-batches differ by noise, not by curvature, and a trial on
mini-batches is ``unsupported``. A step costs one gradient at θ and one for each length tried. m = 10 as Liu & Nocedal
recommend up to 10 or so (they tried 3 … 20). State: 2·m numbers for each parameter.
"""

import math
from functools import cache

import benchsuite as bs

ARMIJO = 1e-4
CURVATURE = 1e-10
TRIES = 20


def make(learning_rate, memory):
    """Return an ``LBFGS``, a Keras optimizer that takes its step from a closure."""
    return l_bfgs()(learning_rate, memory)


@cache
def l_bfgs():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import OursWithClosure, serializable, working_dtype

    @serializable
    class LBFGS(OursWithClosure):
        """See the module's docstring for the rule."""

        def __init__(self, learning_rate=1.0, memory=10, **arguments):
            super().__init__(learning_rate, {"memory": memory}, **arguments)

        def build(self, variables):
            """Create the history, the newest pair last."""
            if self.built:
                return
            super().build(variables)
            size = sum(math.prod(variable.shape) for variable in variables)
            dtype = working_dtype(variables[0]) if variables else "float32"
            self._steps = self.add_variable((self.memory, size), dtype=dtype, name="steps")
            self._changes = self.add_variable((self.memory, size), dtype=dtype, name="changes")

        def step(self, closure, variables):
            """Find a direction and a length, move, remember the pair."""
            dtype = self._steps.dtype
            old = [tf.convert_to_tensor(variable) for variable in variables]
            here = _flat(old, dtype)

            def evaluated():
                loss, gradients = closure()
                present = [tf.zeros_like(v) if g is None else g for g, v in zip(gradients, variables, strict=True)]
                return tf.cast(loss, dtype), present

            loss, gradients = evaluated()
            gradient = _flat(gradients, dtype)
            steps, changes = tf.convert_to_tensor(self._steps.value), tf.convert_to_tensor(self._changes.value)
            direction = -_two_loops(gradient, steps, changes, self.memory)
            slope = tf.reduce_sum(gradient * direction)
            first = tf.cast(tf.equal(tf.convert_to_tensor(self.iterations), 0), dtype)
            small = tf.minimum(1.0, tf.math.divide_no_nan(tf.constant(1.0, dtype), tf.reduce_sum(tf.abs(gradient))))
            start = tf.cast(tf.convert_to_tensor(self.learning_rate), dtype) * (first * small + 1 - first)

            def low_enough(length, found):
                # A loss that is not finite is too high as well.
                return found <= loss + ARMIJO * length * slope

            def goes_on(tried, length, found, _):
                return tf.equal(tried, 0) | ((tried <= TRIES) & ~low_enough(length, found))

            def halved(tried, length, *_):
                # The first length is tried in the loop too: what calls the closure is traced and compiled once less.
                length = length / 2
                _assign(variables, here + length * direction)
                found, there = evaluated()
                return tried + 1, length, found, _flat(there, dtype)

            _, length, found, new_gradient = tf.while_loop(
                goes_on, halved, (tf.constant(0), 2 * start, loss, gradient), parallel_iterations=1
            )
            good = low_enough(length, found)
            for variable, value in zip(variables, old, strict=True):
                variable.assign(tf.where(good, variable, value))
            moved = tf.where(good, length * direction, tf.zeros_like(direction))
            self._remember(moved, new_gradient - gradient, steps, changes)
            self.apply_here(gradients, variables)

        def _remember(self, s, y, steps, changes):
            """Append a pair with positive curvature; forget the oldest."""
            kept = tf.reduce_sum(s * y) > CURVATURE * tf.norm(s) * tf.norm(y)
            for array, old, new in ((self._steps, steps, s), (self._changes, changes, y)):
                self.assign(array, tf.where(kept, tf.concat([old[1:], new[None]], axis=0), old))

        def update_all(self, gradients, weights, states, scalars, rate, step):
            """Leave the weights where the line search put them; weight decay and the step counter are Keras' business."""
            return weights, states, scalars

    return LBFGS


def _two_loops(gradient, steps, changes, memory):
    """Return H·g; pairs that were never filled are zero and do nothing."""
    import tensorflow as tf

    # Loops and not their unrolled steps, each of which would be compiled for itself.
    inverse = tf.math.divide_no_nan(tf.ones((), gradient.dtype), tf.reduce_sum(steps * changes, 1))
    places = tf.range(memory)

    def back(i, q, alphas):
        alpha = inverse[i] * tf.reduce_sum(steps[i] * q)
        return i - 1, q - alpha * changes[i], tf.where(tf.equal(places, i), alpha, alphas)

    _, q, alphas = tf.while_loop(
        lambda i, *_: i >= 0, back, (tf.constant(memory - 1), gradient, tf.zeros_like(inverse)), parallel_iterations=1
    )
    newest = tf.reduce_sum(changes[-1] ** 2)
    scale = tf.where(newest > 0, tf.math.divide_no_nan(tf.reduce_sum(steps[-1] * changes[-1]), newest), 1.0)

    def forth(i, r):
        return i + 1, r + steps[i] * (alphas[i] - inverse[i] * tf.reduce_sum(changes[i] * r))

    _, r = tf.while_loop(lambda i, _: i < memory, forth, (tf.constant(0), scale * q), parallel_iterations=1)
    return r


def _flat(arrays, dtype):
    import tensorflow as tf

    return tf.concat([tf.cast(tf.reshape(tf.convert_to_tensor(a), [-1]), dtype) for a in arrays], axis=0)


def _assign(variables, vector):
    import tensorflow as tf

    parts = tf.split(vector, [math.prod(v.shape) for v in variables])
    for variable, part in zip(variables, parts, strict=True):
        variable.assign(tf.cast(tf.reshape(part, variable.shape), variable.dtype))


@bs.hookimpl
def register_optimizers():
    """Register l_bfgs."""
    return [
        bs.Optimizer(
            name="l_bfgs",
            make=make,
            wants=("closure", "full_batch"),
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=1.0),
                "memory": bs.Integer(1, 50, default=10),
            },
            summary="Quasi-Newton steps with a line search, for full-batch tasks.",
            reference="Nocedal 1980; Liu & Nocedal 1989",
            formula="θ ← θ − t·H·g, H from the last m pairs (s, y), t by backtracking",
        )
    ]
