"""Evaluation: every example of every part counts once, however large the outputs are."""

import dataclasses

import numpy as np
import pytest

from benchsuite.data import load
from benchsuite.engine.program import evaluation
from benchsuite.engine.program.evaluation import EVALUATION_BATCH, OUTPUT_BYTES, Evaluation


@pytest.mark.parametrize(
    ("outputs", "batch"),
    [
        ([], EVALUATION_BATCH),
        ([(10,)], EVALUATION_BATCH),
        ([(1024, 50_257)], OUTPUT_BYTES // (4 * 1024 * 50_257)),
        ([(OUTPUT_BYTES,)], 1),
    ],
)
def test_outputs_of_a_batch_stay_below_a_size(bench, outputs, batch):
    dataset = load(bench.task)
    rows, weights, part_of = Evaluation(bench.task, dataset, outputs).batches
    assert rows.shape[1] == weights.shape[1] == batch
    for number, name in enumerate(("train", "validation", "test")):
        where = dataset.part(name)
        counted = rows[part_of == number][weights[part_of == number] > 0]
        assert sorted(counted) == list(range(where.start, where.start + len(counted)))
        assert name == "train" or len(counted) == where.stop - where.start


def test_smaller_batches_measure_the_same(bench, monkeypatch):
    bench.change_task(xla=False)
    whole = bench.run()
    monkeypatch.setattr(evaluation, "OUTPUT_BYTES", 4 * 3 * 10)
    bench.task = dataclasses.replace(bench.task, name="other")
    small = bench.run()
    assert [program.evaluation.batches.rows.shape[1] for program in bench.session._programs.values] == [128, 10]
    for name, values in whole.curves.items():
        np.testing.assert_allclose(small.curves[name], values, rtol=1e-5)
