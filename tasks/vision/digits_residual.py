"""Residual networks of 20 and 56 layers on the 8 × 8 digits: shortcuts cure what digits_plain shows.

Measured, baseline, seeds 0 to 4: depth does no harm.

    training loss  20 layers  0.029  0.028  0.034  0.035  0.037
                   56 layers  0.028  0.025  0.023  0.028  0.040
    test accuracy  20 layers  0.978  0.967  0.958  0.967  0.969
                   56 layers  0.961  0.969  0.967  0.964  0.958

The network and its baseline are described in ``_deep.py`` and ``digits_plain.py``. Residual networks bear larger rates:
at 0.01 the one of 56 layers ends at a training loss of 0.004 (40 epochs, two seeds), where the plain one hardly
learns. Six tuned regularizations are not told apart by accuracy with ten seeds on that of 20 layers (its certificate has the
numbers), so that neither compares a kind.
"""

import benchsuite as bs
from benchsuite_tasks.vision._deep import DEPTHS, deep_task, residual

# Seconds to trace and compile.
COMPILE = {20: 5.0, 56: 13.0}


@bs.hookimpl
def register_tasks():
    """Register digits_residual_20 and digits_residual_56."""
    return [
        deep_task(
            name=f"digits_residual_{layers}",
            model=residual(layers),
            targets=[0.80, 0.95, 0.97],
            compares=[],
            cost=bs.Cost(compile=COMPILE[layers], epoch=0.0011 * layers),
            summary=f"1,797 8×8 digits, residual network of {layers} layers, 32 wide.",
        )
        for layers in DEPTHS
    ]
