"""Components broken on purpose, and what becomes of the claims that depend on them: the whole verdict, all parts, by hand.

    python -m tests.attack.broken_components [CASE,…] [--only-broken] [--computed]

Each claim is judged twice by its own bounds with the fewest seeds that can decide (as ``claim run --quick``), in this process: with
the component as it is, and with the broken one in its place under its name. A part that held must not hold any more. Every arm is
trained for it, twice: from a minute to half an hour a claim, so the suite shows single parts instead, in tests/plugins/claims/.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from benchsuite.analysis.claims.deciding import Numbers, word_of_all
from benchsuite.arm_trials import trial_of
from benchsuite.claim_judging import part_verdict
from benchsuite.claim_verdicts import PartVerdict
from benchsuite.cli.quiet import tensorflow_on_cpu
from benchsuite.components import Claim, Component, Computed, Part
from benchsuite.components.claim import fewest_seeds
from benchsuite.registry import PluginSearch, Registry, load_registry
from benchsuite.report.tables.claim_words import effect_text

Make = Callable[..., Any]


@dataclass(frozen=True)
class Case:
    """One mistake.

    Args:
        says: What it is.
        broken: Kind and name of each component → what it makes instead.
        claims: The numbers of those that depend on it.
    """

    says: str
    broken: Mapping[tuple[str, str], Make]
    claims: tuple[str, ...]


def _identity(**_: Any) -> Any:
    import keras

    return keras.layers.Identity()


def _of_outputs() -> Any:
    return lambda shape, fan_in, fan_out, gain, generator: generator.normal(0.0, math.sqrt(2 / fan_out), shape)


def _nothing(**_: Any) -> None:
    """What an augmentation of strength 0 makes: no change of batches."""


class _Mask:
    """A recurrent mask of ones, or one that is drawn anew at each step."""

    def __init__(self, rate: float, each_step: bool) -> None:
        self.rate, self.each_step = rate, each_step

    def mask(self, shape: Any) -> Any:
        import tensorflow as tf

        import benchsuite as bs

        if not self.each_step:
            return tf.ones(shape)
        return tf.cast(bs.noise.keep(shape, self.rate), tf.float32) / (1 - self.rate)


AUGMENTATIONS = [("regularization", f"augment_{name}") for name in ("rotate", "shift", "noise")]
VARIATIONAL = ("regularization", "variational_dropout")
CASES = {
    "dropout_does_nothing": Case("dropout that leaves out nothing", {("regularization", "dropout"): _identity}, ("C22", "C35")),
    "batch_does_not_normalize": Case(
        "batch normalization that gives what it is given", {("normalization", "batch"): _identity}, ("C9", "C10")
    ),
    "he_with_fan_out": Case("He's start by the outputs in place of the inputs", {("initializer", "he_normal"): _of_outputs}, ("C7",)),
    "augmentation_does_nothing": Case(
        "augmentation that gives what it is given", dict.fromkeys(AUGMENTATIONS, _nothing), ("C24",)
    ),
    "variational_draws_each_step": Case(
        "variational dropout with a new mask at each step", {VARIATIONAL: lambda rate: _Mask(rate, True)}, ("C23",)
    ),
    "variational_does_nothing": Case(
        "variational dropout that leaves out nothing", {VARIATIONAL: lambda rate: _Mask(rate, False)}, ("C23",)
    ),
}  # fmt: skip


class WithBroken:
    """The registry, with components replaced by others of their names.

    Args:
        known: The registry.
        broken: Kind and name → what it makes instead.
    """

    def __init__(self, known: Registry, broken: Mapping[tuple[str, str], Make]) -> None:
        self._known, self._broken = known, broken

    def names(self, kind: str) -> list[str]:
        """Return the names of a kind."""
        return self._known.names(kind)

    def component(self, kind: str, name: str) -> Component:
        """Return a component, broken where it is."""
        found: Any = self._known.component(kind, name)
        make = self._broken.get((kind, name))
        return replace(found, make=make) if make else found  # type: ignore[no-any-return]

    def default(self, kind: str) -> Component:
        """Return the default of a kind."""
        return self.component(kind, self._known.default(kind).name)


def judged(claim: Claim, part: Part, lab: Any, components: Any, known: Registry) -> PartVerdict:
    """Return the verdict on a part, all of its arms trained in this process."""
    values, reasons = [], {}
    for seed in range(min(part.evidence.seeds, fewest_seeds(len(claim.parts)))):
        try:
            if isinstance(part.evidence, Computed):
                values.append(float(part.evidence.compute(lab, seed)))
                continue
            trials = {
                name: trial_of(arm, seed, known.task, components) for name, arm in part.evidence.of_seed(seed).items()
            }
            runs = {
                id: lab.specimen_of(trial).train(probe=part.evidence.probe)
                for id, trial in {trial.id: trial for trial in trials.values()}.items()
            }
            values.append(float(part.evidence.effect({name: runs[trial.id] for name, trial in trials.items()})))
        except Exception as error:  # a claim's functions may raise anything
            values.append(math.nan)
            reasons[seed] = f"{type(error).__name__}: {error}"
    return part_verdict(part, Numbers(tuple(values), reasons), len(claim.parts), {})


def main() -> int:
    """Judge the claims of some cases, and return 1 if a mistake turned no part of one of them that held."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="?", default=",".join(CASES), help=f"of {', '.join(CASES)}; all unless given")
    parser.add_argument(
        "--only-broken", action="store_true", help="do not judge the claims with the component as it is"
    )
    parser.add_argument("--computed", action="store_true", help="judge the parts alone that are computed")
    asked = parser.parse_args()
    tensorflow_on_cpu()
    from benchsuite.engine.lab import Lab

    known = load_registry(PluginSearch(local=False))
    unturned = []
    for case in (CASES[name] for name in asked.cases.split(",")):
        print(f"{case.says}", flush=True)
        for number in case.claims:
            claim = known.claim(number)
            words: dict[str, list[str]] = {"as it is": [], "broken": []}
            for part in claim.parts:
                if asked.computed and not isinstance(part.evidence, Computed):
                    continue
                for how, broken in (("as it is", {}), ("broken", case.broken)):
                    if asked.only_broken and not broken:
                        continue
                    began = time.monotonic()
                    components = WithBroken(known, broken)
                    found = judged(claim, part, Lab(components, known.task), components, known)
                    words[how].append(found.word)
                    took = time.monotonic() - began
                    print(
                        f"  {number} {part.name}, {how}: {found.word} {effect_text(found)} {found.reason} ({took:.0f} s)",
                        flush=True,
                    )
            whole = ", ".join(f"{how}: {word_of_all(held)}" for how, held in words.items() if held)  # type: ignore[arg-type]
            print(f"  {number} of {len(words['broken'])} of its {len(claim.parts)} parts, {whole}", flush=True)
            if not words["broken"]:
                continue
            turned = any(
                one == "holds" != other for one, other in zip(words["as it is"], words["broken"], strict=False)
            )
            unturned += [] if asked.only_broken or turned else [f"{case.says}: {number}"]
    for line in unturned:
        print(f"nothing turned: {line}")
    return 1 if unturned else 0


if __name__ == "__main__":
    sys.exit(main())
