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
