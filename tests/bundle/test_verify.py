"""Verifying: an honest bundle repeats to the bit, and what a forger changes is found, by a rule or by training it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchsuite.bundle import Bundle, BundleContent, open_bundle, write_bundle
from benchsuite.cli.app import app
from benchsuite.cli.verifying import evidence_of
from benchsuite.record import MadeBy, Record
from benchsuite.registry import Registry
from benchsuite.selection import written
from benchsuite.statements import Statement, statement_from_json
from benchsuite.store import Store
from benchsuite.study_files import StudyFile, read_studies
from benchsuite.verification import planning, replaying
from benchsuite.verification.evidence import Evidence
from benchsuite.verification.judging import verdict
from benchsuite.verification.verifying import Looked, compare, draw, look
from tests.bundle.forgeries import AGAIN, PLAIN, TUNED, Forge, Held, is_tuning, name_of

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
    path = write(tuned, here / "bundle.zip")
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


def looked_at(held: Held, path: Path, known: Registry) -> tuple[Bundle, Evidence, Looked]:
    bundle = open_bundle(write(held, path))
    evidence = evidence_of(bundle, known)
    return bundle, evidence, look(evidence, (planning.rule(known), replaying.rule(known)))


def found_by(looked: Looked) -> dict[str, str]:
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


def test_all_that_is_said_of_it_is_in_the_text(once: Verified) -> None:
    for words in ("PASS", once.statement.bundle, "drawn by the bundle's hash and the number 7", "repeat to the bit"):
        assert words in once.said
    for check in once.statement.checks:
        assert check.name in once.said


def test_the_honest_plain_bundle_breaks_no_rule(once: Verified, bundled: Registry, tmp_path: Path) -> None:
    *_, looked = looked_at(once.plain, tmp_path / "b.zip", bundled)
    assert found_by(looked) == {}


FORGERIES = [("plain", name) for name in PLAIN] + [("tuned", name) for name in TUNED]


@pytest.mark.parametrize(("where", "name"), FORGERIES)
def test_a_forgery_is_found(where: str, name: str, once: Verified, bundled: Registry, tmp_path: Path) -> None:
    forge: Forge
    forge, rule = (PLAIN if where == "plain" else TUNED)[name]
    honest = once.plain if where == "plain" else once.tuned
    bundle, evidence, looked = looked_at(forge(honest), tmp_path / "b.zip", bundled)
    if rule == AGAIN:
        assert found_by(looked) == {}, "a rule finds it: say which"
        sample = draw(evidence, looked, bundle.hash, 1, 100)
        rerun = compare(evidence, sample, once.again)
        assert verdict(looked.checks, rerun)[0] == "FAIL"
        forged = {one.id for one in bundle.records} - {one.id for one in honest.records if one in bundle.records}
        assert {one.id for one in rerun if one.agrees == "no"} == forged
        return
    assert rule in found_by(looked)
    assert verdict(looked.checks, ())[0] != "PASS"
