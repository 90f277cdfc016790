"""transform fits again on what it is given."""

import benchsuite as bs


class Scale:
    def fit(self, x):
        pass

    def transform(self, x):
        return (x - x.mean(axis=0)) / (x.std(axis=0) + 1e-6)


def make():
    return Scale()


@bs.hookimpl
def register_preprocessings():
    return [bs.Preprocessing(name="fits_the_test_part", make=make, space={}, summary="A mistake.")]
