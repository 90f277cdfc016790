"""The data that a session keeps: split and prepared once, dropped together, uploaded again only where too few lie there."""

import dataclasses

import numpy as np
import pytest

import benchsuite as bs
from benchsuite.data import load
from benchsuite.engine import kept_data
from benchsuite.engine.kept_data import KeptData, Usable
from benchsuite.engine.program import feed
from benchsuite.trial import Division

OWN = Division()


@pytest.fixture
def counted(bench):
    """The tiny task, and how often its data were read."""
    calls, data = [], bench.task.data
    bench.change_task(data=lambda: calls.append(1) or data(), split=bs.HoldOut(0.6, 0.2, 0.2))
    return calls


def test_data_are_read_split_and_prepared_once_for_many_trials(bench, counted):
    kept = KeptData(bench, lambda task: None)
    trials = [bench.trial(seed) for seed in range(3)]
    datasets = [kept.dataset(bench.task, OWN) for _ in trials]
    usable = [kept.usable(trial, dataset) for trial, dataset in zip(trials, datasets, strict=True)]
    assert all(one is datasets[0] for one in datasets)
    assert all(one is usable[0] for one in usable)
    other = kept.usable(bench.trial(preprocessing="standardize"), datasets[0])
    assert other is not usable[0]
    assert len(counted) == 1


def test_a_fold_that_is_dropped_takes_what_was_prepared_of_it_along(bench, counted):
    kept = KeptData(bench, lambda task: None)
    for number in range(kept_data.PREPARED_KEPT + 1):
        trial = dataclasses.replace(bench.trial(), fold=(number, 9))
        found = kept.usable(trial, kept.dataset(bench.task, trial.division))
        assert found.prepared.dataset is kept.dataset(bench.task, trial.division)
    assert len(kept._datasets) == len(kept._usable) == kept_data.PREPARED_KEPT
    assert all(key[:2] in kept._datasets for key in kept._usable._kept)
    assert len(counted) == 1


def test_data_beyond_the_size_that_is_kept_push_out_those_of_other_tasks(bench, counted, monkeypatch):
    monkeypatch.setattr(kept_data, "DATA_KEPT_BYTES", 240 * 6 * 4)
    kept = KeptData(bench, lambda task: None)
    kept.usable(bench.trial(), kept.dataset(bench.task, OWN))
    kept.dataset(bench.values_task, OWN)
    assert len(kept._usable) == 0
    kept.dataset(bench.task, OWN)
    assert len(counted) == 2


def test_data_that_cannot_be_read_are_tried_once(bench):
    calls = []

    def data():
        calls.append(1)
        raise OSError("the file is broken")

    bench.change_task(data=data)
    kept = KeptData(bench, lambda task: None)
    for _ in range(2):
        with pytest.raises(OSError, match="the file is broken") as caught:
            kept.dataset(bench.task, OWN)
        assert caught.traceback[-1].name == "data"
    assert len(calls) == 1


def test_data_are_uploaded_again_for_a_program_that_needs_more_of_the_first_examples(bench, monkeypatch):
    """A larger batch size: statistics of averaged weights would gather examples that are not there."""
    monkeypatch.setattr(feed, "HEAD_EXAMPLES", 16)
    x = np.asarray(load(bench.task).x)

    class Needs:
        def __init__(self, head):
            self.head = head

        def upload(self, x, before):
            again = before is not None and before.reaches(self.head)
            return before if again else feed.make_feed(x, x, "/cpu:0", self.head, resident_bytes=0)

    usable = Usable(dataclasses.make_dataclass("Prepared", ["x"])(x))
    first = usable.uploaded(Needs(32))
    assert usable.uploaded(Needs(20)) is first
    more = usable.uploaded(Needs(64))
    assert more is not first
    assert len(more.head[0]) == 64
    assert usable.uploaded(Needs(10**6)) is not more
    whole = usable.feed
    assert usable.uploaded(Needs(10**7)) is whole  # all there is
