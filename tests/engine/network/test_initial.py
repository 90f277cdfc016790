"""Starting values of what no recipe fills: each variable has its own, whatever stands before it that draws nothing."""

from types import SimpleNamespace

import keras
import numpy as np

from benchsuite.engine.network.initial import Origins, draw_all
from benchsuite.engine.seeds import Streams


def started(*initializers, seed=0):
    """Return the starting values of variables of three numbers, each with its initializer; without one it keeps zeros."""
    variables = [SimpleNamespace(name=f"v{number}", shape=(3,)) for number, _ in enumerate(initializers)]
    origins = Origins()
    for variable, initializer in zip(variables, initializers, strict=True):
        if initializer is None:
            origins.built[id(variable)] = np.zeros(3, "float32")
        else:
            origins.initializers[id(variable)] = initializer
    return [np.asarray(value) for value in draw_all(variables, [], origins, None, Streams.of(seed))]


def test_variables_that_are_drawn_have_numbers_of_their_own_and_have_them_again():
    normal = keras.initializers.RandomNormal()
    one, other, third = started(normal, normal, normal)
    assert len({value.tobytes() for value in (one, other, third)}) == 3
    np.testing.assert_array_equal(started(normal, normal)[1], other)
    assert not np.array_equal(started(normal, seed=1)[0], one)


def test_what_draws_nothing_changes_nothing_of_what_is_drawn_behind_it():
    normal = keras.initializers.RandomNormal()
    one, other = started(normal, normal)
    zeros, behind, _, last = started(keras.initializers.Zeros(), normal, keras.initializers.Ones(), normal)
    assert not zeros.any()
    np.testing.assert_array_equal([behind, last], [one, other])
    # A state that its layer made by itself counts: it may be a generator's.
    np.testing.assert_array_equal(started(None, normal)[1], other)
