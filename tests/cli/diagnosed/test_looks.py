"""The looks at a network, on a specimen that is a formula: ½·mean (θᵀx − y)², trained to a share of the way to its solution."""

import numpy as np
import pytest

from benchsuite.cli.diagnosed.bias_and_variance import look_at_bias_and_variance
from benchsuite.cli.diagnosed.curvature import look_at_curvature
from benchsuite.cli.diagnosed.gradient_noise import look_at_gradient_noise
from benchsuite.cli.diagnosed.gradients import check_gradients
from benchsuite.cli.diagnosed.subject import Subject, some_examples
from benchsuite.cli.diagnosed.surface import look_at_surface

RANDOM = np.random.default_rng(0)
X = RANDOM.normal(size=(2000, 6)) * np.array([3.0, 1, 1, 1, 1, 0.5])
TRUTH = np.array([1.0, -2, 0.5, 3, -1, 2])
Y = X @ TRUTH + 0.1 * RANDOM.normal(size=2000)


class Regression:
    """A specimen whose gradient and curvature are those of least squares, its gradient perhaps too large by a factor."""

    size = 6
    shapes = {"slopes": (4,), "rest": (2,)}  # noqa: RUF012  # as a specimen has it

    def __init__(self, seed=0, factor=1.0, fails=False):
        self.weights, self.factor, self.fails = (
            np.random.default_rng(seed).normal(size=6).astype("float32"),
            factor,
            fails,
        )

    def arrays(self, part):
        assert part == "train"
        return X, Y

    def loss(self, inputs, targets):
        return float(0.5 * np.mean((inputs @ self.weights - targets) ** 2))

    def gradient(self, inputs, targets):
        return self.factor * inputs.T @ (inputs @ self.weights - targets) / len(inputs)

    def curvature(self, vector, inputs, targets):
        return inputs.T @ (inputs @ vector) / len(inputs)

    def train(self, epochs=None):
        if self.fails:
            self.weights = np.full(6, np.nan)
        else:
            self.weights = TRUTH + (self.weights - TRUTH) * (1e-4 if epochs is None else 10.0**-epochs)
        return type("Run", (), {"failed": self.fails})


def subject(**given):
    return Subject(lambda seed: Regression(seed, **given), 6, 32, "a regression")


def test_curvature_is_that_of_the_examples(tmp_path):
    course, place, spread = look_at_curvature(subject(), tmp_path / "a.png")
    inputs, _ = some_examples(Regression())
    true = np.linalg.eigvalsh(inputs.T @ inputs / len(inputs))
    assert course.word == "steady"
    assert [course.numbers[f"largest_{when}"] for when in ("start", "middle", "end")] == pytest.approx([true[-1]] * 3)
    assert place.word == "minimum"
    assert place.numbers["smallest"] == pytest.approx(true[0])
    assert spread.numbers["largest"] == pytest.approx(true[-1])
    assert (tmp_path / "a.png").stat().st_size > 5_000


def test_a_training_that_leaves_all_numbers_is_an_alarm_everywhere():
    assert look_at_curvature(subject(fails=True))[0].alarm
    (said,) = look_at_surface(subject(fails=True))
    assert said.alarm
    assert look_at_gradient_noise(subject(fails=True))[1].alarm


def test_a_solution_of_least_squares_lies_in_one_valley(tmp_path):
    around, way = look_at_surface(subject(), tmp_path / "a.svg")
    assert around.word == "flat"
    assert way.word == "connected"
    assert (tmp_path / "a.svg").read_text(encoding="utf-8").count("<path") > 20


def test_noise_grows_as_the_training_goes_on():
    start, end = look_at_gradient_noise(subject())
    assert start.says.startswith("At the start")
    assert end.numbers["noise_scale"] > 100 * start.numbers["noise_scale"]


@pytest.mark.parametrize(("factor", "word"), [(1.0, "right"), (1.1, "wrong")])
def test_a_wrong_gradient_is_found_and_the_weights_are_put_back(factor, word):
    specimen = Regression(factor=factor)
    before = specimen.weights.copy()
    (said,) = check_gradients(Subject(lambda _: specimen, 6, 32, "a regression"))
    assert (said.word, said.alarm) == (word, word == "wrong")
    np.testing.assert_array_equal(specimen.weights, before)


def test_the_same_examples_each_time():
    first, second = some_examples(Regression(), 100), some_examples(Regression(), 100)
    assert len(first[0]) == 100
    np.testing.assert_array_equal(first[1], second[1])


def test_one_example_is_told_in_one_line_and_nothing_is_trained():
    specimen = Regression()
    specimen.arrays = lambda part: (X[:1], Y[:1])
    specimen.train = None
    (said,) = look_at_gradient_noise(Subject(lambda _: specimen, 6, 1, "a regression"))
    assert said.says == "One example: no noise to measure."


class Predicts:
    """A specimen that gives the same outputs whatever it is shown."""

    def __init__(self, outputs, fails=False):
        self.given, self.fails = np.asarray(outputs, "float32"), fails

    def outputs(self, inputs):
        return self.given

    def train(self):
        return type("Run", (), {"failed": self.fails})


def drawn(outputs, targets, fails=()):
    targets = np.asarray(targets)
    return [(Predicts(one, at in fails), np.zeros((len(targets), 1)), targets) for at, one in enumerate(outputs)]


def test_squared_error_over_sets_is_taken_apart_by_its_closed_form():
    """Outputs 1, 2 and 3 for a target of 0: their mean is 2 and their variance 1; of three sets a third of that is no bias."""
    (found,) = look_at_bias_and_variance(drawn([[[1.0]], [[2.0]], [[3.0]]], np.array([0.0], "float32")))
    assert found.numbers["bias"] == pytest.approx(4 - 1 / 3)
    assert found.numbers["variance"] == pytest.approx(1)
    assert found.numbers["error"] == pytest.approx(14 / 3)
    assert found.word == "bias"
    assert (
        "On the validation part, over 3 training sets the error of 4.67 is bias 3.67 (the noise of the targets in it)"
        in found.says
    )


def test_classes_are_taken_apart_by_their_votes():
    """Three nets, two examples of class 0: the first is missed by one of three, the second by all."""
    votes = [[[2, 1], [0, 1]], [[2, 1], [0, 1]], [[0, 1], [0, 1]]]
    (found,) = look_at_bias_and_variance(drawn(votes, np.array([0, 0], "int32")))
    assert (found.numbers["bias"], found.numbers["error"]) == (0.5, pytest.approx(4 / 6))
    assert found.numbers["variance"] == pytest.approx(1 / 6)
    one_output = [[[-1.0], [1.0]], [[-1.0], [1.0]], [[1.0], [1.0]]]
    (same,) = look_at_bias_and_variance(drawn(one_output, np.array([0, 0], "int32")))
    assert same.numbers == found.numbers


def test_trainings_on_sets_that_fail_are_counted_and_what_is_no_prediction_cannot_tell():
    outputs, target = [[[1.0]], [[2.0]], [[3.0]]], np.array([0.0], "float32")
    (found,) = look_at_bias_and_variance(drawn(outputs, target, fails={1}))
    assert found.says.endswith("1 of 3 trainings did not complete.")
    assert found.numbers["sets"] == 2
    (gone,) = look_at_bias_and_variance(drawn(outputs, target, fails={0, 1}))
    assert (gone.word, gone.alarm) == ("no numbers", True)
    (odd,) = look_at_bias_and_variance(drawn([[[1.0, 2.0]]] * 3, target))
    assert (odd.word, odd.alarm) == ("cannot tell", False)
