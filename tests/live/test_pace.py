"""A tenth of the time at most; and a folder is looked at without being disturbed."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from benchsuite.errors import BenchsuiteError
from benchsuite.live import ReportPace, Watched, run_holds
from benchsuite.store import Store
from tests.factories import make_record


@pytest.mark.parametrize(("cost", "busy", "alone"), [(0.1, 2.0, 2.0), (1.0, 9.0, 2.0), (20.0, 180.0, 2.0)])
def test_writing_takes_a_tenth_of_the_time_while_a_run_needs_it(cost: float, busy: float, alone: float) -> None:
    now = [100.0]
    pace = ReportPace(lambda: now[0])
    assert pace.pause() == 0
    with pace.writing():
        now[0] += cost
    assert pace.cost == pytest.approx(cost)
    assert pace.pause() == pytest.approx(busy)
    assert cost / (cost + busy) <= 0.1 + 1e-9
    assert pace.pause(alone=True) == pytest.approx(alone)
    now[0] += busy
    assert pace.pause() == 0


def test_what_failed_is_paid_for_as_well() -> None:
    now = [0.0]
    pace = ReportPace(lambda: now[0])

    def fails() -> None:
        with pace.writing():
            now[0] += 5
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        fails()
    assert pace.pause() == pytest.approx(45)


def test_a_record_changes_the_mark_and_nothing_else_does(tmp_path: Path) -> None:
    store = Store(tmp_path / "results")
    watched = Watched(store.folder)
    marks = [watched.mark()]
    for step in range(3):
        time.sleep(0.02)
        store.write(make_record(seed=step))
        marks.append(watched.mark())
    assert len(set(marks)) == 4
    assert watched.mark() == marks[-1]
    (store.folder / "logs").mkdir()
    (store.folder / "logs" / "run.log").write_text("x")
    assert watched.mark() == marks[-1]
    time.sleep(0.02)
    os.unlink(store.path(make_record(seed=0).id))
    assert watched.mark() != marks[-1]


def test_a_folder_that_is_not_there_or_goes_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(BenchsuiteError) as told:
        Watched(tmp_path / "nothing")
    assert str(told.value) == (
        f"there is no folder {tmp_path / 'nothing'}. Start `benchsuite run` first, or name another folder with --results DIR."
    )
    (tmp_path / "results").mkdir()
    watched = Watched(tmp_path / "results")
    assert watched.mark() == ()
    (tmp_path / "results").rename(tmp_path / "moved")
    (tmp_path / "results").mkdir()  # another one in its place
    with pytest.raises(
        BenchsuiteError, match=r"results was deleted, moved or replaced: there is nothing left to watch\. Start"
    ):
        watched.mark()


def test_a_run_is_seen_while_it_holds_the_folder_and_can_begin_while_it_is_watched(tmp_path: Path) -> None:
    if not Path("/proc/locks").is_file():
        pytest.skip("this system does not list its locks")
    store = Store(tmp_path / "results")
    assert run_holds(store.folder) is False
    with store.locked():
        assert run_holds(store.folder) is True
    assert run_holds(store.folder) is False
    assert run_holds(store.folder, tmp_path / "nothing") is None
