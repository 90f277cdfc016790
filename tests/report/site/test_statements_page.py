"""The page of statements and challenges: what others wrote stands there as text, and the first page has a badge for it."""

from __future__ import annotations

from typing import Any

import pytest

from benchsuite.report import Contents
from benchsuite.report.site.laying_out import site_files
from benchsuite.report.site.site import SiteData
from benchsuite.statements import DrawnSample, Rerun, RuleCheck, Statement, records_hash
from tests.factories import DIGITS, make_record

EVIL = "<script>alert(1)</script> \\input{/etc/passwd}"
SHOWN = "&lt;script&gt;alert(1)&lt;/script&gt;"


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    record = make_record(DIGITS)
    statements = [
        Statement(
            "ab" * 32, verdict, (EVIL,), (RuleCheck("a rule", "PASS", "what it checks", (EVIL,)),),
            (Rerun(record.id, "digits_mlp", "the baseline on digits_mlp, seed 0", "no", EVIL),),
            DrawnSample(20, 7, 1), "a machine", {}, f"{EVIL} A. Verifier", date, about,
        ).for_page()
        for verdict, date, about in (
            ("PASS", "2026-01-01", records_hash([record])),
            ("FAIL", "2026-02-01", records_hash([record])),
            ("INCONCLUSIVE", "2026-01-03", "00" * 32),
            ("PASS", "2026-01-02", ""),
        )
    ]  # fmt: skip
    side: dict[str, Any] = {
        "outcome": "completed",
        "reason": "",
        "primary": "accuracy",
        "final": 0.5,
        "numerics": "",
        "seed": 0,
        "compared": "",
    }
    dispute = {
        "id": record.id, "task": "digits_mlp", "same_numerics": False,
        "here": {**side, "components": {}}, "others": [{**side, "final": 0.25, "origin": "cd" * 32, "author": EVIL, "components": {}}],
    }  # fmt: skip
    challenge = {
        "hash": "cd" * 32, "against": "ab" * 32, "claim": EVIL, "author": EVIL, "made": "2026-01-02T00:00:00+00:00",
        "differs": [record.id], "agrees": 3,
    }  # fmt: skip
    data = SiteData(Contents([record]), statements=statements, challenges=[challenge], disputes=[dispute])
    return {path: content.decode() for path, content in site_files(data) if path.endswith((".html", ".csv"))}


def test_what_others_wrote_is_text(pages: dict[str, str]) -> None:
    page = pages["statements.html"]
    assert SHOWN in page
    assert "<script>alert" not in page


def test_the_newest_statement_comes_first_and_leads_to_its_trials(pages: dict[str, str]) -> None:
    page = pages["statements.html"]
    assert page.index(">FAIL</span>") < page.index(">INCONCLUSIVE</span>") < page.index(">PASS</span>")
    assert f"#{make_record(DIGITS).id[:12]}" in page
    assert "does not repeat" in page


def test_the_claim_stands_beside_its_answer(pages: dict[str, str]) -> None:
    assert pages["data/challenge-1.csv"].splitlines()[1].endswith("0.5,0.25")


def test_the_first_page_says_what_others_found(pages: dict[str, str]) -> None:
    page = pages["index.html"]
    for words in ("FAIL: once", "PASS: once", "challenged once"):
        assert words in page
    assert 'href="statements.html"' in page


def test_a_statement_about_other_records_gives_no_verdict_on_these(pages: dict[str, str]) -> None:
    page = pages["index.html"]
    assert "2 statements about other records" in page
    assert "INCONCLUSIVE" not in page
    assert "PASS: 2" not in page
    page = pages["statements.html"]
    assert page.count("other records than those that are shown</dd>") == 2
    assert page.count(">the records that are shown</dd>") == 2
    assert '<span class="badge quiet">INCONCLUSIVE</span>' in page
    assert page.count('<span class="badge good">PASS</span>') == 1


def test_without_any_there_is_no_page() -> None:
    data = SiteData(Contents([make_record(DIGITS)]))
    assert "statements.html" not in {path for path, _ in site_files(data)}
