"""Works that are cited, as BibTeX: what a free text such as ``Kingma & Ba 2015, arXiv:1412.6980`` says, and nothing that it does not."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from benchsuite.report.tables.latex import escaped_for_bibtex
from benchsuite.text import one_line, shortened

_ARXIV = re.compile(r"\s*\barXiv:(\d{4}\.\d{4,5}|[a-z-]{2,20}/\d{7})(?:v\d+)?\b")
_NAME = r"(?:(?:van|von|de|der|den|di|la|le) )*[A-Z\u00C0-\u017F][\w'’\u00C0-\u017F-]*"
_AUTHORS = rf"{_NAME}(?:, {_NAME})*(?:,? & {_NAME})?(?: et al\.)?"
_KNOWN = re.compile(
    rf"^(?P<lead>[a-z][\w' ]{{0,60}}?)?\s*(?P<authors>{_AUTHORS}),? (?P<year>1[4-9]\d\d|20\d\d)\b(?P<rest>.*)$"
)
_YEAR = re.compile(r"\b(1[4-9]\d\d|20\d\d)\b")
LONGEST = 400
"""Letters of a reference; of a longer one the beginning and the end."""


@dataclass(frozen=True)
class Work:
    """One work of a bibliography.

    Args:
        authors: Family names as they were given, or full ones where they are known; empty where the text names none.
        year: Of publication; empty where the text names none.
        arxiv: Its number there.
        title: Where it is known for sure.
        kind: Of the entry.
        fields: Further fields, already as LaTeX.
        rest: What else the text says.
        lead: Words before the authors, such as ``network of``: they belong to whoever cites.
        given: The text itself; empty for works that benchsuite knows.
        others: Whether there are more authors than are named.
        corporate: Whether the only author is no person.
    """

    authors: tuple[str, ...] = ()
    year: str = ""
    arxiv: str = ""
    title: str = ""
    kind: str = "misc"
    fields: tuple[tuple[str, str], ...] = ()
    rest: str = ""
    lead: str = ""
    given: str = ""
    others: bool = False
    corporate: bool = False

    @property
    def identity(self) -> tuple[str, ...]:
        """What two texts share that mean one work: the number at arXiv, else all that they say."""
        if self.arxiv:
            return ("arxiv", self.arxiv)
        return (*self.authors, "others" * self.others, self.year, self.title, self.rest)


def works_in(text: str) -> list[Work]:
    """Return the works that a free text names, which semicolons separate.

    Args:
        text: Such as ``Nesterov 1983; Sutskever et al. 2013``.
    """
    parts = [part.strip() for part in one_line(text).split(";")]
    found = [_work(shortened(part, LONGEST)) for part in parts if part]
    # Course notes, or what a library is known for, is no work that a bibliography could name.
    return [work for work in found if work.year or work.arxiv]


def _work(text: str) -> Work:
    number = _ARXIV.search(text)
    arxiv = number[1] if number else ""
    plain = text[: number.start()] + text[number.end() :] if number else text
    known = _KNOWN.match(plain)
    if known is None:
        years = set(_YEAR.findall(plain))
        return Work(year=years.pop() if len(years) == 1 else "", arxiv=arxiv, rest=plain.strip(" ,"), given=text)
    names = known["authors"]
    others = names.endswith(" et al.")
    each = re.split(r",? & |, ", names.removesuffix(" et al."))
    parts = [part.strip() for part in known["rest"].split(",")]
    # What begins with a small letter, or in brackets, and is no address is a remark of whoever cites.
    rest = ", ".join(part for part in parts if part and (part[0].isupper() or "." in part or part[0].isdigit()))
    return Work(
        tuple(each), known["year"], arxiv, rest=rest, lead=(known["lead"] or "").strip(), given=text, others=others
    )


class Bibliography:
    """All works that a paper cites, each once. A key is given at the first citation and stays: ``kingma2015``, ``kingma2015b``."""

    def __init__(self) -> None:
        self._works: dict[tuple[str, ...], Work] = {}
        self._keys: dict[tuple[str, ...], str] = {}

    def cite(self, works: Iterable[Work]) -> str:
        """Take works in, and return what cites them in LaTeX, with a space that does not break before it; empty for none."""
        keys: dict[str, None] = {}
        for work in works:
            identity = work.identity
            before = self._works.get(identity)
            if before is None or _said(work) > _said(before):
                self._works[identity] = work
            keys[self._keys.setdefault(identity, self._free(work))] = None
        return rf"~\cite{{{','.join(keys)}}}" if keys else ""

    def bibtex(self) -> str:
        """Return the file, sorted by key."""
        entries = sorted((self._keys[identity], work) for identity, work in self._works.items())
        return "\n".join(_entry(key, work) for key, work in entries)

    def __len__(self) -> int:
        return len(self._works)

    def _free(self, work: Work) -> str:
        stem, taken = _stem(work), set(self._keys.values())
        return next(key for number in itertools.count() if (key := stem + _letters(number)) not in taken)


def _said(work: Work) -> tuple[bool, bool, int]:
    """Return how much a text says of a work: of two about one work that one is taken which says more."""
    return bool(work.title), not work.others, len(work.authors)


def _stem(work: Work) -> str:
    person = work.authors and not work.corporate
    first = work.authors[0].rpartition(" ")[2] if person else (work.title or work.rest or work.given).partition(":")[0]
    name = re.sub(r"[^a-z]", "", first.lower())[:24]
    return f"{name or 'work'}{work.year}"


def _letters(number: int) -> str:
    """Return nothing, then b, c, …, z, then numbers."""
    return "" if not number else chr(ord("a") + number) if number < 26 else f"-{number}"


def _entry(key: str, work: Work) -> str:
    fields: list[tuple[str, str]] = []
    if work.authors:
        # In braces: BibTeX takes no name apart, and a comma in one means nothing.
        names = [_name(one, whole=bool(work.given) or work.corporate) for one in work.authors] + [
            "others"
        ] * work.others
        fields.append(("author", " and ".join(names)))
    else:
        fields.append(("key", key))
    if work.title:
        fields.append(("title", f"{{{escaped_for_bibtex(work.title)}}}"))
    fields += work.fields
    said = [escaped_for_bibtex(work.rest)] if work.rest else []
    if work.arxiv:
        fields += [("eprint", work.arxiv), ("archiveprefix", "arXiv")]
        said.append(f"arXiv:{work.arxiv}")
    if said and not work.title and not work.authors:
        fields.append(("title", f"{{{', '.join(said)}}}"))
    elif said:
        fields.append(("howpublished" if work.kind == "misc" else "note", ", ".join(said)))
    if work.year:
        fields.append(("year", work.year))
    if work.given:
        fields.append(("annote", f"As given: {escaped_for_bibtex(work.given)}"))
    lines = "".join(f"  {name} = {{{value}}},\n" for name, value in fields)
    return f"@{work.kind}{{{key},\n{lines}}}\n"


def _name(name: str, *, whole: bool) -> str:
    text = escaped_for_bibtex(name)
    return f"{{{text}}}" if whole else text
