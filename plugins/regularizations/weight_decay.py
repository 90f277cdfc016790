"""Decoupled weight decay on kernels, beside any optimizer: θ ← (1 − w)·θ − αg, where −αg is the optimizer's step.

The form of the course notes: w is the same in each step, whatever the learning rate and its schedule do. Loshchilov &
Hutter 2019, arXiv:1711.05101 (Hanson & Pratt 1988 for SGD). ``scaled="rate"`` multiplies w by the learning rate of each
step, as AdamW does in Keras and PyTorch (their 0.004 and 0.01 are such values); the paper multiplies by the schedule
alone. Exact for any optimizer: w·θ of before the step is taken away after it, so no optimizer sees the decay in its
gradients. w = 1e-4 is the paper's normalized 0.025·√(b/(B·T)) for 100 epochs of CIFAR-10 in batches of 128. Biases, γ and β
are left alone; PyTorch decays them too.
"""

import benchsuite as bs


class WeightDecay:
    """Shrinks kernels after each step.

    Args:
        strength: w.
        scaled: By what w is multiplied: ``"nothing"`` or the learning ``"rate"``.
    """

    variables = ()

    def __init__(self, strength, scaled):
        self.strength = strength
        self.scaled = scaled

    def build(self, variables, kernels):
        """Note which of the variables are kernels."""
        if not kernels:
            raise bs.Unsupported("regularization 'weight_decay' needs kernels to decay; the model has none")
        chosen = {id(kernel) for kernel in kernels}
        self.kernels = [(place, v) for place, v in enumerate(variables) if id(v) in chosen]

    def after_step(self, step):
        """Take a part of each kernel's value before the step away."""
        import tensorflow as tf

        factor = self.strength
        if self.scaled == "rate":
            if step.rate is None:
                raise bs.Unsupported(
                    "regularization 'weight_decay' with scaled=rate needs a learning rate; the optimizer has none"
                )
            factor *= step.rate
        for place, kernel in self.kernels:
            kernel.assign_sub(tf.cast(factor, kernel.dtype) * step.before[place])


def make(strength, scaled):
    """Return the decay; ``None`` where it is 0."""
    return WeightDecay(strength, scaled) if strength else None


@bs.hookimpl
def register_regularizations():
    """Register weight_decay."""
    return [
        bs.Regularization(
            name="weight_decay",
            make=make,
            space={
                "strength": bs.LogUniform(1e-8, 1.0, default=1e-4, zero=True),
                "scaled": bs.Choice(["nothing", "rate"], default="nothing"),
            },
            summary="Each step shrinks every kernel by the same factor.",
            reference="Hanson & Pratt 1988; Loshchilov & Hutter 2019, arXiv:1711.05101",
            formula="θ ← (1 − w)·θ − αg",
        )
    ]
