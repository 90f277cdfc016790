"""Trials on folds: each tests on its own part, one program serves all of one size."""

import dataclasses

import pytest

import benchsuite as bs


@pytest.fixture
def folded(bench):
    bench.change_task(split=bs.HoldOut(0.6, 0.2, 0.2))
    return [dataclasses.replace(bench.trial(epochs=1), fold=(number, 4)) for number in range(4)]


def test_folds_of_one_size_share_a_program_and_repeat_bit_for_bit(bench, folded):
    runs = [bench.session.run(trial).ending for trial in folded]
    assert [run.outcome for run in runs] == ["completed"] * 4
    assert bench.session.programs_built == 1
    assert len({run.results.final["test_loss"] for run in runs}) == 4
    fresh = bench.new_session().run(folded[3]).ending
    assert fresh.curves == runs[3].curves
    back = bench.session.run(folded[0]).ending
    assert back.curves == runs[0].curves


def test_a_fold_is_part_of_the_id_and_not_of_the_program(bench, folded):
    plain = bench.trial(epochs=1)
    assert len({trial.id for trial in (*folded, plain)}) == 5
    assert len({trial.cell for trial in (*folded, plain)}) == 1
    assert type(plain).from_spec(folded[2].spec) == folded[2]
    assert folded[2].spec["fold"] == {"number": 2, "of": 4}
    assert plain.spec["fold"] is None


def test_too_few_examples_for_a_batch_are_unsupported(bench):
    bench.change_task(split=bs.HoldOut(0.6, 0.2, 0.2), batch_size=100)
    run = bench.session.run(dataclasses.replace(bench.trial(), fold=(0, 2))).ending
    assert run.outcome == "unsupported"
    assert "leaves 90 training examples, fewer than its batch size 100" in run.reason
