"""Claims on training: the effects are what their sentences say, sign included; broken components turn what depends on them."""

import importlib
import itertools
import math
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from benchsuite.components import Claim, Computed, Trained
from benchsuite.engine.lab import Lab
from benchsuite.selection import expand
from benchsuite_plugins.claims._numbers import log_ratio
from benchsuite_plugins.claims._rates import arm, best_rate, grid, tuned, tuned_end, tuned_first_loss
from tests.bundled import REGISTRY

NAMES = {
    "C2": "learning_rate",
    "C3": "decay",
    "C5": "adaptive_methods",
    "C7": "initial_scale",
    "C9": "batch_normalization",
    "C10": "batch_normalization_noise",
    "C12": "standardized_inputs",
    "C13": "residual_connections",
    "C15": "activation_and_depth",
    "C17": "deep_or_wide",
}


@dataclass
class Made:
    """A run by hand: measures after the last epoch, and curves."""

    outcome: str = "completed"
    curves: dict[str, list[float]] = field(default_factory=dict)
    finals: dict[str, float] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        return self.outcome != "completed"

    @property
    def epochs(self) -> tuple[int, ...]:
        return tuple(range(len(next(iter(self.curves.values())))))

    def curve(self, measure: str) -> list[float]:
        return self.curves[measure]

    def final(self, measure: str) -> float:
        if self.failed:
            return math.nan
        return self.curves[measure][-1] if measure in self.curves else self.finals[measure]


DIVERGED = Made("diverged", {"train_loss": [1.0]})


def module(number: str):
    return importlib.import_module(f"benchsuite_plugins.claims.{NAMES[number]}")


def claim(number: str) -> Claim:
    (found,) = module(number).register_claims()
    return found


def effect(number: str, part: str):
    (found,) = [one for one in claim(number).parts if one.name == part]
    assert isinstance(found.evidence, Trained)
    return found.evidence.effect


def bounds(number: str, part: str) -> tuple[float, float]:
    (found,) = [one for one in claim(number).parts if one.name == part]
    return found.low, found.high


def tuning(method: str, rates, measure: str, best: float, test: float, **more: list[float]) -> dict[str, Made]:
    """Return runs of a grid of which one is the best on validation, and all others are better on test."""
    better = 1 if measure in ("accuracy", "r2") else -1
    return {
        arm(method, rate): Made(
            curves=dict(more) if rate == best else {name: [0.0] * len(curve) for name, curve in more.items()},
            finals={
                f"validation_{measure}": better if rate == best else 0.0,
                f"test_{measure}": test if rate == best else test + better,
            },
        )
        for rate in rates
    }


@pytest.mark.parametrize("number", NAMES)
def test_each_stands_under_its_number_with_a_place_in_the_notes_and_reasons_for_its_bounds(number: str) -> None:
    found = claim(number)
    assert (found.number, found.name) == (number, NAMES[number])
    assert "Course notes N" in found.source
    assert found.depends
    assert all(part.because and part.says and part.unit for part in found.parts)


def test_names_of_arms_keep_rates_apart_and_are_names() -> None:
    rates = (1e-8, 1e-5, 0.003, 0.01, 0.1, 1.0, 10.0)
    names = list(grid("sgd", "digits_mlp", "sgd", rates))
    assert names == ["sgd_0_00000001", "sgd_0_00001", "sgd_0_003", "sgd_0_01", "sgd_0_1", "sgd_1", "sgd_10"]
    assert all(name.isidentifier() for name in names)


def test_the_rate_is_chosen_on_validation_and_never_among_failures() -> None:
    rates = (0.1, 0.3, 1.0)
    runs = tuning("sgd", rates, "loss", 0.3, 5.0)
    assert best_rate(runs, "sgd", rates, "loss") == 0.3  # least loss; on test it is the worst of the three
    assert best_rate(tuning("sgd", rates, "r2", 0.1, 0.5), "sgd", rates, "r2") == 0.1  # most R²
    assert best_rate({**runs, arm("sgd", 0.3): DIVERGED}, "sgd", rates, "loss") == 0.1  # of equals the smallest
    assert tuned({arm("sgd", rate): DIVERGED for rate in rates}, "sgd", rates, "loss") is None


def test_a_search_of_which_every_run_diverged_guesses_and_one_that_crashed_has_no_number() -> None:
    rates = (0.1, 0.3)
    gone = {arm("sgd", rate): DIVERGED for rate in rates}
    crashed = {**gone, arm("sgd", 0.3): Made("crashed")}
    assert tuned_end(gone, "sgd", rates, "accuracy", 0.25) == 0.25
    assert tuned_first_loss(gone, "sgd", rates, "accuracy") == math.inf
    assert math.isnan(tuned_end(crashed, "sgd", rates, "accuracy", 0.25))
    assert math.isnan(tuned_first_loss(crashed, "sgd", rates, "accuracy"))
    one_left = tuning("sgd", rates, "accuracy", 0.1, 0.7, train_loss=[2.0, 1.0]) | {arm("sgd", 0.3): DIVERGED}
    assert tuned_end(one_left, "sgd", rates, "accuracy", 0.25) == 0.7
    assert tuned_first_loss(one_left, "sgd", rates, "accuracy") == 1.0


def test_a_logarithm_of_a_ratio_keeps_what_is_infinite_and_has_no_number_of_nothing() -> None:
    assert log_ratio(3.0, 2.0) == pytest.approx(math.log(1.5))
    assert log_ratio(math.inf, 2.0) == math.inf
    assert log_ratio(2.0, math.inf) == -math.inf
    nothing = [(0.0, 1.0), (1.0, 0.0), (-1.0, 1.0), (math.inf, math.inf), (math.nan, 1.0), (1.0, math.nan)]
    assert all(math.isnan(log_ratio(*pair)) for pair in nothing)


def test_c2_looks_a_hundred_times_below_and_above_the_rate_that_validation_chooses() -> None:
    runs = {
        arm("sgd", rate): Made(
            curves={"train_loss": [2.0, 1.0 + rate], "validation_loss": [0.0, abs(math.log10(rate / 0.01))]}
        )
        for rate in module("C2").RATES
    }
    runs[arm("sgd", 1e-4)] = Made(curves={"train_loss": [2.0, 1.8]})
    runs[arm("sgd", 1e-2)].curves["train_loss"] = [2.0, 1.0]
    runs[arm("sgd", 1.0)] = Made(curves={"train_loss": [2.0, 2.0 * math.e]})
    assert effect("C2", "too_small_is_slow_on_digits_mlp")(runs) == pytest.approx(0.2)
    assert effect("C2", "too_large_rises_on_digits_mlp")(runs) == pytest.approx(1.0)
    rises = effect("C2", "too_large_rises_on_teacher_mlp")
    assert rises({**runs, arm("sgd", 1.0): DIVERGED}) == math.inf
    assert math.isnan(rises({**runs, arm("sgd", 1.0): Made("timed_out")}))


@pytest.mark.parametrize(
    ("part", "measure", "constant", "decayed", "expected"),
    [
        ("linear_on_noisy_quadratic", "excess_loss", 0.4, 0.1, math.log(4)),
        ("step_on_teacher_mlp", "r2", 0.7, 0.65, -0.05),
        ("linear_on_mnist1d_conv", "accuracy", 0.5, 0.6, 0.1),
    ],
)
def test_c3_is_what_a_decay_gains(part: str, measure: str, constant: float, decayed: float, expected: float) -> None:
    decay, task = part.split("_on_")
    _, rates = module("C3").STUDIES[task]
    runs = tuning("constant", rates, measure, rates[1], constant) | tuning(decay, rates, measure, rates[2], decayed)
    assert effect("C3", part)(runs) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("part", "measure", "guess"),
    [
        ("linear_on_noisy_quadratic", "excess_loss", math.inf),
        ("step_on_teacher_mlp", "r2", 0.45),
        ("step_on_mnist1d_conv", "accuracy", 0.35),
    ],
)
def test_c3_counts_a_constant_rate_that_always_diverges_as_guessing(part: str, measure: str, guess: float) -> None:
    decay, task = part.split("_on_")
    _, rates = module("C3").STUDIES[task]
    runs = {arm("constant", rate): DIVERGED for rate in rates} | tuning(decay, rates, measure, rates[2], 0.45)
    assert effect("C3", part)(runs) == pytest.approx(guess)


def test_c5_is_the_lead_of_adam_early_and_of_momentum_late() -> None:
    rates = module("C5").RATES
    runs = tuning("adam", rates["adam"], "accuracy", 0.01, 0.7, train_loss=[3.0, 1.0, 0.1])
    runs |= tuning("momentum", rates["momentum"], "accuracy", 0.03, 0.75, train_loss=[3.0, 2.0, 0.2])
    assert effect("C5", "adam_is_quick_on_mnist1d_few")(runs) == pytest.approx(math.log(2.0))
    assert effect("C5", "momentum_generalizes_on_mnist1d_few")(runs) == pytest.approx(0.05)
    runs |= {arm("momentum", rate): DIVERGED for rate in rates["momentum"]}
    assert effect("C5", "adam_is_quick_on_mnist1d_few")(runs) == math.inf
    assert effect("C5", "momentum_generalizes_on_mnist1d_few")(runs) == pytest.approx(0.1 - 0.7)


def test_c7_in_training_is_what_a_good_start_gains() -> None:
    tanh, relu = (module("C7").RATES[task] for task in ("deep_tanh", "deep_relu"))
    runs = tuning("xavier", tanh, "accuracy", 0.04, 0.9) | tuning("small", tanh, "accuracy", 0.01, 0.3)
    assert effect("C7", "small_hardly_trains")(runs) == pytest.approx(0.6)
    runs |= {arm("small", rate): DIVERGED for rate in tanh}
    assert effect("C7", "small_hardly_trains")(runs) == pytest.approx(0.9 - 0.25)
    runs = tuning("xavier", relu, "log_loss", 0.03, 0.5) | tuning("he", relu, "log_loss", 0.003, 0.1)
    assert effect("C7", "he_beats_xavier_in_relu")(runs) == pytest.approx(0.4)
    runs |= {arm("he", rate): DIVERGED for rate in relu}
    assert effect("C7", "he_beats_xavier_in_relu")(runs) == pytest.approx(0.5 - math.log(4))


def normalized(kind: str, borne: float, first: float) -> dict[str, Made]:
    """Return runs over rates that learn up to one of them, and begin to diverge after."""
    return {
        arm(kind, rate): Made(
            curves={"train_loss": [1.4, first, 0.2]} if rate <= borne else {"train_loss": [1.4, 1.4, 1.2]},
            finals={"validation_loss": 0.2 if rate <= borne else 1.2},
        )
        for rate in module("C9").RATES
    }


def test_c9_is_the_larger_rate_the_quicker_start_and_the_smaller_spread() -> None:
    runs = normalized("none", 0.1, 1.0) | normalized("batch", 1.0, 0.5)
    assert effect("C9", "bears_larger_rates")(runs) == pytest.approx(1.0)
    assert effect("C9", "trains_faster")(runs) == pytest.approx(math.log(2.0))
    assert effect("C9", "bears_larger_rates")(normalized("none", 0.1, 1.0) | normalized("batch", 0.0, 1.0)) == -math.inf
    assert effect("C9", "bears_larger_rates")(normalized("none", 0.0, 1.0) | normalized("batch", 0.1, 1.0)) == math.inf
    assert math.isnan(effect("C9", "bears_larger_rates")(normalized("none", 0.0, 1.0) | normalized("batch", 0.0, 1.0)))
    gone = {arm("none", rate): DIVERGED for rate in module("C9").RATES}
    assert effect("C9", "trains_faster")(gone | normalized("batch", 0.1, 1.0)) == math.inf
    ends = {"none_he": 0.9, "none_small": 0.25, "batch_he": 0.9, "batch_small": 0.85, "batch_large": 0.8}
    runs = {name: Made(finals={"test_accuracy": accuracy}) for name, accuracy in ends.items()}
    runs["none_large"] = DIVERGED  # as good as guessing
    assert effect("C9", "depends_less_on_the_start")(runs) == pytest.approx(0.65 - 0.1)


def test_c9_turns_where_batch_normalization_does_nothing() -> None:
    runs = normalized("none", 0.1, 1.0) | normalized("batch", 0.1, 1.0)
    for part in ("bears_larger_rates", "trains_faster"):
        assert effect("C9", part)(runs) < bounds("C9", part)[0]
    runs = {f"{kind}_{start}": DIVERGED for kind in ("none", "batch") for start in module("C9").STARTS}
    assert effect("C9", "depends_less_on_the_start")(runs) < bounds("C9", "depends_less_on_the_start")[0]


def test_c10_is_what_is_closed_of_the_gap_and_how_that_shrinks() -> None:
    gaps = {"none_64": 1.0, "batch_64": 0.7, "none_256": 2.0, "batch_256": 1.9}
    runs = {name: Made(finals={"train_loss": 0.5, "test_loss": 0.5 + gap}) for name, gap in gaps.items()}
    assert effect("C10", "regularizes")(runs) == pytest.approx(0.3)
    assert effect("C10", "effect_shrinks")(runs) == pytest.approx(0.2)


def test_c12_is_the_share_of_time_until_the_other_ends_end_is_reached() -> None:
    rates = module("C12").STUDIES["digits_mlp"]
    faster = effect("C12", "faster_on_digits_mlp")
    runs = tuning("none", rates, "loss", 0.1, 0.0, train_loss=[2.0, 1.5, 1.0, 0.9, 0.8])
    quick = tuning("standardize", rates, "loss", 0.3, 0.0, train_loss=[2.0, 0.8, 0.3, 0.2, 0.1])
    never = tuning("standardize", rates, "loss", 0.3, 0.0, train_loss=[2.0, 1.9, 1.8, 1.7, 1.6])
    assert faster({**runs, **quick}) == 0.25
    assert faster({**runs, **never}) == math.inf


@pytest.mark.parametrize("rate", [1e-8, 1e-5, 0.1])
def test_c12_trains_at_a_constant_rate_below_the_smallest_of_the_optimizer_too(rate: float) -> None:
    network = module("C12").network("breast_cancer_logistic", "none", rate)
    ((optimizer,),) = expand("optimizer", [network.recipe["optimizer"]], REGISTRY)
    ((schedule,),) = expand("schedule", [network.recipe["schedule"]], REGISTRY)
    follow = REGISTRY.component("schedule", schedule.name).make(**schedule.hyperparameters)
    rates = optimizer.hyperparameters["learning_rate"] * follow(np.arange(300), 300)
    np.testing.assert_allclose(rates, rate, rtol=1e-12)


def test_c13_compares_training_losses_first() -> None:
    losses = {"plain_20": (0.1, 0.3), "plain_56": (0.7, 1.1), "residual_20": (0.05, 0.2), "residual_56": (0.04, 0.2)}
    runs = {name: Made(finals={"train_loss": train, "test_loss": test}) for name, (train, test) in losses.items()}
    assert effect("C13", "deeper_trains_worse")(runs) == pytest.approx(0.6)
    assert effect("C13", "it_is_not_overfitting")(runs) == pytest.approx(0.6 - 0.8 / 2)
    assert effect("C13", "shortcuts_train_better")(runs) == pytest.approx(0.66)
    assert effect("C13", "depth_does_no_harm")(runs) == pytest.approx(-0.01)
    gone = {**runs, "plain_56": DIVERGED}
    for part in ("deeper_trains_worse", "it_is_not_overfitting", "shortcuts_train_better"):
        assert effect("C13", part)(gone) == math.inf
        assert math.isnan(effect("C13", part)({**runs, "plain_56": Made("crashed")}))
    assert effect("C13", "depth_does_no_harm")({**runs, "residual_56": DIVERGED}) == math.inf


def test_c13_finds_overfitting_where_the_test_part_alone_is_worse() -> None:
    losses = {"plain_20": (0.1, 0.3), "plain_56": (0.05, 0.9)}
    runs = {name: Made(finals={"train_loss": train, "test_loss": test}) for name, (train, test) in losses.items()}
    assert effect("C13", "it_is_not_overfitting")(runs) == pytest.approx(-0.05 - 0.6 / 2)
    assert bounds("C13", "it_is_not_overfitting")[0] == 0.0


def test_c15_in_training_is_what_depth_costs_the_sigmoid_more() -> None:
    rates = module("C15").RATES
    ends = {"relu_2": 0.9, "relu_12": 0.95, "sigmoid_2": 0.85, "sigmoid_12": 0.3}
    runs = {
        name: run
        for method, test in ends.items()
        for name, run in tuning(method, rates, "accuracy", 0.03, test).items()
    }
    assert effect("C15", "depth_costs_sigmoid")(runs) == pytest.approx(0.65 - 0.05)
    runs |= {arm("sigmoid_12", rate): DIVERGED for rate in rates}
    assert effect("C15", "depth_costs_sigmoid")(runs) == pytest.approx(0.95 - 0.25 - 0.05)


def test_c17_is_what_the_deep_network_gains_and_its_pairs_are_equal_in_size() -> None:
    _, _, rates, *_ = module("C17").STUDIES["random_teacher"]
    runs = tuning("deep", rates, "r2", 0.03, 0.8) | tuning("wide", rates, "r2", 0.01, 0.7)
    assert effect("C17", "deep_wins_on_random_teacher")(runs) == pytest.approx(0.1)
    for what, measure, classes in (("digits", "loss", 10), ("arms_on_a_sphere", "log_loss", 4)):
        _, _, rates, *_ = module("C17").STUDIES[what]
        runs = tuning("deep", rates, measure, 0.03, 0.1) | tuning("wide", rates, measure, 0.01, 0.2)
        assert effect("C17", f"deep_wins_on_{what}")(runs) == pytest.approx(math.log(2))
        runs |= {arm("wide", rate): DIVERGED for rate in rates}
        assert effect("C17", f"deep_wins_on_{what}")(runs) == pytest.approx(math.log(math.log(classes) / 0.1))


def size_of(inputs: int, widths: list[int], outputs: int) -> int:
    sizes = [inputs, *widths, outputs]
    return sum((before + 1) * after for before, after in itertools.pairwise(sizes))


@pytest.mark.parametrize(("what", "inputs", "outputs"), [("arms_on_a_sphere", 3, 4), ("random_teacher", 20, 1)])
def test_c17_gives_the_deep_network_no_more_parameters(what: str, inputs: int, outputs: int) -> None:
    *_, (_, deep), (_, wide) = module("C17").STUDIES[what]
    small, large = (size_of(inputs, [knobs["width"]] * knobs["depth"], outputs) for knobs in (deep, wide))
    assert 0.9 * large <= small <= large


class WithBroken:
    """The registry, with a component replaced by another of its name while one is given."""

    def __init__(self) -> None:
        self.broken = None

    def names(self, kind: str) -> list[str]:
        return REGISTRY.names(kind)

    def component(self, kind: str, name: str):
        broken = self.broken
        same = broken is not None and (kind, name) == (broken.kind, broken.name)
        return broken if same else REGISTRY.component(kind, name)

    def default(self, kind: str):
        return self.component(kind, REGISTRY.default(kind).name)


def computed(number: str, part: str, lab: Lab, seeds: int = 3) -> np.ndarray:
    (found,) = [one for one in claim(number).parts if one.name == part]
    assert isinstance(found.evidence, Computed)
    return np.array([found.evidence.compute(lab, seed) for seed in range(seeds)])


def test_he_with_the_wrong_fan_turns_the_claim_that_it_keeps_relu_alive() -> None:
    def of_outputs(shape, fan_in, fan_out, gain, generator):
        return generator.normal(0.0, math.sqrt(2 / fan_out), shape)

    known = WithBroken()
    lab = Lab(known, REGISTRY.task)
    low, high = bounds("C7", "he_keeps_relu")
    right = computed("C7", "he_keeps_relu", lab)
    known.broken = replace(REGISTRY.component("initializer", "he_normal"), make=lambda: of_outputs)
    wrong = computed("C7", "he_keeps_relu", lab)
    assert low <= np.median(right) <= high
    # The signal starts √(3/128) as large: there are 3 inputs and 128 units.
    np.testing.assert_allclose(wrong - right, math.log(3 / 128) / 2, atol=1e-4)
    assert max(wrong) < low


def test_batch_normalization_that_does_not_normalize_makes_no_noise_that_could_shrink() -> None:
    import keras

    known = WithBroken()
    low, high = bounds("C10", "noise_shrinks")
    right = computed("C10", "noise_shrinks", Lab(known, REGISTRY.task))
    known.broken = replace(REGISTRY.component("normalization", "batch"), make=lambda **_: keras.layers.Identity())
    wrong = computed("C10", "noise_shrinks", Lab(known, REGISTRY.task), seeds=1)
    assert low <= min(right)
    assert max(right) <= high
    # Four of the K examples are in every batch: the variance of a mean is (K − 4)/K² of one example's.
    assert np.median(right) == pytest.approx(math.log((60 / 64**2) / (252 / 256**2)), abs=0.2)
    assert set(wrong) == {0.0}
