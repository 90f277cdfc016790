"""Shards partition any plan: disjoint, complete, programs together, the same on every machine and whatever has run already."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchsuite.cli.sharded import part_of
from benchsuite.errors import BenchsuiteError
from benchsuite.execution import predicted_seconds, run_source
from benchsuite.execution.sharing import Piece, divided, pieces_of, planned_by, share_of
from benchsuite.recipe import Setting
from benchsuite.registry import Registry
from benchsuite.selection import baseline
from benchsuite.shards import Shard
from benchsuite.sources import Planned, Source, Together, alone
from benchsuite.store import Store
from benchsuite.studies.plan import plan
from benchsuite.study import Study
from benchsuite.trial import Trial
from tests.execution.test_run import RATES, Halving, Shuffled, Watching, options, trials
from tests.tuning.simulated import tracked

TASKS = ("quadratic", "noisy_quadratic", "digits_mlp", "diamonds_mlp", "mnist1d_conv")
METHODS = ("sgd", "momentum", "adam", "lion")


@st.composite
def plans(draw: st.DrawFn, most: int = 24) -> list[tuple[str, str, int, int]]:
    one = st.tuples(st.sampled_from(TASKS), st.sampled_from(METHODS), st.integers(0, 9), st.integers(1, 4))
    return draw(st.lists(one, min_size=1, max_size=most, unique=True))


def expanded(chosen: Sequence[tuple[str, str, int, int]], registry: Registry) -> list[Trial]:
    found = []
    for name, method, seed, epochs in chosen:
        task = registry.task(name)
        setting = Setting.of(registry.component("optimizer", method), {})
        recipe = baseline(task, registry).replaced("optimizer", (setting,))
        found.append(Trial(name, task.version, recipe, seed, epochs, task.batch_size))
    return found


def ids(share: Source | Together) -> list[str]:
    return [trial.id for one in alone(share) for trial in planned_by(one) or ()]


@given(chosen=plans(), shards=st.integers(1, 9), chance=st.randoms(use_true_random=False))
def test_shards_partition_any_plan(
    chosen: list[tuple[str, str, int, int]], shards: int, chance: Random, bundled: Registry
) -> None:
    planned = expanded(chosen, bundled)
    parts = [ids(share_of(Planned(planned), Shard(k, shards), bundled)) for k in range(1, shards + 1)]
    everything = [id for part in parts for id in part]
    assert len(everything) == len(set(everything))
    assert set(everything) == {trial.id for trial in planned}
    order = {trial.id: place for place, trial in enumerate(planned)}
    assert all(part == sorted(part, key=order.__getitem__) for part in parts)  # each in the order of the plan
    programs = {trial.id: trial.cell for trial in planned}
    held = [{programs[id] for id in part} for part in parts]
    if len(set(programs.values())) >= shards:
        assert sum(map(len, held)) == len(set(programs.values()))  # none is in two
        assert all(parts)
    # However plugins were found, and so the plan is ordered.
    shuffled = list(planned)
    chance.shuffle(shuffled)
    for k, part in enumerate(parts, 1):
        assert set(ids(share_of(Planned(shuffled), Shard(k, shards), bundled))) == set(part)


@given(chosen=plans(most=8), shards=st.integers(1, 4), seed=st.integers(0, 99))
@settings(max_examples=15)
def test_what_has_run_already_changes_no_part(
    chosen: list[tuple[str, str, int, int]], shards: int, seed: int, bundled: Registry,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:  # fmt: skip
    planned = trials(bundled, RATES[: len(chosen)])
    chance = Random(seed)
    folder = tmp_path_factory.mktemp("shards")
    some = Planned([trial for trial in planned if chance.random() < 0.5])
    run_source(some, bundled, Store(folder), Shuffled(2, chance), options(folder), Watching())
    ran: list[str] = []
    for k in range(1, shards + 1):
        shard = Shard(k, shards)
        expected = ids(share_of(Planned(planned), shard, bundled))
        share = share_of(Planned(planned), shard, bundled)
        summary = run_source(
            share, bundled, Store(folder), Shuffled(2, chance), options(folder), Watching(), shard=shard
        )
        assert sorted(summary.records) == sorted(expected)
        ran += summary.records
    assert sorted(ran) == sorted(trial.id for trial in planned) == Store(folder).ids()


def test_few_programs_are_divided_so_that_no_shard_is_idle(bundled: Registry) -> None:
    planned = expanded([("digits_mlp", "adam", seed, 20) for seed in range(12)], bundled)
    parts = [ids(share_of(Planned(planned), Shard(k, 4), bundled)) for k in range(1, 5)]
    assert [len(part) for part in parts] == [3, 3, 3, 3]
    assert {id for part in parts for id in part} == {trial.id for trial in planned}


def test_a_source_that_is_not_known_beforehand_stays_whole(bundled: Registry) -> None:
    sources = [Halving(bundled, RATES), Halving(bundled, RATES[:4]), Planned(trials(bundled, RATES, seed=3))]
    shares = [share_of(Together(sources), Shard(k, 3), bundled).sources for k in (1, 2, 3)]
    whole = [one for share in shares for one in share if isinstance(one, Halving)]
    assert sorted(map(id, whole)) == sorted(map(id, sources[:2]))


@pytest.mark.parametrize("shards", [1, 2, 3, 7])
def test_searches_stay_whole_and_each_is_somebodys(bundled: Registry, shards: int) -> None:
    study = Study(
        task=("noisy_quadratic", "digits_mlp"), components={"optimizer": ("sgd,momentum,adam",)}, track="tuned"
    )
    planned, whole = plan(study, bundled), tracked(study, bundled)
    expected = [source.search_id for source in whole.sources()]
    found, loads = [], []
    for k in range(1, shards + 1):
        _, mine, part = part_of(planned, whole, Shard(k, shards), bundled)
        assert mine is not None
        found += [source.search_id for source in mine.sources()]
        loads.append(sum(predicted_seconds(source.expected, bundled) for source in mine.sources()))
        assert [source.search_id for source in alone(part.whole)] == expected  # type: ignore[attr-defined]
    assert sorted(found) == sorted(expected)
    assert sum(bool(load) for load in loads) == min(shards, len(expected))
    each = [predicted_seconds(source.expected, bundled) for source in whole.sources()]
    assert max(loads) <= sum(each) / shards + max(each)


def test_a_part_is_of_the_whole_study(bundled: Registry) -> None:
    planned = plan(Study(task=("quadratic", "digits_mlp"), components={"optimizer": ("sgd,adam",)}), bundled)
    found: list[str] = []
    for k in (1, 2, 3):
        mine, none, part = part_of(planned, None, Shard(k, 3), bundled)
        assert none is None
        assert ids(part.whole) == list(planned.trials)
        assert replace(mine, trials=planned.trials) == planned
        found += mine.trials
    assert sorted(found) == sorted(planned.trials)


@given(seconds=st.lists(st.floats(0.1, 100), min_size=1, max_size=7), shards=st.integers(1, 3))
def test_the_longest_shard_is_not_much_longer_than_it_must_be(seconds: list[float], shards: int) -> None:
    pieces = [Piece(one, f"{place}", 0) for place, one in enumerate(seconds)]
    parts = divided(pieces, shards)
    assert sorted(piece.key for part in parts for piece in part) == sorted(piece.key for piece in pieces)
    longest = max(sum(piece.seconds for piece in part) for part in parts)
    best = min(
        max(sum(one for one, at in zip(seconds, places, strict=True) if at == shard) for shard in range(shards))
        for places in itertools.product(range(shards), repeat=len(seconds))
    )
    assert longest <= (4 / 3 - 1 / (3 * shards)) * best * (1 + 1e-9)


def test_pieces_cost_what_their_trials_are_predicted_to(bundled: Registry) -> None:
    planned = expanded([(task, "adam", seed, 3) for task in TASKS for seed in range(2)], bundled)
    by_id = {trial.id: trial for trial in planned}
    pieces = pieces_of(Planned(planned), 2, bundled)
    assert len(pieces) == len(TASKS)
    for piece in pieces:
        assert piece.trials is not None
        assert piece.seconds == pytest.approx(predicted_seconds([by_id[id] for id in piece.trials], bundled))


@pytest.mark.parametrize(
    "text", ["", "3", "0/4", "5/4", "1/0", "01/4", "1/4 ", "-1/4", "1/1000000", "a/b", "1/4/4", "¼", "１/4"]
)
def test_what_names_no_shard_is_refused(text: str) -> None:
    with pytest.raises(
        BenchsuiteError, match=r"^--shard must be K/N: the K-th of N parts, counted from 1\. Received: "
    ):
        Shard.read(text)


def test_a_shard_is_read_as_it_is_written() -> None:
    assert Shard.read("3/16") == Shard(3, 16)
    assert (str(Shard(3, 16)), Shard(3, 16).name) == ("3/16", "3-of-16")
    assert Path(Shard(3, 16).name).name == "3-of-16"
