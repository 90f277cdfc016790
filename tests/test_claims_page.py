"""The tour of the notes: made of verdicts alone, the same for the same ones, and every link in it leads somewhere."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from benchsuite.bundle import write_bundle
from benchsuite.bundle.claims import OfClaims, claim_contents
from benchsuite.claim_files import write_claim
from benchsuite.claim_verdicts import GridEdges
from benchsuite.errors import BenchsuiteError
from tests.bundle import made
from tests.claims_made import arms, changed, claim, part, several

DOCS = Path(__file__).parents[1] / "docs"
BUNDLE = DOCS.parent / "results" / "reference" / "claims.zip"


@pytest.fixture(scope="module")
def maker() -> ModuleType:
    spec = importlib.util.spec_from_file_location("make_claims", DOCS / "reference" / "make_claims.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_page_and_its_pictures_come_of_folder_and_bundle_alike(maker: ModuleType, tmp_path: Path) -> None:
    claims = several()[1:]  # one part each: pictures cost
    for one in claims:
        write_claim(tmp_path, one)
    held = made.content(made.records(), files=claim_contents(OfClaims(claims)))
    bundle = write_bundle(held, tmp_path / "c.zip", table=False)
    pages = []
    for number, source in enumerate((tmp_path, bundle)):
        images = tmp_path / f"images{number}"
        images.mkdir()
        (images / "gone.svg").write_text("a picture of a claim that is gone")
        maker.main([str(source), "--output", str(tmp_path / "claims.md"), "--images", str(images)])
        pages.append((tmp_path / "claims.md").read_text())
        assert {one.name for one in images.iterdir()} == {"dropout_helps.svg", "closed_form.svg"}, (
            "what ships, and no other"
        )
    assert pages[0] == pages[1]
    assert (tmp_path / "images0" / "closed_form.svg").read_bytes() == (
        tmp_path / "images1" / "closed_form.svg"
    ).read_bytes()


def test_it_has_a_row_and_a_section_for_each_claim_in_order(maker: ModuleType) -> None:
    text = maker.page(maker.shipped(several()))
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == ["C9 dropout_helps", "C10 weight_decay_shrinks", "C34 closed_form"]
    links = re.findall(r"\]\(#([^)]+)\)", text)
    assert links == [heading.lower().replace(" ", "-") for heading in headings]
    assert "**3 claims: 2 hold, 1 does not hold." in text
    assert (
        "- **loss left: does not hold.** The test accuracy with the method, minus that without it. Wanted: at most 0.01 loss."
        in text
    )
    assert "`benchsuite claim run C9 --quick`" in text


def test_a_section_says_what_it_cost_and_depends_on(maker: ModuleType) -> None:
    ids = [f"{number:032x}" for number in range(20)]
    found = changed(claim(components=("regularization dropout", "task digits_mlp")), changes=arms(ids))
    text = "\n".join(maker.section(found))
    assert "`benchsuite claim run C7` · 20 trials of `digits_mlp` · 10 seeds · 1.4 minutes" in text
    assert "What it depends on: On how far the network overfits without it." in text
    assert "It rests on experience: somebody saw it." in text
    assert "At an edge" not in text
    edge = GridEdges("rate of dropout", ("a", "b", "c"), 10, (), (2, 3))
    text = "\n".join(maker.section(changed(found, changes={"grids": (edge,)})))
    assert "At an edge of its grid: rate of dropout, among a … c the largest in 2 of 10 seeds (2, 3)" in text


def test_no_text_of_a_claim_is_markup(maker: ModuleType) -> None:
    evil = "<b>x</b> | [y](z) `q` # h"
    found = claim(parts=[part(says=evil, because=evil, unit="|")], sentence=evil, source=evil, depends=evil)
    text = maker.page([found])
    assert "<b>" not in text
    assert "[y](z)" not in text
    assert "`q`" not in text


def test_without_verdicts_or_with_a_damaged_one_nothing_is_made(maker: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "claims").mkdir()
    with pytest.raises(BenchsuiteError, match="has no verdict on a claim"):
        maker.verdicts(tmp_path)
    (tmp_path / "claims" / "a.json").write_text("{")
    with pytest.raises(BenchsuiteError, match=r"claims/a\.json"):
        maker.verdicts(tmp_path)


@pytest.mark.skipif(not BUNDLE.exists(), reason="the reference run of the claims is not committed")
def test_the_page_that_ships_is_what_its_bundle_gives(maker: ModuleType) -> None:
    claims = maker.shipped(maker.verdicts(BUNDLE))
    assert maker.PAGE.read_text(encoding="utf-8") == maker.page(claims)
    assert {one.stem for one in maker.IMAGES.glob("*.svg")} == {one.name for one in claims}
