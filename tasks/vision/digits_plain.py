"""Plain networks of 20 and 56 layers on the 8 × 8 digits: more layers, worse training (the degradation of He et al. 2016).

Measured, baseline, seeds 0 and 1: training loss 0.013 and 0.032 with 20 layers, 1.48 and 0.54 with 56; test accuracy 0.936 and
0.947, 0.449 and 0.749.
"""

import benchsuite as bs
from benchsuite_tasks.vision._deep import DEPTHS, deep_task, plain

# Cost: tracing and compiling, seconds; it goes with the number of layers.
COMPILE = {20: 5.0, 56: 14.0}


@bs.hookimpl
def register_tasks():
    """Register digits_plain_20 and digits_plain_56."""
    return [
        deep_task(
            name=f"digits_plain_{layers}",
            model=plain(layers),
            targets=[0.50, 0.80, 0.95],
            compares=["initializer", "activation", "normalization"] if layers == 20 else ["initializer"],
            cost=bs.Cost(compile=COMPILE[layers], epoch=0.0012 * layers),
            summary=f"1,797 8×8 digits, plain network of {layers} layers, 32 wide.",
        )
        for layers in DEPTHS
    ]
