"""Plain networks of 20 and 56 layers on the 8 × 8 digits: more layers, worse training, as He et al. 2016 found.

Measured, baseline, seeds 0 to 4: the deeper network trains worse by far, which is no overfitting.

    training loss  20 layers  0.013  0.032  0.027  0.037  0.015
                   56 layers  1.48   0.54   0.31   0.78   0.26
    test accuracy  20 layers  0.936  0.947  0.933  0.953  0.961
                   56 layers  0.448  0.749  0.783  0.568  0.819

The network is described in ``_deep.py``. The rate is the best of 0.001, 0.003 and 0.01 for 56 plain layers, by training
loss after 40 epochs of two seeds: 1.09, 0.56 and 1.79; it is also the best for 20.
"""

import benchsuite as bs
from benchsuite_tasks.vision._deep import DEPTHS, deep_task, plain

# Seconds to trace and compile.
COMPILE = {20: 4.0, 56: 9.5}


@bs.hookimpl
def register_tasks():
    """Register digits_plain_20 and digits_plain_56."""
    return [
        deep_task(
            name=f"digits_plain_{layers}",
            model=plain(layers),
            targets=[0.50, 0.80, 0.95],
            compares=["initializer", "activation", "normalization"] if layers == 20 else ["initializer"],
            cost=bs.Cost(compile=COMPILE[layers], epoch=0.0009 * layers),
            summary=f"1,797 8×8 digits, plain network of {layers} layers, 32 wide.",
        )
        for layers in DEPTHS
    ]
