"""The reference components: over them is measured how well a task tells methods apart.

Of each kind five or six that differ as methods, not in name alone: one that is known to do badly somewhere, those that most
people use, and one that goes another way. Two that say to be the same method (``same_as``) would make a task look blind.
Few, since each of them is tuned on every task. Changing them changes the meaning of every resolution that was measured: measure
again then, with ``benchsuite certify --resolution``.
"""

import benchsuite as bs

REFERENCE = {
    # Plain steps, steps with memory, rates that shrink, rates by the recent gradient, both, and the sign alone.
    "optimizer": ["sgd", "momentum", "adagrad", "rmsprop", "adam", "lion"],
    # Never falls, falls early, in steps, smoothly, and after a rise.
    "schedule": ["constant", "inverse_time", "step", "cosine", "one_cycle"],
    "gradient_transform": ["none", "clip_global_norm", "clip_value", "centralize", "noise"],
    # One scale for every layer however wide (poor with depth), and four that look at the layer.
    "initializer": ["uniform", "gaussian", "xavier_uniform", "he_normal", "orthogonal", "lsuv"],
    "normalization": ["none", "batch", "layer", "rms", "weight"],
    # Nothing, a penalty, noise in units, noise in targets, and an earlier end.
    "regularization": ["none", "l2", "dropout", "label_smoothing", "early_stopping", "gaussian_noise"],
    # Saturating, half-saturating, and three that do not.
    "activation": ["sigmoid", "tanh", "relu", "elu", "gelu"],
    "preprocessing": ["none", "center", "standardize", "min_max", "zca_whiten"],
    # Two of classes, three of values; a task takes those that fit its targets.
    "loss": ["cross_entropy", "squared_error", "mse", "mae", "huber"],
}
"""Kind → selections."""


@bs.hookimpl
def register_reference_components():
    """Name five or six components of each kind."""
    return REFERENCE
