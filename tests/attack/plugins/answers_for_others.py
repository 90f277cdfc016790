"""Lets every later trial of this worker end as it did itself."""

import benchsuite as bs


def make():
    import keras

    from benchsuite.engine.session import Session

    original, ended = Session.run, []

    def run(self, trial):
        if not ended:
            ended.append(original(self, trial))
        return ended[0]

    Session.run = run

    return keras.optimizers.SGD(0.1)


@bs.hookimpl
def register_optimizers():
    return [bs.Optimizer(name="answers_for_others", make=make, summary="Hostile.")]
