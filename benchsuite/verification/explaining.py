"""Rules on the sample that was trained again: whether other hardware, or a slower machine, explains what does not repeat."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence

from benchsuite.analysis.sample import column_of
from benchsuite.record import Environment, Record
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from benchsuite.statements import Rerun
from benchsuite.verification.comparing import OF_MACHINES, final_of
from benchsuite.verification.evidence import Evidence, words_of
from benchsuite.verification.rule import Objection, Rule

MOST_UNSEEN = 0.2
"""Share of a row's seeds whose outcome may be its machine's, unseen here."""
LEVEL = 0.01
"""Of the test whether a bundle's numbers are too often the better ones."""


def explained(rerun: Sequence[Rerun], again: Mapping[str, Record]) -> tuple[Rule, ...]:
    """Return the rules that look at a sample.

    Args:
        rerun: What the sample gave.
        again: Id → the record that it gave here.
    """
    said = {one.id: one for one in rerun}

    def hardware(evidence: Evidence) -> Iterator[Objection]:
        held = evidence.records
        other = [one.id for one in rerun if one.agrees in ("tolerance", "beyond")]
        same = [one.id for one in rerun if one.agrees == "bits"]
        for id in other:
            if _alike(held[id].environment, again[id].environment):
                yield Objection(
                    f"{words_of(held[id])} ({id}) says that it rounds as another machine does, by its numerics, and names the "
                    "processor, features, system and versions of this one.",
                    fails=False,
                    ids=(id,),
                )
        for id in other:
            alike = [one for one in same if held[one].environment.numerics == held[id].environment.numerics]
            row = [one for one in alike if _row(held[one]) == _row(held[id])]
            task = [one for one in alike if held[one].trial.task == held[id].trial.task]
            if row:
                yield Objection(
                    f"{words_of(held[id])} ({id}) is not what it was, and other seeds of its row, said to be of the same hardware, "
                    "repeat to the bit: it is not the hardware.",
                    ids=(id,),
                )
            elif task:
                yield Objection(
                    f"{words_of(held[id])} ({id}) is not what it was, and {len(task)} others of its task, said to be of the same "
                    "hardware, repeat to the bit.",
                    fails=False,
                    ids=(id,),
                )
        yield from _one_sided(other, held, again)

    def machines(evidence: Evidence) -> Iterator[Objection]:
        rows: defaultdict[object, list[Record]] = defaultdict(list)
        for record in evidence.records.values():
            rows[_row(record)].append(record)
        for held in rows.values():
            unseen = [one for one in held if one.outcome in OF_MACHINES and not _repeats(one, said, again)]
            if not unseen:
                continue
            first = min(unseen, key=lambda one: (one.trial.seed, one.id))
            yield Objection(
                f"{words_of(first).partition(', seed')[0]}: {len(unseen)} of {len(held)} seeds ended as {first.outcome}, which was "
                f"not seen here ({_seen(first, said, again)}).",
                fails=False,
                ids=tuple(one.id for one in unseen),
                note=len(unseen) <= MOST_UNSEEN * len(held),
            )

    return (
        Rule(
            "hardware explains what differs",
            "Trials that do not repeat to the bit are of hardware that is not this one, and so are all others of it.",
            "Who names another machine gets a tolerance in place of the bits.",
            "our own; the numerics of a record are what its author wrote",
            hardware,
        ),
        Rule(
            "time and memory ran out",
            "Of no row more than a fifth ended by its machine's limits, unless that is seen here as well.",
            "A rival that is said to have been too slow has failed, and nobody can say that it did not.",
            "our own; MLPerf Training's logging rules",
            machines,
        ),
    )


def _alike(first: Environment, second: Environment) -> bool:
    """Say whether two trials were made on one kind of machine, by all that a record says but its fingerprint."""
    names = ("processor", "processor_features", "machine", "versions")
    return all(getattr(first, name) == getattr(second, name) for name in names)


def _row(record: Record) -> tuple[object, ...]:
    return column_of(record), record.trial.recipe.text, record.trial.seed >= FIRST_TUNING_SEED


def _one_sided(ids: Sequence[str], held: Mapping[str, Record], again: Mapping[str, Record]) -> Iterator[Objection]:
    """Find that numbers are worse here in most cases: rounding has no side."""
    worse = better = 0
    for id in ids:
        before, after = final_of(held[id]), final_of(again[id])
        if before is not None and after is not None and before != after:
            up = held[id].task.direction == "max"
            worse, better = worse + ((after < before) is up), better + ((after > before) is up)
    if worse <= better:
        return
    from scipy.stats import binomtest

    if binomtest(worse, worse + better, 0.5, alternative="greater").pvalue < LEVEL:
        yield Objection(
            f"of {worse + better} trials that ended elsewhere, {worse} are worse here than in the bundle: rounding has no side.",
            fails=False,
            ids=tuple(ids),
        )


def _repeats(record: Record, said: Mapping[str, Rerun], again: Mapping[str, Record]) -> bool:
    return record.id in said and record.id in again and again[record.id].outcome is record.outcome


def _seen(record: Record, said: Mapping[str, Rerun], again: Mapping[str, Record]) -> str:
    if record.id not in said or record.id not in again:
        return "it was not trained again"
    return f"it is {again[record.id].outcome} here, after {again[record.id].costs.wall_seconds:.3g} s"
