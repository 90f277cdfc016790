"""The block of a certificate: joined kind by kind, all measured alike."""

import pytest

from benchsuite.analysis.resolution import block_of, merged
from benchsuite.errors import BenchsuiteError

TEN = {"track": "tuned", "budget": 10, "seeds": 10}
FIVE = {"track": "tuned", "budget": 5, "seeds": 5}


def block(*kinds, protocol=TEN, version=1, mark=1, **others):
    return block_of("t", version, protocol, {kind: {"pairs": mark} for kind in kinds}, **others)


def test_kinds_stand_in_the_order_of_tables_with_the_command_that_measures_them():
    found = block("regularization", "optimizer")
    assert list(found["kinds"]) == ["optimizer", "regularization"]
    assert (
        found["command"]
        == "benchsuite certify --resolution --write t --kind optimizer,regularization --budget 10 --seeds 10"
    )


def test_measuring_one_kind_loses_none_of_the_others():
    found = merged("t", block("optimizer", "loss"), block("loss", "schedule", mark=2))
    assert {kind: held["pairs"] for kind, held in found["kinds"].items()} == {"optimizer": 1, "schedule": 2, "loss": 2}
    assert "--kind optimizer,schedule,loss " in found["command"]
    assert merged("t", None, found) == found


def test_another_version_of_the_task_is_another_task():
    assert merged("t", block("optimizer"), block("loss", version=2)) == block("loss", version=2)


def test_kinds_of_another_protocol_are_not_joined_unless_all_are_measured_again():
    with pytest.raises(BenchsuiteError) as refused:
        merged("t", block("optimizer", "loss"), block("optimizer", protocol=FIVE))
    assert str(refused.value) == (
        "within a certificate all kinds are measured alike. Received for task 't': --budget 5 --seeds 5, and loss measured with "
        "--budget 10 --seeds 10 before. Take these, or measure all with --kind optimizer,loss."
    )
    both = block("optimizer", "loss", protocol=FIVE)
    assert merged("t", block("optimizer", "loss"), both) == both


def test_targets_stay_where_their_kinds_were_not_measured_again():
    optimizers = {"early": 1, "kinds": ["optimizer"]}
    others = {"early": 2, "kinds": ["loss"]}
    before = block("optimizer", targets=optimizers)
    assert merged("t", before, block("loss", targets=others))["targets"] == optimizers
    again = {"early": 3, "kinds": ["optimizer"]}
    assert merged("t", before, block("optimizer", targets=again))["targets"] == again
    assert merged("t", block("loss", targets=others), block("optimizer", targets=optimizers))["targets"] == optimizers
