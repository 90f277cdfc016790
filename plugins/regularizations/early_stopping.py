"""Early stopping: training ends when the validation loss has not improved for ``patience`` epochs; the best weights are put back.

Prechelt 1998; patience 10 as in the course notes. ``keras.callbacks.EarlyStopping(restore_best_weights=True)`` does
the same; it needs ``fit``.
"""

import benchsuite as bs


class EarlyStopping:
    """Watches the validation loss of one trial.

    Args:
        patience: Epochs without improvement before training ends.
    """

    restores_best = True

    def __init__(self, patience):
        self.patience = patience
        self.best = float("inf")
        self.waited = 0

    def after_epoch(self, epoch, validation):
        """Return whether training goes on."""
        if validation["loss"] < self.best:
            self.best, self.waited = validation["loss"], 0
        else:
            self.waited += 1
        return self.waited < self.patience


@bs.hookimpl
def register_regularizations():
    """Register early stopping."""
    return [
        bs.Regularization(
            name="early_stopping",
            make=EarlyStopping,
            space={"patience": bs.Integer(1, 1000, default=10)},
            summary="Stops when validation no longer improves, and goes back to the best weights.",
            reference="Prechelt 1998",
        )
    ]
