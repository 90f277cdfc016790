"""Verifying: an honest bundle repeats to the bit, and what a forger changes is found, by a rule or by training it again."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas
import pytest
from typer.testing import CliRunner

from benchsuite.bundle import Bundle, BundleContent, open_bundle, write_bundle
from benchsuite.bundle.for_site import site_facts
from benchsuite.cli import remaking
from benchsuite.cli.app import app
from benchsuite.cli.verifying import evidence_of
from benchsuite.record import MadeBy, Record
from benchsuite.registry import Registry
from benchsuite.report import Contents
from benchsuite.report.site import statements_page
from benchsuite.report.site.site import SiteData
from benchsuite.selection import written
from benchsuite.statements import Statement, records_hash, statement_from_json, statement_to_json
from benchsuite.store import Store
from benchsuite.study_files import StudyFile, read_studies
from benchsuite.verification import planning, replaying
from benchsuite.verification.evidence import Evidence
from benchsuite.verification.judging import verdict
from benchsuite.verification.rule import check_of
from benchsuite.verification.verifying import RuleResults, compare, draw, look, with_sample
from tests.bundle.forgeries import AGAIN, BY_SAMPLE, PLAIN, TUNED, Forge, Held, is_tuning, name_of, with_last
from tests.bundle.hostile.cases import signed
from tests.factories import AUTOENCODER, make_record

MADE = "2098-01-01T00:00:00+00:00"
MADE_BY = MadeBy(benchsuite="0.1.0")
STUDY = ["--optimizer", "sgd,adam", "--task", "digits_mlp", "--seeds", "3", "--epochs", "1"]


@dataclass(frozen=True)
class Verified:
    """One study of a few tiny trials, its bundle, and what verifying it gave."""

    tuned: Held
    plain: Held
    bundle: Path
    said: str
    code: int
    statement: Statement
    again: Mapping[str, Record]


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory, bundled: Registry) -> Verified:
    """Run a tuned study and verify its bundle: all that this module trains."""
    here = tmp_path_factory.mktemp("verify")
    options = ["--results", str(here / "results"), "--workers", "1", "--no-local"]
    ran = CliRunner().invoke(app, ["run", *STUDY, "--track", "tuned", "--budget", "3", *options])
    assert ran.exit_code == 0, ran.output
    store = Store(here / "results", create=False)
    tuned = Held(tuple(store.records()), tuple(store.searches()), tuple(read_studies(store.folder, [])))
    path = here / "bundle.zip"
    published = CliRunner().invoke(app, ["publish", "--zip", str(path), "--results", str(store.folder), "--no-local"])
    assert published.exit_code == 0, published.output
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    command = ["verify", str(path), "--seed", "7", "--workers", "1", "--no-local", "--keep", str(elsewhere / "again")]
    signed = ["--statement", str(elsewhere / "signed.json"), "--name", "A. Verifier", "--date", "2099-01-01"]
    done = CliRunner(env={"COLUMNS": "80"}).invoke(app, [*command, *signed])
    statement = statement_from_json((elsewhere / "signed.json").read_bytes())
    again = Store(elsewhere / "again", create=False).read_all()
    return Verified(tuned, as_plain(tuned, bundled), path, done.output, done.exit_code, statement, again)


def as_plain(held: Held, known: Registry) -> Held:
    """Return the evaluations of a tuned study as a study that named these settings."""
    records = tuple(one for one in held.records if not is_tuning(one))
    rows = {name_of(one): written(one.trial.recipe["optimizer"], known) for one in records}
    study = StudyFile(
        verb="run",
        command=("benchsuite", "run"),
        options={"optimizer": tuple(sorted(rows.values())), "task": ("digits_mlp",), "seeds": "3", "epochs": 1},
        planned=tuple(sorted(one.id for one in records)),
        searches=(),
        began="2097-01-01T00:00:00+00:00",
        made_by=MADE_BY,
    )
    return Held(records, (), (study,))


def write(held: Held, path: Path) -> Path:
    content = BundleContent(
        records=held.records, searches=held.searches, studies=held.studies, made=MADE, made_by=MADE_BY
    )
    return write_bundle(content, path, table=False)


def looked_at(held: Held, path: Path, known: Registry) -> tuple[Bundle, Evidence, RuleResults]:
    bundle = open_bundle(write(held, path))
    evidence = evidence_of(bundle, known)
    return bundle, evidence, look(evidence, (planning.rule(known), replaying.rule(known)))


def found_by(looked: RuleResults) -> dict[str, str]:
    return {check.name: check.verdict for check in looked.checks if check.verdict in ("FAIL", "INCONCLUSIVE")}


def test_an_honest_bundle_repeats_to_the_bit(once: Verified) -> None:
    assert once.code == 0, once.said
    assert once.statement.verdict == "PASS"
    assert len(once.statement.rerun) == len(once.tuned.records)
    assert {one.agrees for one in once.statement.rerun} == {"bits"}


def test_the_statement_names_the_bundle_the_number_and_who_signed_it(once: Verified) -> None:
    statement = once.statement
    assert statement.bundle == open_bundle(once.bundle).hash
    assert (statement.sample.seed, statement.sample.of) == (7, len(once.tuned.records))
    assert (statement.verifier, statement.date) == ("A. Verifier", "2099-01-01")
    assert statement.versions["tensorflow"]
    assert statement.records == records_hash(once.tuned.records)


def test_all_that_is_said_of_it_is_in_the_text(once: Verified) -> None:
    for words in ("PASS", once.statement.bundle, "drawn by the bundle's hash and the number 7", "repeat to the bit"):
        assert words in once.said
    for check in once.statement.checks:
        assert check.name in once.said


def test_the_honest_plain_bundle_breaks_no_rule(once: Verified, bundled: Registry, tmp_path: Path) -> None:
    *_, looked = looked_at(once.plain, tmp_path / "b.zip", bundled)
    assert found_by(looked) == {}


def test_pages_and_summary_are_made_again_to_the_byte(once: Verified, bundled: Registry) -> None:
    (check,) = (one for one in once.statement.checks if one.name == "pages are what the records give")
    assert check.verdict == "PASS", check.reasons


@pytest.fixture(scope="module")
def again(once: Verified, bundled: Registry) -> Mapping[str, bytes]:
    return remaking.remade(open_bundle(once.bundle), bundled, {})


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("SUMMARY.md", lambda text: text.replace(b"adam", b"adamw", 1)),
        ("site/leaderboards/optimizer-*.html", lambda text: text.replace(b"adam", b"adamw", 1)),
        ("records.parquet", lambda content: content[:-1] + b"x"),
        ("site/evil.html", None),
        ("SUMMARY.md", "gone"),
    ],
    ids=["stale summary", "changed page", "changed table", "page of nobody", "no summary"],
)
def test_what_readers_see_is_what_the_records_give(
    name: str, change: object, once: Verified, again: Mapping[str, bytes], tmp_path: Path
) -> None:
    folder = tmp_path / "bundle"
    with zipfile.ZipFile(once.bundle) as file:
        file.extractall(folder)
    (path,) = folder.glob(name) if change else (folder / name,)
    if change == "gone":
        path.unlink()
    elif callable(change):
        before = path.read_bytes()
        path.write_bytes(change(before))
        assert path.read_bytes() != before
    else:
        path.write_text("<p>adam wins</p>")
    forged = open_bundle(signed(folder))
    found = [one.text for one in remaking.differing(forged, again)]
    assert len(found) == 1
    assert path.relative_to(folder).as_posix() in found[0]


def spoofed_commit(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_bytes())
    manifest["made_by"]["commit"] = "1" * 40
    (folder / "manifest.json").write_text(json.dumps(manifest))


def spoofed_lock(folder: Path) -> None:
    (folder / "requirements.txt").write_text("tensorflow==2.0.0\n")


def spoofed_archive(folder: Path) -> None:
    (folder / "archive" / "x").mkdir(parents=True)
    (folder / "archive" / "x" / "SUMMARY.md").write_text("before\n")


@pytest.mark.parametrize("spoof", [spoofed_commit, spoofed_lock, spoofed_archive])
@pytest.mark.parametrize(
    ("name", "change", "word"),
    [
        ("SUMMARY.md", lambda text: re.sub(rb"\| \d\.\d\d \|", b"| 0.99 |", text), "FAIL"),
        ("site/data/optimizer-*-start.csv", lambda text: re.sub(rb"(?m)^1=", b"2=", text), "FAIL"),
        ("records.parquet", None, "FAIL"),
        ("site/leaderboards/optimizer-*.html", lambda text: text.replace(b"0.", b"1."), "INCONCLUSIVE"),
    ],
    ids=["summary", "table of a page", "records", "page"],
)
def test_other_code_is_no_excuse_for_other_values(
    name: str,
    change: Any,
    word: str,
    spoof: Callable[[Path], None],
    once: Verified,
    again: Mapping[str, bytes],
    bundled: Registry,
    tmp_path: Path,
) -> None:
    folder = tmp_path / "bundle"
    with zipfile.ZipFile(once.bundle) as file:
        file.extractall(folder)
    spoof(folder)
    path, *_ = sorted(folder.glob(name))
    before = path.read_bytes()
    if change is None:
        frame = pandas.read_parquet(path)
        column = next(one for one in frame.columns if "test_accuracy" in one)
        frame.assign(**{column: frame[column] + 0.001}).to_parquet(path, index=False)
    else:
        path.write_bytes(change(before))
    assert path.read_bytes() != before
    forged = open_bundle(signed(folder))
    why = remaking.other_makers(forged, bundled)
    assert why
    check = check_of("pages", "what", tuple(remaking.differing(forged, again, why)))
    assert check.verdict == word, check.reasons
    assert path.relative_to(folder).as_posix() in check.reasons[0]


FORGERIES = [("plain", name) for name in PLAIN] + [("tuned", name) for name in TUNED]


@pytest.mark.parametrize(("where", "name"), FORGERIES)
def test_a_forgery_is_found(where: str, name: str, once: Verified, bundled: Registry, tmp_path: Path) -> None:
    forge: Forge
    forge, rule = (PLAIN if where == "plain" else TUNED)[name]
    honest = once.plain if where == "plain" else once.tuned
    bundle, evidence, looked = looked_at(forge(honest), tmp_path / "b.zip", bundled)
    if rule == AGAIN or rule in BY_SAMPLE:
        assert found_by(looked) == {}, "a rule finds it: say which"
        sample = draw(evidence, looked, bundle.hash, 1, 100)
        rerun = compare(evidence, sample, once.again)
        looked = with_sample(evidence, looked, rerun, once.again)
    if rule == AGAIN:
        assert verdict(looked.checks, rerun)[0] == "FAIL"
        numbers = {one.id: one.numbers() for one in honest.records}
        forged = {one.id for one in bundle.records if one.numbers() != numbers.get(one.id)}
        assert {one.id for one in rerun if one.agrees == "no"} == forged
        return
    assert rule in found_by(looked)
    assert verdict(looked.checks, ())[0] != "PASS"


# Statements on the published site.


@pytest.mark.parametrize("own", [True, False], ids=["about these records", "about others"])
def test_the_site_that_is_published_with_a_statement_shows_it(
    own: bool, once: Verified, bundled: Registry, tmp_path: Path
) -> None:
    said = once.statement if own else replace(once.statement, records="0" * 64)
    (tmp_path / "signed.json").write_bytes(statement_to_json(said))
    folder = tmp_path / "published"
    store = Store(tmp_path / "results")
    for record in once.plain.records if not own else once.tuned.records:
        store.write(record)
    command = ["publish", "--to", str(folder), "--results", str(store.folder), "--no-local"]
    done = CliRunner(env={"COLUMNS": "300"}).invoke(app, [*command, "--statement", str(tmp_path / "signed.json")])
    assert done.exit_code == 0, done.output
    assert ("is about other records" in done.output) is not own
    assert "A. Verifier" in (folder / "site" / "statements.html").read_text()
    first = (folder / "site" / "index.html").read_text()
    assert ("PASS: once" in first) is own
    assert ("1 statement about other records" in first) is not own
    opened = open_bundle(folder)
    assert not list(remaking.differing(opened, remaking.remade(opened, bundled, opened.statement_files)))


# Answering a bundle.


@pytest.fixture(scope="module")
def answered(once: Verified, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """File what somebody else measured, with two more right answers in one trial, against the bundle."""
    here = tmp_path_factory.mktemp("answer")
    one = next(one for one in once.plain.records if name_of(one) == "adam")
    data = with_last(one, "test_accuracy", one.results.final["test_accuracy"] + 2 / 359)
    store = Store(here / "mine")
    for record in once.plain.with_record(one, data).records:
        store.write(record)
    command = [
        "challenge",
        str(once.bundle),
        "--results",
        str(store.folder),
        "--to",
        str(here / "answer"),
        "--no-local",
    ]
    done = CliRunner(env={"COLUMNS": "80"}).invoke(
        app, [*command, "--claim", "Two more are right here", "--author", "B. Skeptic"]
    )
    assert done.exit_code == 0, done.output
    return here / "answer", done.output


def test_a_challenge_is_a_bundle_that_names_what_it_answers(once: Verified, answered: tuple[Path, str]) -> None:
    path, said = answered
    bundle = open_bundle(path)
    assert bundle.manifest.challenges is not None
    assert bundle.manifest.challenges.manifest_sha256 == open_bundle(once.bundle).hash
    assert bundle.manifest.challenges.claim == "Two more are right here"
    assert "trials of both: 5 with the same numbers, 1 with others." in said
    assert "test_accuracy after epoch 1 was" in said
    assert "differs in nothing" not in said


def test_who_merges_both_has_the_claim_and_the_answer_side_by_side(
    once: Verified, answered: tuple[Path, str], tmp_path: Path
) -> None:
    merged = CliRunner().invoke(app, ["merge", str(once.bundle), str(answered[0]), "--results", str(tmp_path / "both")])
    assert merged.exit_code == 0, merged.output
    records = Store(tmp_path / "both", create=False).read_all()
    facts = site_facts(tmp_path / "both", records, [])
    data = SiteData(Contents(records.values()), challenges=facts["challenges"], disputes=facts["disputes"])
    (page,) = statements_page.pages(data)
    (challenge,) = page.context["challenges"]
    (row,) = challenge.table.rows
    claimed, answer = (float(cell.value) for cell in row.cells[2:])
    assert answer - claimed == pytest.approx(2 / 359)
    assert (challenge.claim, challenge.by) == ("Two more are right here", "B. Skeptic")


def test_a_challenge_that_differs_in_nothing_says_so_and_replaces_no_file_of_others(
    once: Verified, tmp_path: Path
) -> None:
    store = Store(tmp_path / "mine")
    for record in once.plain.records:
        store.write(record)
    thesis = tmp_path / "to" / "thesis.txt"
    thesis.parent.mkdir()
    thesis.write_text("years of work")
    command = ["challenge", str(once.bundle), "--claim", "x", "--results", str(store.folder), "--no-local"]
    refused = CliRunner().invoke(app, [*command, "--to", str(thesis.parent)])
    assert "holds files that benchsuite did not publish. Nothing was written" in str(refused.exception)
    assert thesis.read_text() == "years of work"
    done = CliRunner(env={"COLUMNS": "200"}).invoke(app, [*command, "--to", str(tmp_path / "answer")])
    assert done.exit_code == 0, done.output
    assert "6 trials of both: 6 with the same numbers, 0 with others." in done.output
    assert "! it differs in nothing from what it answers" in done.output


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--claim", " "], "--claim must say what you say against it"),
        (["--claim", "x", "--to", "a", "--zip", "b.zip"], "--to and --zip are two places"),
        (["--claim", "x", "--zip", "b.tar"], "--zip must name a file that ends with .zip"),
        (["--claim", "x", "--results", "nothing"], "there are no records in nothing"),
    ],
)
def test_a_challenge_without_a_case_is_refused(
    options: list[str], words: str, once: Verified, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(app, ["challenge", str(once.bundle), *options])
    assert words in str(done.exception)


def test_a_challenge_of_other_tasks_says_nothing_and_is_refused(once: Verified, tmp_path: Path) -> None:
    store = Store(tmp_path / "other")
    store.write(make_record(AUTOENCODER))
    command = ["challenge", str(once.bundle), "--claim", "x", "--results", str(store.folder)]
    assert "are of no task of the bundle" in str(CliRunner().invoke(app, command).exception)
