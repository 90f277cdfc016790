"""Transfer: weights that another trial learned, wherever a layer of the same name has the same shape; He's normal draw elsewhere.

θ_l = θ_l of the source for every layer l that fits, as in Yosinski et al. 2014, arXiv:1411.1792 (all transferred layers are then
fine-tuned). The source is any trial that stored its weights: ``benchsuite run --store-weights``, then
``--initializer "transfer[trial=ID]"`` on a task with the same names and shapes, such as hidden layers of equal width. With
``outputs`` false (the default) the last layer starts anew, since another task means other classes. Layers of normalizations are
copied along with their kernels. What the source cost to train is no part of this trial's budget.
"""

import numpy as np

import benchsuite as bs


class _Transfer:
    """Draws He's normal kernels, then copies what fits."""

    def __init__(self, trial, outputs):
        self.trial, self.outputs = trial, outputs

    def __call__(self, shape, fan_in, fan_out, gain, generator):
        return generator.normal(0.0, np.sqrt(2 / fan_in), size=shape)

    def adapt(self, network):
        """Copy every variable that the source has in the same place and shape."""
        source = network.stored(self.trial)
        last = {id(v) for place in network.places if place.layer_type == "output" for v in place.layer.variables}
        kernels = {id(place.variable) for place in network.places}
        copied = 0
        for name, variable in network.variables.items():
            values = source.get(name)
            if values is None or values.shape != tuple(variable.shape) or (id(variable) in last and not self.outputs):
                continue
            if not np.issubdtype(values.dtype, np.floating):  # states of generators
                continue
            variable.assign(values)
            copied += id(variable) in kernels
        if not copied:
            names = ", ".join(place.name for place in network.places)
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
            summary="Starts from the weights that another trial learned and stored.",
            reference="Yosinski et al. 2014, arXiv:1411.1792",
            formula="θ_l = θ_l of the source where name and shape agree",
        )
    ]
