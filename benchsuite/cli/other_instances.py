"""What ``benchsuite compare --variants N`` asks beside the published instances: which others, and where their numbers come from."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from benchsuite.cli.console import say, show
from benchsuite.cli.instance_facts import SAME_EXAMPLES
from benchsuite.errors import BenchsuiteError
from benchsuite.instance_names import is_instance
from benchsuite.instances import variant_of
from benchsuite.reference.sides import is_stored

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.analysis.verdict import Verdict
    from benchsuite.registry import Registry
    from benchsuite.studies.comparing import Comparing


@dataclass(frozen=True)
class OtherInstances:
    """The instances that are asked beside the published ones.

    Args:
        of: Task → names of its other instances; empty where nobody asked for any.
        without: Tasks that have no variants, and were not named.
        hash: What the variants were drawn from; empty where they are 1, 2, ….
        numbers: The variants.
        same: Those of the tasks that draw nothing themselves: their variants are the same examples anew.
    """

    of: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    without: tuple[str, ...] = ()
    hash: str = ""
    numbers: tuple[int, ...] = ()
    same: frozenset[str] = frozenset()

    @property
    def names(self) -> frozenset[str]:
        """The names of all of them."""
        return frozenset(name for names in self.of.values() for name in names)

    def to_json(self) -> dict[str, Any]:
        """Return what the JSON of a verdict says of variants that were drawn."""
        return {"drawn_from": self.hash, "variants": list(self.numbers)} if self.hash else {}


def other_instances(asked: Comparing, known: Registry) -> OtherInstances:
    """Return the instances that a comparison asks beside the published ones.

    Raises:
        BenchsuiteError: If options do not go together, or no task has variants.
    """
    if asked.variants is None:
        if asked.drawn_from:
            raise BenchsuiteError(
                f"--drawn-from says which variants are taken. Received: --drawn-from {asked.drawn_from} without --variants. "
                "Say how many: --variants 5."
            )
        return OtherInstances()
    _refuse(asked)
    from benchsuite.drawn_variants import drawn_variants
    from benchsuite.studies.comparison import contest
    from benchsuite.studies.plan import tasks_of

    kind = contest(asked, known).kind
    hash = hash_of(asked.drawn_from) if asked.drawn_from else ""
    numbers = drawn_variants(hash, asked.variants) if hash else tuple(range(1, asked.variants + 1))
    found: dict[str, tuple[str, ...]] = {}
    without = []
    for task in tasks_of(asked.task, asked.tier, known):
        if is_instance(task.name):
            raise BenchsuiteError(
                f"--variants asks whether a verdict on the published instance holds on others. Received: the instance {task.name!r}. "
                "Name the task itself."
            )
        if not asked.task and kind not in task.compares:
            continue
        if task.variation is None and not asked.task:
            without.append(task.name)
            continue
        names = tuple(variant_of(task.name, number) for number in numbers)
        for name in names:
            known.task(name)  # says what is wrong with it before anything runs
        found[task.name] = names
    if not found:
        raise BenchsuiteError(
            f"no task of the tier {asked.tier} that compares {kind.replace('_', ' ')}s has variants. Name tasks with --task; "
            "`benchsuite info TASK` says whether one has."
        )
    same = frozenset(name for name in found if known.task(name).instance is None)
    return OtherInstances(found, tuple(without), hash, numbers, same)


def _refuse(asked: Comparing) -> None:
    if any(map(is_stored, (asked.a, asked.b))):
        raise BenchsuiteError(
            "results that ship with benchsuite are of published instances alone. Received: --variants with a side of reference:NAME. "
            "Leave reference: out, and both sides run here on each instance."
        )
    if asked.until:
        raise BenchsuiteError(
            f"--variants takes a fixed number of seeds. Received: --until {asked.until} as well. Use --seeds, or leave --variants out."
        )


def with_instances(asked: Comparing, others: OtherInstances) -> Comparing:
    """Return what is asked with the other instances among the tasks, by name."""
    if not others.of:
        return asked
    names = [name for task, rest in others.of.items() for name in (task, *rest)]
    return replace(asked, task=(*names, *others.without), variants=None, drawn_from=None)


def hash_of(text: str) -> str:
    """Return the hash that variants are drawn from: what was typed, or that of a bundle's manifest.

    Args:
        text: 64 hexadecimal digits, or where a bundle or its manifest lies.

    Raises:
        BenchsuiteError: If it is neither.
    """
    from benchsuite.bundle.container import opened
    from benchsuite.bundle.manifest import LARGEST_MANIFEST, MANIFEST, NotAManifest, manifest_from_json, sha256
    from benchsuite.drawn_variants import HASH

    if HASH.fullmatch(text):
        return text.lower()
    path = Path(text)
    if not path.exists():
        raise BenchsuiteError(
            f"--drawn-from takes a bundle (a folder, a zip, or its {MANIFEST}) or its hash of 64 hexadecimal digits. "
            f"Received: {text!r}, where nothing lies. `benchsuite publish` prints the hash."
        )
    try:
        if path.name == MANIFEST and path.is_file():
            content = path.read_bytes()
        else:
            with opened(path) as held:
                if MANIFEST not in held.sizes:
                    raise NotAManifest("there is none")
                content = held.read(MANIFEST, LARGEST_MANIFEST)
        manifest_from_json(content)
    except (OSError, NotAManifest) as error:
        raise BenchsuiteError(
            f"--drawn-from takes a bundle, or its hash of 64 hexadecimal digits. Received: {text!r}, whose {MANIFEST} cannot be "
            f"read: {error}."
        ) from None
    return sha256(content)


def tell_beyond(verdict: Verdict, others: OtherInstances, console: Console) -> None:
    """Say of each task whether the verdict on it holds on its other instances.

    Args:
        verdict: With what these say.
        others: Which they are.
        console: Where to.
    """
    from benchsuite.report.tables.beyond_table import beyond_notes, beyond_sentence, beyond_table

    for held in verdict.beyond:
        say(console, "")
        show(console, beyond_table(held, verdict))
        say(console, "[bold]{}[/]", beyond_sentence(held, verdict))
        for note in beyond_notes(held):
            say(console, "{}", note)
    for task in sorted(set(others.of) - {held.task for held in verdict.beyond}):
        say(console, "[yellow]![/] {}: no other instance has records of both.", task)
    if others.without:
        say(console, "[yellow]![/] without variants: {}", ", ".join(others.without))
    if others.hash:
        say(console, "")
        say(console, "{}", drawn_words(others), prose=True)


def drawn_words(others: OtherInstances) -> str:
    """Return how variants were drawn, so that anybody can draw them again."""
    numbers = ", ".join(map(str, others.numbers))
    again = shlex.join(["--variants", str(len(others.numbers)), "--drawn-from", others.hash])
    said = [
        f"The variants {numbers} were drawn by SHA-256 from {others.hash}, which nobody knew before that bundle was made."
    ]
    if drawn := ", ".join(sorted(set(others.of) - others.same)):
        said.append(f"Those of {drawn} the task itself draws: what is new in them nobody could have tuned on before.")
    if same := ", ".join(sorted(others.same)):
        said.append(f"Those of {same} are {SAME_EXAMPLES}.")
    return f"{' '.join(said)} Again: {again}"
