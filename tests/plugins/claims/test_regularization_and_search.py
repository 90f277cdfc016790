"""Claims of regularization, searches and recurrent nets: their numbers of hand-made runs, with the sign, and of networks that are none.

Without training: what an effect makes of runs is arithmetic, and what a broken component gives is known.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

from benchsuite.analysis.claims.deciding import Numbers, decision
from benchsuite.analysis.claims.grids import grids_of
from benchsuite.arm_trials import trial_of
from benchsuite.components import Claim, Computed, Trained
from benchsuite.components.choice import SeedRuns
from benchsuite.components.claim import confidence_of
from benchsuite_plugins.claims import (
    augmentation,
    cross_validation,
    dropout_ensemble,
    early_stopping_l2,
    l1_zeros,
    label_smoothing,
    log_scale,
    monte_carlo_dropout,
    pretraining,
    random_labels,
    random_search,
    recurrent_gradients,
    tuned_jointly,
    variational_dropout,
)
from benchsuite_plugins.claims._chosen import chosen, log_ratio
from benchsuite_plugins.claims._ranges import Range, proposed
from benchsuite_plugins.tuners import random
from tests.bundled import REGISTRY

MODULES = [
    augmentation, cross_validation, dropout_ensemble, early_stopping_l2, l1_zeros, label_smoothing, log_scale,
    monte_carlo_dropout, pretraining, random_labels, random_search, recurrent_gradients, tuned_jointly, variational_dropout,
]  # fmt: skip
CLAIMS: list[Claim] = [claim for module in MODULES for claim in module.register_claims()]


@dataclass
class HandMade:
    """A run with the numbers that a test says."""

    numbers: Mapping[str, float] = field(default_factory=dict)
    curves: Mapping[str, list[float]] = field(default_factory=dict)
    probes: Mapping[str, list[float]] = field(default_factory=dict)
    failed: bool = False

    @property
    def epochs(self) -> list[int]:
        return list(range(len(next(iter(self.curves.values())))))

    def final(self, measure: str) -> float:
        return math.nan if self.failed else self.numbers[measure]

    def curve(self, measure: str) -> list[float]:
        return self.curves[measure]

    def layers(self, measure: str, epoch: int) -> list[float]:
        return self.probes[measure]


def run(**numbers: float) -> HandMade:
    return HandMade(numbers)


FAILED = HandMade(failed=True)


@dataclass
class Masked:
    """A specimen whose logits are linear in masks on its inputs; a broken dropout masks nothing, a wrong one scales nothing."""

    rate: float = 0.5
    scaled: bool = True
    generator: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))

    def __post_init__(self) -> None:
        chance = np.random.default_rng(0)
        self.x = chance.random((200, 12)).astype("float32") + 0.5
        self.matrix = chance.normal(size=(12, 3))
        self.y = (self.x @ self.matrix).argmax(axis=1).astype("int32")

    def train(self) -> None:
        pass

    def arrays(self, part: str) -> tuple[np.ndarray, np.ndarray]:
        return self.x, self.y

    def outputs(self, inputs: np.ndarray, *, training: bool = False) -> np.ndarray:
        if not training:
            return inputs @ self.matrix
        kept = self.generator.random(inputs.shape) >= self.rate
        return (inputs * kept / (1 - self.rate if self.scaled else 1)) @ self.matrix


def lab_of(specimen: Any) -> Any:
    return SimpleNamespace(specimen=lambda *_, **__: specimen)


def part_of(module: Any, name: str) -> Any:
    (claim,) = module.register_claims()
    return next(part for part in claim.parts if part.name == name)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.label)
def test_every_arm_is_a_trial_and_its_names_are_the_same_for_all_seeds(claim: Claim) -> None:
    for part in claim.parts:
        if isinstance(part.evidence, Trained):
            names = {tuple(part.evidence.of_seed(seed)) for seed in range(3)}
            assert len(names) == 1
            for arm in part.evidence.of_seed(1).values():
                assert trial_of(arm, 1, REGISTRY.task, REGISTRY).seed == 1


def test_every_part_has_the_seeds_that_its_interval_needs() -> None:
    for claim in CLAIMS:
        for part in claim.parts:
            exact = isinstance(part.evidence, Computed) and part.evidence.seeds == 1
            assert exact or 2 * 0.5**part.evidence.seeds <= 0.05 / len(claim.parts), (claim.label, part.name)


def test_choosing_takes_the_least_validation_loss_and_no_failure() -> None:
    runs = {"a": run(validation_loss=2.0), "b": run(validation_loss=1.0), "c": FAILED}
    assert chosen(runs, ["a", "b", "c"]) is runs["b"]
    assert chosen(runs, ["c"]) is None
    assert chosen({"d": run(validation_loss=math.nan), **runs}, ["d", "b"]) is runs["b"]


def test_ratios_of_failures() -> None:
    assert log_ratio(2.0, 1.0) == pytest.approx(math.log(2))
    assert log_ratio(math.inf, 1.0) == math.inf
    assert log_ratio(1.0, math.inf) == -math.inf
    assert math.isnan(log_ratio(math.inf, math.inf))


def test_random_labels_count_epochs_until_they_are_fitted() -> None:
    slow, quick = (
        HandMade(curves={"train_memorized": [0.1, 0.5, 0.8, 0.95]}),
        HandMade(curves={"train_accuracy": [0.1, 0.9]}),
    )
    assert random_labels.slower({"random": slow, "true": quick}) == 3
    never = HandMade(curves={"train_memorized": [0.1, 0.2]})
    assert random_labels.slower({"random": never, "true": quick}) == math.inf
    unfitted = HandMade(curves={"train_accuracy": [0.1, 0.2]})
    assert math.isnan(random_labels.slower({"random": slow, "true": unfitted}))
    assert random_labels.memorized({"random": FAILED}) == random_labels.generalized({"true": FAILED}) == 0.1


def test_zeros_are_those_of_the_chosen_strength_each_layer_by_its_size() -> None:
    shapes = {"a/kernel": (2, 3), "a/bias": (3,), "b/kernel": (3, 1)}
    weights = np.array(
        [5.0, 0, 0.004, -0.006, 1, 1, 0, 0, 0, 0, 1, 1]
    )  # of the kernels 0, 0.004 and the last but two are zeros

    def specimen(task: str, recipe: Mapping[str, str], *, seed: int) -> Any:
        selections = ["l1[strength=0.001]", "l1[strength=0.0003]", "l1[strength=0.0001]"]
        number = selections.index(recipe["regularization"])
        ended = run(validation_log_loss=[math.nan, 1.0, 2.0][number])
        held = [np.zeros(12), weights, np.ones(12)][number]
        return SimpleNamespace(train=lambda: ended, weights=held, shapes=shapes)

    assert l1_zeros.zeros("l1")(SimpleNamespace(specimen=specimen), 0) == pytest.approx(3 / 9)
    failed = SimpleNamespace(train=lambda: FAILED, weights=weights, shapes=shapes)
    assert math.isnan(l1_zeros.zeros("l2")(lab_of(failed), 0))


def test_early_stopping_saves_as_much_and_both_no_more() -> None:
    def at(test: float, validation: float = 1.0) -> HandMade:
        return run(test_log_loss=test, validation_log_loss=validation)

    runs = {
        "none": at(1.0),
        "early": at(0.6),
        "l2_0": at(0.2, 9.0),
        "l2_1": at(0.5),
        "both_0": at(0.4),
        "both_1": at(0.9, 2.0),
    }
    assert early_stopping_l2.alike(runs) == pytest.approx(math.log(0.4 / 0.5))
    assert early_stopping_l2.beyond(runs) == pytest.approx(math.log(0.6 / 0.5))
    hurts = {**runs, "early": at(1.2)}
    assert early_stopping_l2.alike(hurts) == -math.inf
    neither = {**hurts, "l2_1": FAILED, "l2_0": FAILED}
    assert math.isnan(early_stopping_l2.alike(neither))
    assert early_stopping_l2.beyond(neither) == math.inf
    assert math.isnan(early_stopping_l2.beyond({**runs, "none": FAILED}))


def test_least_squares_against_steps_and_solutions_one_by_one() -> None:
    generator = np.random.default_rng(3)
    truth = generator.normal(size=8)

    def part(count: int) -> tuple[np.ndarray, np.ndarray]:
        x = generator.normal(size=(count, 8)) * np.linspace(0.2, 1.5, 8)
        return x, x @ truth + 2 * generator.normal(size=count)

    parts = {"train": part(40), "validation": part(40), "test": part(40)}
    x, t = parts["train"]

    def error(w: np.ndarray, name: str) -> float:
        return float(np.mean((parts[name][0] @ w - parts[name][1]) ** 2))

    gram = x.T @ x / len(x)
    rate = 1 / np.linalg.eigvalsh(gram)[-1]
    wanted = {max(1, round(1 / (rate * strength))) for strength in early_stopping_l2.SETTINGS}
    w, stopped = np.zeros(8), []
    for step in range(1, max(wanted) + 1):
        w = w - rate * (gram @ w - x.T @ t / len(x))
        if step in wanted:
            stopped.append(w)
    ridge = [np.linalg.solve(gram + one * np.eye(8), x.T @ t / len(x)) for one in early_stopping_l2.SETTINGS]
    best = [min(found, key=lambda w: error(w, "validation")) for found in (stopped, ridge)]
    assert early_stopping_l2.compared(parts) == pytest.approx(error(best[0], "test") / error(best[1], "test"), rel=1e-6)


def test_masks_average_to_the_scaled_network_and_broken_ones_do_not() -> None:
    assert 0.8 < dropout_ensemble.exact(lab_of(Masked()), 0) < 1.25
    assert dropout_ensemble.exact(lab_of(Masked(scaled=False)), 0) > 10
    members = np.array([[[0.9, 0.1]], [[0.5, 0.5]]])
    assert dropout_ensemble.nearness(np.array([[0.7, 0.3]]), members) == pytest.approx(0, abs=1e-12)
    assert dropout_ensemble.nearness(np.array([[0.8, 0.2]]), members) == pytest.approx(0.1 / 0.2)
    assert math.isnan(dropout_ensemble.nearness(members[0], members[:1]))


def test_a_dropout_that_does_nothing_turns_what_masks_are_said_to_give() -> None:
    works, broken = lab_of(Masked()), lab_of(Masked(rate=0.0))
    members = part_of(dropout_ensemble, "better_than_its_members")
    assert members.evidence.compute(works, 0) > members.low
    assert members.evidence.compute(broken, 0) == pytest.approx(0, abs=1e-12)
    assert members.low > 0.01
    assert math.isnan(dropout_ensemble.exact(broken, 0))
    for name in ("likelier_two_classes", "calibrated_two_classes"):
        part = part_of(monte_carlo_dropout, name)
        assert part.evidence.compute(broken, 0) == pytest.approx(0, abs=1e-12)
        assert part.low > 0
    identity = part_of(monte_carlo_dropout, "mean_of_masks_is_an_expectation")
    assert identity.low < identity.evidence.compute(works, 0) < identity.high
    assert math.isnan(identity.evidence.compute(broken, 0))
    same = np.random.default_rng(0).random((2, 1, 30, 3)).repeat(8, axis=1)  # the same mask in all eight of a mean
    assert monte_carlo_dropout.wander(*same) == pytest.approx(8)
    # Nine of ten left out and nothing else learned: the mean over masks is far from the sure network, and less likely.
    assert part_of(monte_carlo_dropout, "likelier_two_classes").evidence.compute(lab_of(Masked(rate=0.9)), 0) < 0


def test_calibration_error_and_over_confidence_of_a_handful() -> None:
    p = np.array([[0.9, 0.1], [0.9, 0.1], [0.35, 0.65], [0.65, 0.35]])
    y = np.array([0, 1, 1, 1])
    # One bin holds 0.9 twice (one right), another 0.65 twice (one right).
    assert monte_carlo_dropout.calibration_error(p, y) == pytest.approx(0.5 * 0.4 + 0.5 * 0.15)
    assert label_smoothing.over_confidence(np.log(p), y) == pytest.approx(p.max(axis=1).mean() - 0.5)


def test_smoothing_is_above_zero_where_it_is_better() -> None:
    runs = {
        "hard": run(test_calibration_error=0.2, test_log_loss=2.0),
        "smooth": run(test_calibration_error=0.1, test_log_loss=1.0),
    }
    assert label_smoothing.calibrated(runs) == pytest.approx(0.1)
    assert label_smoothing.likelier(runs) == pytest.approx(math.log(2))


def test_masks_for_a_whole_sequence_are_above_zero_where_they_are_better() -> None:
    runs = {
        "none": run(test_loss=4.0, validation_loss=9.0),
        "variational_0": run(test_loss=1.0, validation_loss=1.0),
        "variational_1": run(test_loss=0.1, validation_loss=2.0),
        "per_step_0": run(test_loss=2.0, validation_loss=1.0),
    }
    assert variational_dropout.against_per_step(runs) == pytest.approx(math.log(2))
    assert variational_dropout.against_none(runs) == pytest.approx(math.log(4))


def words_of(module: ModuleType, runs: Mapping[str, HandMade]) -> dict[str, str]:
    """Name of each trained part → what it decides where all of its seeds have these runs."""
    (found,) = module.register_claims()
    return {
        part.name: decision(
            Numbers((part.evidence.effect(runs),) * part.evidence.seeds),
            part.low,
            part.high,
            confidence_of(len(found.parts)),
        ).word
        for part in found.parts
    }


def test_an_augmentation_that_changes_nothing_turns_every_part() -> None:
    """It trains as none does, so both arms end alike."""
    none = run(test_loss=2.0, train_loss=0.5, test_accuracy=0.7)
    works = {"none": none, "augmented": run(test_loss=1.2, train_loss=0.4, test_accuracy=0.75)}
    assert set(words_of(augmentation, works).values()) == {"holds"}
    assert set(words_of(augmentation, {"none": none, "augmented": none}).values()) == {"does not hold"}


@pytest.mark.parametrize(
    ("mistake", "turned"),
    [
        ("variational", {}),
        ("per_step", {"better_on_text", "better_on_digits", "better_than_none_on_text"}),  # a new mask at each step
        ("none", {"better_than_none_on_text"}),  # no mask: then it still beats the other, which hurts
    ],
)
def test_variational_dropout_that_draws_each_step_or_does_nothing_turns_what_it_is_for(
    mistake: str, turned: set[str]
) -> None:
    ends = {"variational": 1.0, "none": 2.0, "per_step": 3.0}
    arms = {"none": "none"} | {f"{name}_{at}": name for name in ("variational", "per_step") for at in range(3)}
    losses = {arm: ends[mistake if name == "variational" else name] for arm, name in arms.items()}
    words = words_of(variational_dropout, {arm: run(test_loss=one, validation_loss=one) for arm, one in losses.items()})
    assert {name for name, word in words.items() if word == "does not hold"} == set(turned)


def test_augmentation_takes_away_a_share_of_the_gap() -> None:
    runs = {
        "none": run(test_loss=2.0, train_loss=0.0, test_accuracy=0.7),
        "augmented": run(test_loss=1.2, train_loss=0.2, test_accuracy=0.75),
    }
    assert augmentation.narrower(runs) == pytest.approx(0.5)
    assert math.isnan(augmentation.narrower({**runs, "none": run(test_loss=0.1, train_loss=0.2)}))
    assert augmentation.more_right(runs) == pytest.approx(0.05)


def test_the_grid_has_three_rates_and_random_search_nine_in_the_same_range() -> None:
    for seed in range(4):
        arms, places = random_search.arms(seed), random_search.rates(seed)
        values = {
            name: [
                float(arm.recipe["optimizer"].split("=")[1].split(";")[0])
                for key, arm in arms.items()
                if key.startswith(name)
            ]
            for name in ("grid", "random")
        }
        assert len(values["grid"]) == len(values["random"]) == 9
        assert len(set(values["grid"])) == 3
        assert len(set(values["random"])) == 9
        assert 1e-5 <= places.low <= 1e-3
        assert places.high == pytest.approx(places.low * 1e4)
        assert min(values["grid"]) == pytest.approx(places.low)
        assert max(values["grid"]) == pytest.approx(places.high)
        assert all(places.low <= rate <= places.high * 1.00001 for rate in values["random"])
        assert random_search.arms(seed) == arms
    assert random_search.rates(0) != random_search.rates(1)


def test_search_effects_are_above_zero_where_the_claim_is_right() -> None:
    good, bad = run(validation_loss=1.0, test_rmse=1.0), run(validation_loss=1.0, test_rmse=3.0)
    lucky = run(validation_loss=5.0, test_rmse=0.1)
    assert random_search.better({"grid_0": bad, "random_0": good, "random_1": lucky}) == pytest.approx(math.log(3))
    assert random_search.better({"grid_0": FAILED, "random_0": good}) == math.inf
    assert log_scale.better({"linear_0": bad, "log_0": good}) == pytest.approx(math.log(3))


def test_rates_are_drawn_from_one_chance_on_both_scales() -> None:
    one, budget = Range("learning_rate", 1e-4, 1.0), 1_000
    log, linear = (np.array(proposed(random.make(scale), [one], budget, [7])).ravel() for scale in ("log", "linear"))
    u = np.random.default_rng([7]).random((budget, 1)).ravel()
    np.testing.assert_allclose(log, 10 ** (4 * u - 4), rtol=1e-5)
    np.testing.assert_allclose(linear, 1e-4 + u * (1 - 1e-4), rtol=1e-5)


def test_rate_and_momentum_tuned_alone_are_combined_where_lines_cross() -> None:
    arms = tuned_jointly.arms(5)
    losses = {
        id(arm): 10.0 + number
        for number, arm in enumerate(arms[tuned_jointly.pair(*one)] for one in tuned_jointly.PAIRS)
    }
    losses[id(arms["alone_rate_2"])] = 1.0
    losses[id(arms["alone_momentum_1"])] = 2.0
    runs = {name: run(validation_loss=losses[id(arm)], test_rmse=losses[id(arm)]) for name, arm in arms.items()}
    shared = arms["alone_rate_2"] is arms["alone_momentum_1"]
    best = min((runs[f"alone_momentum_{number}"].final("validation_loss"), number) for number in range(4))[1]
    assert shared or best == 1
    assert tuned_jointly.combined(runs) is runs[tuned_jointly.pair(2, best)]
    effect = tuned_jointly.worse_than("rate_")(runs)
    assert effect == pytest.approx(
        math.log(runs[tuned_jointly.pair(2, best)].final("test_rmse") / min(losses.values()))
    )
    assert tuned_jointly.combined(dict.fromkeys(arms, FAILED)) is None
    drawn = [name for name in arms if name.startswith("drawn_")]
    assert len(drawn) == tuned_jointly.COST == len({id(arms[name]) for name in drawn})


def test_ridge_and_folds_against_numpy() -> None:
    generator = np.random.default_rng(2)
    x, t = generator.normal(size=(60, 3)), generator.normal(size=60)
    train, held = np.arange(40), np.arange(40, 60)
    scaled = (x - x[:40].mean(axis=0)) / x[:40].std(axis=0)
    stacked = np.vstack([scaled[:40], math.sqrt(40 * cross_validation.STRENGTH) * np.eye(3)])
    w = np.linalg.lstsq(stacked, np.concatenate([t[:40] - t[:40].mean(), np.zeros(3)]), rcond=None)[0]
    error = np.mean((t[40:] - scaled[40:] @ w - t[:40].mean()) ** 2)
    found = cross_validation.fitted_error(x, t, train, held, cross_validation.squares)
    assert found == pytest.approx(error, rel=1e-8)
    assert 0 < cross_validation.spread_ratio(x, t, cross_validation.squares, generator) < 0.5
    assert cross_validation.by_hold_out([(0.0, 2.0), (4.0, 3.0)]) == pytest.approx(0.25)
    assert math.isnan(cross_validation.by_hold_out([(1.0, 2.0), (1.0, 2.0)]))
    third = [(0.1, math.log(0.3)), (0.2, math.log(0.3)), (0.4, math.log(0.3))]
    assert cross_validation.by_hold_out(third) == 0.0  # not the rounding of a mean of equal numbers
    few = slice(0, 40)
    assert 0 <= cross_validation.choice_ratio(x[few], t[few], cross_validation.squares, generator) < math.inf
    assert cross_validation.signs(np.array([1, -1]), np.array([0.5, 2.0])).tolist() == [False, True]


def test_what_a_network_keeps_of_its_first_input() -> None:
    def outputs(x: np.ndarray) -> np.ndarray:
        return (x[:, :, 0] * 0.5 ** np.arange(x.shape[1])[::-1]).sum(axis=1, keepdims=True)

    x = np.random.default_rng(0).random((5, 11, 2)).astype("float32")
    assert recurrent_gradients.kept(outputs, x) == pytest.approx(0.5**10, rel=1e-4)


def test_clipping_is_above_zero_where_only_the_free_run_blew_up() -> None:
    effect = recurrent_gradients.against("free", "clipped")
    good = run(test_squared_error=0.1)
    assert effect({"free": FAILED, "clipped": good}) == math.inf
    assert effect({"free": good, "clipped": FAILED}) == -math.inf
    assert effect({"free": run(test_squared_error=0.4), "clipped": good}) == pytest.approx(math.log(4))


def test_transfer_takes_what_has_name_and_shape_and_leaves_the_rest() -> None:
    weights, count = pretraining.taken_over(
        np.zeros(7), {"a": (2, 2), "b": (3,)}, np.arange(1.0, 8.0), {"b": (3,), "a": (4,)}
    )
    assert weights.tolist() == [0, 0, 0, 0, 1, 2, 3]
    assert count == 1
    assert pretraining.more_right({"pretrained": run(test_accuracy=0.8), "drawn": run(test_accuracy=0.7)}) > 0


def test_no_claim_chooses_among_arms_without_telling_at_which_edge() -> None:
    """A choice by the validation part goes through bs.choose; what is computed in a lab has no arms to tell of."""
    folder = Path(str(augmentation.__file__)).parent
    by_hand = {
        file.name
        for file in folder.glob("*.py")
        if re.search(r'\.(final|best)\(f?"validation_', file.read_text("utf-8"))
    }
    assert by_hand == {"early_stopping_l2.py", "l1_zeros.py"}
    with_arms = {
        name
        for name, claim in zip(MODULES, CLAIMS, strict=True)
        if any(isinstance(one.evidence, Trained) for one in claim.parts)
    }
    assert l1_zeros not in with_arms


def test_a_grid_of_a_claim_is_told_and_points_that_were_drawn_are_not() -> None:
    (grid_and_random,) = [claim for claim in CLAIMS if claim.number == "C26"]
    evidence = grid_and_random.parts[0].evidence
    assert isinstance(evidence, Trained)
    arms = evidence.of_seed(0)
    trials = {name: trial_of(arm, 0, REGISTRY.task, REGISTRY) for name, arm in arms.items()}
    numbers = {name: run(validation_loss=1.0 - 0.01 * at, test_rmse=1.0) for at, name in enumerate(arms)}
    runs = SeedRuns(numbers)
    evidence.effect(runs)
    assert [one.chosen for one in runs.choices] == ["grid_8"]
    found = {one.setting: one for one in grids_of({0: runs.choices}, [trials])}
    assert set(found) == {"learning_rate of adam", "epsilon of adam"}
    assert all(len(one.arms) == 9 and one.seeds == 1 for one in found.values())
    assert all((0,) in (one.smallest, one.largest) for one in found.values()), "the ninth point is a corner"
