"""A search asked again: told the records that the bundle has, the tuner must propose what the bundle says that it proposed.

Nothing is trained for it. What was tried out of turn, or left out since it went badly, shows at the first proposal that has no
record.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from benchsuite.errors import BenchsuiteError
from benchsuite.record import Record
from benchsuite.registry import Registry
from benchsuite.searches import Search, search_to_json
from benchsuite.studies.plan import plan
from benchsuite.study import Study
from benchsuite.tuning.entrant import Entrant
from benchsuite.tuning.protocol import TuningProtocol, protocol_of
from benchsuite.tuning.source import TuningSource
from benchsuite.tuning.tracks import track_plan
from benchsuite.verification.evidence import Evidence
from benchsuite.verification.rule import NotApplicable, Objection, Rule

FIELDS = ("tried", "chosen", "evaluated", "edges", "ranges", "widened", "rule")
"""What comes of a search, in the order in which a difference is told."""


def replayed(search: Search, records: Mapping[str, Record], registry: Registry) -> str:
    """Return how a search differs from what comes of it when it is asked again; empty if it does not.

    Args:
        search: The bundle's.
        records: Id → record of the bundle.
        registry: Where components, tasks and tuners are looked up.

    Raises:
        NotApplicable: If it cannot be asked again here.
    """
    entrant, protocol = _entrant(search, records, registry)
    ended: list[Search] = []
    source = TuningSource(entrant, protocol, ended.append)
    waiting = list(source.propose())
    tuning = set(search.tuning_ids)
    for place, trial in enumerate(waiting):  # it grows meanwhile
        named = trial.id in tuning or trial.id in search.evaluated
        if not named or trial.id not in records:
            what = "is not one of its trials" if not named else "has no record"
            return f"asked again, its proposal {place} is trial {trial.id}, which {what}"
        source.tell(records[trial.id])
        waiting += source.propose()
    if not ended:
        return "asked again, it does not end with what its trials gave"
    if search_to_json(ended[0]) == search_to_json(search):
        return ""
    differing = [name for name in FIELDS if getattr(ended[0], name) != getattr(search, name)]
    return f"asked again, it has other values of {', '.join(differing) or 'what was asked for'}"


def _entrant(search: Search, records: Mapping[str, Record], registry: Registry) -> tuple[Entrant, TuningProtocol]:
    """Return the row that a search tuned, with the protocol that it names."""
    seeds = [records[id].trial.seed for id in search.evaluated if id in records]
    if not seeds:
        raise NotApplicable("it has no evaluation")
    try:
        for study in _studies(search, seeds):
            protocol = protocol_of(study, registry)
            if protocol.tuner is not None and protocol.tuner.version != search.tuner_version:
                raise NotApplicable(
                    f"{search.tuner} has version {protocol.tuner.version} here, and {search.tuner_version} there"
                )
            for entrant in track_plan(plan(study, registry), protocol, registry).entrants:
                trial = entrant.trial
                alike = trial.batch_size == search.batch_size and trial.change == search.change
                if entrant.selection == search.selection and entrant.limits.names == search.searched and alike:
                    return entrant, protocol
    except BenchsuiteError as error:
        raise NotApplicable(str(error)) from None
    raise NotApplicable("nothing here is searched in the same way")


def _studies(search: Search, seeds: list[int]) -> Iterator[Study]:
    """Yield the studies that may have asked for a search: of the selection, or of its whole kind."""

    def study(kind: tuple[str, ...], components: Mapping[str, tuple[str, ...]]) -> Study:
        tuned = search.track == "tuned"
        return Study(
            task=(search.task,),
            kind=kind,
            components=components,
            with_=tuple(search.change.split(", ")) if search.change else (),
            seeds=",".join(f"{seed}-{seed}" for seed in seeds),
            track=search.track,
            budget=str(search.budget) if tuned else "",
            tuner=search.tuner if tuned else "",
            search=tuple(name for name in search.searched if "." not in name),
            tuning_seeds=search.tuning_seeds if tuned else 1,
            tuning_folds=search.folds or None,
            epochs=search.epochs,
            precision=search.precision,
            lanes=search.lanes,
            device=search.device,
        )

    yield study((), {search.kind: (search.selection,)})
    yield study((search.kind,), {})


def rule(registry: Registry) -> Rule:
    """Return the rule that asks each search again whose code is installed here.

    Args:
        registry: Where components, tasks and tuners are looked up.
    """

    def find(evidence: Evidence) -> Iterator[Objection]:
        searches = [search for search in evidence.searches if not _elsewhere(search, evidence)]
        if evidence.searches and not searches:
            raise NotApplicable("the code of no search is installed here.")
        for search in searches:
            try:
                words = replayed(search, evidence.records, registry)
            except NotApplicable as error:
                yield Objection(f"{_name(search)} cannot be asked again here: {error}.", fails=False)
                continue
            if words:
                yield Objection(f"{_name(search)}: {words}.", ids=(*search.evaluated, *search.tuning_ids))

    return Rule(
        "searches come out again",
        "Told the same records, each tuner proposes the same settings in the same order, and the same one is chosen.",
        "Settings that somebody tried beside the tuner, and trials that were left out, would be tuning that nobody counted.",
        "our own; MLPerf AlgoPerf samples settings from fixed points",
        find,
    )


def _elsewhere(search: Search, evidence: Evidence) -> bool:
    return any(id in evidence.made_elsewhere for id in (*search.tuning_ids, *search.evaluated))


def _name(search: Search) -> str:
    return f"the search of {search.selection} on {search.task}"
