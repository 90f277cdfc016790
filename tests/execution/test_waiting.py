"""Which cell a worker gets: the longest first, its own program and lineage before that, and no change without need."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchsuite.engine import session
from benchsuite.execution import Cell
from benchsuite.execution.lineage import Lineage
from benchsuite.execution.waiting import CHANGE_SECONDS, PROGRAMS_KEPT, Waiting
from benchsuite.recipe import Recipe, Setting
from benchsuite.trial import Trial


def trial(seed: int, momentum: float) -> Trial:
    optimizer = Setting("optimizer", "sgd", 1, (("learning_rate", 0.1), ("method", f"of its own {momentum}")))
    return Trial("toy", 1, Recipe((("optimizer", (optimizer,)),)), seed, 1, 8)


def cell(seed: int, seconds: float, lineage: Lineage = (), momentum: float | None = None) -> Cell:
    """Of a program of its own, unless another cell has the same momentum."""
    return Cell((trial(seed, float(seed) if momentum is None else momentum),), seconds, 9.0, lineage)


def waiting(*cells: Cell, workers: int = 1) -> Waiting:
    made = Waiting(workers)
    for one in cells:
        made.put(one)
    return made


def seeds(made: Waiting, *workers: int) -> list[int]:
    """Return the seeds of what some workers take, one after another."""
    taken = [made.take(worker) for worker in workers]
    return [one.trials[0].seed for one in taken if one is not None]


def test_the_longest_cell_goes_first_and_a_worker_keeps_to_its_program() -> None:
    made = waiting(cell(0, 1, momentum=0.9), cell(1, 5, momentum=0.9), cell(2, 4), cell(3, 3))
    assert seeds(made, 0, 0, 0, 0) == [1, 0, 2, 3]
    made.close()
    assert made.take(0) is None


def test_bundled_cells_are_taken_in_the_order_that_they_always_had() -> None:
    """The longest, but for those of the program that the worker has; whatever the others have."""
    cells = [cell(n, 1 + (7 * n) % 12, momentum=float(n % 5)) for n in range(12)]
    made, left = waiting(*cells, workers=3), sorted(cells, key=lambda one: (-one.seconds, one.trials[0].id))
    last: dict[int, str] = {}
    for turn in range(12):
        worker = turn % 3
        expected = next((one for one in left if one.program == last.get(worker)), left[0])
        assert made.take(worker) is expected
        left.remove(expected)
        last[worker] = expected.program


def test_a_worker_keeps_to_its_lineage_as_long_as_there_is_a_cell_of_it() -> None:
    made = waiting(*(cell(n, 2 + n % 3, ("a",) if n % 2 else ()) for n in range(10)))
    lineages = [taken.lineage for _ in range(10) if (taken := made.take(0))]
    assert sum(one != other for one, other in pairwise(lineages)) == 1


def test_workers_share_lineages_out_before_two_have_the_same() -> None:
    cells = [cell(n, 2.0 + n / 10, (name,)) for n, name in enumerate("aaaabbbbcccc")]
    made = waiting(*cells, workers=3)
    first = {made.take(worker).lineage for worker in range(3)}  # type: ignore[union-attr]
    assert first == {("a",), ("b",), ("c",)}
    changes = 0
    last = {worker: made._last[worker].lineage for worker in range(3)}
    for turn in range(9):
        taken = made.take(turn % 3)
        assert taken is not None
        changes += taken.lineage != last[turn % 3]
        last[turn % 3] = taken.lineage
    assert changes == 0


def test_a_long_cell_of_another_lineage_does_not_wait_until_the_end() -> None:
    """The study would end late for want of one change of a few seconds."""
    long, short = 4 * CHANGE_SECONDS, CHANGE_SECONDS
    made = waiting(*(cell(n, short) for n in range(6)), cell(9, long, ("a",)), workers=2)
    assert seeds(made, 0) == [9]  # the longest is taken first as ever
    made = waiting(cell(0, long + 1), *(cell(n, short) for n in range(1, 4)), cell(9, long, ("a",)), workers=2)
    taken = seeds(made, 0, 0, 0)
    assert taken[0] == 0
    assert taken[1] == 9  # all that waits takes two workers no longer than it alone
    made = waiting(cell(0, long + 1), *(cell(n, short) for n in range(1, 9)), cell(9, long, ("a",)), workers=2)
    assert seeds(made, 0, 0)[1] != 9  # there is time yet


def test_a_short_one_waits_whatever_is_left() -> None:
    made = waiting(cell(0, 3.0), cell(1, 1.0), cell(9, 2.0, ("a",)), workers=2)
    assert seeds(made, 0, 0, 0) == [0, 1, 9]


@pytest.mark.parametrize("workers", [1, 2, 5])
def test_every_cell_is_taken_once(workers: int) -> None:
    cells = [cell(n, (n * 37) % 11 + 0.5, ((), ("a",), ("b",), ("a", "b"))[n % 4], float(n % 7)) for n in range(60)]
    made = waiting(*cells, workers=workers)
    found = seeds(made, *(n % workers for n in range(60)))
    assert sorted(found) == list(range(60))
    assert made._seconds == pytest.approx(0)
    assert not any(made._programs.values())
    assert not any(made._lineages.values())


def test_one_program_with_two_lineages_is_two() -> None:
    """An initializer of a plugin is fed to the very program that bundled ones are fed to."""
    own, other = cell(0, 1.0, (), 0.5), cell(1, 2.0, ("a",), 0.5)
    assert own.program == replace(other, lineage=()).program
    made = waiting(cell(2, 3.0, (), 0.5), own, other)
    assert seeds(made, 0, 0, 0) == [2, 0, 1]


def test_a_worker_goes_on_with_any_program_that_it_still_has() -> None:
    """The cells of a search come one by one, and another cell may have been taken meanwhile."""
    assert PROGRAMS_KEPT == session.PROGRAMS_KEPT
    made = waiting(cell(0, 9, momentum=1), cell(1, 8, momentum=2), cell(2, 7, momentum=3), cell(3, 6, momentum=4))
    assert seeds(made, 0, 0) == [0, 1]
    made.put(cell(10, 0.1, momentum=1))  # the first search goes on
    assert seeds(made, 0) == [10]
    made.put(cell(11, 0.1, momentum=2))
    assert seeds(made, 0, 0) == [11, 2]
    made.put(cell(12, 0.1, momentum=1))  # which two others have taken the place of by now
    assert seeds(made, 0, 0) == [3, 12]


class Plain:
    """The rule as it is written, with a look at every cell each time."""

    def __init__(self, workers: int) -> None:
        self.workers = workers
        self.cells: list[Cell] = []
        self.last: dict[int, Cell] = {}
        self.kept: dict[int, list[tuple[Lineage, str]]] = {}

    def put(self, one: Cell) -> None:
        self.cells = sorted([*self.cells, one], key=lambda cell: (-cell.seconds, cell.trials[0].id))

    def take(self, worker: int) -> Cell:
        chosen = self.choice(worker)
        self.cells.remove(chosen)
        self.last[worker] = chosen
        kept = [
            one
            for one in self.kept.get(worker, [])
            if one[0] == chosen.lineage and one != (chosen.lineage, chosen.program)
        ]
        self.kept[worker] = [(chosen.lineage, chosen.program), *kept][:PROGRAMS_KEPT]
        return chosen

    def choice(self, worker: int) -> Cell:
        for program in self.kept.get(worker, []):
            for one in self.cells:
                if (one.lineage, one.program) == program:
                    return one
        longest, last = self.cells[0], self.last.get(worker)
        if last is not None and longest.lineage == last.lineage:
            return longest
        hurry = longest.seconds >= max(sum(one.seconds for one in self.cells) / self.workers, CHANGE_SECONDS)
        own = [one for one in self.cells if last is not None and one.lineage == last.lineage]
        if own and not hurry:
            return own[0]
        others = {one.lineage for other, one in self.last.items() if other != worker}
        free = [one for one in self.cells if one.lineage not in others]
        return free[0] if free and not hurry else longest


LINEAGES: tuple[Lineage, ...] = ((), ("a",), ("b",), ("a", "b"))
puts = st.tuples(st.integers(0, 12), st.sampled_from(LINEAGES), st.integers(0, 4))


@settings(max_examples=30)
@given(steps=st.lists(st.one_of(puts, st.integers(0, 3)), max_size=40), workers=st.integers(1, 4))
def test_however_many_wait_the_choice_is_that_of_the_rule(steps: list[object], workers: int) -> None:
    """A whole number is a worker that takes a cell, all else a cell that is put."""
    made, plain = Waiting(workers), Plain(workers)
    for number, step in enumerate(steps):
        if isinstance(step, tuple):
            seconds, lineage, program = step
            one = cell(number, seconds, lineage, float(program))
            made.put(one)
            plain.put(one)
        elif plain.cells:
            assert made.take(int(step) % workers) is plain.take(int(step) % workers)  # type: ignore[call-overload]
