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

from benchsuite.analysis import Leaderboard, Row, grids, leaderboards
from benchsuite.analysis.verdict import Verdict
from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.record_json import record_from_json
from benchsuite.report import Contents, contents, grid_tables, leaderboard_tables, write_report, write_trials
from benchsuite.report.drawings.palette import OUTCOME_COLOURS
from benchsuite.report.site import (
    board_view,
    failures_page,
    leaderboards_page,
    provenance_page,
    records_page,
    start_page,
    task_page,
)
from benchsuite.report.site.assets import assets
from benchsuite.report.site.laying_out import site_files
from benchsuite.report.site.links import anchor
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.verdicts import Verdicts
from benchsuite.report.tables.ranking_words import said_of
from tests.factories import DIGITS, component, in_format_1, make_json, make_record, make_study, remade
from tests.report.reading import HOSTILE, Page, render, site, words
from tests.test_certified_resolution import BLOCK

STUDY = make_study(seeds=3, tasks=2)
SGD = component("sgd", learning_rate=0.1)
START, BOARDS, FAILURES = [start_page.pages], [leaderboards_page.pages], [failures_page.pages]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    return site(STUDY, stale=3, problems=["one file is not a record"], trials="")


@pytest.fixture(scope="module")
def page(pages: dict[str, str]) -> str:
    return pages["index.html"]


def test_templates_are_compiled_once_in_a_process(pages: dict[str, str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("jinja2.Environment.compile", lambda *_, **__: pytest.fail("compiled again"))
    assert site(STUDY, stale=3, problems=["one file is not a record"], trials="") == pages


def html(pages: dict[str, str]) -> dict[str, str]:
    return {path: text for path, text in pages.items() if path.endswith(".html")}


def test_every_page_is_well_formed_and_every_link_leads_somewhere(pages: dict[str, str]):
    read = {path: Page(text) for path, text in html(pages).items()}
    assets_there = {f"assets/{name}" for name in (*assets(), "search.js")}
    for path, parsed in read.items():
        assert parsed.open == [], path
        assert len(parsed.ids) == len(set(parsed.ids)), path
        for link in parsed.links:
            if link == "data:,":
                continue
            to, _, place = link.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(path), to)) if to else path
            assert target in read or target in pages or target in assets_there or target == "leaderboard.csv", (
                path,
                link,
            )
            assert not place or place in read[target].ids, (path, link)


def test_no_page_needs_a_network_or_runs_what_it_was_given(pages: dict[str, str]):
    for path, text in html(pages).items():
        parsed = Page(text)
        assert not parsed.tags & {"img", "iframe", "object", "embed", "form", "base"}, path
        assert "default-src 'none'" in text
        assert "http://" not in text
        assert not [link for link in parsed.links if "//" in link], path
        assert "@import" not in text
        assert set(re.findall(r"url\((.)", text)) <= {"#"}
        assert re.findall(r"<script[^>]*>([^<]*)", text) == [""] * text.count("<script"), "no script within a page"


def test_every_trial_has_a_place_and_numbers_lead_there(pages: dict[str, str]):
    held = "".join(text for path, text in pages.items() if path.startswith("records/"))
    for record in STUDY:
        assert held.count(f'id="{anchor(record.id)}"') == 1
    results = pages["leaderboards/optimizer/results.html"]
    (board, *_) = leaderboards(STUDY)
    for row in board.rows:
        for entry in row.entries:
            if entry:
                assert f'.html#{anchor(entry.seeds[0].id)}"' in results, row.label
    every = pages["leaderboards/optimizer/seeds.html"]
    assert all(
        f'#{anchor(seed.id)}"' in every for row in board.rows for entry in row.entries if entry for seed in entry.seeds
    )


def test_every_table_has_its_csv(pages: dict[str, str]):
    for path, text in html(pages).items():
        for table in re.findall(r'<table class="data[^>]*>', text):
            found = re.search(r'data-csv="(?:\.\./)*([^"]*)"', table)
            assert found, (path, table)
            assert found[1] in pages, (path, table)
    lines = pages["data/optimizer-ranking.csv"].splitlines()
    assert lines[0].startswith("Place,Component,Ranks,Score")
    assert len(lines) == 1 + len(leaderboards(STUDY)[0].rows)


def test_the_search_finds_every_page():
    data = SiteData(Contents(STUDY[:20]))
    files = dict(site_files(data))
    found = files["assets/search.js"].decode().removeprefix("window.BENCHSUITE_SEARCH = ").rstrip(";\n")
    listed = {path for _, path, _, _ in json.loads(found)}
    assert listed == {path for path in files if path.endswith(".html")}


def test_the_page_says_what_ran(page: str):
    counts = {outcome: sum(record.outcome == outcome for record in STUDY) for outcome in ("completed", "diverged")}
    assert f"{len(STUDY)} trials on 2 tasks: {counts['completed']} completed, {counts['diverged']} failed." in page
    assert "3 stale records are not in this report" in page
    assert "one file is not a record" in page
    assert "AMD EPYC 7B13, 2 cores" in page
    assert "1 trial differs from the baseline in two or more kinds" in page


def test_the_start_page_says_who_leads_as_the_terminal_does(page: str):
    for board in leaderboards(STUDY):
        if board.compares:
            said = said_of(board)
            assert said.first in words(page)
            assert said.robust in words(page)


def test_the_page_says_of_nothing_that_it_was_chosen_where_it_was_not(page: str, pages: dict[str, str]):
    """Hyperparameters are as declared or as given, and the ranking reads the test part: no sentence may say otherwise."""
    said = re.sub(r"\s+", " ", pages["how-to-read.html"])
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
    text = site([make_record(), *rates], BOARDS)["leaderboards.html"]
    assert re.search(r'leaderboards/optimizer.html">Optimizer</a></span></th>\s*<td class="num">2</td>', text)


def test_the_page_says_that_one_seed_has_no_interval():
    text = render(make_study(seeds=1, tasks=1), BOARDS)
    assert "interval (confidence none with 1 seed)" in text
    assert "confidence 0" not in text


def test_the_pages_have_every_component_value_and_licence(pages: dict[str, str]):
    for text in ("BSD-3-Clause", "CC-BY-SA-3.0", STUDY[0].fingerprints["data"]):
        assert text in pages["provenance.html"]
    for board in leaderboards(STUDY):
        if not board.compares:
            continue
        every = pages[f"leaderboards/{board.kind}/seeds.html"]
        for row in board.rows:
            assert f">{row.label}</a>" in every
            for entry in row.entries:
                for seed in entry.seeds if entry else ():
                    # Four digits of the largest median: 0.98 and 0.08 on these two tasks.
                    shown = {f"{seed.final:.4f}", f"{seed.final:.5f}"} if seed.final is not None else {seed.outcome}
                    assert any(f">{text}</a>" in every for text in shown), (row.label, seed)


def test_failures_have_reason_and_traceback(pages: dict[str, str]):
    section = pages["failures.html"]
    assert "the loss was not finite at step 66" in section
    assert "optimizer lion" in section
    assert "<pre>Traceback (most recent call last):" in section


def test_provenance_says_what_was_asked_and_what_is_missing():
    record = make_record()
    study = {
        "id": "1" * 32,
        "command": ["benchsuite", "run", "a b; rm"],
        "planned": [record.id, "0" * 32],
        "searches": [],
        "began": "2026-01-02T03:04:05+00:00",
    }
    text = render([record], [provenance_page.pages], studies=[study])
    assert "benchsuite run &#39;a b; rm&#39;" in text
    assert "2026-01-02 03:04" in text
    assert '<td class="num bad">1</td>' in text
    assert "The commands are not known" not in text
    assert "The commands are not known" in render([record], [provenance_page.pages])


def test_equal_records_give_equal_bytes_whatever_the_order(tmp_path: Path):
    few = [make_record(seed=seed) for seed in range(3)] + [make_record(changes={"optimizer": [SGD]}, outcome="crashed")]
    first = write_report(few, tmp_path / "a")
    second = write_report([*few[::-1], few[0]], tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
    made, again = (
        {file.relative_to(one.parent): file.read_bytes() for file in one.parent.rglob("*.*")} for one in (first, second)
    )
    assert made == again
    assert len(made) > 20


def test_what_is_no_longer_made_goes_and_what_is_not_of_the_site_stays(tmp_path: Path):
    index = write_report([make_record(), make_record(seed=1, outcome="crashed")], tmp_path / "report")
    (index.parent / "mine.html").write_text("mine", encoding="utf-8")
    failures, before = index.parent / "failures.html", index.stat().st_mtime_ns
    assert failures.is_file()
    write_report([make_record(), make_record(seed=1, outcome="crashed")], tmp_path / "report")
    assert index.stat().st_mtime_ns == before  # nothing is made anew
    write_report([make_record()], tmp_path / "report")
    assert not failures.exists()
    assert (index.parent / "mine.html").read_text(encoding="utf-8") == "mine"


@pytest.mark.parametrize("name", ["../victim.txt", "/etc/hostname", "a/../../victim.txt"])
def test_a_manifest_that_names_files_of_others_deletes_none(name: str, tmp_path: Path):
    victim = tmp_path / "victim.txt"
    victim.write_text("here", encoding="utf-8")
    index = write_report([make_record()], tmp_path / "report")
    (index.parent / "site.json").write_text(json.dumps({"inputs": "x", "files": {name: "0"}}), encoding="utf-8")
    write_report([make_record(seed=1)], tmp_path / "report")
    assert victim.read_text(encoding="utf-8") == "here"
    assert json.loads((index.parent / "site.json").read_text(encoding="utf-8"))["files"]["index.html"]


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

    files = site([remade(record, spoil) for record in (bad, twin, died)], problems=[HOSTILE])
    for path, text in html(files).items():
        assert Page(text).tags & {"script", "img"} == {"script"}, path
        assert text.count("<script ") == text.count("<script") == text.count('.js"></script>')
        assert "alert(1)</script>" not in text
        assert "49" not in re.findall(r"&lt;/script&gt;(.{2})", text)
    assert all(re.fullmatch(r"[A-Za-z0-9_./-]+", path) and ".." not in path for path in files)


def test_what_is_long_is_folded_and_bounded():
    """And the letters that are not seen are shown: they would turn a line around in a browser too."""

    def spoil(data: dict[str, Any]) -> None:
        data["task"] |= {"summary": "a summary " * 10_000, "license": "l" * 10_000, "citation": "two\u202eways\u200b"}
        if data["results"]["failure"]:
            data["results"]["failure"]["traceback"] = "Traceback\n" + "  a line\n" * 10_000 + "ValueError: the end"

    named = make_record(changes={"optimizer": [component("x" * 3000, learning_rate="y" * 10**5)]})
    died = make_record(seed=1, outcome="crashed", reason="word " * 10_000)
    records = [remade(record, spoil) for record in (named, died)]
    files = site(records, problems=["p" * 10_000] * 200)
    assert all(Page(text).open == [] for text in html(files).values())
    assert all(len(text) < 300_000 for text in files.values())
    text = (
        files["index.html"] + files["failures.html"] + "".join(v for k, v in files.items() if k.startswith("records/"))
    )
    assert '<details class="long"><summary>word word' in text
    assert "two\\u202eways\\u200b" in "".join(files.values())
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
    text = render(records, FAILURES)
    assert text.count("<pre>") == 100
    assert text.count("1 traceback is in the record alone") == 200
    assert len(text) < 1_500_000


def test_of_hundreds_of_tasks_the_first_are_shown(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(board_view, "MOST_COLUMNS", 2)
    names = [f"task_{number}" for number in range(5)]
    made = [make_record(dataclasses.replace(DIGITS, name=name), {"optimizer": [SGD]}) for name in names]
    text = site(made, BOARDS)["leaderboards/optimizer/results.html"]
    assert "2 of 5 tasks are shown; places are over all of them. All are in leaderboard.csv." in text
    assert Page(text).open == []
    for number, name in enumerate(names):
        assert (f">{name}</a>" in text) is (number < 2), name


def test_no_records_give_a_page_that_says_so(tmp_path: Path):
    path = write_report([], tmp_path)
    assert "No records yet" in path.read_text(encoding="utf-8")
    assert Page(path.read_text(encoding="utf-8")).open == []
    assert (tmp_path / "leaderboard.csv").read_text(encoding="utf-8").startswith("kind,component,")


def test_leaderboards_of_baselines_alone_are_named_not_shown():
    text = site([make_record(), make_record(changes={"optimizer": [SGD]})], START)["index.html"]
    assert 'id="kind-optimizer"' in text
    assert 'id="kind-schedule"' not in text
    assert "Nothing but the baseline ran for schedule, initializer" in text
    # When nothing but baselines ran, the first of them is shown all the same.
    assert 'id="kind-optimizer"' in render([make_record()], START)


def test_unequal_data_of_one_task_is_pointed_out():
    other = remade(make_record(seed=1), lambda data: data["fingerprints"].update(data="another"))
    assert "made with different data" in render([make_record(), other], START)
    assert "made with different data" not in render([make_record(), make_record(seed=1)], START)


CERTIFICATE = {
    "version": 1,
    "data": {"checksum": make_record().fingerprints["data"], "parts": [1078, 360, 359], "labels": {"0": 170, "1": 180}},
    "network": {"parameters": 8970, "kernels": 3},
    "loss": {"start": 2.842459, "after_steps": 2.428606, "of_zeros": 2.302585, "theory": 2.302585},
    "gradient": {"difference": 0.00069},
    "few": {"start": 2.28, "end": 0.22, "steps": 14, "learned": True, "goal": 0.228},
    "targets": {"start": 0.1, "end": 0.975, "epochs": [2, 4, None]},
}  # fmt: skip


def said_of_certificate(certificate: dict[str, Any] | None) -> tuple[str, str]:
    """Return the page of the task, and the words of its certificate."""
    held = {} if certificate is None else {"digits_mlp": certificate}
    page = site([make_record()], [task_page.pages], certificates=held)["tasks/digits_mlp.html"]
    about = page[page.index("<dt>Certificate") :]
    return page, words(about[: about.index("</dl>")])


def test_a_certificate_is_shown_beside_the_records_that_were_made_with_it():
    _, said = said_of_certificate(CERTIFICATE)
    for phrase in (
        "Certificate the data are those that were certified",
        "Examples 1,078 to train, 360 to validate, 359 to test",
        "Labels 2, 170 to 180 of each",
        "Training loss 2.84246 at the start, 2.42861 after 10 steps of gradient descent",
        "Loss of outputs 0 2.30259, in theory 2.30259",
        "Gradient off numerical differences by 0.069 %",
        "8 examples learned by heart in 14 steps",
        "Baseline reaches 0.9 after 2 epochs, 0.95 after 4 epochs, 0.97 never; ends at 0.975",
    ):
        assert phrase in said, said


def certified(block: dict[str, Any]) -> str:
    """Return what the page of the task says of a block ``resolution``."""
    page, _ = said_of_certificate({**CERTIFICATE, "resolution": block})
    heading = "What its certificate says"
    return page[page.index(heading) : page.index("</section>", page.index(heading))] if heading in page else ""


def test_what_a_task_tells_apart_is_shown_by_its_certificate():
    block = {**BLOCK, "task_version": 1}
    section = certified(block)
    said = words(section)
    for phrase in (
        "Optimizer sgd, momentum, adagrad, rmsprop, adam, lion 15 0 % 71 % 80 %",
        "Trial, s Compiling, s Pairs a minute",
        "71/4/25 % 0.010 33.3 % 1.6 % 0.21 1.3 101",
        "Initializer uniform, gaussian, he_normal 3 0 % 8 % 33 % – 0.010 – 0 % – – –",
        "accuracy primary 71 % 8 % log_loss 86 % 90 % loss 86 % –",
        "reach a validation accuracy of 0.81, half of them 0.85, one of ten 0.89",
        "The measure loss tells 86 % of the optimizer pairs apart with 5 seeds, the primary measure accuracy 71 %.",
        "Its targets are 0.9, 0.95, 0.97; tuned reference components reach 0.81, 0.85, 0.89.",
        f"Measured by: {BLOCK['command']}",
    ):
        assert phrase in said, said
    # Three parts that fill the bar, each as wide as its share.
    widths = [
        float(width) for width in re.findall(r'class="(?:component|seed|interaction)"[^>]* width="([0-9.]+)"', section)
    ]
    assert widths == pytest.approx([0.71 * 96, 0.04 * 96, 0.25 * 96], abs=0.01)
    assert "cannot be read (KeyError" in words(certified({**block, "kinds": {"optimizer": {}}}))
    assert certified(BLOCK) == ""  # of another version of the task
    for held, said in ((block, "5 seeds these tasks tell apart: digits_mlp 71 %."), (BLOCK, "")):
        files = site(
            [make_record()], [leaderboards_page.pages], certificates={"digits_mlp": {**CERTIFICATE, "resolution": held}}
        )
        page = words(files["leaderboards/optimizer.html"])
        assert said in page
        assert ("By their certificates" in page) == bool(said)


def test_a_loss_of_the_tasks_own_has_no_share_that_counts_as_learned():
    _, said = said_of_certificate({**CERTIFICATE, "few": {**CERTIFICATE["few"], "goal": None}})
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
    page, said = said_of_certificate(certificate)
    assert words in said
    assert "learned by heart" not in said
    assert ('<dt>Certificate</dt><dd class="bad">' in page) is bad


def test_censored_saturated_and_uncounted_are_said():
    records = [make_record(seed=seed, value=0.8, cpu_share=0.5) for seed in range(3)]
    text = render(records, BOARDS)
    assert "&gt; 660" in text
    assert "not counted" in text
    assert "3 of 3 shared their core" in text
    fast = [make_record(seed=seed, speed=9.0) for seed in range(3)]
    assert "Saturated, since every trial reached it at its first evaluation: 0.9 on digits_mlp" in render(fast, BOARDS)


def test_files_are_whole_or_absent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = write_report([make_record()], tmp_path)
    before = path.read_bytes()

    def full(*_: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_report([make_record(value=0.5)], tmp_path)
    assert path.read_bytes() == before
    assert not list(tmp_path.rglob(".*"))


def test_importing_the_report_stays_light():
    heavy = ["tensorflow", "keras", "pandas", "seaborn", "matplotlib", "jinja2"]
    code = f"import sys, benchsuite.report; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# Outcomes


def test_every_outcome_has_a_colour_and_the_page_takes_it_from_there():
    assert set(OUTCOME_COLOURS) == set(Outcome)
    records = [make_record(seed=seed, outcome=outcome.value) for seed, outcome in enumerate(Outcome)]
    text = site(records, START)["index.html"]
    style = assets()["site.css"].decode()
    for outcome in Outcome:
        assert f".o-{outcome.value}{{--of:{OUTCOME_COLOURS[outcome]}}}" in style.replace(" ", "").replace(";}", "}")
        assert f'<i class="o-{outcome.value}"' in text
        assert outcome.meaning in text
    assert "7 trials on 1 task: 1 completed, 4 failed, 1 pruned, 1 unsupported." in text


def test_pruned_trials_are_shown_and_are_no_failures():
    records = [make_record(seed=seed, value=0.9) for seed in range(3)] + [make_record(seed=3, outcome="pruned")]
    records += [make_record(changes={"optimizer": [SGD]}, seed=seed, outcome="pruned") for seed in range(3)]
    files = site(records)
    results, every = (files[f"leaderboards/optimizer/{name}.html"] for name in ("results", "seeds"))
    assert '<span class="interval">1 of 4 pruned</span>' in results
    assert re.search(r'<td class="num quiet" data-order=""><a href="[^"]*">pruned</a></td>', results)
    assert "failures.html" not in files
    assert re.search(r'<td class="num quiet" data-order="" title="seed 3"><a href="[^"]*">pruned</a></td>', every)


# Very many


def test_a_page_of_very_many_rows_shows_the_best_of_each_and_says_where_all_are(monkeypatch: pytest.MonkeyPatch):
    for name in ("MOST_ENTRIES", "FEWEST_ROWS"):
        monkeypatch.setattr(f"benchsuite.report.site.board_view.{name}", 4)
    rates = [make_record(changes={"optimizer": [component("sgd", rate=r)]}, value=0.9 - r / 100) for r in range(1, 9)]
    last = make_record(changes={"optimizer": [component("zzz")]}, value=0.1)
    made = site([make_record(value=0.2), *rates, last], BOARDS)
    for name in ("", "/results", "/seeds", "/targets", "/costs"):
        text = made[f"leaderboards/optimizer{name}.html"]
        body = text[text.index("<tbody>") :]
        shown = re.findall(r'<th scope="row" class="component"[^>]*>.*?<span><a href="[^"]*">([^<]*)</a>', body)
        assert shown == ["sgd[rate=1]", "sgd[rate=2]", "adam", "zzz"]
        assert "4 of 10 rows are shown" in text
        assert "All are in leaderboard.csv." in text
    assert "rows are shown" not in render([make_record(value=0.2), *rates[:2]], BOARDS)


def test_of_very_many_rows_some_are_compared_with_the_baseline(monkeypatch: pytest.MonkeyPatch):
    asked: list[str] = []
    real = Verdicts.against_baseline

    def counted(self: Verdicts, board: Leaderboard, row: Row) -> Verdict | None:
        asked.append(row.label)
        return real(self, board, row)

    monkeypatch.setattr(Verdicts, "against_baseline", counted)
    monkeypatch.setattr("benchsuite.report.site.task_resolution.MOST_ROWS", 3)
    monkeypatch.setattr("benchsuite.report.site.board_view.MOST_ROWS", 4)
    rates = [make_record(changes={"optimizer": [component("sgd", rate=r)]}, value=0.9 - r / 100) for r in range(1, 9)]
    page = site([make_record(value=0.2), *rates], [task_page.pages])["tasks/digits_mlp.html"]
    assert asked == ["sgd[rate=1]", "sgd[rate=5]", "adam"]  # of all ranks: the best would say another median
    listed = page[page.index("of every seed: ") :]
    assert [rate for rate in range(1, 9) if f"rate={rate}]" in listed.replace("<wbr>", "")] == [1, 2, 3]
    assert "4 of 9 rows are listed" in page


def test_of_very_many_seeds_some_are_listed_and_the_statistics_are_of_all():
    values = [0.5 + seed / 1000 for seed in range(100)]
    made = site([make_record(seed=seed, value=value) for seed, value in enumerate(values)], BOARDS)
    results, every = (made[f"leaderboards/optimizer/{name}.html"] for name in ("results", "seeds"))
    assert "Of many seeds the first 30 are listed, and 60 drawn" in results
    assert ">70</td>" in every
    assert len(re.findall(r'<circle class="seed"', results)) == 60
    assert ">0.5495</a>" in results  # the median of all
    assert "with 100 seeds" in results


def test_of_very_many_trials_some_of_every_component_have_a_line_and_how_many_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("benchsuite.report.site.links.MOST_RECORDS", 9)
    records = [make_record(changes={"optimizer": [component("sgd")]}, seed=seed) for seed in range(40)]
    records += [make_record(changes={"optimizer": [component("lion")]}, seed=seed) for seed in range(3)]
    pages = site(records, [records_page.pages])
    lines = {name: set(re.findall('<tr[^>]* id="([0-9a-f]{12})"', text)) for name, text in pages.items()}
    lion, sgd = lines["records/optimizer/lion.html"], lines["records/optimizer/sgd.html"]
    assert lion == {record.id[:12] for record in records[40:]}
    assert sgd == set(sorted(record.id[:12] for record in records[:40])[:6])
    assert "sgd: 40 trials" in pages["records/optimizer/sgd.html"]
    assert "6 of these trials have a line here" in pages["records/optimizer/sgd.html"]
    assert "All are in trials.parquet." in pages["records/optimizer/sgd.html"]
    published = site(records, [records_page.pages], trials="")["records/optimizer/sgd.html"]
    assert "All are in records.jsonl.xz." in published  # beside the site there is nothing else of them
    assert "of these trials" not in pages["records/optimizer/lion.html"]


def test_of_very_many_failures_some_of_every_task_and_outcome_are_shown(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("benchsuite.report.site.failure_view.MOST_FAILURES", 6)
    records = [make_record(seed=seed, outcome="diverged", reason=f"at step {seed}") for seed in range(40)]
    crashed = make_record(changes={"optimizer": [SGD]}, outcome="crashed", reason="the only crash")
    section = site([*records, crashed], FAILURES)["failures.html"]
    assert "the only crash" in section
    assert section.count('<td class="reason">at step ') == 5
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
    text = render([*usual, other_numerics(make_record(seed=3), "f" * 16)], START)
    line = "records of task &#39;digits_mlp&#39; were made under 2 numerics: 3 under 5e3c1ab09d2f4c67"
    assert text.count(line) == 1
    assert f"1 under {'f' * 16} (processor features avx512f)" in text
    assert "seeds are not paired across them" in text
    assert "were made under" not in render(usual, START)


# What no encoding holds


def test_a_lone_surrogate_reaches_neither_page_nor_tables(tmp_path: Path):
    import pandas as pd

    raw = make_json(outcome="crashed", reason="cannot open \udcff.csv")
    raw["results"]["failure"]["traceback"] = "\ud800"
    raw["environment"]["processor"] = "odd \udc80"
    record = record_from_json(json.dumps(in_format_1(raw)).encode())  # of format 2 none is read
    index = write_report([record], tmp_path)
    assert "cannot open \\udcff.csv" in (index.parent / "failures.html").read_text(encoding="utf-8")
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
    index = write_report(records, tmp_path)
    assert f"{len(records)} trials on " in index.read_text(encoding="utf-8")
    made = [file.read_text(encoding="utf-8") for file in tmp_path.rglob("*.html")]
    assert all(Page(text).open == [] for text in made)
    held = "".join(file.read_text(encoding="utf-8") for file in (tmp_path / "records").rglob("*.html"))
    for record in records:
        assert f'id="{anchor(record.id)}"' in held
        assert f">{record.outcome.value.replace('_', ' ')}<" in held
    write_trials(records, tmp_path / "trials.parquet")
    assert leaderboard_tables(records)
