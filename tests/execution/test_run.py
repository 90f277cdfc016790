"""What a source proposes may depend on results, never on the number of workers or on who was faster."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import ClassVar
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchsuite.curves import Curves
from benchsuite.errors import BenchsuiteError
from benchsuite.execution import Cell, Finished, Options, Started, run_source, study_records
from benchsuite.execution import run as run_module
from benchsuite.extras import NOTHING, Extras
from benchsuite.outcomes import Outcome
from benchsuite.record import Costs, Ending, Environment, Failure, Reached, Record, Results, Values
from benchsuite.registry import PluginSearch, Registry
from benchsuite.selection import baseline, expand
from benchsuite.sources import Planned
from benchsuite.store import Store
from benchsuite.trial import Trial

TASK, MEASURES, TARGETS = "quadratic", ("loss", "excess_loss", "distance"), (0.01, 0.0001, 1e-08)
CERTIFICATE = Path(__file__).parents[2] / "tasks" / "analytic" / "certificates" / f"{TASK}.json"
CERTIFIED = json.loads(CERTIFICATE.read_text(encoding="utf-8"))["data"]["checksum"]
"""Of the task's data: records of others are stale."""


def trials(bundled: Registry, rates: Sequence[float], seed: int = 0, epochs: int = 1) -> list[Trial]:
    task = bundled.task(TASK)
    base = baseline(task, bundled)
    words = ",".join(map(str, rates))
    (options,) = (expand("optimizer", [f"sgd[learning_rate={words}]"], bundled),)
    return [
        Trial(TASK, task.version, base.replaced("optimizer", option), seed, epochs, task.batch_size)
        for option in options
    ]


def loss(trial: Trial) -> float:
    """A number that depends on the trial alone."""
    return int(hashlib.sha256(trial.id.encode()).hexdigest()[:8], 16) / 2**32


def ending(trial: Trial, value: float | None = None, **changes: object) -> Ending:
    reached = loss(trial) if value is None else value
    known = loss(trial)
    losses = {f"{part}_{name}": [2.0, known] for part in ("train", "validation", "test") for name in MEASURES}
    losses["test_loss"] = [2.0, reached]
    curves = Curves({"epoch": [0, 1], "step": [0, 10], "running_loss": [None, known], **losses})
    row: Values = {"epoch": 1, "step": 10, **{name: values[1] for name, values in losses.items()}}
    whole = Ending(
        outcome=Outcome.COMPLETED,
        curves=curves,
        results=Results(
            final=row,
            best=row,
            targets={str(target): Reached(epoch=1, step=10) if known <= target else None for target in TARGETS},
            steps_per_epoch=10,
        ),
        costs=Costs(wall_seconds=0.1),
        environment=Environment(device="cpu", worker=0),
        fingerprints={"data": CERTIFIED},
    )
    return replace(whole, **changes)  # type: ignore[arg-type]


class Shuffled:
    """An executor without processes: its workers end in an order that chance decides."""

    def __init__(self, workers: int, chance: Random, endings: dict[str, Ending] | None = None) -> None:
        self._workers, self._chance = workers, chance
        self._endings = endings or {}
        self._waiting: list[Trial] = []
        self.ran: list[Trial] = []
        self.closed = False

    def submit(self, cell: Cell) -> None:
        self._waiting += cell.trials

    def events(self) -> Iterator[Started | Finished]:
        running: list[Trial] = []
        while self._waiting or running:
            while self._waiting and len(running) < self._workers:
                running.append(self._waiting.pop(self._chance.randrange(len(self._waiting))))
                yield Started(running[-1], len(running) - 1)
            trial = running.pop(self._chance.randrange(len(running)))
            self.ran.append(trial)
            yield Finished(trial, 0, self._endings.get(trial.id) or ending(trial), {})

    def close(self) -> None:
        self.closed = True


class Halving:
    """Successive halving: the better half goes on with twice the budget, until one is left."""

    def __init__(self, bundled: Registry, rates: Sequence[float]) -> None:
        self._bundled = bundled
        self._rung = trials(bundled, rates)
        self._left: list[Trial] = list(self._rung)
        self._told: list[Record] = []
        self.proposed: list[str] = []

    def propose(self) -> Sequence[Trial]:
        now, self._left = self._left, []
        self.proposed += [trial.id for trial in now]
        return now

    def tell(self, record: Record) -> None:
        self._told.append(record)
        if len(self._told) < len(self._rung):
            return
        assert [told.id for told in self._told] == [trial.id for trial in self._rung]
        self._told.sort(key=lambda told: float(told.curves["test_loss"][-1]))
        better = self._told[: len(self._told) // 2]
        self._rung = [replace(told.trial, epochs=2 * told.trial.epochs) for told in better]
        self._left, self._told = list(self._rung), []


class Watching:
    """An observer that remembers."""

    def __init__(self) -> None:
        self.plans: list[tuple[int, int, int, float]] = []
        self.left: list[float] = []
        self.problems: list[str] = []

    def planned(self, done: int, waiting: int, stale: int, seconds: float) -> None:
        self.plans.append((done, waiting, stale, seconds))

    def started(self, trial: Trial, worker: int) -> None:
        pass

    def finished(self, trial: Trial, worker: int, record: Record, left: float) -> None:
        self.left.append(left)

    def problem(self, text: str) -> None:
        self.problems.append(text)


def options(folder: Path, workers: int = 2, extras: Extras = NOTHING) -> Options:
    where = str(folder)
    return Options(PluginSearch(local=False), "cpu", workers, 0, where, where, where, extras)


RATES = [0.01 * 2**n for n in range(8)]


@given(workers=st.integers(1, 9), seed=st.integers(0, 2**16), held=st.sampled_from([0, 1, 7, 1000]))
def test_a_source_that_halves_proposes_the_same_whoever_ends_first_and_however_few_records_are_held(
    workers: int, seed: int, held: int, bundled: Registry, tmp_path_factory: pytest.TempPathFactory
) -> None:
    found = []
    for count, chance, most in ((1, Random(0), 1000), (workers, Random(seed), held)):
        folder = tmp_path_factory.mktemp("halving")
        source, executor = Halving(bundled, RATES), Shuffled(count, chance)
        with mock.patch.object(study_records, "HELD", most):
            summary = run_source(source, bundled, Store(folder), executor, options(folder, count), Watching())
        assert summary.records == {record.id: record for record in Store(folder).records()}
        assert executor.closed
        assert len(executor.ran) == len(source.proposed) == 8 + 4 + 2 + 1
        found.append((source.proposed, sorted(summary.records)))
    assert found[0] == found[1]


def test_a_source_goes_on_from_the_records_that_are_there(bundled: Registry, tmp_path: Path) -> None:
    store = Store(tmp_path)
    first = Halving(bundled, RATES)
    run_source(first, bundled, store, Shuffled(2, Random(1)), options(tmp_path), Watching())
    before = {path: path.read_bytes() for path in store.trials.glob("??/*.json")}
    lost = first.proposed[-2]  # of the last but one rung
    store.path(lost).unlink()
    again, executor, watching = Halving(bundled, RATES), Shuffled(2, Random(2)), Watching()
    summary = run_source(again, bundled, store, executor, options(tmp_path), watching)
    assert again.proposed == first.proposed
    assert [trial.id for trial in executor.ran] == [lost]
    assert (summary.done, summary.ran, len(summary.records)) == (14, 1, 15)
    after = {path: path.read_bytes() for path in store.trials.glob("??/*.json")}
    assert {path.stem for path in after} == {path.stem for path in before}
    assert all(after[path] == before[path] for path in before if path.stem != lost)
    assert watching.left[-1] == 0


def test_a_record_repeats_the_baseline_of_its_own_study(bundled: Registry, tmp_path: Path) -> None:
    """Whichever ran before it in the same run."""
    (ordinary,) = trials(bundled, [0.1])
    changed = replace(ordinary, changes=(("schedule", "cosine"),))
    summary = run_source(
        Planned([ordinary, changed]), bundled, Store(tmp_path), Shuffled(1, Random(0)), options(tmp_path), Watching()
    )
    told = {key: record.task.baseline.one("schedule").name for key, record in summary.records.items()}
    assert told == {ordinary.id: "constant", changed.id: "cosine"}


def test_other_data_are_told_once_and_run_again(bundled: Registry, tmp_path: Path) -> None:
    planned = trials(bundled, [0.1, 0.2, 0.3])
    store = Store(tmp_path)
    others = {trial.id: ending(trial, fingerprints={"data": "f" * 16}) for trial in planned[:2]}
    run_source(Planned(planned), bundled, store, Shuffled(1, Random(0), others), options(tmp_path), Watching())
    executor, watching = Shuffled(1, Random(0)), Watching()
    summary = run_source(Planned(planned), bundled, store, executor, options(tmp_path), watching)
    assert {trial.id for trial in executor.ran} == set(others)
    assert (summary.done, summary.ran, summary.stale) == (1, 2, 2)
    (said,) = watching.problems
    assert said == "the data of task 'quadratic' are others now: its records are stale, and its trials run again"


def test_a_trial_that_is_proposed_twice_runs_once_and_is_told_twice(bundled: Registry, tmp_path: Path) -> None:
    (one,) = trials(bundled, [0.1])

    class Twice:
        told: ClassVar[list[str]] = []

        def propose(self) -> Sequence[Trial]:
            return [one] if len(self.told) < 2 else []

        def tell(self, record: Record) -> None:
            self.told.append(record.id)

    source, executor = Twice(), Shuffled(1, Random(0))
    run_source(source, bundled, Store(tmp_path), executor, options(tmp_path), Watching())
    assert (source.told, len(executor.ran)) == ([one.id] * 2, 1)


def test_a_plan_says_at_once_what_there_is_to_do_and_counts_down(bundled: Registry, tmp_path: Path) -> None:
    planned = trials(bundled, RATES)
    watching = Watching()
    run_source(Planned(planned[:3]), bundled, Store(tmp_path), Shuffled(2, Random(0)), options(tmp_path), Watching())
    run_source(Planned(planned), bundled, Store(tmp_path), Shuffled(2, Random(0)), options(tmp_path), watching)
    ((done, waiting, stale, seconds),) = watching.plans
    assert (done, waiting, stale) == (3, 5, 0)
    assert seconds > watching.left[0]
    assert watching.left == sorted(watching.left, reverse=True)
    assert watching.left[-1] == 0


# What is there stays as it is


def test_an_extra_leaves_the_record_as_it_was_and_compares(bundled: Registry, tmp_path: Path) -> None:
    planned = trials(bundled, RATES[:3])
    store = Store(tmp_path)
    run_source(Planned(planned), bundled, store, Shuffled(1, Random(0)), options(tmp_path), Watching())
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in store.trials.glob("??/*.json")}
    assert len(before) == 3
    # The second run is slower (costs do not count), and of the second trial one digit of one number is another.
    endings = {trial.id: ending(trial, costs=Costs(wall_seconds=9.0)) for trial in planned}
    endings[planned[1].id] = ending(planned[1], value=loss(planned[1]) + 1e-9)
    watching, executor = Watching(), Shuffled(1, Random(0), endings)
    summary = run_source(
        Planned(planned), bundled, store, executor, options(tmp_path, extras=Extras(weights=True)), watching
    )
    assert len(executor.ran) == 3
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in store.trials.glob("??/*.json")} == before
    value = loss(planned[1])
    differs = f"test_loss after epoch 1 was {value} and is {value + 1e-9} now"
    assert summary.unrepeated == {planned[1].id: differs}
    (line,) = watching.problems
    assert line == (
        f"trial {planned[1].id} of quadratic does not repeat its record: {differs}. The record and what was kept beside it "
        "stay as they were; nothing was added."
    )
    assert summary.records[planned[1].id] == store.read(planned[1].id)


def test_what_a_record_says_of_its_task_is_compared_whatever_the_numerics(bundled: Registry, tmp_path: Path) -> None:
    """Rounding changes numbers, never a citation: this one was changed by hand."""
    (one,) = trials(bundled, [0.1])
    store = Store(tmp_path)
    run_source(Planned([one]), bundled, store, Shuffled(1, Random(0)), options(tmp_path), Watching())
    record = store.read(one.id)
    assert record is not None
    elsewhere = replace(record.environment, numerics="a" * 16)
    store.write(replace(record, environment=elsewhere, task=replace(record.task, citation="mine")))
    again = ending(one, environment=Environment(device="cpu", worker=0, numerics="b" * 16))
    executor = Shuffled(1, Random(0), {one.id: again})
    wanted = options(tmp_path, extras=Extras(weights=True))
    summary = run_source(Planned([one]), bundled, store, executor, wanted, Watching())
    assert summary.unrepeated[one.id].startswith("its task's citation: mine in the record, ")
    assert summary.unkept == {}


def test_a_stale_record_is_set_aside_and_so_is_one_without_data(bundled: Registry, tmp_path: Path) -> None:
    planned = trials(bundled, RATES[:2])
    store = Store(tmp_path)
    without = ending(
        planned[1],
        outcome=Outcome.CRASHED,
        results=Results(failure=Failure(step=0, traceback="")),
        curves=Curves(),
        fingerprints={},
    )
    old = ending(planned[0], fingerprints={"task:quadratic": "another", "data": CERTIFIED})
    endings = {planned[0].id: old, planned[1].id: without}
    run_source(Planned(planned), bundled, store, Shuffled(1, Random(0), endings), options(tmp_path), Watching())
    again = Shuffled(1, Random(0))
    summary = run_source(Planned(planned), bundled, store, again, options(tmp_path), Watching())
    assert (summary.stale, summary.done, len(again.ran)) == (1, 0, 2)
    assert {path.name for path in (tmp_path / "stale").iterdir()} == {f"{trial.id}-0.json" for trial in planned}
    assert {record.outcome for record in store.records()} == {Outcome.COMPLETED}


# Only what is there is said to be there


class Interfering(Shuffled):
    """An executor with somebody at work beside it: after so many trials, or at the end, the folder is changed."""

    def __init__(self, after: int, change: Callable[[Path], None], folder: Path) -> None:
        super().__init__(1, Random(0))
        self._after, self._change, self._folder = after, change, folder

    def events(self) -> Iterator[Started | Finished]:
        for event in super().events():
            if isinstance(event, Finished) and len(self.ran) == self._after + 1:
                self._change(self._folder)
            yield event
        if len(self.ran) == self._after:
            self._change(self._folder)


def take(folder: Path) -> None:
    shutil.rmtree(folder)


def move(folder: Path) -> None:
    folder.rename(folder.with_name("moved"))


def put_another(folder: Path) -> None:
    move(folder)
    Store(folder)


def take_trials(folder: Path) -> None:
    shutil.rmtree(folder / "trials")


def take_one(folder: Path) -> None:
    next((folder / "trials").glob("??/*.json")).unlink()


@pytest.mark.parametrize("after", [3, len(RATES)], ids=["during", "at the end"])
@pytest.mark.parametrize("change", [take, move, put_another, take_trials, take_one])
def test_a_run_whose_records_were_taken_away_says_how_many(
    change: Callable[[Path], None], after: int, bundled: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "results"
    store, executor, watching = Store(folder), Interfering(after, change, folder), Watching()
    told: list[object] = []
    planned = trials(bundled, RATES)
    monkeypatch.setattr(run_module._Run, "_hook", lambda self, name, **more: told.append(name))
    with pytest.raises(BenchsuiteError) as caught:
        run_source(Planned(planned), bundled, store, executor, options(folder), watching)
    assert executor.closed
    assert "study_finished" not in told
    if change is take_one:  # seen at the end: everything else has its record by then
        what, lost, of = f"something deleted files from {store.trials} meanwhile", 1, len(RATES)
        assert len(store.ids()) == len(RATES) - 1
    else:
        gone = store.trials if change is take_trials else folder
        what, lost, of = f"{gone} was deleted, moved or replaced meanwhile", after, after
    verb = "is" if lost == 1 else "are"
    assert str(caught.value) == (
        f"{what}: {lost} of the {of} records of this study {verb} lost. "
        "Put back what was there, or run the same command again to make it anew."
    )
    assert folder.exists() == (change in (put_another, take_trials, take_one))
    assert store.trials.exists() == (change in (put_another, take_one))
    # The same command goes on, with what is there.
    again = Shuffled(1, Random(0))
    summary = run_source(Planned(planned), bundled, Store(folder), again, options(folder), Watching())
    assert len(summary.records) == len(RATES) == len(Store(folder).ids())
    assert len(again.ran) == (1 if change is take_one else len(RATES))


def test_a_disk_that_fills_up_costs_the_trial_that_did_not_fit(bundled: Registry, tmp_path: Path) -> None:
    """A real limit: no file may grow beyond so many bytes, and one record is larger than the others."""
    resource = pytest.importorskip("resource")
    planned, folder = trials(bundled, RATES), tmp_path / "results"
    large = ending(planned[4], fingerprints={f"optimizer:{number}": "0" * 16 for number in range(1000)})
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (30_000, before[1]))
    executor = Shuffled(1, Random(0), {planned[4].id: large})
    try:
        with pytest.raises(BenchsuiteError) as caught:
            run_source(Planned(planned), bundled, Store(folder), executor, options(folder), Watching())
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert str(caught.value) == (
        f"cannot write {Store(folder).path(planned[4].id)}: File too large. All records written so far are whole. "
        "Mend that and run the same command again."
    )
    assert executor.closed
    assert sorted(Store(folder).ids()) == sorted(trial.id for trial in executor.ran[:-1])
    assert {path.name for path in folder.rglob("*") if path.is_file()} == {
        *(f"{trial.id}.json" for trial in executor.ran[:-1]),
        ".lock",
    }
    again = Shuffled(1, Random(0))
    run_source(Planned(planned), bundled, Store(folder), again, options(folder), Watching())
    assert len(again.ran) == len(RATES) - len(executor.ran) + 1


def test_what_a_killed_run_left_is_gone_after_the_next_one(bundled: Registry, tmp_path: Path) -> None:
    (one,) = trials(bundled, [0.1])
    store = Store(tmp_path)
    left = [store.path(one.id), tmp_path / "trials.parquet", tmp_path / "report" / "index.html"]
    for path in left:
        path.parent.mkdir(exist_ok=True)
        path.with_name(f".{path.name}.0123456789abcdef.part").write_bytes(b"half")
    run_source(Planned([one]), bundled, store, Shuffled(1, Random(0)), options(tmp_path), Watching())
    assert sorted(path.name for path in tmp_path.rglob("*") if path.is_file()) == [".lock", f"{one.id}.json"]


def test_what_is_no_record_is_set_aside_and_its_trial_runs_again(bundled: Registry, tmp_path: Path) -> None:
    planned = trials(bundled, [0.01 * 1.5**n for n in range(14)])
    store = Store(tmp_path)
    run_source(Planned(planned), bundled, store, Shuffled(1, Random(0)), options(tmp_path), Watching())
    good = {path: path.read_bytes() for path in store.trials.glob("??/*.json")}
    broken = [store.path(trial.id) for trial in planned[:12]]
    for path in broken:
        path.write_bytes(b"{")
    os.unlink(broken[0])
    os.mkfifo(broken[0])
    stray = store.trials / "00" / f"{'1' * 32}.json"
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"mine")
    again, watching = Shuffled(1, Random(0)), Watching()
    summary = run_source(Planned(planned), bundled, store, again, options(tmp_path), watching)
    assert {trial.id for trial in again.ran} == {path.stem for path in broken}
    assert (summary.done, summary.ran) == (2, 12)
    assert {path: path.read_bytes() for path in good} == good
    assert stray.read_bytes() == b"mine"  # it is of no trial of the study
    assert len(list((tmp_path / "damaged").iterdir())) == 12
    first, name = watching.problems[0], broken[0].stem
    assert first == (
        f"trials/{name[:2]}/{name}.json is a pipe: moved to damaged/trials-{name}-0.json, and its trial runs again"
    )
    assert len(watching.problems) == 11
    assert watching.problems[-1] == f"… and 2 more: benchsuite doctor --results {tmp_path}"


def test_a_record_says_which_code_made_it(bundled: Registry, tmp_path: Path) -> None:
    import benchsuite.provenance

    (one,) = trials(bundled, [0.1])
    run_source(Planned([one]), bundled, Store(tmp_path), Shuffled(1, Random(0)), options(tmp_path), Watching())
    record = Store(tmp_path).read(one.id)
    assert record is not None
    from importlib.metadata import version

    assert record.made_by.benchsuite == version("benchsuite")
    assert record.made_by.commit == benchsuite.provenance.commit()
    assert set(record.fingerprints) >= {"task:quadratic", "optimizer:sgd", "data"}
