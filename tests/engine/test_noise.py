"""The noise stream: right probabilities, new numbers at each step, the same numbers for the same key and step."""

import itertools

import keras
import numpy as np
import pytest

import benchsuite as bs
from benchsuite import noise


def draw(function, key=7, step=0, jit=True, owner=noise.Owner.TRAINING):
    import tensorflow as tf

    @tf.function(autograph=False, jit_compile=jit)
    def graph(key, step):
        with bs.noise.stream(key, step, owner):
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
    """The ranges of batches, optimizers and probes are 2^49 steps and more apart."""
    call = {
        "uniform": lambda: bs.noise.uniform([64]),
        "normal": lambda: bs.noise.normal([64]),
        "keep": lambda: bs.noise.keep([64], 0.5),
    }[function]
    points = [(7, 3), (7, 3 + 2**22), (7, 3 + 2**49), (7, 3 + 2**51), (7 + 2**32, 3), (7 + 2**40, 3)]
    found = {draw(call, key=key, step=step, jit=jit).tobytes() for key, step in points}
    assert len(found) == len(points)


def test_every_owner_keeps_the_range_that_trials_were_drawn_with():
    """To move one changes the numbers of trials: raise ENGINE_VERSION then."""
    firsts = {owner.name: owner.first for owner in noise.Owner}
    counts = {
        "TRAINING": 0,
        "BATCHES": 1,
        "OPTIMIZER": 2,
        "EVALUATION": 3,
        "STATISTICS": 4,
        "INITIAL": 5,
        "AFTER": 6,
        "PROBES": 8,
    }
    assert firsts == {name: count * 2**49 for name, count in counts.items()}


def test_ranges_do_not_meet_and_their_last_draw_is_an_int64():
    firsts = sorted(owner.first for owner in noise.Owner)
    assert all(second - first >= noise.RANGE for first, second in itertools.pairwise(firsts))
    assert noise.RANGES == 16
    last = (noise.RANGES * noise.RANGE - 1) * noise.DRAWS_PER_STEP + noise.DRAWS_PER_STEP - 1
    assert last == np.iinfo("int64").max
    with pytest.raises(ValueError, match="the range of TRAINING must be from 0 to 15, or its draws overflow: 16"):
        noise.Owner.TRAINING.__init__(noise.RANGES)


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize("owner", list(noise.Owner))
def test_an_owner_draws_what_its_steps_are_counted_to(jit, owner):
    of_keras = owner in noise.OF_KERAS_ONLY

    def draws():
        return keras.random.uniform([64]) if of_keras else bs.noise.uniform([64])

    expected = draw(draws, step=3 + owner.first, jit=jit)
    np.testing.assert_array_equal(draw(draws, step=3, jit=jit, owner=owner), expected)
    if not of_keras:
        assert draw(bs.noise.step, step=3, jit=jit, owner=owner) == 3


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
