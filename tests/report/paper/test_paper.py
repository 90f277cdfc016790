"""A paper: it compiles with any names, its numbers are those of the boards, its sentences are true, and edits stay."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from matplotlib.figure import Figure

from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from benchsuite.report import Contents
from benchsuite.report.paper import Declared, PaperFacts, check_folder, figures, paper_files, write_paper
from benchsuite.report.paper.board_tables import ranking_table, result_tables
from benchsuite.report.paper.document import MAIN
from benchsuite.report.paper.works import Bibliography
from benchsuite.report.paper.writing import LIST, write_folder
from benchsuite.report.tables.latex import escaped
from benchsuite.report.tables.ranking_files import cells_of
from benchsuite.searches import Search, Tried
from tests.factories import AUTOENCODER, DIGITS, component, make_record, make_study, remade

HOSTILE = r"a_b & 50% \input{/etc/passwd} ^~ $x$ # } {"
DECLARED = Declared(
    references={
        ("optimizer", "adam"): "Kingma & Ba 2015, arXiv:1412.6980",
        ("optimizer", HOSTILE): f"{HOSTILE} 2020, }} @misc{{x,",
    },
    version="0.1.0",
    home="https://example.org/benchsuite",
)


def files_of(records: list[Record], declared: Declared = DECLARED, **options: object) -> dict[str, str]:
    facts = PaperFacts.of(Contents(records, **options), declared)  # type: ignore[arg-type]
    return {name: content.decode() for name, content in paper_files(facts, figures=False).items()}


@pytest.fixture(scope="module")
def study() -> Contents:
    return Contents(make_study(6, 3))


@pytest.fixture(scope="module")
def files(study: Contents) -> dict[str, str]:
    return {name: text.decode() for name, text in paper_files(PaperFacts.of(study, DECLARED), figures=False).items()}


# What compiles


def hostile_records() -> list[Record]:
    task = replace(
        DIGITS,
        name="t_1 & \\b{",
        summary=f"What {HOSTILE} is.",
        license="GPL & {x}",
        citation=f"{HOSTILE} 1999; Müller 2001",
    )
    names = [HOSTILE, "*star", "[bracket]", "名前 ε–×", "ends in \\", "x" * 300]
    records = [make_record(task, seed=seed, value=0.9 + seed / 1000) for seed in range(3)]
    for number, name in enumerate(names):
        change = {"optimizer": [component(name, learning_rate=0.1)]}
        records += [make_record(task, change, seed=seed, value=0.5 + number / 20 + seed / 1000) for seed in range(2)]
        records.append(make_record(task, change, seed=2, outcome="crashed", reason=f"no: {HOSTILE}\n\\end{{document}}"))
    return [remade(record, lambda data: data["environment"].update(processor=HOSTILE)) for record in records]


@pytest.fixture
def few_figures(monkeypatch: pytest.MonkeyPatch) -> None:
    """One figure of the table, and the learning curves."""
    kept = {"rank-ranges": figures.CAPTIONS["rank-ranges"]}
    monkeypatch.setattr(figures, "CAPTIONS", kept)


def test_a_folder_of_hostile_names_compiles_and_shows_them_as_text(tmp_path: Path, compiled, few_figures: None) -> None:
    (tmp_path / "paper").mkdir()
    made = write_paper(Contents(hostile_records()), tmp_path / "paper", DECLARED)
    assert made.kept == ()
    pages = re.sub(r"\s+", " ", compiled(tmp_path / "paper"))
    assert r"\input{/etc/passwd}" in pages
    assert "root:" not in pages
    assert r"no: a_b & 50% \input{/etc/passwd} ^~ $x$ # } {" in pages.replace(" # } { ", " # } { ")
    for text in ("*star", "[bracket]", "[U+540D]", "ends in \\", "GPL & {x}", "t_1 & \\b{", "Müller"):
        assert text in pages, text
    assert (tmp_path / "paper" / "figures").is_dir()


def test_equal_records_make_equal_files_in_whatever_order(study: Contents, files: dict[str, str]) -> None:
    again = Contents(list(reversed(study.records)))
    assert {
        name: text.decode() for name, text in paper_files(PaperFacts.of(again, DECLARED), figures=False).items()
    } == files


def test_a_figure_has_the_same_bytes_each_time(few_figures: None) -> None:
    facts = PaperFacts.of(Contents(make_study(2, 1)), DECLARED, kinds=["schedule"])
    one, other = ({name: held for name, held in paper_files(facts).items() if name.endswith(".pdf")} for _ in range(2))
    assert one == other
    assert "figures/rank-ranges-schedule.pdf" in one
    assert all(held.startswith(b"%PDF") and b"CreationDate" not in held for held in one.values())


@pytest.mark.skipif(shutil.which("pdflatex") is None, reason="there is no pdflatex here")
def test_figures_of_any_shape_fit_their_pages_and_two_wide_ones_share_one(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    shown = []
    for name, (width, height), caption in (
        ("one", (8, 4.6), "x"),
        ("two", (8, 4.6), "x"),
        ("tall", (2, 9), "a caption of many lines " * 25),
    ):
        held = figures.PaperFigure(name, caption, figures.pdf(Figure((width, height))))
        (tmp_path / f"figures/{name}.pdf").write_bytes(held.pdf)
        shown.append(held.latex)
    preamble = MAIN.partition(r"\begin{document}")[0]
    (tmp_path / "main.tex").write_text(
        "\n".join([preamble, r"\begin{document}", "Words.\n", *shown, r"\end{document}"])
    )
    done = subprocess.run(
        ["pdflatex", "-interaction=nonstopmode", "main"], cwd=tmp_path, capture_output=True, text=True, timeout=60
    )
    assert "too large" not in done.stdout
    assert "(2 pages" in done.stdout


# Numbers


def test_the_numbers_of_the_tables_are_those_of_the_boards(study: Contents, files: dict[str, str]) -> None:
    facts = PaperFacts.of(study, DECLARED)
    for one in facts.boards:
        table = ranking_table(one, facts, Bibliography())
        (overall, *of_tasks) = cells_of([one.board])
        kept = [overall.heads.index(head) for head in table.heads]
        assert [tuple(cell.text for cell in row) for row in table.rows] == [
            tuple(row[at] for at in kept) for row in overall.rows
        ]
        text = "".join(files[f"tables/{held.slug}.tex"] for held in result_tables(one))
        for of_task in of_tasks:
            median, interval = (
                next(at for at, head in enumerate(of_task.heads) if head.startswith(word))
                for word in ("Median", "Interval")
            )
            for row in of_task.rows:
                shown = row[median] if row[interval] in ("–", row[median]) else f"{row[median]} [{row[interval]}]"
                assert escaped(shown) in text, (one.slug, row)


def test_bold_is_what_no_test_says_to_be_beaten_and_nothing_where_nothing_is_told() -> None:
    values = {"adam": 0.90, "sgd": 0.95, "lion": 0.951, "ftrl": 0.2}
    for seeds, told in ((8, True), (2, False)):
        records = [
            make_record(
                DIGITS, {} if name == "adam" else {"optimizer": [component(name)]}, seed=seed, value=value + seed / 1000
            )
            for name, value in values.items()
            for seed in range(seeds)
        ]
        facts = PaperFacts.of(Contents(records), DECLARED)
        (one,) = facts.boards
        (table,) = result_tables(one)
        bold = {row[0].text for row in table.rows if row[1].bold}
        leads = {row.label for row in one.board.rows if row.entries[0] and row.entries[0].leads}
        assert bold == leads == ({"sgd", "lion"} if told else set())
        assert {row[1].text for row in ranking_table(one, facts, Bibliography()).rows if row[1].bold} == bold


def test_a_failure_stands_in_its_table_with_its_reason(files: dict[str, str]) -> None:
    assert (
        r"optimizer & adafactor & mnist5k\_cnn & 6 of 6 & crashed 6 & ValueError: shapes (64,) and (10,) do not match \\"
        in files["tables/failures.tex"]
    )
    assert "11" not in files["tables/failures.tex"].split("Failures of evaluation: ")[1][:2]


# Sentences


def test_the_methods_of_the_default_track_say_what_the_records_say(study: Contents, files: dict[str, str]) -> None:
    text = files["methods.tex"]
    evaluated = {
        id
        for board in study.shown
        for row in board.rows
        for entry in row.entries
        if entry
        for seed in entry.seeds
        for id in seed.ids
    }
    by_outcome = {record.outcome for record in study.records if record.id in evaluated and record.outcome.failed}
    assert f"The {len(evaluated)} trainings of evaluation took" in text
    assert "Every row was evaluated on the same 6 seeds (0 to 5)" in text
    assert "asked for 95\\% they attain 96.8\\% at least" in text
    assert all(word in text for word in ("diverged", "crashed", "timed out")) == (len(by_outcome) == 3)
    assert "nothing was searched" in text
    assert "was tuned" not in text
    assert "All trainings ran in float32 on the CPU, on AMD EPYC 7B13, 2 cores, x86\\_64 Linux 6.1." in text
    assert "TensorFlow 2.21.0~\\cite{abadi2016}" in text
    assert "Holm~\\cite{holm1979}" in text
    cited = {key for found in re.findall(r"\\cite\{([^}]*)\}", "".join(files.values())) for key in found.split(",")}
    assert cited == set(re.findall(r"^@\w+\{(\w+),", files["references.bib"], re.MULTILINE))
    labels = set(re.findall(r"\\label\{([^}]*)\}", "".join(files.values())))
    assert set(re.findall(r"\\ref\{([^}]*)\}", "".join(files.values()))) <= labels


def test_settings_by_hand_are_told_where_defaults_are_known() -> None:
    known = {
        ("optimizer", "adam"): {"learning_rate": 0.001, "beta_1": 0.9, "beta_2": 0.999},
        ("optimizer", "sgd"): {"learning_rate": 0.01},
    }
    records = [make_record(seed=seed) for seed in range(2)]
    plain = [
        make_record(changes={"optimizer": [component("sgd", learning_rate=0.01)]}, seed=seed, value=0.5)
        for seed in range(2)
    ]
    hand = [
        make_record(changes={"optimizer": [component("sgd", learning_rate=0.7)]}, seed=seed, value=0.6)
        for seed in range(2)
    ]
    said = "Hyperparameters are the declared defaults"
    declared = replace(DECLARED, defaults=known)
    assert f"{said}.\n" in files_of([*records, *plain], declared)["methods.tex"]
    assert f"{said}, except in 1 row (sgd), whose" in files_of([*records, *hand], declared)["methods.tex"]
    assert "what adam and sgd declare was not known" in files_of([*records, *plain])["methods.tex"]


def test_single_seeds_folds_changes_budgets_and_machines_have_sentences_of_their_own() -> None:
    single = files_of([make_record(), make_record(changes={"optimizer": [component("sgd")]}, value=0.5)])["methods.tex"]
    assert "Single seeds have no interval." in single
    assert "one seed (0)" in single
    folds = [
        make_record(task, changes, seed=seed, fold=(number, 3), value=0.9 - 0.1 * len(changes) + seed / 100)
        for task in (AUTOENCODER,)
        for changes in ({}, {"optimizer": [component("sgd")]})
        for seed in range(2)
        for number in range(3)
    ]
    text = files_of(folds)["methods.tex"]
    assert "On mnist5k\\_autoencoder results are those of a 3-fold cross-validation" in text
    assert "divided once" not in text
    budgets = [
        make_record(replace(DIGITS, epochs=epochs), changes, seed=seed, value=0.9 - 0.1 * len(changes))
        for epochs in (10, 20)
        for changes in ({}, {"optimizer": [component("sgd")]})
        for seed in range(2)
    ]
    assert "digits\\_mlp was trained for 10 and 20 epochs" in files_of(budgets)["methods.tex"]

    def elsewhere(data: dict) -> None:
        data["environment"] |= {"processor": "Another_1", "numerics": "00", "cores": 8}

    mixed = [record if record.trial.seed else remade(record, elsewhere) for record in budgets]
    text = files_of(mixed)["methods.tex"]
    assert (
        "on 2 kinds of machine: 4 on AMD EPYC 7B13, 2 cores, x86\\_64 Linux 6.1 and 4 on Another\\_1, 8 cores" in text
    )
    assert "were made under 2 numerics" in text


def test_what_stands_in_no_table_is_counted() -> None:
    records = make_study(2, 1)
    text = files_of(records, replace(DECLARED, stale=7))["methods.tex"]
    assert (
        "In no table are, of the trainings in the same folder, 1 that differ from their baseline in several kinds and 7 that were made"
        in text
    )


def test_stale_records_that_are_shown_are_told_as_that() -> None:
    text = files_of(make_study(2, 1), replace(DECLARED, stale=7, stale_shown=True))["methods.tex"]
    assert (
        "Beware: of the trainings in the same folder, 7 were made by code or data that changed since, and are not left out."
        in text
    )
    assert "1 that differ from their baseline in several kinds.\n" in text


def test_one_training_is_told_as_one() -> None:
    assert "The one training of evaluation did not fail; one that did" in files_of([make_record()])["methods.tex"]


# The tuned track


def tuned(budget: int = 3, shared: bool = False) -> tuple[list[Record], list[Search]]:
    records, searches = [], []
    for name in ("adam", "sgd"):
        rates = (0.001, 0.01, 0.1)
        tried = []
        for number, rate in enumerate(rates[:budget]):
            change = {"optimizer": [component(name, learning_rate=rate)]}
            record = make_record(DIGITS, change, seed=1_000_000_000, value=0.5 + number / 10)
            records.append(record)
            tried.append(
                Tried(
                    {"optimizer.0.learning_rate": rate},
                    (record.id,),
                    0.5 + number / 10,
                    1.0,
                    source="tuner" if number else "default",
                )
            )
        best = {"optimizer": [component(name, learning_rate=rates[budget - 1])]}
        evaluated = [
            make_record(DIGITS, best, seed=seed, value=0.8 + seed / 100 + 0.1 * (name == "sgd")) for seed in range(6)
        ]
        records += evaluated
        searches.append(
            Search(
                kind="optimizer", selection=name, task="digits_mlp", task_version=1, epochs=20, batch_size=32, precision="float32",
                device="cpu", engine=2, lanes=1, change="", track="tuned", tuner="random", tuner_version=1, budget=budget,
                rule="the best validation value", searched=("optimizer.0.learning_rate",), tuning_seeds=1, folds=0, tried=tuple(tried),
                chosen=budget - 1, evaluated=tuple(record.id for record in [*evaluated, *(records[:1] if shared else [])]),
                edges={"optimizer.0.learning_rate": "high"} if name == "sgd" else {},
                ranges={"optimizer.0.learning_rate": (0.0001, 0.1)}, widened={},
            )
        )  # fmt: skip
    return records, searches


def test_the_methods_of_a_tuned_board_tell_its_searches() -> None:
    records, searches = tuned()
    declared = replace(DECLARED, references={("tuner", "random"): "Bergstra & Bengio 2012, JMLR 13:281-305"})
    made = files_of(records, declared, searches=searches)
    text = made["methods.tex"]
    assert "2 searches in all, with an equal budget of 3 trainings" in text
    assert "proposed by random~\\cite{bergstra2012}" in text
    assert "one rule chose: the best validation value." in text
    assert "none of the 6 seeds of evaluation is the one that settings were chosen with" in text
    assert "in 1 search the chosen setting lies at an edge" in text
    assert "nothing was searched" not in text
    assert r"optimizer & adam & learning\_rate & 0.0001 to 0.1 & 0.001 & 1 & 0 & 0 \\" in made["tables/spaces.tex"]
    assert (
        r"optimizer & sgd & digits\_mlp & learning\_rate=0.1 (at the high edge) & 0.5 & 0.7 & 3 \\"
        in made["tables/settings.tex"]
    )
    assert "the 6 trainings of tuning" in text


def test_what_searches_spent_is_told_where_it_is_not_the_budget() -> None:
    records, searches = tuned()
    cheaper = [replace(searches[0], tried=(searches[0].tried[0], *searches[0].tried[2:]), chosen=1), searches[1]]
    assert "The searches spent from 2 to 3 trainings each" in files_of(records, searches=cheaper)["methods.tex"]
    assert "searches spent" not in files_of(records, searches=searches)["methods.tex"]


def test_a_search_without_a_choice_says_what_became_of_its_row() -> None:
    records, searches = tuned()
    none = (*(replace(one, score=None) for one in searches[0].tried),)
    lost = replace(searches[0], tried=none, chosen=None, evaluated=())
    judged = replace(searches[0], tried=none, chosen=None)
    change = {"optimizer": [component("adam", learning_rate=0.001)]}
    tried, *evaluated = (
        make_record(DIGITS, change, seed=seed, outcome="unsupported") for seed in (1_000_000_007, 20, 21)
    )
    unsupported = replace(
        judged,
        tried=(replace(none[0], ids=(tried.id,)),),
        evaluated=tuple(record.id for record in evaluated),
    )
    said = {
        "counts as failed": lost,
        "the declared default was evaluated in its place": judged,
        "cannot be applied to the task: such an entry has no value": unsupported,
    }
    for words, search in said.items():
        made = files_of([*records, tried, *evaluated], searches=[search, searches[1]])
        assert "In 1 search no setting could be chosen" in made["methods.tex"]
        assert [one for one in said if one in made["methods.tex"]] == [words]
        told = "unsupported" if search is unsupported else "failed"
        assert rf"none could be chosen & {told} & {told} &" in made["tables/settings.tex"]


def test_rows_that_tune_themselves_are_told_as_that() -> None:
    records, searches = tuned(1)
    own = [
        replace(one, track="self_tuning", tuner="", budget=0, searched=(), tried=(), chosen=None, edges={}, ranges={})
        for one in searches
    ]
    text = files_of(records, searches=own)["methods.tex"]
    assert "every method chooses its own hyperparameters while it trains" in text


# The folder


def test_edits_stay_and_what_is_no_longer_made_goes(tmp_path: Path) -> None:
    folder = tmp_path / "paper"
    made = {"main.tex": b"one", "methods.tex": b"two", "tables/a.tex": b"three", "tables/b.tex": b"four"}
    assert write_folder(folder, made).kept == ()
    for name in ("main.tex", "methods.tex"):
        (folder / name).write_text("mine")
    again = write_folder(folder, {"main.tex": b"1", "methods.tex": b"2", "tables/a.tex": b"3"})
    assert again.kept == ("methods.tex",)
    there = {
        path.relative_to(folder).as_posix(): path.read_text()
        for path in folder.rglob("*")
        if path.is_file() and path.name != LIST
    }
    assert there == {"main.tex": "mine", "methods.tex": "mine", "methods.tex.new": "2", "tables/a.tex": "3"}
    (folder / "methods.tex").write_text("2")
    assert write_folder(folder, {"main.tex": b"1", "methods.tex": b"2"}).kept == ()
    assert not (folder / "methods.tex.new").exists()


def test_the_list_of_what_was_written_reaches_nothing_else(tmp_path: Path) -> None:
    folder = tmp_path / "paper"
    folder.mkdir()
    outside = tmp_path / "precious"
    outside.write_text("mine")
    digest = "1c58ddb6c56d2b1e2a5b8f0b6a0a3b9f"
    (folder / LIST).write_text(json.dumps({"../precious": digest, "/etc/passwd": digest, "a\0b": digest, "x": 3}))
    write_folder(folder, {"main.tex": b"1"})
    assert outside.read_text() == "mine"
    (folder / "methods.tex").symlink_to(outside)
    with pytest.raises(BenchsuiteError, match=r"cannot write .*methods.tex: what is there is a link"):
        write_folder(folder, {"methods.tex": b"2"})
    assert outside.read_text() == "mine"


@pytest.mark.parametrize("what", ["missing", "file", "full", "link"])
def test_a_folder_that_is_none_or_somebody_elses_is_refused(what: str, tmp_path: Path) -> None:
    place = tmp_path / "there"
    if what == "missing":
        place = place / "deeper"
    elif what == "file":
        place.write_text("x")
    elif what == "link":
        place.symlink_to(tmp_path)
    else:
        place.mkdir()
        (place / "thesis.tex").write_text("x")
    with pytest.raises(BenchsuiteError, match=r"--output must be a .*folder.* Received: .*there.*(another|first)"):
        check_folder(place)
