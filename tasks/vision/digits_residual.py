"""Residual networks of 20 and 56 layers on the 8 × 8 digits: shortcuts cure what digits_plain shows.

Measured, baseline, seeds 0 and 1: training loss 0.029 and 0.028 with 20 layers, 0.029 and 0.025 with 56; test accuracy 0.978 and
0.967, 0.961 and 0.969.
"""

import benchsuite as bs
from benchsuite_tasks.vision._deep import DEPTHS, deep_task, residual

# Cost: tracing and compiling, seconds; it goes with the number of layers.
COMPILE = {20: 6.0, 56: 17.0}


@bs.hookimpl
def register_tasks():
    """Register digits_residual_20 and digits_residual_56."""
    return [
        deep_task(
            name=f"digits_residual_{layers}",
            model=residual(layers),
            targets=[0.80, 0.95, 0.97],
            compares=["regularization"] if layers == 20 else [],
            cost=bs.Cost(compile=COMPILE[layers], epoch=0.0015 * layers),
            summary=f"1,797 8×8 digits, residual network of {layers} layers, 32 wide.",
        )
        for layers in DEPTHS
    ]
