"""Where everything lies on the site, and the way there from any page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from benchsuite.analysis import Column, Leaderboard
from benchsuite.analysis.sample import Sample
from benchsuite.analysis.settings import joined_name
from benchsuite.record import Record
from benchsuite.report.site.slugs import slug, slugs

BASELINE, SEVERAL = "baseline", "several kinds"
"""What stands for a kind where a trial is of no single one."""
MOST_RECORDS = 20_000
"""Trials that have a line on the pages of records; the others are found by their files alone. A browser opens 20,000 lines."""
ANCHOR = 12
"""Digits of a trial's id that its line is reached by."""
Pair = tuple[str, str, str]
"""Kind and two names, sorted."""


def pair_of(kind: str, one: str, other: str) -> Pair:
    """Return the key of a pair, whichever comes first."""
    first, second = sorted((one, other))
    return kind, first, second


@dataclass(frozen=True)
class Places:
    """Every place of the site, found once: pages that are not in here do not exist, and nothing links to them.

    Args:
        boards: The leaderboards that are shown.
        sample: The records.
        labels: Column → the label of its task page.
        pairs: Those that have a page.
        grids: Anchors of the interaction grids.
    """

    boards: tuple[Leaderboard, ...]
    sample: Sample
    labels: Mapping[Column, str]
    pairs: frozenset[Pair]
    grids: tuple[str, ...] = ()
    others: Mapping[str, str] = field(default_factory=dict)
    """More pages by name, such as ``archive``."""
    trials: str = "../trials"
    """Where the files of the trials lie, from the folder of the site; empty where they do not lie beside it."""
    claims: Mapping[str, str] = field(default_factory=dict)
    """Name of a claim → its page."""

    @cached_property
    def leaderboards(self) -> dict[str, str]:
        """Key of a board → its page."""
        found = slugs([board.key for board in self.boards])
        return {key: f"leaderboards/{name}.html" for key, name in found.items()}

    @cached_property
    def components(self) -> dict[tuple[str, str], str]:
        """Kind and name → the page, of every component that stands in a leaderboard, twins included."""
        names: dict[str, set[str]] = {}
        for board in self.boards:
            names.setdefault(board.kind, set()).update(name for row in board.rows for name in row.names)
        return {
            (kind, name): f"components/{slug(kind)}/{file}.html"
            for kind, held in names.items()
            for name, file in slugs(held).items()
        }

    @cached_property
    def tasks(self) -> dict[str, str]:
        """Label of a column → its page; the labels that single leaderboards give their columns as well, where none clashes."""
        found = {label: f"tasks/{name}.html" for label, name in slugs(self.labels.values()).items()}
        for board in self.boards:
            for head in board.columns:
                found.setdefault(head.label, found[self.labels[head.column]])
        return found

    @cached_property
    def comparisons(self) -> dict[Pair, str]:
        """Pair → its page."""
        found: dict[Pair, str] = {}
        for kind in sorted({kind for kind, *_ in self.pairs}):
            held = {(one, other) for of, one, other in self.pairs if of == kind}
            files = slugs({name: name for pair in held for name in pair})
            names = slugs({(one, other): f"{files[one]}-vs-{files[other]}" for one, other in held})
            found |= {(kind, *pair): f"comparisons/{slug(kind)}/{name}.html" for pair, name in names.items()}
        return found

    @cached_property
    def grid_pages(self) -> dict[str, str]:
        """Anchor of a grid → its page."""
        return {anchor: f"grids/{name}.html" for anchor, name in slugs(self.grids).items()}

    @cached_property
    def homes(self) -> dict[tuple[str, str], list[Record]]:
        """Kind and name → the trials that are of one page of records.

        A trial is of the component in which it leaves the baseline, one of the baseline or of several kinds of its task.
        """
        found: dict[tuple[str, str], list[Record]] = {}
        for record in self.sample.records:
            found.setdefault(self.home(record), []).append(record)
        return dict(sorted(found.items()))

    @cached_property
    def lines(self) -> dict[tuple[str, str], list[Record]]:
        """Kind and name of :attr:`homes` → those of its trials that have a line there, sorted by id.

        Of very many the small pages are whole, and the large ones have equally many: the first ids, which are hashes.
        """
        room, found = MOST_RECORDS, {}
        for number, (home, held) in enumerate(sorted(self.homes.items(), key=lambda one: len(one[1]))):
            found[home] = held[: max(room // (len(self.homes) - number), 1)]
            room -= len(found[home])
        return {home: found[home] for home in self.homes}

    def home(self, record: Record) -> tuple[str, str]:
        """Return kind and name of the page that a trial lies on."""
        kinds = self.sample.deviations(record)
        if len(kinds) == 1:
            return kinds[0], joined_name(record.trial.recipe.get(kinds[0]))
        return SEVERAL if kinds else BASELINE, record.trial.task

    @cached_property
    def record_pages(self) -> dict[tuple[str, str], str]:
        """Kind and name of :attr:`homes` → the page."""
        found: dict[tuple[str, str], str] = {}
        for kind in sorted({kind for kind, _ in self.homes}):
            names = slugs([name for of, name in self.homes if of == kind])
            found |= {(kind, name): f"records/{slug(kind)}/{file}.html" for name, file in names.items()}
        return found

    @cached_property
    def records(self) -> dict[str, str]:
        """Trial → its page and the place on it."""
        return {
            record.id: f"{self.record_pages[home]}#{anchor(record.id)}"
            for home, held in self.lines.items()
            for record in held
        }


def anchor(id: str) -> str:
    """Return what the line of a trial is reached by on its page: the first digits of its id, since thousands of links have it."""
    return id[:ANCHOR]


class Links:
    """Ways from one page to all others; each is ``None`` where there is no such page.

    Args:
        page: Path of the page that they start from, relative to the site.
        places: All that there is.
    """

    def __init__(self, page: str, places: Places) -> None:
        self.page, self.places = page, places
        self.up = "../" * page.count("/")

    def component(self, kind: str, name: str) -> str | None:
        """Return the way to a component's page."""
        return self._to(self.places.components.get((kind, name)))

    def leaderboard(self, board: Leaderboard) -> str | None:
        """Return the way to the page of a leaderboard."""
        return self._to(self.places.leaderboards.get(board.key))

    def task(self, label: str) -> str | None:
        """Return the way to a task's page by the label of its column."""
        return self._to(self.places.tasks.get(label))

    def column(self, column: Column) -> str | None:
        """Return the way to a task's page by its column."""
        label = self.places.labels.get(column)
        return None if label is None else self.task(label)

    def pair(self, kind: str, one: str, other: str) -> str | None:
        """Return the way to the comparison of two components."""
        return self._to(self.places.comparisons.get(pair_of(kind, one, other)))

    def grid(self, anchor: str) -> str | None:
        """Return the way to an interaction grid."""
        return self._to(self.places.grid_pages.get(anchor))

    def record(self, id: str) -> str | None:
        """Return the way to a trial."""
        return self._to(self.places.records.get(id))

    def records(self, ids: Iterable[str]) -> str | None:
        """Return the way to the first of some trials; those of one row and task follow one another on their page."""
        return next((found for id in ids if (found := self.record(id))), None)

    def records_of(self, kind: str, name: str) -> str | None:
        """Return the way to all trials of a component; of the baselines or of several kinds by the name of a task."""
        return self._to(self.places.record_pages.get((kind, name)))

    def trial_file(self, id: str) -> str | None:
        """Return the way to a trial's own file."""
        return f"{self.up}{self.places.trials}/{id[:2]}/{id}.json" if self.places.trials else None

    def claim(self, name: str) -> str | None:
        """Return the way to the page of a claim."""
        return self._to(self.places.claims.get(name))

    def other(self, name: str) -> str | None:
        """Return the way to a page that is there once, such as ``failures``."""
        return self._to(self.places.others.get(name))

    def csv(self, name: str) -> str:
        """Return the way to the CSV of a table."""
        return f"{self.up}data/{slug(name)}.csv"

    def asset(self, name: str) -> str:
        """Return the way to a style sheet or script."""
        return f"{self.up}assets/{name}"

    def file(self, path: str) -> str:
        """Return the way to a file of the site."""
        return self.up + path

    def _to(self, path: str | None) -> str | None:
        return None if path is None else self.up + path
