"""The pages of claims: what they say, where they lead, what they say of registrations, and that every text is text."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from benchsuite.claim_verdicts import GridEdges
from benchsuite.computed_numbers import ComputedNumber, ComputedNumbers
from benchsuite.record import Record
from benchsuite.registrations import RegisteredFile, Registration
from benchsuite.report import Contents
from benchsuite.report.drawings.claim_effects import EffectAxis, claim_picture, claim_words_of
from benchsuite.report.site import claims_page, records_page, start_page
from benchsuite.report.site.claim_registration import registered_word, registration_lines
from benchsuite.report.site.known_claim import KnownClaim, OtherVerdict, in_order
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.writing import write_report
from tests.claims_made import arms, changed, claim, computed, part, several
from tests.factories import DIGITS, component, make_record
from tests.report.reading import HOSTILE, Page, site, words

RECORDS = [
    make_record(DIGITS, changes={"regularization": [component(name)]}, seed=seed, value=value + seed / 500)
    for name, value in (("dropout", 0.95), ("none", 0.93))
    for seed in range(10)
]
"""They ended on 2025-11-22 from 10:00 to 10:09, ten minutes for each arm."""
NOT_MADE = ("assets", "leaderboard.csv", "leaderboards", "leaderboards.html", "components", "tasks")
"""What the site has beside the pages that are made here."""
CODE = "f" * 16
EDGE = GridEdges("rate of dropout", ("with_it", "without"), 10, (2, 3), ())
ENTRY = RegisteredFile("mine.py", "ab" * 32, CODE, "2025-11-22T09:00:00+00:00")


def known(**more: object) -> KnownClaim:
    verdict = changed(
        several()[1],
        changes={**arms([one.id for one in RECORDS]), "grids": (EDGE,)},
        components=("regularization dropout", "task digits_mlp"),
    )
    return KnownClaim(verdict, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    others = (OtherVerdict("A. Nother", changed(several()[1], word="cannot tell", changes={"estimate": 0.01})),)
    evil = claim(
        "evil", "", [part("evil_part", says=HOSTILE, because=HOSTILE, reason=HOSTILE, unit=HOSTILE)], sentence=HOSTILE,
        source=HOSTILE, depends=HOSTILE, origin=HOSTILE, components=(f"task {HOSTILE}",), fingerprint=HOSTILE,
    )  # fmt: skip
    held = [KnownClaim(one) for one in (several()[0], *several()[2:], evil)]
    data = in_order([known(others=others), *held])
    return site(RECORDS, [start_page.pages, claims_page.pages, records_page.pages], trials="", claims=data)


def test_every_claim_has_a_row_and_a_page(pages: dict[str, str]) -> None:
    table = pages["claims.html"]
    order = [table.index(f">{label}</a>") for label in ("C9", "C10", "C34", "evil", "mine")]
    assert order == sorted(order)
    assert {path for path in pages if path.startswith("claims/")} == {
        f"claims/{name}.html" for name in ("dropout_helps", "weight_decay_shrinks", "closed_form", "mine", "evil")
    }
    assert "5 claims: 3 hold, 1 does not hold, 1 cannot tell." in table
    assert "others have another verdict" in table


def test_every_link_of_them_leads_somewhere_and_no_text_is_markup(pages: dict[str, str]) -> None:
    read = {path: Page(text) for path, text in pages.items() if path.endswith(".html")}
    for path in ("index.html", *(one for one in read if one.startswith("claims"))):
        assert read[path].open == [], path
        assert len(read[path].ids) == len(set(read[path].ids)), path
        assert "<script>alert" not in pages[path]
        assert not read[path].tags & {"img", "iframe"}
        for link in read[path].links:
            to, _, place = link.partition("#")
            target = os.path.normpath(os.path.join(os.path.dirname(path), to)) if to else path
            if target.partition("/")[0] in NOT_MADE or link == "data:,":
                continue
            assert target in pages, (path, link)
            assert not place or place in read[target].ids, (path, link)


def test_a_page_shows_why_the_verdict_is_what_it_is(pages: dict[str, str]) -> None:
    page = words(pages["claims/dropout_helps.html"])
    assert "It holds: 0.034 [0.0305, 0.0375] accuracy, where at least 0.02 was asked for." in page
    assert "Two points are what a reader of the notes would see in a plot." in page
    assert (
        "At an edge of its grid: rate of dropout, among with_it and without the smallest in 2 of 10 seeds (2, 3)"
        in page
    )
    assert "At an edge" not in words(pages["claims/mine.html"])
    assert "On how far the network overfits without it." in page
    assert "benchsuite claim run C9 --quick" in page
    assert "It ships with benchsuite: its bounds stand in its code" in page
    assert "It was not registered before it ran" in words(pages["claims/mine.html"])
    assert "A. Nother cannot tell" in page
    lines = pages["data/claim-dropout_helps-score_gained.csv"].splitlines()
    assert lines[0] == "Seed,Effect (accuracy),with it,without"
    assert lines[3] == f"2,0.027,{RECORDS[2].id},{RECORDS[12].id}"


def test_its_trials_are_a_click_away(pages: dict[str, str]) -> None:
    page = pages["claims/dropout_helps.html"]
    for record in RECORDS:
        assert f"#{record.id[:12]}" in page
    gone = site([], claims=[known()])["claims/dropout_helps.html"]
    assert f"#{RECORDS[0].id[:12]}" not in gone
    assert "its record is not here" in gone


def test_the_start_page_says_which_claims_hold(pages: dict[str, str]) -> None:
    page = pages["index.html"]
    assert 'href="claims.html"' in page
    assert 'href="claims/closed_form.html"' in page
    assert "does not hold C10" in words(page)


def test_without_claims_nothing_is_said_of_them() -> None:
    made = site(RECORDS[:1], [start_page.pages, claims_page.pages], claims=())
    assert not [path for path in made if "claim" in path]
    assert "claims.html" not in made["index.html"]


def test_a_site_with_another_verdict_is_another_site(tmp_path: Path) -> None:
    first = write_report([], tmp_path / "report", claims=[known()]).parent
    before = (first / "claims.html").read_bytes()
    other = changed(known().verdict, word="cannot tell", changes={"word": "cannot tell"})
    write_report([], tmp_path / "report", claims=[KnownClaim(other)])
    assert (first / "claims.html").read_bytes() != before
    write_report([], tmp_path / "report")
    assert not (first / "claims.html").exists()


def said(held: KnownClaim) -> list[tuple[str, bool]]:
    by_id: dict[str, Record] = {one.id: one for one in RECORDS}
    return list(registration_lines(held, by_id))


def test_trials_before_and_after_a_registration_are_counted() -> None:
    registration = Registration("dropout_helps", ENTRY)
    lines = said(known(registration=registration, code_now=CODE, file_now="ab" * 32))
    assert [warns for _, warns in lines] == [False, False]
    assert lines[1][0] == "Of its 20 trials 0 ended before the registration and 20 after."
    late = replace(ENTRY, registered_at="2025-11-22T10:02:30+00:00")  # seeds 0 to 2 of both arms were there
    lines = said(known(registration=Registration("dropout_helps", late), code_now=CODE))
    assert lines[1] == (
        "Of its 20 trials 6 ended before the registration and 14 after: whoever wrote it may have seen them.", True,
    )  # fmt: skip
    unseen = list(registration_lines(known(registration=registration), {}))
    assert "of 20 it is not known" in unseen[2][0]


def test_computations_before_and_after_likewise() -> None:
    number = ComputedNumber(3e-9, "", 1.0, "2025-11-22T08:00:00+00:00")
    numbers = ComputedNumbers("closed_form", "distance", CODE, {}, "", {"0": number})
    held = KnownClaim(
        claim("closed_form", "C34", [computed()]), Registration("closed_form", ENTRY), {"distance": numbers}, CODE
    )
    assert (
        "Of its 1 computation 1 ended before the registration and 0 after: whoever wrote it may have seen them.",
        True,
    ) in said(held)


def test_what_changed_since_is_told() -> None:
    registration = Registration("dropout_helps", ENTRY)
    layout = said(known(registration=registration, code_now=CODE, file_now="cd" * 32))
    assert any("comments or layout alone" in line and not warns for line, warns in layout)
    edited = said(known(registration=registration, code_now="0" * 16, file_now="cd" * 32))
    assert [line for line, warns in edited if warns] == [
        f"Its file was changed since it was registered, its code too. It is SHA-256 {'cd' * 32} now.",
        "The claim's own code was changed since this verdict was made: run it again.",
    ]
    other = said(known(registration=Registration("dropout_helps", replace(ENTRY, fingerprint="0" * 16)), code_now=CODE))
    assert other[0][0].startswith("It is registered, but not as it ran")
    assert other[0][1]
    again = said(
        known(
            registration=Registration("dropout_helps", ENTRY, (replace(ENTRY, sha256="00" * 32, fingerprint="0" * 16),))
        )
    )
    assert any("Other content was registered under its name before" in line and warns for line, warns in again)
    assert "is not installed here" in again[0][0]
    assert "`benchsuite report --plugin FILE`" in again[0][0]


def test_the_day_in_the_table_is_that_of_the_code_that_ran() -> None:
    assert registered_word(known()) == "ships"
    assert registered_word(KnownClaim(several()[2])) == "no"
    assert registered_word(known(registration=Registration("dropout_helps", ENTRY))) == "2025-11-22"
    assert (
        registered_word(known(registration=Registration("dropout_helps", replace(ENTRY, fingerprint="0" * 16))))
        == "other code"
    )


def test_the_picture_shows_seeds_interval_and_region() -> None:
    figure = claim_picture(several()[0], "claim", "").figure()
    assert len(figure.axes) == 3
    axes = figure.axes[0]
    dots = [float(line.get_xdata()[0]) for line in axes.get_lines() if line.get_marker() == "o"]  # type: ignore[index]
    assert dots == list(part().effects)
    (bar,) = [list(line.get_xdata()) for line in axes.get_lines() if line.get_linewidth() == 7]  # type: ignore[arg-type]
    assert bar == [0.0305, 0.0375]
    (region,) = axes.patches
    assert region.get_x() == 0.02  # type: ignore[attr-defined]
    assert region.get_x() + region.get_width() == pytest.approx(axes.get_xlim()[1])  # type: ignore[attr-defined]


def test_the_axis_is_logarithmic_where_numbers_span_decades_and_never_loses_one() -> None:
    wide = EffectAxis.of(computed())
    assert wide.log
    assert wide.low < 3e-9 < 1e-4 < wide.high
    assert not EffectAxis.of(computed(value=0.0)).log
    alone = EffectAxis.of(computed(value=None, word="cannot tell"))
    assert alone.low < 1e-4 < alone.high
    assert "no number" in claim_words_of(claim(parts=[computed(value=None, word="cannot tell")]))


def test_the_data_say_which_pages_there_are() -> None:
    data = SiteData(Contents([]), claims=[known()])
    assert data.links("claims/dropout_helps.html").claim("dropout_helps") == "../claims/dropout_helps.html"
    assert data.links("index.html").claim("nothing") is None
