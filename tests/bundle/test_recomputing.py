"""Numbers that were computed for claims are drawn and computed again: a forged one is found, and what cannot be seen is left open."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from rich.console import Console

from benchsuite.bundle import open_bundle, write_bundle
from benchsuite.bundle.claims import OfClaims, claim_contents
from benchsuite.claim_judging import claim_code
from benchsuite.cli.verifying import VerifyingOptions, recomputed
from benchsuite.computed_numbers import ComputedNumber, ComputedNumbers
from benchsuite.computing import Computation
from benchsuite.engine.numerics import numerics
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.verification.evidence import Evidence
from benchsuite.verification.recomputing import MOST, drawn_numbers, jobs_of, part_of, rule
from benchsuite.verification.rule import Objection
from tests.bundle import made
from tests.factories import DIGITS, make_record

CLAIM = """
import benchsuite as bs

def number(lab, seed):
    lab.make("initializer", "zeros")
    return seed / 4

@bs.hookimpl
def register_claims():
    return [bs.Claim(name="odd", number="X1", sentence="It is.", source="here", parts=[
        bs.Part(name="number", says="It is.", at_least=0, at_most=2.5, evidence=bs.Computed(compute=number, seeds=8)),
    ])]
"""
HASH = "ab" * 32
ELSEWHERE = "another machine"


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("plugins") / "odd.py"
    file.write_text(CLAIM, encoding="utf-8")
    return file


@pytest.fixture(scope="module")
def known(file: Path) -> Registry:
    return load_registry(PluginSearch((str(file),), local=False))


def numbers(known: Registry, changes: Mapping[int, float] | None = None, here: str = "") -> ComputedNumbers:
    """What an honest computation stores, with some numbers changed."""
    values = {seed: seed / 4 for seed in range(8)} | dict(changes or {})
    held = {
        str(seed): ComputedNumber(value if math.isfinite(value) else None, "", 0.1, "now", int(value == math.inf))
        for seed, value in values.items()
    }
    used = {"initializer:zeros": known.fingerprint("initializer", "zeros")}
    return ComputedNumbers(
        "odd", "number", claim_code(known.claim("odd"), known), used, here or numerics().fingerprint, held
    )


def objections(
    held: ComputedNumbers, known: Registry, gave: Mapping[int, float | None] | None = None
) -> list[Objection]:
    """What the rule finds where all numbers are drawn and these come out; those of an honest computation unless given."""
    sample = [one for number in range(20) for one in drawn_numbers([held], known, HASH, number, MOST)]
    values = {seed: seed / 4 for seed in range(8)} | dict(gave or {})
    again = [
        Computation("odd", "number", seed, value, "" if value is not None else "it hangs", 0.1)
        for seed, value in values.items()
    ]
    unique = list({one.seed: one for one in sample}.values())
    return list(rule(unique, again, numerics().fingerprint, known).find(Evidence({}, computed=[held])))


def test_the_sample_is_small_and_follows_from_hash_and_number(known: Registry) -> None:
    held = [numbers(known)]

    def drawn(hash: str, number: int, count: int = 20) -> list[int]:
        return [one.seed for one in drawn_numbers(held, known, hash, number, count)]

    assert drawn(HASH, 1) == drawn(HASH, 1)
    assert len(set(drawn(HASH, 1))) == MOST
    assert len({tuple(drawn(hash, number)) for hash in (HASH, "cd" * 32) for number in range(3)}) > 1
    assert drawn(HASH, 1, 2) == drawn(HASH, 1)[:2]
    assert drawn(HASH, 1, 0) == []
    (job,) = jobs_of(drawn_numbers(held, known, HASH, 1, 20))
    assert (job.claim, job.part, job.seeds) == ("odd", "number", tuple(sorted(drawn(HASH, 1))))


def test_what_comes_out_again_is_noted_and_what_does_not_fails(known: Registry) -> None:
    (note,) = objections(numbers(known), known)
    assert (note.note, note.text) == (True, "8 of 8 numbers that were computed for claims were computed again.")
    first, *_ = objections(numbers(known, {3: math.nextafter(0.75, 1)}), known)
    assert first.fails
    assert "claim odd, part 'number', seed 3 is 0.7500000000000001, and 0.75 when it is computed again" in first.text
    infinite, *_ = objections(numbers(known, {3: math.inf}), known)
    assert infinite.fails


def test_where_last_bits_are_others_a_number_may_be_near(known: Registry) -> None:
    near = objections(numbers(known, {3: 0.77}, ELSEWHERE), known)  # one percent of 2.5, the upper bound
    assert [one.note for one in near] == [True]
    assert "8 of them where last bits are others" in near[0].text
    far, note = objections(numbers(known, {3: 0.78}, ELSEWHERE), known)
    assert (far.fails, far.note, note.note) == (False, False, True)
    assert "1% of 2.5 is what they were allowed" in far.text


def test_what_could_not_be_computed_is_said_and_never_passes_for_the_same(known: Registry) -> None:
    lost, note = objections(numbers(known), known, {2: None})
    assert lost.text == "claim odd, part 'number', seed 2 was drawn and gave no number here: it hangs."
    assert note.text.startswith("7 of 8 numbers")
    *_, nothing = objections(numbers(known), known, dict.fromkeys(range(8)))
    assert (nothing.fails, nothing.note) == (False, False)
    assert "none of the 8 numbers that were drawn could be computed again here" in nothing.text


def test_numbers_of_other_code_are_left_open(known: Registry, bundled: Registry) -> None:
    held = numbers(known)
    for other in (
        replace(held, fingerprint="0" * 16),
        replace(held, components={"initializer:zeros": "0"}),
        replace(held, part="x"),
    ):
        assert part_of(other, known) is None
        first, note = objections(other, known)
        assert (first.fails, first.note) == (False, False)
        assert "code that is not installed here" in first.text
        assert note.text.startswith("0 of 8 numbers")
    assert part_of(held, bundled) is None
    more = replace(held, numbers={**held.numbers, "900": ComputedNumber(1e9, "", 0.1, "now")})
    assert {one.seed for one in drawn_numbers([more], known, HASH, 1, 9)} <= set(range(8)), "the part has eight seeds"
    assert drawn_numbers([more], known, HASH, 1, 9)[0].scale == 2.5


def test_a_bundle_without_computed_numbers_has_nothing_to_say(known: Registry) -> None:
    check, found = rule([], [], "", known).apply(Evidence({}))
    assert (check.verdict, found) == ("PASS", ())


def test_a_forged_number_is_found_by_a_process_that_computes_it(known: Registry, file: Path, tmp_path: Path) -> None:
    forged = numbers(known, {seed: seed / 4 + 1e-9 for seed in range(4)})  # any five of the eight hold one of these
    content = made.content([make_record(DIGITS)], files=claim_contents(OfClaims(computed=[forged])))
    bundle = open_bundle(write_bundle(content, tmp_path / "b.zip", table=False))
    wanted = VerifyingOptions(count=20, number=3, workers=1, no_local=True)
    said = io.StringIO()
    what = recomputed(bundle, known, wanted, [str(file)], Console(file=said))
    check, found = what.apply(Evidence({}, computed=bundle.computed))
    drawn = {one.seed for one in drawn_numbers(bundle.computed, known, bundle.hash, 3, 20)}
    assert check.verdict == "FAIL"
    fails = [one.text.partition(" is ")[0] for one in found if one.fails]
    assert sorted(fails) == [f"claim odd, part 'number', seed {seed}" for seed in sorted(drawn) if seed < 4]
    assert "5 of 8 numbers" in found[-1].text
    assert "5 numbers of claims to compute again, each within 120 s." in said.getvalue()
