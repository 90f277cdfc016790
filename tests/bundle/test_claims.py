"""Claims in bundles: they come along, are joined, and are judged again; a forged word, bound or number is found."""

from __future__ import annotations

import json
import math
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from benchsuite.bundle import open_bundle, write_bundle
from benchsuite.bundle.claim_disputes import OtherClaim, read_claim_disputes, same_verdict
from benchsuite.bundle.claims import OfClaims, claim_contents, claims_of_folder, joined_numbers, joined_registrations
from benchsuite.bundle.merging import merged, read_part, write_merged
from benchsuite.claim_files import read_claims, write_claim, write_computed, write_registration
from benchsuite.claim_judging import claim_code, judged
from benchsuite.claim_verdicts import ClaimVerdict, GridEdges
from benchsuite.cli.app import app
from benchsuite.cli.remaking import differing, not_held
from benchsuite.computed_numbers import ComputedNumber, ComputedNumbers
from benchsuite.curves import Curves
from benchsuite.outcomes import Outcome
from benchsuite.record import Failure, Record, Results
from benchsuite.record_files import Damage
from benchsuite.registrations import RegisteredFile, Registration
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.statements import PASS
from benchsuite.store import Store
from benchsuite.studies.claimed import ClaimPlan, claim_plan
from benchsuite.thinned import thinned
from benchsuite.verification.claimed import FOLLOW, rule, trials_needed_whole
from benchsuite.verification.evidence import Evidence
from benchsuite.verification.rule import Objection, Rule
from tests.bundle import made
from tests.claims_made import changed
from tests.stored import made as fresh

NOW = "2026-11-27T12:00:00+00:00"
PLUGIN = """
import benchsuite as bs

ARMS = {
    name: bs.Arm(task="digits_mlp", recipe={"optimizer": f"sgd[learning_rate={rate}]"}, knobs={"epochs": 3})
    for name, rate in (("slow", 0.01), ("fast", 0.1))
}

def part(name, effect, **bounds):
    return bs.Part(name=name, says=f"What {name} is.", evidence=bs.Trained(arms=ARMS, effect=effect, seeds=8), **bounds)

@bs.hookimpl
def register_claims():
    return [bs.Claim(
        name="faster_is_better", number="X1", sentence="A larger rate ends higher.", source="nobody", depends="Nothing.",
        parts=[
            part("gained", lambda runs: runs["fast"].score - runs["slow"].score, at_least=0.01),
            part("early", lambda runs: runs["fast"].curve("test_accuracy")[2], at_most=0.5),
            bs.Part(name="norm", says="A norm.", evidence=bs.Computed(compute=lambda lab, seed: 1.0), at_least=0.5, at_most=2),
        ],
    )]
"""


@dataclass(frozen=True)
class Case:
    """A claim with all that it is made of."""

    known: Registry
    plan: ClaimPlan
    records: dict[str, Record]
    computed: ComputedNumbers
    file: Path

    @property
    def verdict(self) -> ClaimVerdict:
        return judged(self.plan, self.records, lambda _: None, {"norm": self.computed}, self.known, "", NOW)

    def evidence(self, *claims: ClaimVerdict, **more: object) -> Evidence:
        given = {"records": self.records, "claims": claims, "computed": (self.computed,), **more}
        return Evidence(**given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    file = tmp_path_factory.mktemp("plugins") / "faster_is_better.py"
    file.write_text(PLUGIN)
    known = load_registry(PluginSearch(plugins=(str(file),), local=False))
    plan = claim_plan(known.claim("X1"), known)
    records = {}
    for arms in plan.parts[0].arms:
        for name, trial in arms.items():
            value = (0.3 if name == "fast" else 0.2) + trial.seed / 1000 * (1 if name == "fast" else 2)
            records[trial.id] = _sound(fresh(trial, value, known))
    computed = ComputedNumbers(
        "faster_is_better",
        "norm",
        claim_code(known.claim("X1"), known),
        {},
        "",
        {"0": ComputedNumber(1.0, "", 0.1, NOW)},
    )
    return Case(known, plan, records, computed, file)


def _sound(record: Record) -> Record:
    """The record with an untrained network that knows less than a trained one."""
    curves = {
        name: [0.1, *row[1:]] if name.endswith("accuracy") else row for name, row in record.curves.to_json().items()
    }
    return replace(record, curves=Curves.from_json(curves))


def found(what: Rule, evidence: Evidence) -> list[Objection]:
    return [one for one in what.find(evidence) if not one.note]


def test_an_honest_verdict_follows_from_effects_and_records(case: Case) -> None:
    verdict = case.verdict
    assert [part.word for part in verdict.parts] == ["holds", "holds", "holds"]
    evidence = case.evidence(verdict)
    assert found(FOLLOW, evidence) == []
    assert list(rule(case.known).find(evidence)) == []


def test_a_run_that_failed_where_that_decides_follows_as_well(case: Case) -> None:
    trial = case.plan.parts[0].arms[0]["slow"]
    record = case.records[trial.id]
    gone = Results(steps_per_epoch=10, failure=Failure(step=3, traceback=""))
    lost = replace(record, outcome=Outcome.DIVERGED, reason="it diverged", results=gone)
    other = replace(case, records={**case.records, trial.id: lost})
    verdict = other.verdict
    assert verdict.parts[0].above == (0,)
    evidence = other.evidence(verdict)
    assert found(FOLLOW, evidence) == []
    assert found(rule(case.known), evidence) == []
    forged = changed(verdict, changes={"above": (), "below": (0,)})
    assert found(FOLLOW, other.evidence(forged))


Forge = Callable[[ClaimVerdict], ClaimVerdict]
BY_EFFECTS: dict[str, tuple[Forge, str]] = {
    "the word of a part": (lambda one: changed(one, changes={"word": "does not hold"}), "give 'holds'"),
    "the word of the claim": (lambda one: replace(one, word="cannot tell"), "its parts give 'holds'"),
    "an estimate": (lambda one: changed(one, changes={"estimate": 0.5}), "its estimate is 0.5"),
    "an interval": (lambda one: changed(one, changes={"low": 0.09, "high": 0.0931}), "its lower end"),
    "a confidence": (lambda one: changed(one, changes={"confidence": 0.999}), "its confidence"),
    "fewer effects": (lambda one: changed(one, changes={"effects": one.parts[0].effects[1:]}), "7 effects of 8 seeds"),
    "no bounds": (lambda one: changed(one, changes={"at_least": None, "at_most": None}), "it has no bound"),
    "a seed that is finite and not": (lambda one: changed(one, changes={"above": (1,)}), "an infinite one"),
    "a trial fewer": (lambda one: changed(one, changes={"trials": one.parts[0].trials[1:]}), "not those of its arms"),
    "an arm with a seed fewer": (
        lambda one: changed(one, changes={"arms": {name: ids[1:] for name, ids in one.parts[0].arms.items()}}), "an arm has not 8",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BY_EFFECTS)
def test_what_contradicts_its_effects_fails(what: str, case: Case) -> None:
    forge, words = BY_EFFECTS[what]
    objections = found(FOLLOW, case.evidence(forge(case.verdict)))
    assert any(words in one.text and one.fails for one in objections), objections


def _moved(one: ClaimVerdict) -> ClaimVerdict:
    """Every effect a tenth larger, and all that follows from it."""
    part = one.parts[0]
    effects = tuple(value + 0.1 for value in part.effects if value is not None)
    ends = {name: getattr(part, name) + 0.1 for name in ("estimate", "low", "high")}
    return changed(one, changes={"effects": effects, **ends})


def _swapped(one: ClaimVerdict) -> ClaimVerdict:
    slow, fast = one.parts[0].arms["slow"], one.parts[0].arms["fast"]
    return changed(one, changes={"arms": {"slow": fast, "fast": slow}})


BY_RECORDS: dict[str, tuple[Forge, str]] = {
    "all effects alike": (_moved, "its records give"),
    "arms swapped": (_swapped, "other trials than its code asks for"),
    "a bound moved": (lambda one: changed(one, changes={"at_least": 0.001}), "was judged by bounds (0.001, None)"),
    "what it says": (lambda one: changed(one, changes={"says": "Something else."}), "its says is another one"),
    "why": (lambda one: changed(one, changes={"because": "I like it."}), "its because is another one"),
    "the sentence": (lambda one: replace(one, sentence="A larger rate is better."), "its sentence is another one"),
    "a part left out": (lambda one: replace(one, parts=one.parts[:2]), "other parts than its code says"),
    "an edge of a grid": (
        lambda one: changed(one, changes={"grids": (GridEdges("rate", ("slow", "fast"), 8, (), ()),)}), "which edges of its grids",
    ),
    "a computed effect": (
        lambda one: changed(one, 2, changes={"effects": (1.5,), "estimate": 1.5, "low": 1.5, "high": 1.5}), "computed number is 1.0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", BY_RECORDS)
def test_what_its_records_and_its_code_do_not_give_fails(what: str, case: Case) -> None:
    forge, words = BY_RECORDS[what]
    objections = found(rule(case.known), case.evidence(forge(case.verdict)))
    assert any(words in one.text and one.fails for one in objections), objections


def test_what_cannot_be_seen_from_here_is_inconclusive(case: Case, bundled: Registry, tmp_path: Path) -> None:
    def told(known: Registry, evidence: Evidence) -> str:
        (objection,) = found(rule(known), evidence)
        assert not objection.fails
        return objection.text

    verdict = case.verdict
    assert "(faster_is_better) is not installed here" in told(bundled, case.evidence(verdict))
    file = tmp_path / "faster_is_better.py"
    file.write_text(PLUGIN.replace("at_least=0.01", "at_least=0.001"))
    assert "is other code here" in told(load_registry(PluginSearch((str(file),), local=False)), case.evidence(verdict))
    first = verdict.parts[0].trials[0]
    some = {id: record for id, record in case.records.items() if id != first}
    lost = found(rule(case.known), case.evidence(verdict, records=some))
    assert [one.fails for one in lost] == [False, False]
    assert "1 of its 16 trials have no record here" in lost[0].text
    assert "what was computed for it is not in the bundle" in told(case.known, case.evidence(verdict, computed=()))
    thin = {id: thinned(record) for id, record in case.records.items()}
    assert "part 'early': the thinned records lack" in told(case.known, case.evidence(verdict, records=thin, thin=True))


def test_a_bundle_without_claims_is_verified_as_before(case: Case) -> None:
    for one in (FOLLOW, rule(case.known)):
        assert one.apply(case.evidence())[0].verdict == PASS


def test_records_stay_whole_where_an_effect_looks_at_curves(case: Case) -> None:
    verdict = case.verdict
    assert trials_needed_whole({verdict.name: verdict}, case.records, case.known) == set(case.records)
    assert trials_needed_whole({}, case.records, case.known) == frozenset()
    finals = {id: thinned(record) for id, record in case.records.items()}
    assert trials_needed_whole({verdict.name: verdict}, finals, case.known) == frozenset()


def test_only_claims_that_look_into_layers_explain_pages_that_differ(case: Case, tmp_path: Path) -> None:
    def objection(name: str, text: str, page: str) -> Objection:
        file = tmp_path / name / case.file.name
        file.parent.mkdir()
        file.write_text(text)
        known = load_registry(PluginSearch((str(file),), local=False))
        verdict = case.verdict
        if name.startswith("probed"):
            verdict = replace(verdict, fingerprint=f"{claim_code(known.claim('X1'), known)}-{'0' * 16}")
        content = made.content(list(case.records.values()), files=claim_contents(OfClaims([verdict])) | {page: b"<p>1"})
        bundle = open_bundle(write_bundle(content, tmp_path / f"{name}.zip", table=False))
        again = {**bundle.files, page: b"<p>2"}
        return next(one for one in differing(bundle, again, "", not_held(bundle, known)) if page in one.text)

    page, table = "site/tasks/digits_mlp.html", "site/claims.html"
    other, probed = (
        PLUGIN.replace("at_least=0.01", "at_least=0.001"),
        PLUGIN.replace("seeds=8)", 'seeds=8, probe="last")'),
    )
    assert objection("same", PLUGIN, page).fails
    assert objection("same table", PLUGIN, table).fails
    assert "is other code here and may look into layers" in objection("other", other, page).text
    assert "claim X1 looks into layers" in objection("probed", probed, page).text
    assert objection("probed table", probed, table).fails, "no page of claims shows what probes found"


# Files.


def of_claims(case: Case) -> OfClaims:
    entry = RegisteredFile("faster_is_better.py", "ab" * 32, case.computed.fingerprint, NOW)
    other = OtherClaim("cd" * 32, "A. Nother", replace(case.verdict, word="cannot tell"))
    return OfClaims([case.verdict], [Registration("faster_is_better", entry)], [case.computed], [other])


@pytest.mark.parametrize("name", ["bundle", "bundle.zip"])
def test_a_bundle_gives_back_what_it_was_given(name: str, case: Case, tmp_path: Path) -> None:
    held = of_claims(case)
    content = made.content(list(case.records.values()), files=claim_contents(held))
    bundle = open_bundle(write_bundle(content, tmp_path / name, table=False))
    back = OfClaims(bundle.claims, bundle.registrations, bundle.computed, bundle.claim_disputes)
    assert back == held
    assert set(claim_contents(held)) <= set(bundle.manifest.files), "the manifest has the hash of each"


def test_only_a_bundle_with_claims_is_of_the_format_that_has_them(case: Case, tmp_path: Path) -> None:
    some = list(case.records.values())[:1]
    for name, files, number in (("a", {}, 1), ("b", claim_contents(of_claims(case)), 2)):
        path = write_bundle(made.content(some, files=files), tmp_path / name, table=False)
        assert json.loads((path / "manifest.json").read_bytes())["format"] == number
    assert open_bundle(tmp_path / "a").claims == []


def test_publishing_takes_them_along_and_names_what_is_damaged(case: Case, tmp_path: Path) -> None:
    store = Store(tmp_path / "results")
    for record in case.records.values():
        store.write(record)
    held = of_claims(case)
    write_claim(store.folder, held.verdicts[0])
    write_computed(store.folder, held.computed[0])
    write_registration(store.folder, held.registrations[0])
    (store.folder / "claims" / "broken.json").write_text("{")
    path = tmp_path / "c.zip"
    options = [
        "--results",
        str(store.folder),
        "--no-local",
        "--plugin",
        str(case.file),
        "--thin",
        "--no-site",
        "--with-sources",
    ]
    done = CliRunner().invoke(app, ["publish", "--zip", str(path), *options])
    assert done.exit_code == 0, done.output
    assert "claims/broken.json" in done.output
    bundle = open_bundle(path)
    assert (bundle.claims, bundle.registrations, bundle.computed) == (held.verdicts, held.registrations, held.computed)
    assert sorted(bundle.records, key=lambda one: one.id) == sorted(case.records.values(), key=lambda one: one.id), (
        "whole"
    )
    with zipfile.ZipFile(path) as file:
        summary = file.read("SUMMARY.md").decode()
        assert file.read("plugins/faster_is_better.py") == case.file.read_bytes(), "the claim's own source"
    assert "## Claims" in summary
    assert "| X1 | A larger rate ends higher. | **holds** |" in summary


def test_merging_keeps_two_verdicts_side_by_side_and_the_same_once(case: Case, tmp_path: Path) -> None:
    held = of_claims(case)
    other = changed(held.verdicts[0], word="does not hold", changes={"word": "does not hold", "estimate": 0.0})
    again = replace(held.verdicts[0], decided_at="2027-01-01T00:00:00+00:00", seconds=1.0, origin="elsewhere")
    paths = [
        write_bundle(made.content(list(case.records.values()), files=claim_contents(one)), tmp_path / name, table=False)
        for name, one in (("a", replace(held, disputes=())), ("b", OfClaims([other])), ("c", OfClaims([again])))
    ]
    store = Store(tmp_path / "all")
    parts = [read_part(path) for path in paths]
    gone = merged([read_part(store.folder), *parts])
    assert (gone.of_claims.same, gone.of_claims.disputed) == (1, 1)
    write_merged(gone, store)
    assert list(read_claims(store.folder, [])) == [held.verdicts[0]]
    (dispute,) = read_claim_disputes(store.folder, [])
    assert (dispute.verdict, dispute.origin) == (other, parts[1].origin)
    assert merged([read_part(store.folder), *parts]).of_claims.new == OfClaims([], [], [], []), "again changes nothing"
    assert claims_of_folder(store.folder, []).registrations == held.registrations


def test_what_was_registered_by_several_is_all_kept() -> None:
    first, second = (
        RegisteredFile("a.py", "aa" * 32, "1", "2026-01-01"),
        RegisteredFile("a.py", "bb" * 32, "2", "2026-01-02"),
    )
    one, other = Registration("a", second), Registration("a", first)
    assert joined_registrations(one, other) == joined_registrations(other, one) == Registration("a", second, (first,))
    later = replace(first, registered_at="2026-01-03")
    assert joined_registrations(Registration("a", later), other) == Registration("a", first), "the first time counts"


def test_numbers_of_one_thing_are_joined_and_others_are_not() -> None:
    def numbers(values: dict[str, float], fingerprint: str = "f") -> ComputedNumbers:
        held = {seed: ComputedNumber(value, "", 1.0, NOW) for seed, value in values.items()}
        return ComputedNumbers("a", "b", fingerprint, {}, "", held)

    both = joined_numbers(numbers({"10": 3.0, "0": 1.0}), numbers({"2": 2.0, "0": 1.0}))
    assert both is not None
    assert list(both.numbers) == ["0", "2", "10"]
    assert joined_numbers(numbers({"0": 1.0}), numbers({"0": 1.5})) is None
    assert joined_numbers(numbers({"0": 1.0}), numbers({"1": 1.0}, "g")) is None


def test_a_folder_of_disputes_names_what_is_none(case: Case, tmp_path: Path) -> None:
    (held,) = of_claims(case).disputes
    place = tmp_path / held.file
    place.parent.mkdir(parents=True)
    place.write_bytes(held.to_json())
    (place.parent / "0000000000000000.json").write_bytes(held.to_json())
    (place.parent / "wrong.json").write_text("{")
    newer = json.loads(held.to_json())
    (place.parent / "newer.json").write_text(json.dumps({**newer, "format": 2}))
    (place.parents[1] / "Stray").mkdir()
    damaged: list[Damage] = []
    assert list(read_claim_disputes(tmp_path, damaged)) == [held]
    assert len(damaged) == 4
    assert [one.newer for one in damaged].count(True) == 1


def test_verdicts_are_the_same_whoever_made_them_when(case: Case) -> None:
    one = case.verdict
    assert same_verdict(one, replace(one, decided_at="x", seconds=0.0, origin="y"))
    assert not same_verdict(one, replace(one, quick=True))
    assert not same_verdict(one, changed(one, changes={"estimate": math.nextafter(one.parts[0].estimate or 0.0, 1.0)}))
