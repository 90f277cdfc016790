"""A random projection, of numpy.random."""

import numpy as np

import benchsuite as bs


class Project:
    def fit(self, x):
        self.matrix = np.random.normal(size=(x.shape[1], x.shape[1]))

    def transform(self, x):
        return x @ self.matrix


def make():
    return Project()


@bs.hookimpl
def register_preprocessings():
    return [bs.Preprocessing(name="draws", make=make, space={}, summary="A mistake.")]
