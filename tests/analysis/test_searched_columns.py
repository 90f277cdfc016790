"""What a search chose of batch size and knobs is part of its row: two rows of one task stand in one column."""

from __future__ import annotations

from dataclasses import replace

from benchsuite.analysis.sample import column_of
from benchsuite.analysis.searched_rows import column_of_search
from tests.factories import make_record, remade
from tests.test_searches import SEARCH


def test_rows_that_chose_other_knobs_and_batches_are_compared() -> None:
    usual = make_record()
    searched = [
        remade(usual, lambda data: data["spec"].update(batch_size=128)),
        remade(usual, lambda data: data["spec"].update(knobs={"depth": 1})),
        usual,
    ]
    assert len({column_of(record) for record in searched}) == 3
    columns = {
        column_of_search(replace(SEARCH, evaluated=(record.id,)), {record.id: record for record in searched})
        for record in searched
    }
    assert len(columns) == 1
    assert columns.pop().batch_size == SEARCH.batch_size
