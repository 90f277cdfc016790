"""Free texts become BibTeX that says what they say, and nothing more."""

from __future__ import annotations

import re

import pytest

from benchsuite.report.paper.known_works import HOLM, OPTUNA, benchsuite_itself
from benchsuite.report.paper.works import Bibliography, works_in


def bib(*texts: str) -> str:
    found = Bibliography()
    for text in texts:
        found.cite(works_in(text))
    return found.bibtex()


def test_authors_year_and_number_are_found():
    (work,) = works_in("Kingma & Ba 2015, arXiv:1412.6980")
    assert (work.authors, work.year, work.arxiv, work.rest, work.others) == (
        ("Kingma", "Ba"),
        "2015",
        "1412.6980",
        "",
        False,
    )
    assert bib("Kingma & Ba 2015, arXiv:1412.6980") == (
        "@misc{kingma2015,\n  author = {{Kingma} and {Ba}},\n  eprint = {1412.6980},\n  archiveprefix = {arXiv},\n"
        "  howpublished = {arXiv:1412.6980},\n  year = {2015},\n"
        "  annote = {As given: Kingma \\& Ba 2015, arXiv:1412.6980},\n}\n"
    )


@pytest.mark.parametrize(
    ("text", "authors", "year", "rest"),
    [
        ("Chen et al. 2023, arXiv:2302.06675", ("Chen",), "2023", ""),
        (
            "Dozat 2016, Incorporating Nesterov Momentum into Adam",
            ("Dozat",),
            "2016",
            "Incorporating Nesterov Momentum into Adam",
        ),
        ("network of He, Zhang, Ren & Sun 2016, arXiv:1512.03385", ("He", "Zhang", "Ren", "Sun"), "2016", ""),
        ("He et al. 2016, arXiv:1512.03385, use it so", ("He",), "2016", ""),
        ("Cireşan et al. 2010, arXiv:1003.0358", ("Cireşan",), "2010", ""),
        (
            "Hilbert & Cohn-Vossen 1932, Anschauliche Geometrie",
            ("Hilbert", "Cohn-Vossen"),
            "1932",
            "Anschauliche Geometrie",
        ),
        ("Wickham, ggplot2 (2016), data set `diamonds`", (), "2016", "Wickham, ggplot2 (2016), data set `diamonds`"),
    ],
)
def test_what_a_text_says_is_told_apart(text: str, authors: tuple[str, ...], year: str, rest: str):
    (work,) = works_in(text)
    assert (work.authors, work.year, work.rest) == (authors, year, rest)


def test_several_works_of_one_text_are_several_entries_and_what_is_no_work_is_none():
    assert [work.authors for work in works_in("Nesterov 1983; Sutskever et al. 2013; course notes")] == [
        ("Nesterov",),
        ("Sutskever",),
    ]
    assert works_in("") == works_in("Course notes; Keras' ReduceLROnPlateau") == []


def test_one_work_is_one_entry_and_the_text_that_says_more_wins():
    found = Bibliography()
    texts = ("He et al. 2016, arXiv:1512.03385", "He, Zhang, Ren & Sun 2016, arXiv:1512.03385")
    assert [found.cite(works_in(text)) for text in texts] == [r"~\cite{he2016}"] * 2
    assert len(found) == 1
    assert "author = {{He} and {Zhang} and {Ren} and {Sun}}" in found.bibtex()


def test_works_that_would_share_a_key_do_not():
    found = Bibliography()
    for text in ("Zhang et al. 2019, arXiv:1907.08610", "Zhang et al. 2019, arXiv:1907.04164", "Zhang 2019, A Third"):
        found.cite(works_in(text))
    assert re.findall(r"@misc\{(\w+),", found.bibtex()) == ["zhang2019", "zhang2019b", "zhang2019c"]


def test_what_benchsuite_knows_itself_is_whole():
    found = Bibliography()
    found.cite([HOLM, OPTUNA, benchsuite_itself("1.2", "https://example.org/x")])
    found.cite(works_in("Akiba et al. 2019, arXiv:1907.10902 (optuna)"))
    text = found.bibtex()
    assert text.count("@") == 3
    assert "author = {Takuya Akiba and Shotaro Sano" in text
    assert "@article{holm1979" in text
    assert "Version 1.2, \\url{https://example.org/x}" in text


@pytest.mark.parametrize(
    "text",
    [
        "}{ 2020 @misc{x, author={y}}",
        "A & B 2020, } \\end{document} \\input{/etc/passwd}",
        "Smith 2020, \x00\u202e%$#",
        "X" * 5000 + " 2020",
    ],
)
def test_hostile_references_stay_within_their_entry(text: str):
    entry = bib(text)
    assert len(re.findall(r"^@\w+\{\w+,$", entry, re.MULTILINE)) == 1
    depth = 0
    for letter in entry:
        depth += (letter == "{") - (letter == "}")
        assert depth >= 0
    assert depth == 0
    assert "\\input" not in entry
    assert "\\end" not in entry
