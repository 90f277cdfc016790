"""Trials of a twin behind a row of another component: whoever counts trials counts them, each once."""

from __future__ import annotations

import csv
import io

from benchsuite.analysis import leaderboards, merged
from benchsuite.analysis.sample import Sample
from benchsuite.record import Record
from benchsuite.report import Contents
from benchsuite.report.paper import Declared, PaperFacts, paper_files
from benchsuite.report.site import leaderboards_page, task_page
from tests.analysis.test_twins import SAME_AS, trial
from tests.factories import AUTOENCODER, DIGITS, component, make_record
from tests.report.reading import site

BOTH = [
    record
    for name in ("sgd", "twin")
    for record in (
        trial(name, value=0.9),
        trial(name, seed=1, value=0.91),
        trial(name, seed=2, outcome="diverged", reason=f"{name} diverged"),
    )
]
RECORDS = [*(trial(name, seed=seed, value=0.5) for name in ("best", "last") for seed in range(3)), *BOTH]


def papers(records: list[Record]) -> dict[str, str]:
    facts = PaperFacts.of(Contents(records, SAME_AS), Declared())
    return {name: held.decode() for name, held in paper_files(facts, figures=False).items()}


def test_they_are_found_where_the_row_shows_another_component_and_only_there():
    alone = [trial("twin", AUTOENCODER, seed=seed, value=0.1) for seed in range(2)]
    sample = Sample([*RECORDS, *alone])
    (board,) = (one for one in leaderboards(sample, same_as=SAME_AS) if one.kind == "optimizer")
    (one,) = merged(board, sample)
    assert (board.rows[one.row].label, one.label, board.columns[one.position].label) == ("sgd", "twin", "digits_mlp")
    assert {record.id for record in one.records} == {record.id for record in BOTH[3:]}
    assert (one.entry.failed, one.entry.counted) == (1, 3)
    assert merged(leaderboards(sample)[0], sample) == []


def test_a_paper_counts_them_says_so_and_tells_their_failures():
    made = papers(RECORDS)
    assert "The 12 trainings of evaluation took" in made["methods.tex"]
    assert "Of 12 trainings of evaluation 2 diverged" in made["methods.tex"]
    assert "twin is in the row of another component" in made["methods.tex"]
    assert "3 trainings of evaluation were made for such rows beyond" in made["methods.tex"]
    for name in ("sgd", "twin"):
        assert (
            rf"optimizer & {name} & digits\_mlp & 1 of 3 & diverged 1 & {name} diverged" in made["tables/failures.tex"]
        )
    assert "in the row of another" not in papers(RECORDS[:9])["methods.tex"]


def test_the_list_of_tasks_counts_each_trial_once():
    # The plain baseline stands on the boards of three kinds, the twin behind a row.
    plain = [make_record(DIGITS, seed=seed) for seed in range(3)]
    relu = [make_record(DIGITS, {"initializer": [component("zeros")]}, seed=seed, value=0.2) for seed in range(3)]
    records = [*RECORDS, *plain, *relu]
    files = site(Contents(records, SAME_AS), [task_page.pages])
    (line,) = csv.DictReader(io.StringIO(files["data/tasks.csv"]))
    assert line["Failed"] == f"2 of {len(records)}"


def test_the_csv_of_a_ranking_names_twins_as_the_page_does():
    files = site(Contents(RECORDS, SAME_AS), [leaderboards_page.pages])
    lines = csv.DictReader(io.StringIO(files["data/optimizer-ranking.csv"]))
    assert sorted(line["Component"] for line in lines) == ["best", "last", "sgd (also twin)"]
