"""Who trains beside whom: one that must be alone waits for the others, ends their processes, and nobody waits for ever."""

from __future__ import annotations

import threading
from itertools import count

import pytest

from benchsuite.execution.process import Stopped
from benchsuite.execution.seclusion import Seclusion


def never() -> bool:
    return False


def nothing() -> None:
    pass


def test_alone_means_that_nobody_is_busy_and_the_processes_of_all_others_are_ended() -> None:
    here, ended, told = Seclusion(), [], threading.Event()
    here.enter(1, False, nothing, never)
    here.enter(2, False, nothing, never)
    here.rest(3, lambda: ended.append(3))

    def alone() -> None:
        here.enter(0, True, lambda: ended.append(0), never)
        told.set()

    thread = threading.Thread(target=alone)
    thread.start()
    here.rest(1, lambda: ended.append(1))
    assert not told.wait(0.1)
    here.forget(2)
    assert told.wait(5)
    thread.join()
    assert sorted(ended) == [1, 3]


def test_processes_are_ended_side_by_side_and_whoever_is_at_rest_waits_for_none_but_its_own() -> None:
    here, both, go, entered = Seclusion(), threading.Barrier(3), threading.Event(), threading.Event()

    def end() -> None:
        both.wait(5)
        assert go.wait(5)

    for worker in (1, 2):
        here.rest(worker, end)
    here.rest(3, nothing)
    alone = threading.Thread(target=lambda: [here.enter(0, True, nothing, never), entered.set()])
    alone.start()
    both.wait(5)  # or it breaks, and so do those that wait for each other
    here.forget(3)
    here.rest(4, nothing)
    with pytest.raises(Stopped):  # it is kept from beginning already
        here.enter(4, False, nothing, lambda: True)
    gone = threading.Thread(target=here.forget, args=(1,))  # whose thread is about to end that process itself
    gone.start()
    gone.join(0.1)
    assert gone.is_alive()
    assert not entered.is_set()
    go.set()
    gone.join(5)
    alone.join(5)
    assert entered.is_set()
    assert not gone.is_alive()


def test_a_study_that_ends_does_not_wait_for_the_processes_of_others() -> None:
    here, hangs, ended = Seclusion(), threading.Event(), threading.Event()
    here.rest(1, lambda: [ended.set(), hangs.wait(5)])
    with pytest.raises(Stopped):
        here.enter(0, True, nothing, ended.is_set)
    here.forget(0)
    with pytest.raises(Stopped):  # its process is still being ended
        here.enter(1, False, nothing, lambda: True)
    here.enter(2, False, nothing, never)
    hangs.set()


def test_what_goes_wrong_while_a_process_is_ended_is_told() -> None:
    here = Seclusion()
    here.rest(1, lambda: (_ for _ in ()).throw(OSError("no")))
    with pytest.raises(OSError, match="no"):
        here.enter(0, True, nothing, never)


def test_nobody_begins_beside_one_that_is_alone_and_none_passes_one_that_waits_for_it() -> None:
    here = Seclusion()
    here.enter(0, False, nothing, never)
    waits = threading.Event()

    def look() -> bool:
        waits.set()
        return False

    waiting = threading.Thread(target=lambda: here.enter(1, True, nothing, look))
    waiting.start()
    assert waits.wait(5)
    calls = count()
    with pytest.raises(Stopped):  # though only others that train beside each other are busy
        here.enter(2, False, nothing, lambda: next(calls) > 0)
    here.rest(0, nothing)
    waiting.join(5)
    assert not waiting.is_alive()
    with pytest.raises(Stopped):
        here.enter(0, False, nothing, lambda: True)
    here.rest(1, nothing)
    here.enter(0, False, nothing, never)
