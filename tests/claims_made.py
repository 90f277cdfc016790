"""Verdicts on claims, made by hand: no training, any word, any numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from benchsuite.claim_verdicts import ClaimVerdict, PartVerdict, Word

DECIDED = "2026-01-03T00:00:00+00:00"
EFFECTS = (0.031, 0.042, 0.027, 0.035, 0.029, 0.04, 0.033, 0.038, 0.03, 0.036)


def part(name: str = "score_gained", word: Word = "holds", **more: Any) -> PartVerdict:
    """A trained part of ten seeds that holds, with whatever is said otherwise."""
    held: dict[str, Any] = {
        "name": name,
        "says": "The test accuracy with the method, minus that without it.",
        "because": "Two points are what a reader of the notes would see in a plot.",
        "unit": "accuracy",
        "at_least": 0.02,
        "at_most": None,
        "word": word,
        "reason": "",
        "estimate": 0.034,
        "low": 0.0305,
        "high": 0.0375,
        "confidence": 0.951,
        "seeds": 10,
        "effects": EFFECTS,
        "trials": (),
        "arms": {},
    }
    return PartVerdict(**{**held, **more})


def arms(ids: Sequence[str]) -> dict[str, Any]:
    """What a trained part of two arms says of its trials: the first half of the ids with, the second without."""
    half = len(ids) // 2
    return {"trials": tuple(sorted(ids)), "arms": {"with_it": tuple(ids[:half]), "without": tuple(ids[half:])}}


def computed(name: str = "distance", value: float | None = 3e-9, word: Word = "holds", **more: Any) -> PartVerdict:
    """A part that one computation without chance decides."""
    held: dict[str, Any] = {
        "says": "The largest distance between what gradient descent reaches and the closed form.",
        "because": "Single precision gives six digits.",
        "unit": "",
        "at_least": None,
        "at_most": 1e-4,
        "estimate": value,
        "low": value,
        "high": value,
        "confidence": 1.0,
        "seeds": 1,
        "effects": (value,),
    }
    return part(name, word, **{**held, **more})


def claim(
    name: str = "dropout_helps", number: str = "C7", parts: Sequence[PartVerdict] = (), **more: Any
) -> ClaimVerdict:
    """A claim whose word follows from its parts."""
    held = tuple(parts) or (part(),)
    words = [one.word for one in held]
    word: Word = "does not hold" if "does not hold" in words else "cannot tell" if "cannot tell" in words else "holds"
    given: dict[str, Any] = {
        "name": name,
        "number": number,
        "sentence": "Dropout makes a wide network generalize better.",
        "source": "Notes, part 4, regularization",
        "basis": "experience",
        "depends": "On how far the network overfits without it.",
        "version": 1,
        "fingerprint": "f" * 16,
        "origin": "bundled",
        "word": word,
        "quick": False,
        "parts": held,
        "components": ("regularization my_dropout", "task my_digits_mlp"),
        "seconds": 84.0,
        "decided_at": DECIDED,
        "numerics": "n" * 12,
    }
    return ClaimVerdict(**{**given, **more})


def several() -> list[ClaimVerdict]:
    """One of each word, theorem, theory and experience, with one part and with several."""
    gone = part(
        "no_number", "cannot tell", estimate=None, low=None, high=None, confidence=0.0, effects=(None,) * 10,
        reason="seeds 0 to 9 gave no number",
    )  # fmt: skip
    wide = part(
        "faster", "cannot tell", low=-0.01, high=0.06, effects=(-0.01, *EFFECTS[:8], 0.06), at_least=0.0, at_most=0.05, unit="ratio"
    )  # fmt: skip
    less = part("loss_left", "does not hold", at_least=None, at_most=0.01, unit="loss")
    return [
        claim("weight_decay_shrinks", "C10", (part("smaller"), less, wide), seconds=700.0),
        claim("dropout_helps", "C9", quick=True),
        claim(
            "mine", "", (gone,), sentence="My <b>own</b> claim | with a bar.", origin="my_claim.py", basis="theory", depends="",
        ),
        claim(
            "closed_form", "C34", (computed(),), basis="theorem", seconds=2.0,
            sentence="Gradient descent on ridge regression reaches the closed form.",
        ),
    ]  # fmt: skip


def changed(verdict: ClaimVerdict, at: int = 0, changes: Mapping[str, Any] | None = None, **more: Any) -> ClaimVerdict:
    """The verdict with other values of itself, and of one of its parts."""
    parts = list(verdict.parts)
    parts[at] = replace(parts[at], **(changes or {}))
    return replace(verdict, parts=tuple(parts), **more)
