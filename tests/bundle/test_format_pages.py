"""The pages about bundles stay true: every field has a row, and the workflow is one that runs what there is."""

from __future__ import annotations

import dataclasses
import re
import shlex
from pathlib import Path

import pytest
import typer
import yaml

from benchsuite.bundle.disputes import KeptChallenge
from benchsuite.bundle.errors import LARGEST_FILE, MOST_BYTES, MOST_FILES, MOST_RATIO, MOST_RECORDS
from benchsuite.bundle.manifest import BundleCounts, BundleRules, Manifest
from benchsuite.bundle.names import LONGEST_NAME, LONGEST_PART
from benchsuite.cli.app import app
from benchsuite.study_files import StudyFile
from benchsuite.typed_commands import TypedCommand

DOCS = Path(__file__).parents[2] / "docs"


def section(page: str, title: str) -> str:
    return (DOCS / "reference" / page).read_text(encoding="utf-8").split(f"\n## {title}\n")[1].split("\n## ")[0]


def rows(text: str) -> set[str]:
    return {name for cell in re.findall(r"^\| (`.+?) \|", text, re.MULTILINE) for name in re.findall(r"`(\w+)`", cell)}


def fields(cls: type) -> set[str]:
    return {field.name for field in dataclasses.fields(cls)}


@pytest.mark.parametrize(
    ("page", "title", "cls", "more"),
    [
        ("bundle-format.md", "manifest.json", Manifest, {"format"}),
        ("bundle-format.md", "rules", BundleRules, set()),
        ("record-format.md", "Studies", StudyFile, {"format", "id"}),
        ("record-format.md", "Typed commands", TypedCommand, {"format"}),
    ],
)
def test_every_field_has_a_row_and_every_row_is_a_field(page: str, title: str, cls: type, more: set[str]) -> None:
    assert rows(section(page, title)) == fields(cls) | more


def test_what_has_no_table_is_named() -> None:
    assert all(f"`{name}`" in section("bundle-format.md", "manifest.json") for name in fields(BundleCounts))
    assert all(f"`{name}`" in section("bundle-format.md", "Challenges") for name in fields(KeptChallenge))
    assert {"format", "origin", "author", "record"} == rows(section("bundle-format.md", "Disputes"))


def test_the_limits_are_those_of_the_code() -> None:
    text = " ".join(section("bundle-format.md", "What is refused").split())
    assert f"At most {MOST_FILES:,} files, {LARGEST_FILE // 2**20} MiB each, {MOST_BYTES // 2**30} GiB together" in text
    assert f"{MOST_RECORDS:,} records; nothing that grows to more than {MOST_RATIO} times its size" in text
    assert f"at most {LONGEST_NAME} in parts of {LONGEST_PART}" in text


def test_the_workflow_runs_commands_that_there_are() -> None:
    page = (DOCS / "how-to" / "publish.md").read_text(encoding="utf-8")
    (text,) = re.findall(r"^```yaml\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    workflow = yaml.safe_load(text)
    (job,) = workflow["jobs"].values()
    assert workflow["permissions"] == {"contents": "write"}
    commands = [step["run"] for step in job["steps"] if "run" in step]
    verbs = [shlex.split(line)[1:] for line in commands if line.startswith("benchsuite ")]
    assert [verb for verb, *_ in verbs] == ["check", "run", "publish"]
    root = typer.main.get_command(app)
    context = root.make_context("benchsuite", [], resilient_parsing=True)
    for verb, *arguments in verbs:
        root.get_command(context, verb).make_context(verb, arguments, parent=context)
    assert commands.index("git push origin gh-pages") == len(commands) - 1
