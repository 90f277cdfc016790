"""Transfer: weights that another trial learned, wherever a layer of the same name has the same shape; He's normal draw elsewhere.

θ_l = θ_l of the source for every layer l that fits, as in Yosinski et al. 2014, arXiv:1411.1792 (all transferred layers are then
fine-tuned). The source is any trial that stored its weights: ``benchsuite run --store-weights``, then
``--initializer "transfer[trial=ID]"`` on a task with the same names and shapes, such as hidden layers of equal width. With
``outputs`` false (the default) the last layer starts anew, since another task means other classes. Layers of normalizations are
copied along with their kernels; a kernel that the source's normalization maps, as weight normalization does, is the mapped one.
What the source cost to train is no part of this trial's budget.

Version 2: what is not copied has a draw of its own; before, that of the trial's seed, from which the source may have started.
"""

import numpy as np

import benchsuite as bs


class _Transfer:
    """Draws He's normal kernels, then copies what fits."""

    def __init__(self, trial, outputs):
        self.trial, self.outputs = trial, outputs

    def __call__(self, shape, fan_in, fan_out, gain, generator):
        # Not the draw that a source with the same seed may have started from, which would fit what is copied.
        return generator.spawn(1)[0].normal(0.0, np.sqrt(2 / fan_in), size=shape)

    def adapt(self, network):
        """Copy every variable that the source has under the same name and in the same shape."""
        source = network.stored(self.trial)
        names = {id(variable): name for name, variable in network.variables.items()}
        own, copied = set(), 0
        for kernel_layer in network.kernel_layers:
            values = source.get(names[id(kernel_layer.variable)])
            fits = values is not None and values.shape == tuple(kernel_layer.variable.shape)
            if not fits or (kernel_layer.layer_type == "output" and not self.outputs):
                own |= {id(variable) for variable in kernel_layer.layer.variables}  # no bias without its kernel
                continue
            network.assign(kernel_layer.variable, values)
            copied += 1
        for name, variable in network.variables.items():
            values = source.get(name)
            if values is None or values.shape != tuple(variable.shape) or id(variable) in own:
                continue
            if np.issubdtype(values.dtype, np.floating):  # states of generators are not
                network.assign(variable, values)
        if not copied:
            names = ", ".join(kernel_layer.name for kernel_layer in network.kernel_layers)
            raise bs.Unsupported(
                f"transfer finds no kernel of trial {self.trial} that has name and shape of one of this network: {names}"
            )


def make(trial, outputs):
    """Return the initializer."""
    return _Transfer(trial, outputs)


@bs.hookimpl
def register_initializers():
    """Register transfer."""
    return [
        bs.Initializer(
            name="transfer",
            make=make,
            space={"trial": bs.TrialId(), "outputs": bs.Choice([False, True])},
            version=2,
            summary="Starts from the weights that another trial learned and stored.",
            reference="Yosinski et al. 2014, arXiv:1411.1792",
            formula="θ_l = θ_l of the source where name and shape agree",
        )
    ]
