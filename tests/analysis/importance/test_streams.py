"""The spread between seeds, split by stream: planted variances, streams that draw nothing, failures."""

from __future__ import annotations

import numpy as np
import pytest

from benchsuite.analysis.importance.streams import VarianceSplit, variance_splits
from benchsuite.errors import BenchsuiteError
from benchsuite.recipe import Recipe
from benchsuite.record import Record
from benchsuite.studies.streams_design import MOST_DRAWS, read_streams, stream_trials
from benchsuite.trial import STREAMS, Trial
from tests.factories import make_record

DEVIATIONS = {"initial": 0.02, "order": 0.01, "noise": 0.0}


def drawn(stream: str, seed: int) -> float:
    return DEVIATIONS[stream] * float(np.random.default_rng([seed, STREAMS.index(stream)]).normal())


def design(seeds: int, draws: int) -> list[Record]:
    """A trial's value is the sum of what each stream adds: the truth of the split is known."""
    ordinary = [Trial("digits_mlp", 1, Recipe(()), seed, 20, 32) for seed in range(seeds)]
    records = []
    for trial in stream_trials(ordinary, STREAMS, draws):
        own = dict(trial.streams)
        value = 0.8 + sum(drawn(stream, own.get(stream, trial.seed)) for stream in STREAMS)
        records.append(make_record(seed=trial.seed, streams=own, value=value))
    return records


def only(records: list[Record]) -> VarianceSplit:
    (found,) = variance_splits(records, "test")
    return found


def test_planted_variances_are_found() -> None:
    found = only(design(seeds=40, draws=4))
    by_stream = {one.stream: one for one in found.streams}
    assert by_stream["initial"].variance.deviation == pytest.approx(0.02, rel=0.2)
    assert by_stream["order"].variance.deviation == pytest.approx(0.01, rel=0.2)
    assert found.whole.deviation == pytest.approx(np.hypot(0.02, 0.01), rel=0.25)
    share = by_stream["initial"].share
    assert share is not None
    assert share.low < 0.8 < share.high
    assert (by_stream["initial"].groups, by_stream["initial"].trials, found.seeds) == (40, 160, 40)


def test_a_stream_that_draws_nothing_is_told_as_that() -> None:
    found = only(design(seeds=3, draws=3))
    noise = found.streams[2]
    assert (noise.stream, noise.identical, noise.variance.deviation) == ("noise", True, 0.0)
    assert not any(one.identical for one in found.streams[:2])


def test_a_failure_counts_as_the_worst_that_completed() -> None:
    records = design(seeds=3, draws=3)
    worst = min(record.results.final["test_accuracy"] for record in records)  # type: ignore[index,type-var]
    place = next(number for number, record in enumerate(records) if dict(record.trial.streams).get("initial"))
    held = records[place].trial
    failed = make_record(seed=held.seed, streams=dict(held.streams), outcome="diverged")
    stated = make_record(seed=held.seed, streams=dict(held.streams), value=worst)
    one, other = (only([*records[:place], record, *records[place + 1 :]]) for record in (failed, stated))
    assert (one.failed, other.failed) == (1, 0)
    assert one.streams == other.streams


def test_more_draws_and_seeds_leave_the_trials_that_there_are() -> None:
    ordinary = [Trial("digits_mlp", 1, Recipe(()), seed, 20, 32) for seed in range(4)]
    few, many = (set(stream_trials(ordinary[:count], STREAMS, draws)) for count, draws in ((2, 2), (4, 5)))
    assert few < many
    # No two draws have one seed, of whatever trial.
    seeds = [dict(trial.streams)["order"] for trial in many if dict(trial.streams).get("order")]
    assert len(set(seeds)) == len(seeds) == 20
    assert all(trial.seed < MOST_DRAWS for trial in many)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("orders", "unknown stream in --vary 'orders'. Did you mean 'order'?"),
        ("order,order", "--vary names a stream twice. Received: 'order,order'."),
    ],
)
def test_streams_are_read_to_the_letter(text: str, message: str) -> None:
    assert read_streams("noise, initial") == ("initial", "noise")
    with pytest.raises(BenchsuiteError) as caught:
        read_streams(text)
    assert str(caught.value).startswith(message)
