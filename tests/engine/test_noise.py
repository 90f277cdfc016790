"""The noise stream: right probabilities, new numbers at each step, the same numbers for the same key and step."""

import itertools

import keras
import numpy as np
import pytest

import benchsuite as bs
from benchsuite import noise


def drawing(function, jit=True, owner=noise.Owner.TRAINING):
    """Return what draws, compiled once, for any key and step."""
    import tensorflow as tf

    @tf.function(autograph=False, jit_compile=jit)
    def graph(key, step):
        with bs.noise.stream(key, step, owner):
            return function()

    return lambda key=7, step=0: np.array(graph(tf.constant(key, tf.int64), tf.constant(step, tf.int64)))


def draw(function, key=7, step=0, jit=True, owner=noise.Owner.TRAINING):
    return drawing(function, jit, owner)(key, step)


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
    drawn = drawing(call, jit)
    found = {drawn(key, step).tobytes() for key, step in points}
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
        "LAB": 9,
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


def test_unless_told_otherwise_numbers_are_of_the_unit_interval_and_of_the_standard_normal():
    uniform, wide = (
        draw(one, jit=False) for one in (lambda: bs.noise.uniform([64]), lambda: bs.noise.uniform([64], 2, 5))
    )
    normal, moved = (
        draw(one, jit=False) for one in (lambda: bs.noise.normal([64]), lambda: bs.noise.normal([64], 3, 2))
    )
    np.testing.assert_allclose(wide, 2 + 3 * uniform, rtol=1e-6)
    np.testing.assert_allclose(moved, 3 + 2 * normal, rtol=1e-5)


def test_a_shape_that_is_known_only_while_it_runs_has_the_same_numbers():
    import tensorflow as tf

    def drawn(size):
        return {
            "keep": bs.noise.keep([size, 3], 0.5),
            "uniform": bs.noise.uniform([size, 3]),
            "normal": bs.noise.normal([size, 3]),
        }

    @tf.function(autograph=False)
    def later(size):
        with bs.noise.stream(tf.constant(7, tf.int64), tf.constant(0, tf.int64)):
            return drawn(size)

    @tf.function(autograph=False)
    def known():
        with bs.noise.stream(tf.constant(7, tf.int64), tf.constant(0, tf.int64)):
            return drawn(5)

    expected = known()
    for name, values in later(tf.constant(5)).items():
        np.testing.assert_array_equal(values, expected[name])


def test_the_step_is_known():
    assert draw(bs.noise.step, step=41) == 41


@pytest.mark.parametrize("call", [lambda: bs.noise.uniform([3]), bs.noise.step])
def test_outside_a_step_says_what_to_do(call):
    with pytest.raises(bs.BenchsuiteError, match="Draw only where `training` is true"):
        call()


@pytest.mark.parametrize("jit", [True, False])
@pytest.mark.parametrize("function", ["uniform", "normal", "keep"])
def test_every_draw_of_the_first_steps_differs(jit, function):
    """Draw k of step t is no draw of step t + k: a layer's mask must not be its neighbour's of a step before."""
    import tensorflow as tf

    call = {
        "uniform": lambda: bs.noise.uniform([64]),
        "normal": lambda: bs.noise.normal([64]),
        "keep": lambda: bs.noise.keep([64], 0.5),
    }[function]
    drawn = drawing(lambda: tf.stack([call() for _ in range(4)]), jit)
    assert len({one.tobytes() for step in range(4) for one in drawn(step=step)}) == 16


def test_a_step_has_so_many_draws_and_no_more():
    def position(step, draws):
        with noise.stream(np.int64(7), np.int64(step)):
            noise._current.get().draws = draws
            return tuple(noise._source()[0].numpy())

    assert position(0, 1023) == (7, 1023)
    assert position(1, 0) == (7, 1024)
    assert position(5, 3) == (7, 5 * 1024 + 3)
    with pytest.raises(bs.BenchsuiteError, match="one step may draw at most 1024 times"):
        position(0, 1024)
