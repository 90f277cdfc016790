"""The report: one offline page that escapes everything, a tidy table, tables for 80 columns."""

from __future__ import annotations

import csv
import io
import math
import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from rich.console import Console

from benchsuite.analysis import leaderboards
from benchsuite.record import Record
from benchsuite.report import leaderboard_tables, write_report
from benchsuite.report.page.render import render
from benchsuite.report.tables.csv_table import leaderboard_csv
from benchsuite.report.tables.numbers import column_format, duration, milliseconds, percent, size, whole
from tests.factories import AUTOENCODER, DIGITS, component, make_record, make_study, remade

STUDY = make_study(seeds=3, tasks=2)
SGD = component("sgd", learning_rate=0.1)


@pytest.fixture(scope="module")
def page() -> str:
    return render(STUDY, stale=3, problems=["one file is not a record"])


class Page(HTMLParser):
    """Collects ids, links and the nesting of a page; void elements and SVG's own closing are the parser's business."""

    void = frozenset({"meta", "input", "br", "link", "img"})

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in self.void:
            self.open.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in ("href", "src", "xlink:href", "action", "data"):
                self.links.append(value or "")
            assert not name.startswith("on"), f"an inline handler: {name}"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in self.void:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, f"</{tag}> closes another element"


def printed(records: list[Record], width: int = 80) -> str:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    for table in leaderboard_tables(records, width=width):
        console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined]


def lines_of(records: list[Record]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(leaderboard_csv(leaderboards(records)))))


# The page


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


HOSTILE = '"><script>alert(1)</script>{{ 7 * 7 }}<img src=x onerror=alert(1)>'


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


# The tidy table


def test_the_table_has_one_line_per_cell_with_its_numbers():
    records = [make_record(seed=seed, value=0.9 + seed / 100) for seed in range(3)]
    records += [make_record(changes={"optimizer": [SGD]}, seed=seed, outcome="diverged") for seed in range(3)]
    adam, sgd = [line for line in lines_of(records) if line["kind"] == "optimizer"]
    assert (adam["component"], adam["final_median"], adam["final_low"], adam["final_high"]) == (
        "adam",
        "0.91",
        "0.9",
        "0.92",
    )
    assert (adam["seeds"], adam["attained_confidence"], adam["final_values"]) == ("3", "0.75", "0.9;0.91;0.92")
    assert adam["hyperparameters"] == '[{"beta_1": 0.9, "beta_2": 0.999, "learning_rate": 0.001}]'
    assert (sgd["diverged"], sgd["failed"], float(sgd["final_median"])) == ("3", "3", -math.inf)
    assert (sgd["target_1_steps"], sgd["target_1_reached"], sgd["budget_steps"]) == ("inf", "0", "660")


def test_the_table_is_read_back_by_pandas_as_numbers():
    import pandas as pd

    frame = pd.read_csv(io.StringIO(leaderboard_csv(leaderboards(STUDY))))
    numbers = [
        name for name in frame.columns if name.endswith(("_median", "_low", "_high", "_steps", "rank", "_milliseconds"))
    ]
    assert all(frame[name].dtype.kind in "if" for name in numbers)
    assert set(frame["kind"]) == {board.kind for board in leaderboards(STUDY)}


# The terminal


@pytest.mark.parametrize("width", [80, 120])
def test_terminal_tables_fit_their_width(width: int):
    text = printed(make_study(seeds=2, tasks=5), width)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= width
    assert "…" not in text


def test_terminal_tables_name_every_row_in_every_part():
    text = printed(make_study(seeds=2, tasks=5))
    assert "optimizer leaderboard (1 of 2)" in text
    assert text.count("schedule_free_adamw") == 2
    for task in ("bible_charlm", "digits_mlp", "housing_mlp", "mnist5k_cnn"):
        assert task in text


def test_terminal_tables_show_failures_intervals_and_the_caption():
    records = [make_record(seed=seed, value=0.9 + seed / 100) for seed in range(3)]
    records += [make_record(changes={"optimizer": [SGD]}, seed=seed, outcome="diverged") for seed in range(3)]
    text = printed(records)
    assert "0.9000–0.9200" in text
    assert re.search(r"sgd\s+failed\n\s+3/3 diverged", text)
    assert "test accuracy after 20 epochs: median of 3 seeds, 75 % interval" in text


def test_the_best_median_is_bold_and_labels_are_no_markup():
    hostile = component("[red]x[/red]")
    table = leaderboard_tables([make_record(value=0.9), make_record(changes={"optimizer": [hostile]}, value=0.8)])[0]
    first, second = list(table.columns[2].cells)
    assert (str(first.style), str(second.style)) == ("bold", "")  # type: ignore[union-attr]
    assert "[red]x[/red]" in printed([make_record(changes={"optimizer": [hostile]})])


def test_no_records_no_tables():
    assert leaderboard_tables([]) == []


def test_a_caption_spans_what_differs():
    records = [make_record(seed=seed) for seed in range(5)] + [make_record(AUTOENCODER, seed=seed) for seed in range(3)]
    records += [make_record(DIGITS, {"optimizer": [SGD]})]
    assert "test metric after 20 to 30 epochs: median of 1 to 5 seeds, 0 to 93.7 % interval" in printed(records)


# Numbers


@pytest.mark.parametrize(("values", "shown"), [
    ([0.98123, 0.5], "0.9812"), ([12.3456, 99.0], "12.35"), ([0.0123456], "0.01235"), ([1e-6], "1e-06"),
    ([-math.inf], "failed"), ([1234.5], "1234"), ([0.5, 1e-9], "0.5"), ([1.0, 0.98], "1.0000"),
])  # fmt: skip
def test_metric_values_have_four_digits(values: list[float], shown: str):
    assert column_format(values)(values[0]) == shown


def test_units():
    assert [duration(value) for value in (0.04, 41.3, 725, 12_000, 187_200)] == [
        "0.0 s", "41 s", "12 min 5 s", "3 h 20 min", "2 d 4 h",
    ]  # fmt: skip
    assert [size(value) for value in (12, 71_760, 8.8e6)] == ["12 B", "71.8 kB", "8.8 MB"]
    assert [milliseconds(value) for value in (0.0291, 12.34, 4321)] == ["0.0291 ms", "12.3 ms", "4,321 ms"]
    assert [whole(value) for value in (1797, 33.5)] == ["1,797", "33.5"]


def test_a_confidence_never_rounds_up_to_certainty():
    assert [percent(value) for value in (0.75, 0.9375, 0.99999)] == ["75 %", "93.7 %", "99.9 %"]
