"""Events that have happened already are taken together: none waits for one that has not, and none is lost."""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from benchsuite.errors import BenchsuiteError
from benchsuite.execution import Cell, Finished, Noticed, Started, run_source
from benchsuite.execution.interface import Event
from benchsuite.execution.together import MOST, together
from benchsuite.extras import Extras
from benchsuite.files import extra_file
from benchsuite.record import Record
from benchsuite.registry import Registry
from benchsuite.sources import Planned
from benchsuite.store import Store
from tests.execution.test_run import RATES, Watching, ending, loss, options, trials


class Rounds:
    """An executor whose events come in rounds; of one it knows that there is more.

    Args:
        rounds: The events.
        error: What ends them.
    """

    def __init__(self, rounds: Sequence[Sequence[Event]], error: BaseException | None = None) -> None:
        self.rounds, self.error = rounds, error
        self.left = 0

    def submit(self, cell: Cell) -> None:
        pass

    def events(self) -> Iterator[Event]:
        for one in self.rounds:
            for number, event in enumerate(one):
                self.left = len(one) - 1 - number
                yield event
        if self.error is not None:
            raise self.error

    def more(self) -> bool:
        return self.left > 0

    def close(self) -> None:
        pass


def noticed(*numbers: int) -> list[Event]:
    return [Noticed(str(number)) for number in numbers]


def test_what_has_happened_is_taken_at_once_and_nothing_is_waited_for() -> None:
    rounds = [noticed(1, 2, 3), noticed(4), noticed(5, 6)]
    assert list(together(Rounds(rounds))) == rounds
    many = noticed(*range(2 * MOST + 1))
    assert [len(found) for found in together(Rounds([many]))] == [MOST, MOST, 1]


@pytest.mark.parametrize("error", [BenchsuiteError("no more"), KeyboardInterrupt()])
def test_what_came_before_an_error_is_heard(error: BaseException) -> None:
    executor = Rounds([noticed(1, 2)], error)
    executor.more = lambda: True  # type: ignore[method-assign]  # it cannot know of the error
    found = together(executor)
    assert next(found) == noticed(1, 2)
    with pytest.raises(type(error)):
        next(found)


def ended(some: Sequence[object]) -> list[Event]:
    """Return the beginnings and ends of trials, as workers tell them."""
    events: list[Event] = []
    for trial in some:
        events += [Started(trial, 0), Finished(trial, 0, ending(trial))]  # type: ignore[arg-type]
    return events


def test_records_of_trials_that_ended_together_are_kept_side_by_side(
    bundled: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All are on the disk before anybody is told of one; each is told once, in the order in which they ended."""
    some = trials(bundled, RATES)
    store, told, kept, folders, threads = Store(tmp_path), [], [], [], set()
    synced: list[set[int]] = []
    fsync = os.fsync

    def counted(descriptor: int) -> None:
        (folders if stat.S_ISDIR(os.fstat(descriptor).st_mode) else kept).append(os.fstat(descriptor).st_ino)
        threads.add(threading.current_thread().name)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", counted)

    class Told(Watching):
        def finished(self, trial: object, worker: int, record: object, left: float) -> None:
            told.append((trial.id, len(kept), len(store.ids())))  # type: ignore[attr-defined]
            synced.append({path.stat().st_ino for path in (store.trials, *store.trials.iterdir())} - {*folders})

    summary = run_source(
        Planned(some), bundled, store, Rounds([ended(some[:1]), ended(some[1:])]), options(tmp_path), Told()
    )
    assert [trial_id for trial_id, _, _ in told] == [trial.id for trial in some]
    assert told[0][1:] == (1, 1)
    assert {(synced, there) for _, synced, there in told[1:]} == {(len(some), len(some))}
    assert synced == [set()] * len(some)  # nor may a power cut lose their names, or those of their folders
    new = len(list(store.trials.iterdir()))
    assert len(folders) <= 1 + len(some) + new  # each once for each batch, and what holds them for each new one
    assert any(name.startswith("writer") for name in threads)
    assert summary.records == store.read_all()


def test_a_record_that_cannot_be_written_costs_no_other_one(
    bundled: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = trials(bundled, RATES)
    store = Store(tmp_path)
    link, lost = os.link, store.path(some[3].id).name

    def full(source: object, name: str, **more: object) -> None:
        if name == lost:
            raise OSError(28, "No space left on device")
        link(source, name, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(BenchsuiteError, match="No space left"):
        run_source(Planned(some), bundled, store, Rounds([ended(some)]), options(tmp_path), Watching())
    assert set(store.ids()) == {trial.id for trial in some} - {some[3].id}
    assert not list(tmp_path.rglob("*.part"))


class Stopped(Rounds):
    """One that is stopped after its rounds, at the latest, when others have ended that were not told of."""

    def __init__(self, rounds: Sequence[Sequence[Event]], waiting: Sequence[Event]) -> None:
        super().__init__(rounds, KeyboardInterrupt())
        self.waiting = waiting

    def rest(self) -> Iterator[Finished]:
        yield from (event for event in self.waiting if isinstance(event, Finished))


@pytest.mark.parametrize("step", ["link", "finished"])
def test_ctrl_c_stores_what_is_being_written_and_what_waits(
    step: str, bundled: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = trials(bundled, RATES)
    store, check, stops = Store(tmp_path), Store._checked, [True]

    def stopped(*arguments: object) -> object:
        if len(store.ids()) == 0 and step == "link" and stops and stops.pop():
            raise KeyboardInterrupt
        return check(*arguments)  # type: ignore[arg-type]

    class Told(Watching):
        def finished(self, trial: object, worker: int, record: object, left: float) -> None:
            raise KeyboardInterrupt

    monkeypatch.setattr(Store, "_checked", stopped)
    executor = Stopped([ended(some[:3])], ended(some[3:]))
    with pytest.raises(KeyboardInterrupt):
        run_source(Planned(some), bundled, store, executor, options(tmp_path), Told())
    assert set(store.ids()) == {trial.id for trial in some}


def test_a_second_ctrl_c_leaves_at_once_and_a_full_disk_is_said(
    bundled: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = trials(bundled, RATES)
    store, seen, raised = Store(tmp_path), Watching(), 0

    def again(*arguments: object) -> object:
        nonlocal raised
        raised += 1
        raise KeyboardInterrupt

    kept = Store.write_all
    monkeypatch.setattr(Store, "write_all", again)
    with pytest.raises(KeyboardInterrupt):
        run_source(Planned(some), bundled, store, Stopped([ended(some[:3])], ended(some[3:])), options(tmp_path), seen)
    assert (raised, store.ids()) == (2, [])

    def full(*arguments: object, **more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Store, "write_all", kept)
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(KeyboardInterrupt):
        run_source(Planned(some), bundled, store, Stopped([], ended(some)), options(tmp_path), seen)
    assert "may not be stored" in seen.problems[-1]
    assert "No space left" in seen.problems[-1]


def test_a_record_that_cannot_be_written_costs_nothing_of_what_waits(
    bundled: Registry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A driver that is far behind has thousands of ends in its queue; one record that is too large ends the run."""
    some = trials(bundled, RATES)
    store, seen, check = Store(tmp_path), Watching(), Store._checked

    def checked(self: Store, record: Record) -> object:
        if record.id in (some[1].id, some[5].id):
            raise BenchsuiteError("too large")
        return check(self, record)

    monkeypatch.setattr(Store, "_checked", checked)
    executor = Stopped([ended(some[:3])], ended(some[3:]))
    with pytest.raises(BenchsuiteError, match="too large"):
        run_source(Planned(some), bundled, store, executor, options(tmp_path), seen)
    assert set(store.ids()) == {trial.id for trial in some} - {some[1].id, some[5].id}
    assert seen.problems == ["1 of the trials that had ended may not be stored: too large"]


@pytest.mark.parametrize("place", ["waiting", "unheard", "cut off"])
def test_weights_of_another_training_do_not_stay_beside_a_record_when_a_run_is_stopped(
    place: str, bundled: Registry, tmp_path: Path
) -> None:
    """Workers write weights before the ends of trials are heard: those that nobody compares yet would count for good."""
    some = trials(bundled, RATES[:4])
    store, seen = Store(tmp_path), Watching()
    run_source(Planned(some), bundled, store, Rounds([ended(some)]), options(tmp_path), seen)
    records = store.read_all()
    probes = {"layers": ["dense"], "epochs": [0], "measures": {"norm": [[1.0]]}}
    other = Finished(some[1], 0, ending(some[1], value=loss(some[1]) + 1e-9), probes)
    again: list[Event] = [other, *(Finished(trial, 0, ending(trial), probes) for trial in some[2:])]

    class Keeping(Stopped):
        def submit(self, cell: Cell) -> None:
            for trial in cell.trials:
                file = extra_file(store.extras.weights, trial.id)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.touch()

    class Told(Watching):
        def finished(self, trial: object, worker: int, record: object, left: float) -> None:
            raise KeyboardInterrupt

    first = ended(some[:1])
    rounds, rest = {"waiting": ([], [*first, *again]), "unheard": ([[*first, *again]], []), "cut off": ([], [])}[place]
    told, wanted = Told(), options(tmp_path, extras=Extras(weights=True, probe="0"))
    with pytest.raises(KeyboardInterrupt):
        run_source(Planned(some), bundled, store, Keeping(rounds, rest), wanted, told)
    kept = {trial.id for trial in some if store.extras.arrays(trial.id)}
    assert kept == ({one.id for one in (some[0], *some[2:])} if place != "cut off" else set())
    assert {trial.id for trial in some if store.extras.probes(trial.id)} == kept - {some[0].id}
    assert [some[1].id in line and "does not repeat" in line for line in told.problems] == [True] * (place != "cut off")
    assert store.read_all() == records
