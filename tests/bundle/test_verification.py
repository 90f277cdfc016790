"""The parts of a verification: drawing, comparing, judging, statements, and what the command refuses."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from benchsuite.bundle import BundleContent, write_bundle
from benchsuite.cli.app import app
from benchsuite.outcomes import Outcome
from benchsuite.record import MadeBy, Record
from benchsuite.record_json import NewerFormat, NotARecord
from benchsuite.statement_files import read_statements
from benchsuite.statements import (
    DrawnSample,
    Rerun,
    RuleCheck,
    Statement,
    statement_from_json,
    statement_to_json,
)
from benchsuite.verification.comparing import compared, tolerance
from benchsuite.verification.evidence import Evidence
from benchsuite.verification.judging import verdict
from benchsuite.verification.planned import ACCOUNTED
from benchsuite.verification.plausible import BEYOND
from benchsuite.verification.sample import drawn, odds, place, repeatable
from benchsuite.verification.seeds import SAME
from benchsuite.verification.verifying import look
from benchsuite.verification.within_records import COPIES
from tests.bundle.forgeries import with_last
from tests.bundle.hostile.cases import signed
from tests.claims_made import arms, claim, part
from tests.factories import DIGITS, component, make_record, make_study, of_nobody

HASH = "ab" * 32


def with_code(records: list[Record]) -> list[Record]:
    """Return records that name the code of their tasks as well, as real ones do."""
    return [replace(one, fingerprints={**one.fingerprints, f"task:{one.trial.task}": "0" * 16}) for one in records]


@pytest.fixture(scope="module")
def study() -> Evidence:
    return Evidence({one.id: one for one in with_code(make_study(seeds=3, tasks=3))})


@pytest.mark.parametrize("axis", ["", "~width=16"])
def test_what_stands_under_the_names_of_several_variants_is_a_copy(study: Evidence, axis: str) -> None:
    def named(record: Record, task: str) -> Record:
        return replace(record, id=f"{record.id[:20]}{task}", trial=replace(record.trial, task=task))

    (base, *_) = sorted({one.trial.task for one in study.records.values()})
    held = [one for one in study.records.values() if one.trial.task == base]
    by_seed = {seed: [one for one in held if one.trial.seed == seed] for seed in (0, 1)}
    first, second = f"{base}~1{axis}", f"{base}~2{axis}"
    honest = [*(named(one, first) for one in by_seed[0]), *(named(one, second) for one in by_seed[1])]
    assert list(COPIES.find(Evidence({one.id: one for one in honest}))) == []
    copied = [*honest, *(named(one, second) for one in by_seed[0][:1])]
    (objection,) = COPIES.find(Evidence({one.id: one for one in copied}))
    assert f"{first}, {second} have the same curves to the bit" in objection.text
    assert len(objection.ids) == 2


# Drawing.


def test_the_sample_is_the_same_for_one_hash_and_number_and_another_for_others(study: Evidence) -> None:
    ids = [
        [one.id for one in drawn(study, hash, number, 20)]
        for hash, number in ((HASH, 1), (HASH, 1), (HASH, 2), ("cd" * 32, 1))
    ]
    assert ids[0] == ids[1]
    assert len({tuple(one) for one in ids}) == 3
    assert all(len(set(one)) == 20 for one in ids)


def test_the_sample_does_not_depend_on_the_order_of_the_records(study: Evidence) -> None:
    turned = Evidence(dict(reversed(study.records.items())))
    assert [one.id for one in drawn(study, HASH, 1, 20)] == [one.id for one in drawn(turned, HASH, 1, 20)]


def test_suspects_best_rows_and_failures_are_in_it(study: Evidence) -> None:
    suspect = sorted(study.records, key=lambda id: place(HASH, 1, id))[-1]  # by chance it would come last
    sample = drawn(study, HASH, 1, 12, suspects=[suspect])
    assert suspect in {one.id for one in sample}
    assert any(one.outcome.failed for one in sample)
    best = max(
        (one for one in study.records.values() if one.trial.task == "digits_mlp" and one.results.final),
        key=lambda one: one.results.final["test_accuracy"],
    )
    rows = {one.trial.recipe.text for one in drawn(study, HASH, 1, len(study.records) // 2)}
    assert best.trial.recipe.text in rows


def test_what_cannot_be_trained_again_is_not_drawn(study: Evidence) -> None:
    left_out = set(list(study.records)[:10])
    sample = drawn(study, HASH, 1, 1000, but=left_out)
    assert not left_out & {one.id for one in sample}
    assert Outcome.TIMED_OUT in {one.outcome for one in sample}  # as far as they went they can be compared
    assert len(sample) == sum(repeatable(one) and one.id not in left_out for one in study.records.values())


def test_a_trial_that_needs_the_weights_of_another_is_not_repeated_alone() -> None:
    alone = make_record(DIGITS, {"initializer": [component("glorot_uniform")]})
    needs = make_record(DIGITS, {"initializer": [component("weights_of", trial="0" * 32)]})
    assert repeatable(alone)
    assert not repeatable(needs)


def test_the_odds_are_those_of_drawing_without_putting_back() -> None:
    assert odds(500, 20, 1) == pytest.approx(0.04)
    assert odds(10, 10, 1) == 1
    generator = np.random.default_rng(0)
    hits = [bool({0, 1, 2} & set(generator.choice(30, 6, replace=False))) for _ in range(4000)]
    assert odds(30, 6, 3) == pytest.approx(float(np.mean(hits)), abs=0.025)


# Comparing.


def of_other_hardware(record: Record) -> Record:
    return replace(record, environment=replace(record.environment, numerics="0" * 16))


def row() -> list[Record]:
    return [make_record(DIGITS, seed=seed, value=value) for seed, value in enumerate((0.96, 0.97, 0.95, 0.965, 0.955))]


def test_the_same_numbers_are_the_same_bits_whatever_it_took() -> None:
    one, *_ = row()
    assert compared(one, replace(one, costs=replace(one.costs, wall_seconds=99.0)), row()).agrees == "bits"


def test_on_the_same_hardware_one_bit_is_too_much() -> None:
    one, *_ = row()
    again = make_record(DIGITS, seed=0, value=float(np.nextafter(0.96, 1)))
    assert compared(one, again, row()).agrees == "no"


@pytest.mark.parametrize(
    ("value", "agrees"), [(0.96, "bits"), (0.94, "tolerance"), (0.99, "tolerance"), (0.90, "beyond")]
)
def test_elsewhere_the_spread_of_the_seeds_is_the_tolerance(value: float, agrees: str) -> None:
    one, *_ = row()
    assert tolerance(one, row()) == pytest.approx(4 * np.std([0.96, 0.97, 0.95, 0.965, 0.955], ddof=1))
    again = of_other_hardware(_read(with_last(one, "test_accuracy", value)))
    found = compared(one, again, row())
    if agrees != "bits":
        assert found.agrees == "no"
        assert "test_loss is the same to the bit" in found.words
    data = with_last(one, "test_accuracy", value)
    data["curves"]["test_loss"][-1] *= 1 + 1e-6 * (agrees != "bits")
    data["results"]["final"]["test_loss"] = data["curves"]["test_loss"][-1]
    if data["results"]["best"]["epoch"] == data["results"]["final"]["epoch"]:
        data["results"]["best"]["test_loss"] = data["curves"]["test_loss"][-1]
    assert compared(one, of_other_hardware(_read(data)), row()).agrees == agrees


def test_where_the_seeds_do_not_spread_three_examples_are_allowed_and_two_percent_of_a_loss() -> None:
    alike = [make_record(DIGITS, seed=seed, value=0.96) for seed in range(5)]
    assert tolerance(alike[0], alike, 300) == pytest.approx(0.01)
    assert tolerance(alike[0], alike) == pytest.approx(0.02 * 0.96)


def test_another_start_is_explained_by_no_hardware() -> None:
    one, *_ = row()
    data = one.to_json()
    data["curves"]["train_loss"][0] *= 1.01
    again = of_other_hardware(_read(data))
    found = compared(one, again, row())
    assert found.agrees == "no"
    assert "before the first step" in found.words


def test_what_could_not_be_trained_says_so() -> None:
    assert compared(row()[0], None, row()).agrees == "not run"


def _read(data: dict[str, Any]) -> Record:
    from benchsuite.record_json import record_from_json

    return record_from_json(json.dumps(data).encode())


# Judging.


def reruns(*agrees: str) -> list[Rerun]:
    return [Rerun(f"{at:032x}", "t", "optimizer a on t, seed 0", one, "") for at, one in enumerate(agrees)]


HOLDS, BROKEN = RuleCheck("r", "PASS", "what"), RuleCheck("r", "FAIL", "what", ("a digit",))
UNSEEN = RuleCheck("r", "INCONCLUSIVE", "what", ("no study file",))


@pytest.mark.parametrize(
    ("checks", "agrees", "word"),
    [
        ([HOLDS], ["bits"] * 20, "PASS"),
        ([HOLDS], ["bits"] * 10 + ["tolerance"] * 10, "PASS"),
        ([HOLDS], [], "INCONCLUSIVE"),
        ([HOLDS], ["bits"] * 19 + ["no"], "FAIL"),
        ([HOLDS], ["bits"] * 19 + ["not run"], "INCONCLUSIVE"),
        ([HOLDS], ["tolerance"] * 19 + ["beyond"], "INCONCLUSIVE"),
        ([HOLDS], ["tolerance"] * 15 + ["beyond"] * 5, "FAIL"),
        ([HOLDS, UNSEEN], ["bits"] * 20, "INCONCLUSIVE"),
        ([UNSEEN, BROKEN], ["bits"] * 20, "FAIL"),
    ],
)
def test_the_verdict_follows_from_the_checks_and_the_sample(
    checks: list[RuleCheck], agrees: list[str], word: str
) -> None:
    found, reasons = verdict(checks, reruns(*agrees))
    assert found == word
    assert reasons
    assert all(reasons)


# Rules where a bundle has no plan, or a result is too good.


def test_a_gap_in_the_seeds_fails_and_fewer_of_them_are_a_question() -> None:
    records = [
        make_record(DIGITS, {"optimizer": [component(name)]}, seed=seed) for name in ("a", "b") for seed in range(5)
    ]
    assert SAME.apply(evidence(records))[0].verdict == "PASS"
    assert SAME.apply(evidence(records[:-1]))[0].verdict == "INCONCLUSIVE"
    assert SAME.apply(evidence([one for one in records if one is not records[6]]))[0].verdict == "FAIL"
    odd = [make_record(DIGITS, seed=seed) for seed in (3, 7, 12)]
    assert SAME.apply(evidence(odd))[0].verdict == "INCONCLUSIVE"
    assert SAME.apply(evidence(odd, note="Seeds 0 to 2 are those of the tutorial."))[0].verdict == "PASS"


def test_parts_of_a_claim_have_seeds_of_their_own_and_nothing_else_has() -> None:
    first, second = (
        [make_record(DIGITS, {"optimizer": [component(name)]}, seed=seed) for seed in range(count)]
        for name, count in (("a", 8), ("b", 12))
    )
    ids = [one.id for one in (*first, *second)]
    asked = SimpleNamespace(id="s1", verb="claim", planned=ids, searches=(), options={})
    claims = [
        claim(parts=[part("a", **arms([one.id for one in first])), part("b", **arms([one.id for one in second]))])
    ]
    records = [*first, *second]
    assert SAME.apply(evidence(records, studies=[asked], claims=claims))[0].verdict == "PASS"
    also = SimpleNamespace(id="s2", verb="run", planned=ids, searches=(), options={})
    for fields in (
        {"studies": [asked]},  # no verdict counts them
        {"claims": claims},  # nobody asked for them
        {"studies": [SimpleNamespace(**{**vars(asked), "verb": "run"})], "claims": claims},
        {"studies": [asked, also], "claims": claims},
    ):
        assert SAME.apply(evidence(records, **fields))[0].verdict != "PASS"


def evidence(records: list[Record], **fields: Any) -> Evidence:
    return Evidence({one.id: one for one in records}, **fields)


def test_without_a_study_file_nobody_knows_what_was_planned() -> None:
    check, _ = ACCOUNTED.apply(evidence(row()))
    assert check.verdict == "INCONCLUSIVE"
    assert "nothing says which trials were planned" in check.reasons[0]


def test_what_is_too_good_needs_a_note() -> None:
    from benchsuite.analysis.reference import ReferenceRow, StoredReference

    records = [make_record(DIGITS, {"optimizer": [component("wonder")]}, seed=seed, value=0.9999) for seed in range(8)]
    key = "digits_mlp", 1, DIGITS.epochs
    stored = StoredReference({key: [ReferenceRow({"test": 0.95 + at / 1000}, (), 10.0) for at in range(8)]})
    assert BEYOND.apply(evidence(records, reference=stored))[0].verdict == "INCONCLUSIVE"
    assert BEYOND.apply(evidence(records, reference=stored, note="It reads the future."))[0].verdict == "PASS"
    assert BEYOND.apply(evidence(records))[0].verdict == "SKIPPED"


def test_a_synthetic_study_breaks_only_the_rules_that_it_cannot_keep(study: Evidence) -> None:
    """Its networks begin anywhere, and it was planned by nobody."""
    broken = {check.name for check in look(study).checks if check.verdict == "FAIL"}
    assert broken <= {"one start for one seed", "equal training budgets"}


# Statements.


def statement(**fields: Any) -> Statement:
    known: dict[str, Any] = {
        "bundle": HASH, "verdict": "PASS", "reasons": ("all hold",), "checks": (HOLDS,), "rerun": tuple(reruns("bits")),
        "sample": DrawnSample(20, 7, 100), "verifier": "A. Verifier", "date": "2026-01-31",
    }  # fmt: skip
    return Statement(**{**known, **fields})


def test_a_statement_is_read_as_it_was_written() -> None:
    assert statement_from_json(statement_to_json(statement())) == statement()
    assert "A. Verifier, 2026-01-31; 1 of 1 trials trained again agree, 1 to the bit" in statement().line


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"verdict": "GOOD"}, "verdict"),
        ({"bundle": "ab"}, "bundle"),
        ({"date": "yesterday"}, "date"),
        ({"verifier": "\x1b[31mred"}, "verifier"),
        ({"more": 1}, "more"),
        ({"reasons": ["x" * 5000]}, "reasons"),
        ({"format": True}, "format"),
    ],
)
def test_a_statement_that_is_none_is_refused_with_the_place(change: dict[str, Any], words: str) -> None:
    data = json.loads(statement_to_json(statement()))
    with pytest.raises(NotARecord, match=words):
        statement_from_json(json.dumps({**data, **change}).encode())


def test_a_newer_statement_says_upgrade() -> None:
    data = json.loads(statement_to_json(statement()))
    with pytest.raises(NewerFormat, match="Upgrade benchsuite"):
        statement_from_json(json.dumps({**data, "format": 2}).encode())


def test_the_folder_of_statements_is_read_and_what_is_none_is_named(tmp_path: Path) -> None:
    place = tmp_path / "statements"
    place.mkdir()
    (place / "a.json").write_bytes(statement_to_json(statement()))
    (place / "b.json").write_text("{}")
    (place / "c.json").symlink_to(place / "a.json")
    (place / "d.txt").write_text("x")
    damaged: list[Any] = []
    assert list(read_statements(tmp_path, damaged)) == [statement()]
    assert [one.path for one in damaged] == ["statements/b.json", "statements/c.json", "statements/d.txt"]


# What the command refuses.


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    content = BundleContent(
        records=[_read(of_nobody(one.to_json())) for one in with_code(make_study(seeds=1, tasks=1)[:4])],
        made="2025-11-23T10:00:00+00:00",
        made_by=MadeBy(benchsuite="0.1.0"),
    )
    return write_bundle(content, tmp_path_factory.mktemp("bundle") / "b.zip", table=False)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--sample", "-1"], "--sample must be a whole number from 0 to 100,000. Received: -1."),
        (["--seed", "-1"], "--seed must be a whole number from 0"),
        (["--statement", "s.json"], "--statement needs --name WHO"),
        (["--date", "31.1."], "--date must be a day such as 2026-01-31. Received: '31.1.'."),
        (["--name", "a\nb"], "--name must be one line"),
        (["--keep", "."], "--keep must name a new or empty folder"),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_read(
    options: list[str], words: str, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(bundle.parent)
    done = CliRunner().invoke(app, ["verify", str(bundle), *options])
    assert done.exit_code
    assert words in str(done.exception)


def test_a_results_folder_is_no_bundle_and_gets_no_verdict(tmp_path: Path) -> None:
    (tmp_path / "trials").mkdir()
    done = CliRunner().invoke(app, ["verify", str(tmp_path)])
    assert "has no manifest.json, so it is no bundle" in str(done.exception)


def test_a_bundle_that_is_not_there_is_no_verdict(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["verify", str(tmp_path / "none.zip")])
    assert "cannot be read" in str(done.exception)


def test_a_bundle_that_is_not_whole_fails(bundle: Path, tmp_path: Path) -> None:
    broken = tmp_path / "b.zip"
    broken.write_bytes(bundle.read_bytes()[:-50])
    done = CliRunner().invoke(app, ["verify", str(broken)])
    assert done.exit_code == 1
    assert done.output.startswith("FAIL the bundle")


def test_a_bundle_of_code_that_is_not_here_is_inconclusive(bundle: Path, tmp_path: Path) -> None:
    done = CliRunner(env={"COLUMNS": "80"}).invoke(
        app, ["verify", str(bundle), "--no-local", "--json", str(tmp_path / "found.json")]
    )
    assert done.exit_code == 4, done.output
    assert "cannot be trained again here" in done.output
    found = statement_from_json((tmp_path / "found.json").read_bytes())
    assert found.verdict == "INCONCLUSIVE"
    assert not found.rerun


def test_sources_of_a_bundle_are_loaded_only_where_they_are_trusted(bundle: Path, tmp_path: Path) -> None:
    folder = tmp_path / "bundle"
    with zipfile.ZipFile(bundle) as file:
        file.extractall(folder)
    (folder / "plugins").mkdir()
    (folder / "plugins" / "theirs.py").write_text(
        f"import pathlib\npathlib.Path({str(tmp_path / 'loaded')!r}).touch()\n"
    )
    signed(folder)
    command = ["verify", str(folder), "--no-local", "--sample", "0"]
    CliRunner().invoke(app, command)
    assert not (tmp_path / "loaded").exists()
    CliRunner().invoke(app, [*command, "--trust-sources"])
    assert (tmp_path / "loaded").exists()


def test_a_pass_says_which_checks_could_not_be_applied() -> None:
    _, (all_of_them,) = verdict([HOLDS, HOLDS], reruns("bits"))
    _, (but_one,) = verdict(
        [HOLDS, RuleCheck("r", "SKIPPED", "what", ("no certificate",))], reruns("bits", "tolerance")
    )
    assert all_of_them == "all 2 checks hold, and 1 of 1 trials repeat to the bit."
    assert but_one == (
        "1 checks hold, 1 could not be applied, and 1 of 2 trials repeat to the bit, 1 of 2 within what other hardware explains."
    )
