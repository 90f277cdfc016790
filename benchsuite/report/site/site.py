"""The site as a whole: what it is made of, each thing once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from benchsuite.analysis import Column, LayerProbes, Leaderboard, layer_probes
from benchsuite.analysis.board_numbers import BoardNumbers
from benchsuite.analysis.measures import MeasureTable, Predictions, measure_tables
from benchsuite.analysis.sample import column_labels
from benchsuite.cost_files import CostTable
from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.report.contents import Contents
from benchsuite.report.drawings.palette import Style, Styles, styles_of
from benchsuite.report.shown import EVERY_TRIAL, PUBLISHED_TRIALS
from benchsuite.report.site.cards import ComponentCard, TaskCard
from benchsuite.report.site.certificate_view import Certificate
from benchsuite.report.site.curves import CurveBook
from benchsuite.report.site.known_claim import KnownClaim
from benchsuite.report.site.links import Links, Pair, Places, pair_of
from benchsuite.report.site.slugs import slug, slugs
from benchsuite.report.site.table import DataTable, table_csv
from benchsuite.report.site.trial_notes import Diagnoses
from benchsuite.report.site.verdicts import Verdicts
from benchsuite.report.site.words import anchor
from benchsuite.statements import records_hash


def is_failure(record: Record) -> bool:
    """Say whether a trial belongs on the page of failures: it failed, or could not be tried."""
    return record.outcome.failed or record.outcome is Outcome.UNSUPPORTED


@dataclass
class SiteData:
    """All that the site shows. Aggregates are made once, when the first page asks for them.

    Args:
        contents: Records, leaderboards, searches, grids.
        components: Kind and name → what the plugin declares.
        tasks: Name → what the plugin declares.
        probes: Id → what the probes of that trial found.
        predictions: Id → the stored predictions of that trial.
        certificates: Task → its certificate.
        costs: What `benchsuite cost` measured.
        problems: What went wrong while the records were read, one line each.
        stale: How many records are stale.
        stale_shown: Whether these are among the records.
        numbers: Whether the numbers of all rows are shown as well.
        statements: What verifiers found, plain data.
        challenges: Bundles that answer others, plain data.
        disputes: Records that another has with other numbers, plain data.
        studies: What was asked of the folder, plain data.
        older: Boards of earlier rules, plain data.
        claims: Those that have a verdict, in the order in which they are shown.
    """

    contents: Contents
    components: Mapping[tuple[str, str], ComponentCard] = field(default_factory=dict)
    tasks: Mapping[str, TaskCard] = field(default_factory=dict)
    probes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    predictions: Mapping[str, Predictions] = field(default_factory=dict)
    certificates: Mapping[str, Certificate] = field(default_factory=dict)
    costs: Sequence[CostTable] = ()
    problems: Sequence[str] = ()
    stale: int = 0
    stale_shown: bool = False
    numbers: bool = False
    statements: Sequence[Mapping[str, Any]] = ()
    challenges: Sequence[Mapping[str, Any]] = ()
    disputes: Sequence[Mapping[str, Any]] = ()
    studies: Sequence[Mapping[str, Any]] = ()
    older: Sequence[Mapping[str, Any]] = ()
    claims: Sequence[KnownClaim] = ()
    trials: str = "../trials"
    """Where the files of the trials lie, from the folder of the site; empty where they do not lie beside it."""
    files: dict[str, bytes] = field(default_factory=dict)
    """Path → content of what lies beside the pages: CSV, figures. Pages put it there while they are made."""

    @property
    def every_trial(self) -> str:
        """The file that has all trials, whatever the pages show."""
        return EVERY_TRIAL if self.trials else PUBLISHED_TRIALS

    @property
    def records(self) -> list[Record]:
        """The records sorted by id."""
        return self.contents.records

    @cached_property
    def records_hash(self) -> str:
        """What stands for the numbers that are shown: statements say which ones they are about."""
        return records_hash(self.records)

    @property
    def boards(self) -> list[Leaderboard]:
        """The leaderboards that are shown."""
        return self.contents.shown

    @cached_property
    def by_id(self) -> dict[str, Record]:
        """Trial → its record."""
        return {record.id: record for record in self.records}

    @cached_property
    def styles(self) -> Styles:
        """The style of each component, the same on every page."""
        return styles_of(self.contents.boards)

    @cached_property
    def layers(self) -> Mapping[Column, LayerProbes]:
        """What the probes found, by column."""
        return layer_probes(self.contents.sample, self.probes) if self.probes else {}

    @cached_property
    def diagnoses(self) -> Diagnoses:
        """What is wrong or worth knowing of each trial."""
        return Diagnoses(self.records, self.certificates, self.probes)

    @cached_property
    def measures(self) -> Mapping[Column, MeasureTable]:
        """What the stored predictions give, by column."""
        return measure_tables(self.contents.sample, self.predictions) if self.predictions else {}

    @cached_property
    def board_numbers(self) -> list[BoardNumbers | None]:
        """The numbers of each of :attr:`boards`, where they were asked for."""
        return list(self.contents.numbers) if self.numbers else [None] * len(self.boards)

    @cached_property
    def labels(self) -> dict[Column, str]:
        """Column → the label of its task, of those that a leaderboard or probes show."""
        columns = {head.column for board in self.boards for head in board.columns} | set(self.layers)
        return column_labels(sorted(columns))

    @cached_property
    def pairs(self) -> frozenset[Pair]:
        """The comparisons that have a page of their own."""
        return frozenset(pair_of(one.kind, one.a, one.b) for one in self.verdicts.chosen.pairs)

    @cached_property
    def verdicts(self) -> Verdicts:
        """The verdicts on pairs of rows."""
        return Verdicts(self.contents, self.by_id, self.studies)

    @cached_property
    def curves(self) -> CurveBook:
        """The learning curves of all leaderboards."""
        return CurveBook(self.by_id)

    @cached_property
    def others(self) -> dict[str, str]:
        """Name → path of the pages that are there once."""
        names = ["index", "leaderboards", "components", "provenance", "how-to-read"]
        names += ["costs"] if self.costs else []
        names += ["statements"] if self.statements or self.challenges else []
        names += ["failures"] if any(map(is_failure, self.records)) else []
        names += ["archive"] if self.older else []
        names += ["disputes"] if self.disputes else []
        names += ["claims"] if self.claims else []
        return {name: f"{name}.html" for name in names}

    @cached_property
    def places(self) -> Places:
        """Where everything lies."""
        grids = tuple(
            anchor("grid", f"{grid.kinds[0]}-{grid.kinds[1]}-{grid.head.label}") for grid in self.contents.grids
        )
        return Places(
            tuple(self.boards), self.contents.sample, self.labels, self.pairs, grids, self.others, self.trials,
            {name: f"claims/{file}.html" for name, file in slugs([one.verdict.name for one in self.claims]).items()},
        )  # fmt: skip

    def links(self, page: str) -> Links:
        """Return the ways from a page."""
        return Links(page, self.places)

    def card(self, kind: str, name: str) -> ComponentCard:
        """Return the card of a component; one without a word where the plugin is not known here."""
        return self.components.get((kind, name)) or ComponentCard(kind, name, family=self._family(kind, name))

    def _family(self, kind: str, name: str) -> str:
        """Return the family that all parts of a composite share; empty else."""
        found = {card.family for part in name.split(" + ") if (card := self.components.get((kind, part)))}
        return found.pop() if len(found) == 1 else ""

    def style(self, kind: str, name: str) -> Style | None:
        """Return the style of a component; none where no leaderboard has it."""
        return self.styles.get((kind, name))

    def table(self, table: DataTable) -> DataTable:
        """Put the CSV of a table beside the pages, under its name; return the table."""
        if table.csv:
            self.csv(table.csv, table_csv(table))
        return table

    def csv(self, name: str, text: str) -> None:
        """Put a CSV beside the pages.

        Args:
            name: A slug; see ``Links.csv``.
            text: Of the CSV.
        """
        self.files[f"data/{slug(name)}.csv"] = text.encode(errors="backslashreplace")

    def figure(self, path: str, svg: str) -> str:
        """Put a figure beside the pages.

        Args:
            path: Below ``figures/``, without ending.
            svg: Of the figure.

        Returns:
            Its path, relative to the site; see ``Links.file``.
        """
        self.files[f"figures/{path}.svg"] = svg.encode()
        return f"figures/{path}.svg"
