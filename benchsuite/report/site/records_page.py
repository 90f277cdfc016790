"""The pages of records: every trial, one line each, which the numbers of all other pages lead to."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from benchsuite.analysis.sample import column_of
from benchsuite.analysis.settings import key_of, labels
from benchsuite.record import Record
from benchsuite.report.site.links import BASELINE, SEVERAL, Links, anchor
from benchsuite.report.site.pages import Page, Section
from benchsuite.report.site.site import SiteData
from benchsuite.report.site.slugs import slug
from benchsuite.report.site.summary import machine_text, versions_text
from benchsuite.report.site.table import DataTable, Head, TableCell, TableLine
from benchsuite.report.site.trial_notes import PageNotes
from benchsuite.report.site.words import settings_text, title
from benchsuite.report.tables.numbers import duration, number_text, outcome_word, whole

LONGEST_SETTING = 40
"""Letters of a setting that stands in its line; a longer one is told below the table, and in the CSV."""


@dataclass(frozen=True, slots=True)
class CommonFacts:
    """What several trials have in common, told once: its name in the table, and what it is, name and value."""

    name: str
    facts: tuple[tuple[str, str], ...]


class NamedFacts:
    """Facts that are told once, and named in the order in which they come.

    Args:
        letter: That the names begin with.
    """

    def __init__(self, letter: str) -> None:
        self.letter = letter
        self.found: dict[tuple[tuple[str, str], ...], str] = {}

    def name(self, facts: tuple[tuple[str, str], ...]) -> str:
        """Return the name of some facts."""
        return self.found.setdefault(facts, f"{self.letter}{len(self.found) + 1}")

    def all(self) -> tuple[CommonFacts, ...]:
        """Return all of them."""
        return tuple(CommonFacts(name, facts) for facts, name in self.found.items())


def pages(data: SiteData) -> Iterator[Page]:
    """Yield one page for every component that has trials; for those of the baselines and of several kinds one for each task."""
    for (kind, name), held in data.places.lines.items():
        yield _page(data, kind, name, held)


def _page(data: SiteData, kind: str, name: str, held: Sequence[Record]) -> Page:
    path = data.places.record_pages[kind, name]
    links = data.links(path)
    ordered = sorted(held, key=lambda one: (column_of(one), one.trial.recipe.text, one.trial.seed, one.id))
    recipes, places, prints, notes = NamedFacts("R"), NamedFacts("E"), NamedFacts("F"), PageNotes()
    several = kind in (BASELINE, SEVERAL)
    settings = {} if several else _labels(kind, ordered)
    lines = tuple(
        _line(data, links, kind, name, record, settings, recipes, places, prints, notes) for record in ordered
    )
    heads = (
        Head("Trial", name=True, help="The first digits of its id; its file has all that was recorded"),
        Head("Task"),
        Head("Recipe"),
        Head("Seed", True),
        Head("Outcome"),
        Head("Test", True, "The primary measure of the test part after the last epoch"),
        Head("At the best", True, "The same at the epoch with the best validation value"),
        Head("Validation", True, "The primary measure of the validation part after the last epoch"),
        Head("Steps to targets", help="When the validation part first reached each target; – if never"),
        Head("Step, ms", True),
        Head("Trial, s", True, "The whole trial, compiling and evaluating included"),
        Head("Notes", help="What curves and probed layers tell: what is wrong, or worth knowing; explained below"),
        Head("Environment"),
        Head("Code"),
    )
    what = (
        f"{title(kind)} {name}" if not several else f"{'Baseline' if kind == BASELINE else 'Several kinds'} on {name}"
    )
    csv = f"records-{slug(kind)}-{path.rpartition('/')[2].removesuffix('.html')}"
    table = data.table(DataTable(f"Every trial: {what}", heads, lines, (), csv, "records"))
    context = {
        "what": what,
        "count": whole(len(data.places.homes[kind, name])),
        "shown": whole(len(held)),
        "every": data.every_trial,
        "component": None if several else links.component(kind, name),
        "table": table,
        "notes": notes.views(),
        "recipes": recipes.all(),
        "places": places.all(),
        "prints": prints.all(),
    }
    section: Section = "tasks" if several else "components"
    words = " ".join(sorted({record.trial.task for record in held}))
    return Page(path, f"Trials: {what}", "records.html", context, section, words)


def _labels(kind: str, records: Sequence[Record]) -> dict[str, str]:
    """Return the label of each setting of a component, by its text: its name, and what differs."""
    held = {key_of(record.trial.recipe.get(kind)): record.trial.recipe.get(kind) for record in records}
    return dict(zip(held, labels(list(held.values())), strict=True))


def _line(
    data: SiteData,
    links: Links,
    kind: str,
    name: str,
    record: Record,
    settings: Mapping[str, str],
    recipes: NamedFacts,
    places: NamedFacts,
    prints: NamedFacts,
    notes: PageNotes,
) -> TableLine:
    trial, results, costs, task = record.trial, record.results, record.costs, record.task
    label = data.labels.get(column_of(record), trial.task)
    recipe = tuple((of.replace("_", " "), settings_text(held)) for of, held in trial.recipe.settings)
    budget = (
        ("task", f"{trial.task} v{trial.task_version}"),
        ("budget", f"{trial.epochs} epochs, batch size {trial.batch_size}, {trial.precision}, {trial.device}"),
        *([("lanes", whole(trial.lanes))] if trial.lanes != 1 else []),
    )
    environment = record.environment
    where = (
        ("machine", machine_text(environment) or "not known"),
        ("versions", versions_text(environment, record.made_by) or "not known"),
        ("numerics", environment.numerics or "not known"),
        ("compiled", {True: "by XLA", False: "not by XLA", None: "not known"}[environment.xla]),
    )
    code = tuple(sorted(record.fingerprints.items()))
    sign = -1 if task.direction == "max" else 1
    values = [_value(results.final, f"test_{task.primary}"), _value(results.best, f"test_{task.primary}")]
    values.append(_value(results.final, f"validation_{task.primary}"))
    reached = ", ".join(
        f"{target}: {'–' if one is None else whole(one.step)}" for target, one in results.targets.items()
    )
    told, where_told, code_told = recipes.name(recipe + budget), places.name(where), prints.name(code)
    setting = settings.get(key_of(trial.recipe.get(kind)), "") if settings else ""
    fold = f", fold {trial.fold[0]} of {trial.fold[1]}" if trial.fold else ""
    failed = record.outcome.failed
    cells = (
        TableCell(record.id[:8], link=links.trial_file(record.id), value=record.id),
        TableCell(label + fold, link=links.task(label)),
        TableCell(
            setting if setting and len(setting) <= LONGEST_SETTING else told,
            link=f"#{told}",
            title=setting,
            small=(told,) if setting and len(setting) <= LONGEST_SETTING else (),
            value=setting or told,
        ),
        TableCell(str(trial.seed), trial.seed),
        TableCell(
            outcome_word(record.outcome),
            classes="bad" if failed else "" if record.outcome.finished else "quiet",
            small=(record.reason,) if record.reason else (),
        ),
        *(_number(value, sign, math.inf if failed else math.nan) for value in values),
        TableCell(reached or "–"),
        _number(costs.step_milliseconds),
        TableCell(duration(costs.wall_seconds), costs.wall_seconds, value=costs.wall_seconds),
        notes.cell(data.diagnoses.of(record)),
        TableCell(where_told, link=f"#{where_told}", title=environment.finished_at[:16].replace("T", " ")),
        TableCell(code_told, link=f"#{code_told}"),
    )
    return TableLine(cells, id=anchor(record.id))


def _value(values: dict[str, float | int | None] | None, name: str) -> float | None:
    return None if values is None else values.get(name)


def _number(value: float | None, sign: int = 1, missing: float = math.nan) -> TableCell:
    if value is None:
        return TableCell("–", missing, value="")
    return TableCell(number_text(value), sign * value, value=value)
