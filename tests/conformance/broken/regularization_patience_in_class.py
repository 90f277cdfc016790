"""Early stopping whose best loss lies in the class."""

import benchsuite as bs


class Stop:
    restores_best = False
    seen = []

    def after_epoch(self, epoch, validation):
        self.seen.append(validation["loss"])
        return len(self.seen) < 40 or min(self.seen[-20:]) < min(self.seen[:-20])


def make():
    return Stop()


@bs.hookimpl
def register_regularizations():
    return [bs.Regularization(name="patience_in_class", make=make, space={}, summary="A mistake.")]
