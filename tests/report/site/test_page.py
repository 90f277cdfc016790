"""The report: one offline page that escapes everything and says what it leaves out."""

from __future__ import annotations

import dataclasses
import io
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchsuite.analysis import grids, leaderboards
from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.record_json import record_from_json
from benchsuite.report import Contents, contents, grid_tables, leaderboard_tables, write_report, write_trials
from benchsuite.report.drawings.palette import OUTCOME_COLOURS
from tests.factories import DIGITS, component, in_format_1, make_json, make_record, make_study, remade
from tests.report.reading import HOSTILE, Page, render

STUDY = make_study(seeds=3, tasks=2)
SGD = component("sgd", learning_rate=0.1)


@pytest.fixture(scope="module")
def page() -> str:
    return render(STUDY, stale=3, problems=["one file is not a record"])


def test_the_page_is_well_formed_and_its_links_lead_somewhere(page: str):
    parsed = Page(page)
    assert parsed.open == []
    assert len(parsed.ids) == len(set(parsed.ids))
    assert {link for link in parsed.links if link.removeprefix("#") not in parsed.ids} == set()


def test_the_page_needs_no_network(page: str):
    parsed = Page(page)
    assert all(link.startswith("#") for link in parsed.links)
    assert not parsed.tags & {"link", "img", "iframe", "object", "embed", "form", "base"}
    assert "http" not in page
    assert "@import" not in page
    assert set(re.findall(r"url\((.)", page)) == {"#"}


def test_the_page_says_what_ran(page: str):
    counts = {outcome: sum(record.outcome == outcome for record in STUDY) for outcome in ("completed", "diverged")}
    assert f"{len(STUDY)} trials on 2 tasks: {counts['completed']} completed, {counts['diverged']} failed." in page
    assert "3 stale records are not in this report" in page
    assert "one file is not a record" in page
    assert "AMD EPYC 7B13, 2 cores" in page
    assert "1 trial differs from the baseline in two or more kinds" in page


def test_the_page_says_of_nothing_that_it_was_chosen_where_it_was_not(page: str):
    """Hyperparameters are as declared or as given, and the ranking reads the test part: no sentence may say otherwise."""
    said = re.sub(r"\s+", " ", page[page.index('id="how-to-read"') :])
    assert "Hyperparameters and the best epoch are chosen" not in said
    assert (
        "The report chooses none: several values of one hyperparameter are several rows, ranked by their test results"
        in said
    )
    assert "come from the validation part. Nothing in a trial sees the test part" in said
    assert "The validation part chooses, the test part reports" not in page
    guide = (Path(__file__).parents[3] / "docs/how-to/choose-a-learning-rate.md").read_text(encoding="utf-8")
    table = next(line for line in guide.splitlines() if line.startswith("| learning rate"))
    assert guide.split(table)[1].splitlines()[2].startswith("| validation accuracy |")
    assert "final.validation_accuracy" in guide


def test_components_are_counted_by_name():
    rates = [make_record(changes={"optimizer": [component("sgd", learning_rate=rate)]}) for rate in (0.1, 0.2)]
    text = render([make_record(), *rates])
    assert re.search(r'#kind-optimizer">Optimizer</a></th>\s*<td class="num">2</td>', text)


def test_the_page_says_that_one_seed_has_no_interval():
    text = render(make_study(seeds=1, tasks=1))
    assert "interval (confidence none with 1 seed)" in text
    assert "confidence 0" not in text


def test_the_page_has_every_component_value_and_licence(page: str):
    for text in ("BSD-3-Clause", "CC-BY-SA-3.0", "Alpaydin &amp; Kaynak 1998", STUDY[0].fingerprints["data"]):
        assert text in page
    for board in leaderboards(STUDY):
        for row in board.rows:
            assert f"<span>{row.label}</span>" in page
            for entry in row.entries:
                for seed in entry.seeds if entry else ():
                    # Four digits of the largest median: 0.98 and 0.08 on these two tasks.
                    shown = {f"{seed.final:.4f}", f"{seed.final:.5f}"} if seed.final is not None else {seed.outcome}
                    assert any(f">{text}</td>" in page for text in shown), (row.label, seed)


def test_failures_have_reason_and_traceback(page: str):
    section = page[page.index('id="failures"') :]
    assert "the loss was not finite at step 66" in section
    assert "optimizer lion" in section
    assert "<pre>Traceback (most recent call last):" in section


def test_equal_records_give_equal_bytes_whatever_the_order(tmp_path: Path):
    few = [make_record(seed=seed) for seed in range(3)] + [make_record(changes={"optimizer": [SGD]}, outcome="crashed")]
    first = write_report(few, tmp_path / "a")
    second = write_report([*few[::-1], few[0]], tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
    assert (first.parent / "leaderboard.csv").read_bytes() == (second.parent / "leaderboard.csv").read_bytes()


def test_hostile_strings_are_text_everywhere():
    bad = make_record(changes={"optimizer": [component(HOSTILE, **{HOSTILE: HOSTILE})]}, value=0.5)
    twin = make_record(changes={"optimizer": [component(HOSTILE, **{HOSTILE: 2})]}, value=0.5)
    died = make_record(seed=1, outcome="crashed", reason=HOSTILE)

    def spoil(data: dict[str, Any]) -> None:
        data["environment"] |= dict.fromkeys(("machine", "processor", "numerics", "processor_features"), HOSTILE)
        data["environment"]["versions"]["tensorflow"] = HOSTILE
        data["made_by"]["commit"] = HOSTILE
        data["fingerprints"]["data"] = HOSTILE
        data["task"] |= dict.fromkeys(("summary", "license", "citation"), HOSTILE)
        data["spec"]["task"] = {"name": HOSTILE, "version": 1}
        if data["results"]["failure"]:
            data["results"]["failure"]["traceback"] = f"</pre>{HOSTILE}"

    text = render([remade(record, spoil) for record in (bad, twin, died)], problems=[HOSTILE])
    assert Page(text).tags & {"script", "img"} == {"script"}
    assert text.count("<script") == 1
    assert "alert(1)</script>" not in text
    assert "49" not in re.findall(r"&lt;/script&gt;(.{2})", text)


def test_what_is_long_is_folded_and_bounded():
    """And the letters that are not seen are shown: they would turn a line around in a browser too."""

    def spoil(data: dict[str, Any]) -> None:
        data["task"] |= {"summary": "a summary " * 10_000, "license": "l" * 10_000, "citation": "two\u202eways\u200b"}
        if data["results"]["failure"]:
            data["results"]["failure"]["traceback"] = "Traceback\n" + "  a line\n" * 10_000 + "ValueError: the end"

    named = make_record(changes={"optimizer": [component("x" * 3000, learning_rate="y" * 10**5)]})
    died = make_record(seed=1, outcome="crashed", reason="word " * 10_000)
    records = [remade(record, spoil) for record in (named, died)]
    text = render(records, problems=["p" * 10_000] * 200)
    parsed = Page(text)
    assert parsed.open == []
    assert len(text) < 500_000
    assert '<details class="long"><summary>word word' in text
    assert "two\\u202eways\\u200b" in text
    assert "<li>150 more</li>" in text
    # The whole is in the record, whose file the page names.
    record = next(record.id for record in records if record.outcome.failed)
    assert f'<a href="../trials/{record[:2]}/{record}.json">More of it is in the record.</a>' in text
    assert "ValueError: the end</pre>" in text


def test_a_thousand_failures_make_a_small_page():
    records = []
    for seed in range(1000):
        record = make_record(seed=seed, outcome="crashed", reason=f"ValueError: {seed} " + "r" * 480)
        failure = dataclasses.replace(record.results.failure, traceback=f"{seed}\n" + "  a line of a traceback\n" * 600)
        records.append(dataclasses.replace(record, results=dataclasses.replace(record.results, failure=failure)))
    text = render(records)
    assert text.count("<pre>") == 100
    assert text.count("1 traceback is in the record alone") == 200
    assert len(text) < 1_500_000


def test_of_hundreds_of_tasks_the_first_are_shown(monkeypatch: pytest.MonkeyPatch):
    from benchsuite.report.site import board_view, task_view

    for module in (board_view, task_view):
        monkeypatch.setattr(module, "MOST_COLUMNS", 2)
    names = [f"task_{number}" for number in range(5)]
    text = render([make_record(dataclasses.replace(DIGITS, name=name), {"optimizer": [SGD]}) for name in names])
    assert "2 of 5 tasks are shown; places are over all of them. All are in leaderboard.csv." in text
    assert Page(text).open == []
    for number, name in enumerate(names):
        assert (f'id="task-task-{number}"' in text) is (number < 2), name


def test_no_records_give_a_page_that_says_so(tmp_path: Path):
    path = write_report([], tmp_path)
    assert "No records yet" in path.read_text(encoding="utf-8")
    assert Page(path.read_text(encoding="utf-8")).open == []
    assert (tmp_path / "leaderboard.csv").read_text(encoding="utf-8").startswith("kind,component,")


def test_leaderboards_of_baselines_alone_are_named_not_shown(page: str):
    text = render([make_record(), make_record(changes={"optimizer": [SGD]})])
    assert 'id="kind-optimizer"' in text
    assert 'id="kind-schedule"' not in text
    assert "Nothing but the baseline ran for schedule, initializer" in text
    # When nothing but baselines ran, the first of them is shown all the same.
    assert 'id="kind-optimizer"' in render([make_record()])


def test_unequal_data_of_one_task_is_pointed_out():
    other = remade(make_record(seed=1), lambda data: data["fingerprints"].update(data="another"))
    assert "made with different data" in render([make_record(), other])
    assert "made with different data" not in render([make_record(), make_record(seed=1)])


CERTIFICATE = {
    "version": 1,
    "data": {"checksum": make_record().fingerprints["data"], "parts": [1078, 360, 359], "labels": {"0": 170, "1": 180}},
    "network": {"parameters": 8970, "kernels": 3},
    "loss": {"start": 2.842459, "after_steps": 2.428606, "of_zeros": 2.302585, "theory": 2.302585},
    "gradient": {"difference": 0.00069},
    "few": {"start": 2.28, "end": 0.22, "steps": 14, "learned": True, "goal": 0.228},
    "targets": {"start": 0.1, "end": 0.975, "epochs": [2, 4, None]},
}  # fmt: skip


def said_of_certificate(certificate: dict[str, Any] | None) -> str:
    text = render([make_record()], certificates={} if certificate is None else {"digits_mlp": certificate})
    about = text[text.index("<dt>Data checksum") :]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", about[: about.index("<dt>Environment")]))


def test_a_certificate_is_shown_beside_the_records_that_were_made_with_it():
    said = said_of_certificate(CERTIFICATE)
    for words in (
        "Certificate the data are those that were certified",
        "Examples 1,078 to train, 360 to validate, 359 to test",
        "Labels 2, 170 to 180 of each",
        "Training loss 2.84246 at the start, 2.42861 after 10 steps of gradient descent",
        "Loss of outputs 0 2.30259, in theory 2.30259",
        "Gradient off numerical differences by 0.069 %",
        "8 examples learned by heart in 14 steps",
        "Baseline reaches 0.9 after 2 epochs, 0.95 after 4 epochs, 0.97 never; ends at 0.975",
    ):
        assert words in said, said


def test_a_loss_of_the_tasks_own_has_no_share_that_counts_as_learned():
    said = said_of_certificate({**CERTIFICATE, "few": {**CERTIFICATE["few"], "goal": None}})
    assert "8 examples loss from 2.28 to 0.22 in 14 steps" in said


@pytest.mark.parametrize(
    ("change", "words", "bad"),
    [
        (None, "not certified", False),
        ({"version": 2}, "there is one of version 2, not of 1", True),
        ({"data": {**CERTIFICATE["data"], "checksum": "0" * 16}}, "the data are not those that were certified, which have 0000", True),
    ],
)  # fmt: skip
def test_a_certificate_of_something_else_is_told(change: dict[str, Any] | None, words: str, bad: bool):
    certificate = None if change is None else {**CERTIFICATE, **change}
    said = said_of_certificate(certificate)
    assert words in said
    assert "learned by heart" not in said
    page = render([make_record()], certificates={"digits_mlp": certificate} if certificate else None)
    assert ('<dt>Certificate</dt><dd class="bad">' in page) is bad


def test_censored_saturated_and_uncounted_are_said():
    records = [make_record(seed=seed, value=0.8, cpu_share=0.5) for seed in range(3)]
    text = render(records)
    assert "&gt; 660" in text
    assert "not counted" in text
    assert "3 of 3 shared their core" in text
    fast = [make_record(seed=seed, speed=9.0) for seed in range(3)]
    assert "Saturated, since every trial reached it at its first evaluation: 0.9 on digits_mlp" in render(fast)


def test_files_are_whole_or_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write_report([make_record()], tmp_path)
    before = path.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_report([make_record(value=0.5)], tmp_path)
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["index.html", "leaderboard.csv"]


def test_importing_the_report_stays_light():
    heavy = ["tensorflow", "keras", "pandas", "seaborn", "matplotlib", "jinja2"]
    code = f"import sys, benchsuite.report; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Outcomes


def test_every_outcome_has_a_colour_and_the_page_takes_it_from_there():
    assert set(OUTCOME_COLOURS) == set(Outcome)
    records = [make_record(seed=seed, outcome=outcome.value) for seed, outcome in enumerate(Outcome)]
    text = render(records)
    for outcome in Outcome:
        assert f".o-{outcome.value} {{ background: {OUTCOME_COLOURS[outcome]}; }}" in text
        assert f'<i class="o-{outcome.value}"' in text
        assert outcome.meaning in text
    assert "7 trials on 1 task: 1 completed, 4 failed, 1 pruned, 1 unsupported." in text


def test_pruned_trials_are_shown_and_are_no_failures():
    records = [make_record(seed=seed, value=0.9) for seed in range(3)] + [make_record(seed=3, outcome="pruned")]
    records += [make_record(changes={"optimizer": [SGD]}, seed=seed, outcome="pruned") for seed in range(3)]
    text = render(records)
    assert '<span class="aside">1 of 4 pruned</span>' in text
    assert '<span class="median quiet">pruned</span>' in text
    assert '<p class="note">Pruned: sgd.</p>' in text
    assert 'id="failures"' not in text
    assert '<td class="quiet" colspan="2">pruned</td>' in text


# Very many


def test_a_page_of_very_many_rows_shows_the_best_of_each_and_says_where_all_are(monkeypatch: pytest.MonkeyPatch):
    for name in ("MOST_ENTRIES", "FEWEST_ROWS"):
        monkeypatch.setattr(f"benchsuite.report.site.board_view.{name}", 4)
    rates = [make_record(changes={"optimizer": [component("sgd", rate=r)]}, value=0.9 - r / 100) for r in range(1, 9)]
    last = make_record(changes={"optimizer": [component("zzz")]}, value=0.1)
    text = render([make_record(value=0.2), *rates, last])
    shown = re.findall(r"<span>([^<]*)</span></th>", text[text.index('id="kind-optimizer"') : text.index('id="tasks"')])
    assert list(dict.fromkeys(shown)) == ["sgd[rate=1]", "sgd[rate=2]", "adam", "zzz"]
    assert "4 of 10 rows are shown" in text
    assert "All are in leaderboard.csv." in text
    assert "rows are shown" not in render([make_record(value=0.2), *rates[:2]])


def test_of_very_many_seeds_some_are_listed_and_the_statistics_are_of_all():
    values = [0.5 + seed / 1000 for seed in range(100)]
    text = render([make_record(seed=seed, value=value) for seed, value in enumerate(values)])
    assert "Of many seeds the first 30 are listed, and 60 drawn" in text
    assert '<td colspan="3">70 more</td>' in text
    assert len(re.findall(r'<circle class="seed"', text)) == 60
    assert ">0.5495</span>" in text  # the median of all
    assert "with 100 seeds" in text


def test_of_very_many_failures_some_of_every_task_and_outcome_are_shown(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("benchsuite.report.site.failure_view.MOST_FAILURES", 6)
    records = [make_record(seed=seed, outcome="diverged", reason=f"at step {seed}") for seed in range(40)]
    crashed = make_record(changes={"optimizer": [SGD]}, outcome="crashed", reason="the only crash")
    section = render([*records, crashed])
    section = section[section.index('id="failures"') :]
    assert "the only crash" in section
    assert section.count("<td>at step ") == 5
    assert "6 of 41 lines are shown, some of every task and outcome. trials.parquet has every trial" in section
    assert "Every trial that failed" not in section


def test_what_tables_share_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    made = []
    monkeypatch.setattr(contents, "leaderboards", lambda sample, **_: made.append("boards") or leaderboards(sample))
    monkeypatch.setattr(contents, "grids", lambda sample: made.append("grids") or grids(sample))
    held = Contents([make_record(seed=seed) for seed in range(2)])
    write_report(held, tmp_path)
    leaderboard_tables(held)
    grid_tables(held)
    assert sorted(made) == ["boards", "grids"]


# Records that are not alike


def other_numerics(record: Record, numerics: str, features: str = "avx512f") -> Record:
    new = {"numerics": numerics, "processor_features": features}
    return remade(record, lambda data: data["environment"].update(new))


def test_records_of_several_numerics_are_told_apart():
    usual = [make_record(seed=seed) for seed in range(3)]
    text = render([*usual, other_numerics(make_record(seed=3), "f" * 16)])
    line = "records of task &#39;digits_mlp&#39; were made under 2 numerics: 3 under 5e3c1ab09d2f4c67"
    assert text.count(line) == 2  # at the top, and in the task's section
    assert f"1 under {'f' * 16} (processor features avx512f)" in text
    assert "seeds are not paired across them" in text
    assert "were made under" not in render(usual)


# What no encoding holds


def test_a_lone_surrogate_reaches_neither_page_nor_tables(tmp_path: Path):
    import pandas as pd

    raw = make_json(outcome="crashed", reason="cannot open \udcff.csv")
    raw["results"]["failure"]["traceback"] = "\ud800"
    raw["environment"]["processor"] = "odd \udc80"
    record = record_from_json(json.dumps(in_format_1(raw)).encode())  # of format 2 none is read
    index = write_report([record], tmp_path)
    assert "cannot open \\udcff.csv" in index.read_text(encoding="utf-8")
    write_trials([record], tmp_path / "trials.parquet")
    assert pd.read_parquet(tmp_path / "trials.parquet")["reason"][0] == "cannot open \\udcff.csv"
    for table in leaderboard_tables([record]):
        Console(file=io.TextIOWrapper(io.BytesIO(), "utf-8")).print(table)


# Real records


@pytest.mark.parametrize("version", ["format_1", "format_2"])
def test_real_records_of_every_format_are_all_shown(version: str, tmp_path: Path):
    files = sorted((Path(__file__).parents[2] / "records" / version).glob("*.json"))
    records = [record_from_json(file.read_bytes()) for file in files]
    assert records
    text = write_report(records, tmp_path).read_text(encoding="utf-8")
    assert f"{len(records)} trials on " in text
    assert Page(text).open == []
    for record in records:
        assert f"<h3>{record.trial.task}" in text.replace("<wbr>", "")
        assert not record.outcome.failed or f">{record.outcome.value.replace('_', ' ')}</span>" in text
    write_trials(records, tmp_path / "trials.parquet")
    assert leaderboard_tables(records)


def test_a_figure_says_which_seeds_it_draws():
    few = render([make_record(seed=seed, value=0.9 + seed / 1000) for seed in range(3)])
    many = render([make_record(seed=seed, value=0.9 + seed / 10000) for seed in range(61)])
    said = "The points of a row are 60 of its seeds, evenly spread over their ranks. Medians and intervals are over all seeds."
    assert said not in few
    assert said in many
    assert "faint lines of a row" not in many  # 61 fit
