"""SOAP: Adam in the eigenbasis of Shampoo's preconditioner: θ ← θ − α·√(1 − β₂ᵗ)/(1 − β₁ᵗ)·Q_L·(M/(√V + ε))·Q_Rᵀ.

G is the gradient of a matrix, G′ = Q_Lᵀ·G·Q_R;  M ← β₁·M + (1 − β₁)·G′;  V ← β₂·V + (1 − β₂)·G′²;  after the step
L ← β₂·L + (1 − β₂)·G·Gᵀ;  R ← β₂·R + (1 − β₂)·GᵀG.  Every ``precondition_frequency`` steps each Q becomes the Q of the
QR decomposition of L·Q_L (R·Q_R), one step of power iteration, with its columns in descending order of the diagonal of
QᵀLQ first; V follows that order and M is turned into the new basis.

Ours, from Vyas et al. 2024, arXiv:2409.11321, algorithm 3 and the authors' code. As in that code:

- The first step moves nothing: it sets L and R and their eigenvectors (``eigh``). t counts from 1 at the second step.
- A vector or a single number is plain Adam, also from the second step on.
- Every dimension of up to ``max_dimension`` numbers has a factor and a basis of its own, a longer one has none, so a matrix
  with one such side is preconditioned from the other side only, and with two is plain Adam. That is how embeddings of
  large vocabularies are left alone; one of a small vocabulary is a matrix like any other, its shape alone decides.
- A convolution kernel is not reshaped to a matrix: it has four factors, height, width, in and out (``merge_dims=False``).
- ε stands beside the uncorrected root; weight decay comes after the step, θ ← θ·(1 − α·λ), on the moved weights.

α = 0.003, β = (0.95, 0.95), ε = 1e-8, λ = 0.01, a frequency of 10 and 10000 as the largest dimension are that code's defaults.
β₂ is also the decay rate of L and R. A dimension of one number needs no basis.

State: 2 + 2·Σn_k²/Πn_k numbers for each trained number, n_k running over the lengths of the dimensions, those that are
preconditioned in the sum. On full batches that hardly change, L and R have near-zero eigenvalues, whose directions are arbitrary;
dividing by √V + 1e-8 there magnifies rounding, and two runs on different machines part. The eigenvectors' signs do not matter.

Under XLA on the CPU ``eigh`` and ``qr`` are XLA's own loops: each takes about two seconds to compile, and the one ``eigh`` of a
dimension of 512 was measured at 6 s (0.3 s at 256, 0.05 s at 512 outside XLA), so a low ``max_dimension`` is worth a thought.
"""

from functools import cache

import benchsuite as bs


def make(learning_rate, beta_1, beta_2, epsilon, precondition_frequency, max_dimension, weight_decay):
    """Return a ``SOAP``, which is a ``keras.optimizers.Optimizer``."""
    return soap()(
        learning_rate, beta_1, beta_2, epsilon, precondition_frequency, max_dimension, weight_decay=weight_decay
    )


@cache
def soap():
    """Return the class; Keras is imported here and not while plugins are listed."""
    import tensorflow as tf

    from benchsuite_plugins.optimizers._base import OwnDecay, one_minus_power, serializable

    def turned(x, bases, back=False):
        """Return x in the bases, one for each axis, ``None`` where an axis keeps its own; ``back`` undoes it."""
        order = [*range(1, x.shape.rank), 0]
        for basis in bases:
            # The axis in front is turned and goes to the end: after all axes they stand as before.
            x = tf.transpose(x, order) if basis is None else tf.tensordot(x, basis, [[0], [1 if back else 0]])
        return x

    def outer(g, axis):
        """Return the sum over all other axes of g times itself."""
        others = [k for k in range(g.shape.rank) if k != axis]
        return tf.tensordot(g, g, [others, others])

    def eigenvectors(factor):
        """Return a symmetric matrix' eigenvectors as columns, the largest eigenvalue first."""
        return tf.linalg.eigh(factor)[1][:, ::-1]

    def refreshed(m, v, factors, bases):
        """Return m and v of one variable in new bases, and these."""
        m = turned(m, bases, back=True)
        new_bases = []
        for axis, (factor, basis) in enumerate(zip(factors, bases, strict=True)):
            if basis is not None:
                product = tf.matmul(factor, basis)
                order = tf.argsort(tf.reduce_sum(basis * product, 0), direction="DESCENDING", stable=True)
                v = tf.gather(v, order, axis=axis)
                basis = tf.linalg.qr(tf.gather(product, order, axis=1)).q
            new_bases.append(basis)
        return turned(m, new_bases), v, new_bases

    @serializable
    class SOAP(OwnDecay):
        """See the module's docstring for the rule."""

        def __init__(
            self,
            learning_rate=0.003,
            beta_1=0.95,
            beta_2=0.95,
            epsilon=1e-8,
            precondition_frequency=10,
            max_dimension=10_000,
            weight_decay=0.01,
            **arguments,
        ):
            own = {
                "beta_1": beta_1,
                "beta_2": beta_2,
                "epsilon": epsilon,
                "precondition_frequency": precondition_frequency,
                "max_dimension": max_dimension,
            }
            super().__init__(learning_rate, own, weight_decay=weight_decay, **arguments)

        def slots_of(self, variable):
            """Return m and v, and factor and basis of every preconditioned axis."""
            shape = tuple(variable.shape)
            axes = [k for k, n in enumerate(shape) if len(shape) > 1 and 1 < n <= self.max_dimension]
            square = {f"{what}_{k}": (shape[k], shape[k]) for k in axes for what in ("factor", "basis")}
            return {"m": shape, "v": shape, **square}

        def update_all(self, gradients, weights, states, scalars, rate, step):
            started = step > 1
            t = tf.maximum(step - 1, 1)
            size = rate * tf.sqrt(one_minus_power(self.beta_2, t)) / one_minus_power(self.beta_1, t)
            # The first step comes before the bases: it moves no weight and counts in no average.
            size, of_m, of_v = (
                tf.where(started, x, 0)
                for x in (
                    size,
                    tf.convert_to_tensor(1 - self.beta_1, t.dtype),
                    tf.convert_to_tensor(1 - self.beta_2, t.dtype),
                )
            )
            new_weights, moments, factors, bases = [], [], [], []
            for g, w, state, decay in zip(gradients, weights, states, self.decays, strict=True):
                axes = range(w.shape.rank)
                old = [state.get(f"basis_{k}") for k in axes]
                one = turned(g, old)
                m = self.beta_1 * state["m"] + of_m * one
                v = self.beta_2 * state["v"] + of_v * one * one
                w = w - size * turned(m / (tf.sqrt(v) + self.epsilon), old, back=True)
                new_weights.append(w - tf.where(started, rate * decay, 0) * w if decay else w)
                moments.append((m, v))
                factors.append(
                    [
                        None if basis is None else self.beta_2 * state[f"factor_{k}"] + (1 - self.beta_2) * outer(g, k)
                        for k, basis in enumerate(old)
                    ]
                )
                bases.append(old)
            moments, bases = self.following(moments, factors, bases, step)
            new_states = [
                {
                    "m": m,
                    "v": v,
                    **{f"factor_{k}": factor for k, factor in enumerate(own) if factor is not None},
                    **{f"basis_{k}": basis for k, basis in enumerate(turning) if basis is not None},
                }
                for (m, v), own, turning in zip(moments, factors, bases, strict=True)
            ]
            return new_weights, new_states, scalars

        def following(self, moments, factors, bases, step):
            """Return moments and bases for the next step: made at the first, refreshed at every f-th after it, else kept."""
            which = [i for i, own in enumerate(factors) if any(factor is not None for factor in own)]
            if not which:
                return moments, bases

            def packed(pairs):
                # TensorFlow's branches must return the same structure of tensors, without None.
                return [[m, v, *(basis for basis in own if basis is not None)] for (m, v), own in pairs]

            def kept():
                return packed((moments[i], bases[i]) for i in which)

            def made():
                return packed(
                    (moments[i], [None if factor is None else eigenvectors(factor) for factor in factors[i]])
                    for i in which
                )

            def renewed():
                found = [refreshed(*moments[i], factors[i], bases[i]) for i in which]
                return packed(((m, v), own) for m, v, own in found)

            due = tf.equal(tf.math.floormod(step - 1, self.precondition_frequency), 0)
            result = tf.cond(step > 1, lambda: tf.cond(due, renewed, kept), made)
            moments, bases = list(moments), list(bases)
            for i, (m, v, *new) in zip(which, result, strict=True):
                moments[i] = (m, v)
                bases[i] = [None if basis is None else new.pop(0) for basis in bases[i]]
            return moments, bases

    return SOAP


@bs.hookimpl
def register_optimizers():
    """Register soap."""
    return [
        bs.Optimizer(
            name="soap",
            make=make,
            space={
                "learning_rate": bs.LogUniform(1e-5, 10.0, default=0.003),
                "beta_1": bs.OneMinusLogUniform(0.5, 0.9999, default=0.95),
                "beta_2": bs.OneMinusLogUniform(0.5, 0.99999, default=0.95),
                "epsilon": bs.LogUniform(1e-12, 1e-3, default=1e-8),
                "precondition_frequency": bs.Integer(1, 1000, default=10),
                "max_dimension": bs.Integer(1, 100_000, default=10_000),
                "weight_decay": bs.LogUniform(1e-6, 1.0, default=0.01, zero=True),
            },
            summary="Adam in the eigenbasis of Shampoo's preconditioner, refreshed every few steps.",
            reference="Vyas et al. 2024, arXiv:2409.11321",
            formula="G′ = Q_LᵀGQ_R;  θ ← θ − α·Q_L·Adam(G′)·Q_Rᵀ;  Q_L, Q_R eigenvectors of averages of GGᵀ, GᵀG",
        )
    ]
