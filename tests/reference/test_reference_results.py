"""The reference results that ship: small, whole, complete, and of the code and the rules of now."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchsuite.analysis.best_stored import best_lines, best_rows
from benchsuite.bundle import Bundle, open_bundle
from benchsuite.cli.verifying import evidence_of
from benchsuite.data_now import DataNow
from benchsuite.kinds import RECIPE_KINDS
from benchsuite.provenance import fingerprints
from benchsuite.reference import load_reference, reference_file
from benchsuite.reference.fitting import other_code, other_rules
from benchsuite.registry import Registry
from benchsuite.statements import statement_from_json
from benchsuite.studies.plan import plan
from benchsuite.study import Study
from benchsuite.thinned import thinned
from benchsuite.verification import planning, replaying
from benchsuite.verification.all_rules import RULES
from benchsuite.verification.plausible import BEYOND

FILE = Path(__file__).parents[2] / "results" / "reference" / "reference.zip"
SEEDS = 10
LARGEST = 5_000_000
AGAIN = "run `make reference` and commit what it writes"


@pytest.fixture(scope="module")
def bundle() -> Bundle:
    """All of it, checked to the letter."""
    return open_bundle(FILE)


def test_what_ships_is_found_and_small() -> None:
    assert reference_file() == FILE
    assert FILE.stat().st_size <= LARGEST


def test_it_is_of_the_rules_the_code_and_the_data_of_now(bundle: Bundle, bundled: Registry) -> None:
    """A component or task that changed would be compared with by what it was."""
    tasks = {record.trial.task for record in bundle.records}
    assert other_rules(bundle.manifest.rules, tasks, bundled) == "", AGAIN
    assert other_code(bundle.records, lambda trial: fingerprints(trial, bundled), DataNow(bundled)) == "", AGAIN


def test_it_breaks_no_rule_of_verify(bundle: Bundle, bundled: Registry) -> None:
    """All but one, which makes every board anew, and the trials are not trained again: docs/reference/reference-results.md has that."""
    evidence = evidence_of(bundle, bundled)
    rules = [rule for rule in (*RULES, planning.rule(bundled), replaying.rule(bundled)) if rule is not BEYOND]
    checks = [rule.apply(evidence)[0] for rule in rules]
    assert [(check.name, check.reasons) for check in checks if check.verdict != "PASS"] == [], AGAIN


def test_the_statement_beside_it_is_of_it_and_says_pass(bundle: Bundle) -> None:
    found = statement_from_json((FILE.parent / "verified.json").read_bytes())
    assert (found.bundle, found.verdict) == (bundle.hash, "PASS"), AGAIN
    assert found.repeated == len(found.rerun) >= 20
    page = (FILE.parents[2] / "docs" / "reference" / "reference-results.md").read_text(encoding="utf-8")
    assert f"**PASS**, on {found.date}: {found.reasons[0]}" in page


def test_every_component_of_the_quick_tier_is_there_as_declared(bundle: Bundle, bundled: Registry) -> None:
    there = {record.id for record in bundle.records}
    planned = plan(Study(all=True, seeds=str(SEEDS)), bundled).trials
    assert {kind for kind in RECIPE_KINDS if any(row.kind == kind for row in plan(Study(all=True), bundled).rows)} >= {
        "optimizer"
    }
    assert not set(planned) - there, AGAIN


def test_every_optimizer_is_tuned_on_every_quick_task_by_one_protocol(bundle: Bundle, bundled: Registry) -> None:
    rows = plan(Study(components={"optimizer": ("*",)}), bundled).rows
    wanted = Counter((row.task, row.settings[0].name) for row in rows)
    held = Counter((search.task, search.selection) for search in bundle.searches)
    assert held == wanted, AGAIN
    protocols = {(search.tuner, search.tuner_version, search.budget, search.tuning_seeds) for search in bundle.searches}
    assert len(protocols) == 1
    seeds = {record.id: record.trial.seed for record in bundle.records}
    for search in bundle.searches:
        assert {seeds[id] for id in search.evaluated} == set(range(SEEDS)), search.selection
        assert set(search.tuning_ids) <= set(seeds)


def test_its_records_are_thinned_and_say_so(bundle: Bundle) -> None:
    assert bundle.manifest.thin
    assert [record for record in bundle.records[::50] if thinned(record) != record] == []


def test_the_table_of_best_rows_beside_it_is_of_it(bundle: Bundle) -> None:
    lines = (FILE.with_name("best.csv")).read_text(encoding="utf-8").splitlines()
    tasks = {record.trial.task for record in bundle.records}
    assert {line.split(",")[0] for line in lines[1:]} == tasks, AGAIN
    task = "deep_relu"  # one that nobody is tuned on has the fewest records
    wanted = best_lines(best_rows(record for record in bundle.records if record.trial.task == task))
    assert [line for line in lines if line.startswith(f"{task},")] == [",".join(line) for line in wanted], AGAIN


def test_what_is_read_one_by_one_is_what_the_bundle_holds(bundle: Bundle) -> None:
    stored = load_reference()
    assert stored.searches == bundle.searches
    for record in bundle.records[::100]:
        assert stored.record(record.id) == record
