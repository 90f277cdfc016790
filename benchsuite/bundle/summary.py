"""``SUMMARY.md``, the dataset card and the page at the root of a publication: what readers without benchsuite see first."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from dataclasses import dataclass

from benchsuite.bundle.reading import RECORDS, SEARCHES, SITE, STUDIES, TABLE
from benchsuite.claim_verdicts import ClaimVerdict
from benchsuite.outcomes import Outcome
from benchsuite.record import Record
from benchsuite.report import Contents
from benchsuite.report.tables.claim_table import claim_markdown
from benchsuite.report.tables.claim_words import overall_sentence
from benchsuite.report.tables.markdown import escaped, markdown
from benchsuite.report.tables.numbers import count_of
from benchsuite.report.tables.ranking_cells import overall
from benchsuite.report.tables.ranking_words import first_line
from benchsuite.rules import RulesVersion

MOST_ROWS = 25
"""Of a table in the summary; the site has all of them."""
SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))


@dataclass(frozen=True)
class Signed:
    """Who publishes what, when.

    Args:
        author: Who; empty if nobody signs it.
        note: What they say of it.
        made: When, UTC, ISO 8601.
        rules: By which its numbers compare.
        site: Whether the site is with it.
        table: Whether the table of all trials is.
    """

    author: str
    note: str
    made: str
    rules: RulesVersion
    site: bool = True
    table: bool = True


def summary(
    contents: Contents, records: Sequence[Record], signed: Signed, claims: Sequence[ClaimVerdict] = ()
) -> bytes:
    """Return ``SUMMARY.md``: what was found, the tables over all tasks, and how anybody checks it.

    Args:
        contents: What the site shows.
        records: Of the bundle.
        signed: Who publishes it.
        claims: Verdicts on claims.
    """
    failed = sum(record.outcome.failed for record in records)
    tasks = {record.trial.task for record in records}
    facts = [
        f"{count_of(len(records), 'trial')} on {count_of(len(tasks), 'task')}, {failed:,} of them failed",
        f"rules {signed.rules.name}",
        signed.made[:10],
        *([f"by {signed.author}"] if signed.author else []),
    ]
    parts = ["# Results of benchsuite", escaped(" · ".join(facts)) + "."]
    if signed.note:
        parts.append(f"> {escaped(signed.note)}")
    if signed.site:
        parts.append(
            f"All of it, with curves, failures and every number's records: [{SITE}index.html]({SITE}index.html)."
        )
    parts.append("## What was found")
    found = [f"- {escaped(f'{board.title}: {first_line(board)}')}" for board in contents.of_published]
    parts.append("\n".join(found) or "No board: nothing that a task compares was run.")
    parts.append("## Over all tasks")
    for board in contents.of_published:
        parts.append(markdown([overall(board, board.rows[:MOST_ROWS])]).rstrip())
        if more := len(board.rows) - MOST_ROWS:
            parts += [f"{count_of(more, 'row')} more on the site."] if more > 0 else []
    if claims:
        parts += ["## Claims", escaped(overall_sentence(claims)), claim_markdown(claims).rstrip()]
    parts.append(_how_to_verify())
    return ("\n\n".join(parts) + "\n").encode(errors="backslashreplace")


def dataset_card(records: Sequence[Record], signed: Signed) -> bytes:
    """Return ``README.md`` as Hugging Face's datasets have it: a head in YAML, and what the files are.

    No licence is named: that is its author's to choose.

    Args:
        records: Of the bundle.
        signed: Who publishes it.
    """
    size = next((word for most, word in SIZES if len(records) < most), "n>1M")
    title = f"Results of benchsuite, {signed.made[:10]}" + (f", by {signed.author}" if signed.author else "")
    head = [
        "---",
        f"pretty_name: {json.dumps(title)}",  # a text of JSON is one of YAML
        "tags:",
        "- benchsuite",
        "- benchmark",
        "- optimizers",
        "- training-curves",
        "size_categories:",
        f"- {size}",
        *(["configs:", "- config_name: trials", f"  data_files: {TABLE}"] if signed.table else []),
        "---",
    ]
    outcomes = {one: sum(record.outcome is one for record in records) for one in Outcome}
    ended = ", ".join(f"{count:,} {one.value}" for one, count in outcomes.items() if count)
    files = [
        (f"`{TABLE}`", "a line for each trial: recipe, seed, outcome, final values, costs", signed.table),
        (f"`{RECORDS}`", "the truth: a record for each trial as one line of JSON, with its curves", True),
        (f"`{SEARCHES}`, `{STUDIES}`", "how settings were chosen, and what was asked for", True),
        ("`manifest.json`", "SHA-256 of every file; its own stands for all", True),
        (f"`{SITE}`", "the report, a static site", signed.site),
    ]
    parts = [
        f"# {escaped(title)}",
        f"{count_of(len(records), 'training run')} of benchsuite ({ended}), with every curve, cost and failure. "
        "[SUMMARY.md](SUMMARY.md) has what was found.",
        *([f"> {escaped(signed.note)}"] if signed.note else []),
        "| file | content |\n|---|---|\n" + "\n".join(f"| {name} | {what} |" for name, what, there in files if there),
        *(_TO_LOAD if signed.table else ()),
        _how_to_verify(),
    ]
    return ("\n".join(head) + "\n\n" + "\n\n".join(parts) + "\n").encode(errors="backslashreplace")


def root_page(title: str) -> bytes:
    """Return the page at the root of a publication, which leads to the site.

    Args:
        title: Plain text.
    """
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{html.escape(title)}</title>\n"
        f'<meta http-equiv="refresh" content="0; url={SITE}index.html">\n</head>\n'
        f'<body>\n<main>\n<h1>{html.escape(title)}</h1>\n<p><a href="{SITE}index.html">The report</a></p>\n'
        "</main>\n</body>\n</html>\n"
    ).encode(errors="xmlcharrefreplace")


def _how_to_verify() -> str:
    return (
        "## Check it\n\n"
        "```console\n$ pip install -r requirements.txt\n$ benchsuite verify . --sample 20\n```\n\n"
        "That compares every file with the manifest and the records with the rules, and trains a sample of the trials again."
    )


_TO_LOAD = (
    f'```python\nimport datasets\n\ntrials = datasets.load_dataset("parquet", data_files="{TABLE}")["train"]\n```',
)
