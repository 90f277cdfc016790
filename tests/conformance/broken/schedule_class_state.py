"""The best loss lies in the class: the next trial finds it there."""

import numpy as np

import benchsuite as bs


class Plateau:
    seen = []

    def __call__(self, step, total_steps):
        return np.full(len(step), 0.5 ** sum(b >= a for a, b in zip(self.seen, self.seen[1:])))

    def after_epoch(self, epoch, validation):
        self.seen.append(validation["loss"])


def make():
    return Plateau()


@bs.hookimpl
def register_schedules():
    return [bs.Schedule(name="class_state", make=make, space={}, summary="A mistake.")]
