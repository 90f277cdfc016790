"""Layer-sequential unit-variance: orthogonal kernels, then one layer after another rescaled until its outputs have variance 1.

Mishkin & Matas 2016, arXiv:1511.06422: W ← W/√Var(B) with B what the layer gives for one mini-batch, before normalization and
activation, until |Var(B) − 1| < 0.1 or 10 times; convolutions and fully connected layers, the last one included. Kernels of recurrent
layers stay orthogonal: the paper has none. The mini-batch is drawn from the trial's ``initial`` stream; 256 examples here, the paper
trains with 128. Layers that were scaled before are seen in evaluation mode.
"""

import numpy as np

import benchsuite as bs


class _Lsuv:
    """Draws orthogonal kernels, then scales them."""

    def __init__(self, examples, tolerance, trials):
        self.examples, self.tolerance, self.trials = examples, tolerance, trials

    def __call__(self, shape, fan_in, fan_out, gain, generator):
        rows, columns = int(np.prod(shape[:-1])), shape[-1]
        left, _, right = np.linalg.svd(generator.normal(size=(rows, columns)), full_matrices=False)
        signs = generator.choice([-1.0, 1.0], size=min(rows, columns))
        return (left * signs if rows >= columns else signs[:, None] * right).reshape(shape)

    def adapt(self, network):
        """Scale one layer after another."""
        count = min(self.examples, len(network.examples))
        chosen = network.generator("batch").permutation(len(network.examples))[:count]
        batch = network.examples[chosen]
        for kernel_layer in network.kernel_layers:
            if kernel_layer.layer_type == "recurrent":
                continue
            for _ in range(self.trials):
                variance = float(network.values(kernel_layer.linear, batch).var())
                if abs(variance - 1) < self.tolerance or not variance > 0:
                    break
                network.assign(kernel_layer.variable, kernel_layer.variable.numpy() / np.sqrt(variance))


def make(examples, tolerance, trials):
    """Return the initializer."""
    return _Lsuv(examples, tolerance, trials)


@bs.hookimpl
def register_initializers():
    """Register lsuv."""
    return [
        bs.Initializer(
            name="lsuv",
            make=make,
            space={
                "examples": bs.Integer(16, 4096, default=256),
                "tolerance": bs.LogUniform(0.001, 0.5, default=0.1),
                "trials": bs.Integer(1, 100, default=10),
            },
            summary="Orthogonal kernels, scaled on data until every layer gives variance 1.",
            reference="Mishkin & Matas 2016, arXiv:1511.06422",
            formula="W ← W/√Var(x·W), layer after layer, on one mini-batch",
        )
    ]
