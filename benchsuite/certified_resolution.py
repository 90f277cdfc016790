"""What a certificate says of how well its task tells methods apart, read for all that show it.

The block ``resolution`` is measured by ``benchsuite certify --resolution TASK``: over a declared set of reference components of each
kind, tuned and then evaluated, the share of pairs that are told apart by the test of ``benchsuite compare``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchsuite.errors import BenchsuiteError
from benchsuite.kinds import kind_order

BLOCK = "resolution"
SEEDS = 5
"""With how many seeds measures, tasks and tiers are compared: the fewest of 3, 5 and 10 that the unpaired exact test can decide with."""
CLEARLY = 0.15
"""Share of the pairs by which a measure must tell more apart than the primary one: two pairs of fifteen are within chance."""
PARTS = ("component", "seed", "interaction")
"""Of the variance of a trial's value."""


@dataclass(frozen=True, slots=True)
class CertifiedKind:
    """What a task can tell of one kind.

    Args:
        kind: The kind.
        components: The reference components.
        pairs: Pairs of them that were tested.
        told: Seeds → share of the pairs that the primary measure tells apart.
        measures: The same of every measure.
        variance: Shares of component, seed and interaction; ``None`` where nothing varies.
        floor: The smallest difference that the test part can show; ``None`` where the measure has no known one.
        saturated: Share of the targets that every trial reached at once; ``None`` without targets.
        failed: Share of the trials that failed.
        seconds: Of training and evaluating once on one core; ``None`` where no timing counts.
        compile_seconds: Of building a program, likewise.
        pairs_per_minute: Pairs told apart with :attr:`paced` seeds for each minute of one core, likewise.
    """

    kind: str
    components: tuple[str, ...]
    pairs: int
    told: Mapping[int, float]
    measures: Mapping[str, Mapping[int, float]]
    variance: tuple[float, float, float] | None
    floor: float | None
    saturated: float | None
    failed: float | None
    seconds: float | None
    compile_seconds: float | None
    pairs_per_minute: float | None

    @property
    def paced(self) -> int:
        """With how many seeds its pairs a minute were counted: five, or the most there were where they were other."""
        return SEEDS if SEEDS in self.told else max(self.told, default=SEEDS)


@dataclass(frozen=True, slots=True)
class CertifiedTargets:
    """What tuned reference components reach on the validation part, see :mod:`benchsuite.analysis.resolution.targets`.

    Args:
        measure: The primary measure then.
        values: Early, middle and late.
        version: Of the rule.
    """

    measure: str
    values: tuple[float, float, float]
    version: int


@dataclass(frozen=True, slots=True)
class CertifiedResolution:
    """The block ``resolution`` of a certificate.

    Args:
        command: That measured it.
        protocol: How components were tuned and evaluated.
        kinds: In the order in which tables show them.
        targets: What was reached; ``None`` where that was not measured.
    """

    command: str
    protocol: Mapping[str, Any]
    kinds: tuple[CertifiedKind, ...]
    targets: CertifiedTargets | None


def certified_resolution(certificate: Mapping[str, Any] | None, version: int) -> CertifiedResolution | None:
    """Return what a certificate says; ``None`` where nothing was measured, or that of another version of the task.

    Args:
        certificate: A task's; ``None`` if it has none.
        version: Of the task.

    Raises:
        BenchsuiteError: If the block is not whole.
    """
    block = (certificate or {}).get(BLOCK)
    if block is None:
        return None
    try:
        if block["task_version"] != version:
            return None
        targets = block.get("targets")
        return CertifiedResolution(
            str(block["command"]),
            dict(block["protocol"]),
            tuple(_kind(name, block["kinds"][name]) for name in sorted(block["kinds"], key=kind_order)),
            None
            if targets is None
            else CertifiedTargets(
                str(targets["measure"]),
                (float(targets["early"]), float(targets["middle"]), float(targets["late"])),
                int(targets.get("version", 1)),
            ),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BenchsuiteError(
            f"the resolution in a certificate cannot be read ({type(error).__name__}: {error}). "
            "Measure it again: benchsuite certify --resolution --write TASK."
        ) from None


def separates_better(kind: CertifiedKind, primary: str, measures: Iterable[str]) -> tuple[str, float] | None:
    """Return the measure that tells clearly more pairs apart with five seeds than the primary one, and its share.

    Clearly is a share that is larger by :data:`CLEARLY`; of several the one with the largest, of equal ones the first name.

    Args:
        kind: What a task can tell of a kind.
        primary: The task's primary measure.
        measures: The task's measures that might be the primary one.
    """
    told = kind.measures.get(primary, kind.told).get(SEEDS)
    # Of losses each is measured by its own: they have no common one.
    shares = {
        name: kind.measures[name][SEEDS]
        for name in sorted(measures)
        if name != primary and (name, kind.kind) != ("loss", "loss") and SEEDS in kind.measures.get(name, {})
    }
    if told is None or not shares:
        return None
    best = max(shares, key=lambda name: shares[name])
    # Shares have four digits.
    return (best, shares[best]) if round(shares[best] - told, 4) >= CLEARLY else None


def _kind(name: str, held: Mapping[str, Any]) -> CertifiedKind:
    parts = [held.get("variance", {}).get(part) for part in PARTS]
    return CertifiedKind(
        kind=name,
        components=tuple(map(str, held["components"])),
        pairs=int(held["pairs"]),
        told=_shares(held["told"]),
        measures={str(measure): _shares(told) for measure, told in sorted(held["measures"].items())},
        variance=None if None in parts else (float(parts[0]), float(parts[1]), float(parts[2])),
        **{
            key: None if held.get(key) is None else float(held[key])
            for key in ("floor", "saturated", "failed", "seconds", "compile_seconds", "pairs_per_minute")
        },
    )


def _shares(told: Mapping[str, Any]) -> dict[int, float]:
    """Return seeds → share, fewest first, without those of which nothing can be said."""
    return {int(seeds): float(told[seeds]) for seeds in sorted(told, key=int) if told[seeds] is not None}


def told_text(share: float | None) -> str:
    """Return a share as a whole percentage: 100 % and 0 % are all and none, nearly so is ``>99 %`` and ``<1 %``; a dash where nothing
    is known.
    """
    if share is None:
        return "–"
    whole = f"{100 * share:.0f} %"
    return ("<1 %" if whole == "0 %" else ">99 %" if whole == "100 %" else whole) if 0 < share < 1 else whole


def rate_text(pairs: float | None) -> str:
    """Return pairs told apart a minute with three digits that count; a dash where no timing counts."""
    return "–" if pairs is None else f"{pairs:.3g}" if pairs < 999.5 else f"{pairs:,.0f}"


def paced_text(kinds: Iterable[CertifiedKind]) -> str:
    """Return with how many seeds pairs a minute were counted: ``5 seeds``, or ``3 or 5 seeds`` where kinds differ."""
    counts = sorted({kind.paced for kind in kinds if kind.pairs_per_minute is not None}) or [SEEDS]
    return f"{' or '.join(map(str, counts))} seeds"


def split_text(kind: CertifiedKind) -> str:
    """Return the split of variance of a kind as whole percentages, component, seed and interaction; a dash where nothing varies."""
    return "–" if kind.variance is None else "/".join(f"{100 * share:.0f}" for share in kind.variance)


def remarks(
    found: CertifiedResolution, primary: str, measures: Iterable[str], targets: Sequence[float], compares: Iterable[str]
) -> list[str]:
    """Return what is no error and worth a look: a measure that separates better, and targets that are not what is reached.

    Args:
        found: What was measured.
        primary: The task's primary measure.
        measures: All that it measures.
        targets: That it declares.
        compares: Its kinds; of others no measure is asked for.
    """
    named = tuple(measures)
    said = []
    for kind in found.kinds:
        better = separates_better(kind, primary, named) if kind.kind in tuple(compares) else None
        if better:
            measure, share = better
            own = told_text(kind.measures.get(primary, kind.told).get(SEEDS))
            said.append(
                f"the measure {measure} tells {told_text(share)} of the {kind.kind.replace('_', ' ')} pairs apart with {SEEDS} seeds, "
                f"the primary measure {primary} {own}"
            )
    if found.targets is not None:
        held = tuple(dict.fromkeys(found.targets.values))
        words = ", ".join(f"{value:g}" for value in held)
        if found.targets.measure != primary:
            said.append(
                f"what is reached was measured by {found.targets.measure} ({words}), and {primary} is the primary measure"
            )
        elif not _same(targets, held):
            declared = ", ".join(f"{value:g}" for value in targets) or "none"
            said.append(f"its targets are {declared}; tuned reference components reach {words}")
    return said


def _same(declared: Sequence[float], held: Sequence[float]) -> bool:
    """Say whether two lists of numbers are the same but for rounding."""
    return len(declared) == len(held) and all(
        math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12) for one, other in zip(declared, held, strict=True)
    )
