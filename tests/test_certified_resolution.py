"""The block ``resolution`` of a certificate, as all that show it read it."""

import copy

import pytest

import benchsuite as bs
from benchsuite.certified_resolution import (
    certified_resolution,
    paced_text,
    rate_text,
    remarks,
    separates_better,
    told_text,
)

BLOCK = {
    "format": 1,
    "task_version": 2,
    "command": "benchsuite certify --resolution --write made_up --kind optimizer,initializer --budget 10 --seeds 10",
    "protocol": {"track": "tuned", "budget": 10, "tuner": "random", "tuning_seeds": 1, "seeds": 10, "confidence": 0.95},
    "kinds": {  # in the order of a file with sorted keys
        "initializer": {
            "components": ["uniform", "gaussian", "he_normal"], "unsupported": ["lsuv"], "pairs": 3, "failed": 0.0,
            "told": {"10": 0.3333, "3": 0.0, "5": 0.0833}, "paired": {"10": 0.6667, "3": 0.0, "5": 0.0},
            "measures": {"accuracy": {"10": 0.3333, "3": 0.0, "5": 0.0833}, "log_loss": {"10": 1.0, "3": 0.0, "5": 0.9}},
            "variance": {"component": None, "seed": None, "interaction": None, "components": 3},
            "floor": 0.0103, "saturated": None, "seconds": None, "compile_seconds": None, "pairs_per_minute": None,
        },
        "optimizer": {
            "components": ["sgd", "momentum", "adagrad", "rmsprop", "adam", "lion"], "unsupported": [], "pairs": 15,
            "failed": 0.0167,
            "told": {"10": 0.8, "3": 0.0, "5": 0.7124}, "paired": {"10": 0.8, "3": 0.0, "5": 0.0},
            "measures": {
                "accuracy": {"10": 0.8, "3": 0.0, "5": 0.7124},
                "log_loss": {"10": 0.8667, "3": 0.0, "5": 0.8623},
                "loss": {"10": 0.8667, "3": 0.0, "5": 0.8624},
            },
            "variance": {"component": 0.71, "seed": 0.04, "interaction": 0.25, "components": 6},
            "floor": 0.0103, "saturated": 0.3333, "seconds": 0.212, "compile_seconds": 1.3, "pairs_per_minute": 100.9,
        },
    },
    "targets": {"version": 1, "measure": "accuracy", "early": 0.81, "middle": 0.85, "late": 0.89},
}  # fmt: skip
MEASURES = ("loss", "accuracy", "log_loss")


def test_kinds_come_in_the_order_of_tables_and_seeds_from_few_to_many():
    found = certified_resolution({"resolution": BLOCK}, 2)
    assert [kind.kind for kind in found.kinds] == ["optimizer", "initializer"]
    optimizer, initializer = found.kinds
    assert list(optimizer.told.items()) == [(3, 0.0), (5, 0.7124), (10, 0.8)]
    assert optimizer.variance == (0.71, 0.04, 0.25)
    assert initializer.variance is initializer.seconds is initializer.saturated is None
    assert found.targets.values == (0.81, 0.85, 0.89)
    assert found.command == BLOCK["command"]


def test_nothing_is_said_of_what_was_not_measured_or_of_another_version():
    assert certified_resolution(None, 2) is None
    assert certified_resolution({"version": 2}, 2) is None
    assert certified_resolution({"resolution": BLOCK}, 3) is None


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda block: block["kinds"]["optimizer"].pop("told"), "KeyError: 'told'"),
        (lambda block: block["kinds"]["optimizer"].update(told=[0.3]), "TypeError: "),
        (lambda block: block.update(kinds=3), "TypeError: "),
        (lambda block: block["targets"].update(late="far"), "ValueError: could not convert string to float: 'far'"),
    ],
)
def test_a_block_that_is_not_whole_is_one_line(change, said):
    block = copy.deepcopy(BLOCK)
    change(block)
    with pytest.raises(bs.BenchsuiteError) as raised:
        certified_resolution({"resolution": block}, 2)
    assert str(raised.value).startswith(f"the resolution in a certificate cannot be read ({said}")
    assert str(raised.value).endswith("Measure it again: benchsuite certify --resolution --write TASK.")


def test_a_measure_that_separates_clearly_better_is_named():
    optimizer, initializer = certified_resolution({"resolution": BLOCK}, 2).kinds
    # 0.8624 − 0.7124 is the threshold, by rounding a little less in floating point.
    assert separates_better(optimizer, "accuracy", MEASURES) == ("loss", 0.8624)
    assert separates_better(optimizer, "accuracy", ("log_loss",)) is None
    assert separates_better(initializer, "accuracy", MEASURES) == ("log_loss", 0.9)
    assert separates_better(optimizer, "log_loss", ("accuracy", "loss")) is None


def test_losses_are_not_compared_by_the_loss_that_each_has_of_its_own():
    block = copy.deepcopy(BLOCK)
    block["kinds"] = {"loss": block["kinds"]["optimizer"]}
    (kind,) = certified_resolution({"resolution": block}, 2).kinds
    assert separates_better(kind, "accuracy", MEASURES) is None


def test_what_is_worth_a_look_is_said_of_kinds_that_a_task_compares():
    found = certified_resolution({"resolution": BLOCK}, 2)
    reached = (0.81, 0.85, 0.89 + 1e-12)
    assert remarks(found, "log_loss", MEASURES, reached, ["optimizer"]) == [
        "what is reached was measured by accuracy (0.81, 0.85, 0.89), and log_loss is the primary measure"
    ]
    (better,) = remarks(found, "accuracy", MEASURES, reached, ["initializer"])
    assert better == (
        "the measure log_loss tells 90 % of the initializer pairs apart with 5 seeds, the primary measure accuracy 8 %"
    )
    assert remarks(found, "accuracy", ["accuracy"], reached, ["initializer"]) == []
    assert remarks(found, "accuracy", ["accuracy"], (), []) == [
        "its targets are none; tuned reference components reach 0.81, 0.85, 0.89"
    ]


def test_certify_says_what_is_worth_a_look(bundled):
    from dataclasses import replace

    from benchsuite.conformance.of_resolution import notes_on_resolution

    task = replace(bundled.task("digits_mlp"), metrics=["accuracy", "log_loss"], compares=("optimizer",), version=2)
    notes = notes_on_resolution(task, BLOCK)
    assert notes[-2:] == [
        "the measure loss tells 86 % of the optimizer pairs apart with 5 seeds, the primary measure accuracy 71 %",
        "its targets are 0.9, 0.95, 0.97; tuned reference components reach 0.81, 0.85, 0.89",
    ]
    assert notes_on_resolution(replace(task, version=3), BLOCK) == []


def test_all_and_none_are_no_rounded_shares():
    assert [told_text(share) for share in (None, 0.0, 0.005, 0.0051, 0.5, 0.9949, 0.996, 1.0)] == [
        "–",
        "0 %",
        "<1 %",
        "1 %",
        "50 %",
        "99 %",
        ">99 %",
        "100 %",
    ]
    assert [rate_text(rate) for rate in (None, 0.1234, 100.94, 999.6, 3009.3)] == [
        "–",
        "0.123",
        "101",
        "1,000",
        "3,009",
    ]


def test_pairs_a_minute_name_as_many_seeds_as_there_were():
    few = copy.deepcopy(BLOCK)
    few["kinds"]["optimizer"]["told"] = {"3": 0.2}
    few["kinds"]["initializer"] |= {"pairs_per_minute": 8.0}
    optimizer, initializer = certified_resolution({"resolution": few}, 2).kinds
    assert (optimizer.paced, initializer.paced) == (3, 5)
    assert paced_text([optimizer, initializer]) == "3 or 5 seeds"
    assert paced_text(certified_resolution({"resolution": BLOCK}, 2).kinds) == "5 seeds"
