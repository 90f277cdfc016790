"""The noise stream: right probabilities, new numbers at each step, the same numbers for the same key and step."""

import numpy as np
import pytest

import benchsuite as bs


def draw(function, key=7, step=0, jit=True):
    import tensorflow as tf

    @tf.function(autograph=False, jit_compile=jit)
    def graph(key, step):
        with bs.noise.stream(key, step):
            return function()

    return np.array(graph(tf.constant(key, tf.int64), tf.constant(step, tf.int64)))


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize("rate", [0.1, 0.5])
def test_keep_has_the_right_probability(jit, rate):
    kept = draw(lambda: bs.noise.keep([300, 1001], rate), jit=jit)
    deviation = np.sqrt(rate * (1 - rate) / kept.size)
    assert abs(kept.mean() - (1 - rate)) < 5 * deviation
    # No pattern between the two halves of a random word.
    assert abs(np.corrcoef(kept.ravel()[:-1:2], kept.ravel()[1::2])[0, 1]) < 0.02


def test_keep_at_the_ends():
    assert draw(lambda: bs.noise.keep([100], 0.0)).all()
    assert not draw(lambda: bs.noise.keep([100], 1.0)).any()


def test_steps_keys_and_places_differ_and_repeat():
    import tensorflow as tf

    two = draw(lambda: tf.stack([bs.noise.uniform([50]), bs.noise.uniform([50])]))
    assert not np.array_equal(two[0], two[1])
    assert np.array_equal(two, draw(lambda: tf.stack([bs.noise.uniform([50]), bs.noise.uniform([50])])))
    assert not np.array_equal(two[0], draw(lambda: bs.noise.uniform([50]), step=1))
    assert not np.array_equal(two[0], draw(lambda: bs.noise.uniform([50]), key=8))


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize("function", ["uniform", "normal", "keep"])
def test_far_steps_and_long_keys_do_not_meet(jit, function):
    """The engine sets the noise of batches, optimizers and probes apart by offsets of 2^49 and more."""
    call = {
        "uniform": lambda: bs.noise.uniform([64]),
        "normal": lambda: bs.noise.normal([64]),
        "keep": lambda: bs.noise.keep([64], 0.5),
    }[function]
    places = [(7, 3), (7, 3 + 2**22), (7, 3 + 2**49), (7, 3 + 2**51), (7 + 2**32, 3), (7 + 2**40, 3)]
    found = {draw(call, key=key, step=step, jit=jit).tobytes() for key, step in places}
    assert len(found) == len(places)


def test_normal_has_its_moments():
    values = draw(lambda: bs.noise.normal([200_000], 3.0, 2.0))
    assert values.mean() == pytest.approx(3.0, abs=0.03)
    assert values.std() == pytest.approx(2.0, abs=0.03)


def test_the_step_is_known():
    assert draw(bs.noise.step, step=41) == 41


@pytest.mark.parametrize("call", [lambda: bs.noise.uniform([3]), bs.noise.step])
def test_outside_a_step_says_what_to_do(call):
    with pytest.raises(bs.BenchsuiteError, match="Draw only where `training` is true"):
        call()
