"""Running what claims lack: all their trials in one plan, then what is computed, then a verdict on each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from benchsuite.claim_files import claim_verdict, computed_numbers, registration, write_claim
from benchsuite.claim_judging import components_of, fingerprint_of, judged, kept
from benchsuite.cli.claim_computed import Computations
from benchsuite.cli.claim_data import refuse_without_data
from benchsuite.cli.claim_standing import changed_since, registered
from benchsuite.cli.console import say
from benchsuite.cli.run import options_for
from benchsuite.cli.sharded import VERDICT, StudyShard, tell_how_to_join, tell_left, tell_part
from benchsuite.engine.device import Device
from benchsuite.errors import BenchsuiteError
from benchsuite.extras import Extras
from benchsuite.freshness import Freshness, judge_of, without_data
from benchsuite.store import DamagedRecord, Store
from benchsuite.studies.claimed import claim_plan
from benchsuite.study import Invocation

if TYPE_CHECKING:
    from rich.console import Console

    from benchsuite.claim_verdicts import ClaimVerdict
    from benchsuite.components import Claim
    from benchsuite.computed_numbers import ComputedNumbers
    from benchsuite.execution import Options, Summary
    from benchsuite.record import Record
    from benchsuite.registry import Registry
    from benchsuite.shards import Shard
    from benchsuite.studies.claimed import ClaimPlan
    from benchsuite.studies.claiming import ClaimShowing
    from benchsuite.trial import Trial

DEVICE = "cpu"
"""Claims are decided where everybody can run them."""


class ClaimRun:
    """What some claims need, and what of it there is.

    Args:
        claims: The claims.
        asked: The options.
        known: The plugins that were found.
        shard: Which part of it is run; all of it unless given.

    Attributes:
        plans: The claims with their trials.
        remarks: Name of a claim → what is to be said beside its verdict.

    Raises:
        BenchsuiteError: If a claim cannot be expanded, or this machine cannot run it so.
    """

    def __init__(
        self, claims: Sequence[Claim], asked: ClaimShowing, known: Registry, shard: Shard | None = None
    ) -> None:
        self._asked, self._known, self._shard = asked, known, shard
        self.plans = [claim_plan(claim, known, asked.quick) for claim in claims]
        self._every: dict[str, Trial] = {id: trial for plan in self.plans for id, trial in plan.trials.items()}
        self._execution = asked.execution
        self._options = options_for(
            self._every.values(), DEVICE, self._execution, Invocation(no_local=asked.no_local), known
        )
        self._trials = self._every if shard is None else self._share(shard)
        # Numbers that are computed are computed here, wherever trials are run.
        here = self._options.workers if self._options.spread is None else Device("cpu").workers()
        self._computations = Computations(self.plans, asked, known, here, shard)
        self.remarks: dict[str, list[str]] = {plan.claim.name: [] for plan in self.plans}

    def tell_dry(self, console: Console) -> None:
        """Say what would run and how long it would take; write nothing."""
        from benchsuite.report.tables.numbers import count_of

        store = Store(self._asked.results.resolve(), create=False)
        if self._shard:
            self._tell_part(self._shard, console)
            say(console, "{}. Nothing was written.", self.cost_words(store) or "Nothing to do")
            return
        missing = self._missing(store)
        for plan in self.plans:
            lacks = sum(id in missing for id in plan.trials)
            numbers = sum(len(part.seeds) for part in plan.computed)
            what = [count_of(len(plan.trials), "trial") + f", {lacks} to run"] if plan.trials else []
            what += [count_of(numbers, "number") + " to compute"] if numbers else []
            say(console, "  {:24} {}", plan.claim.label, "; ".join(what))
        say(console, "{}. Nothing was written.", self.cost_words(store))

    def cost_words(self, store: Store) -> str:
        """Return what it takes in words: trials, numbers, how many of them are there, and the time that is left."""
        from benchsuite.cli.progress import clock
        from benchsuite.report.tables.numbers import count_of

        missing = self._missing(store)
        words = []
        if self._trials:
            there = len(self._trials) - len(missing)
            words.append(f"{count_of(len(self._trials), 'trial')}, {there} of them there already")
        seconds, numbers, unknown = self._computations.predicted(store.folder)
        if numbers:
            few = f", {unknown} of them for the first time" if unknown else ""
            words.append(f"{count_of(numbers, 'number')} to compute{few}")
        predicted = clock(self._predicted(store, missing) + seconds)
        beside = " for the trials" if unknown else ""
        if missing or (numbers and not unknown):
            words.append(f"predicted {predicted}{beside} with {count_of(self._options.workers, 'worker')}")
        return "; ".join(words)

    def there(self, store: Store) -> tuple[dict[str, Record], dict[str, ComputedNumbers]]:
        """Return what there is: id → record, and part → what was computed, of all the claims."""
        records = {}
        for id in self._trials:
            try:
                record = store.read(id)
            except DamagedRecord:
                record = None
            if record is not None:
                records[id] = record
        computed: dict[str, ComputedNumbers] = {}
        for plan in self.plans:
            computed |= self._computed(plan, store)
        return records, computed

    def fingerprint(self, plan: ClaimPlan, computed: Mapping[str, ComputedNumbers]) -> str:
        """Return the fingerprint that a verdict on a claim would have now."""
        return fingerprint_of(plan.claim, components_of(plan, computed, self._known), self._known)

    def carry_out(self, console: Console) -> list[ClaimVerdict]:
        """Run what is missing, and return the verdicts, which are written as well.

        Raises:
            BenchsuiteError: If the data of a task are not here; nothing has run then.
        """
        store = self._store()
        records = self._trained(store, console).records
        self._computations.carry_out(store, console)
        return [self._verdict(plan, records, store) for plan in self.plans]

    def carry_out_part(self, shard: Shard, console: Console) -> None:
        """Run what is missing of the shard, and say how it is joined with the others.

        Raises:
            BenchsuiteError: If the data of a task are not here; nothing has run then.
            typer.Exit: If something of it has no record, or did not repeat it, with 1.
        """
        self._tell_part(shard, console)
        store = self._store()
        summary = self._trained(store, console)
        self._computations.carry_out(store, console)
        whole = tell_left(summary, len(self._trials), console)
        tell_how_to_join(shard, self._asked.results, console, VERDICT, whole=whole)
        if not whole:
            raise typer.Exit(1)

    def as_json(self, verdict: ClaimVerdict) -> dict[str, Any]:
        """Return a verdict as ``--json`` prints it."""
        return {**asdict(verdict), "remarks": self.remarks[verdict.name]}

    def _trained(self, store: Store, console: Console) -> Summary:
        """Train what is missing, and return all its records, with what did not come to what was asked for."""
        from benchsuite.cli.door import carried_out
        from benchsuite.cli.progress import Progress
        from benchsuite.cli.unsupported import tell_unsupported
        from benchsuite.execution import Summary
        from benchsuite.sources import Planned

        records: dict[str, Record] = {}
        whole = Summary(records=records)
        for options, trials in self._groups():
            progress = Progress(console, self._known, options.workers)
            part = StudyShard(Planned(trials), self._shard) if self._shard else None
            source = Planned(trial for trial in trials if trial.id in self._trials)
            summary = carried_out(source, self._known, self._execution, options, store, console, progress, part)
            tell_unsupported(summary.records.values(), console)
            say(console, "{}", progress.closing_line(summary))
            records |= summary.records
            whole.unrepeated |= summary.unrepeated
            whole.unkept |= summary.unkept
        if left := [record for record in records.values() if without_data(record)]:
            raise BenchsuiteError(
                f"{len(left)} trials had no data, so nobody can tell. The first: {left[0].reason}. What was finished is stored."
            )
        return whole

    def _store(self) -> Store:
        """Return the results folder, made now, where all data that are needed are here."""
        missing = self._missing(Store(self._asked.results.resolve(), create=False))
        refuse_without_data({trial.task for trial in missing.values()}, self._known)
        return Store(self._asked.results.resolve())

    def _share(self, shard: Shard) -> dict[str, Trial]:
        from benchsuite.execution.sharing import share_of_trials

        return {trial.id: trial for trial in share_of_trials(self._every.values(), shard, self._known)}

    def _tell_part(self, shard: Shard, console: Console) -> None:
        """Say how much of the claims a shard has."""
        numbers = sum(len(part.seeds) for plan in self.plans for part in plan.computed)
        trained = (len(self._trials), len(self._every), "trials")
        computed = (self._computations.count, numbers, "numbers that are computed")
        tell_part(shard, [has for has in (trained, computed) if has[1]], console)

    def _groups(self) -> list[tuple[Options, list[Trial]]]:
        """Return all trials, other shards' too, by what is probed in their layers: what is kept beside records is one for a run."""
        probes: dict[str, dict[str, None]] = {}
        for plan in self.plans:
            for id, probe in plan.probes.items():
                probes.setdefault(id, {}).update(dict.fromkeys(probe.split(",")))
        groups: dict[str, list[Trial]] = {}
        for id, trial in self._every.items():
            groups.setdefault(",".join(sorted(probes.get(id, ()))), []).append(trial)
        found = []
        for probe, trials in sorted(groups.items()):
            extras = Extras(probe=probe)
            extras.check(trial.epochs for trial in trials)
            found.append((replace(self._options, extras=extras), trials))
        return found

    def _verdict(self, plan: ClaimPlan, records: Mapping[str, Record], store: Store) -> ClaimVerdict:
        from benchsuite.engine.numerics import numerics

        name = plan.claim.name
        before = claim_verdict(store.folder, name)
        computed = self._computed(plan, store)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        found = judged(plan, records, store.extras.probes, computed, self._known, numerics().fingerprint, now)
        if found.quick and before is not None and not before.quick and before.fingerprint == found.fingerprint:
            self.remarks[name].append("There is a verdict with all seeds already: it stays, and is this one.")
            found = before
        found = kept(found, before)
        if found is not before:
            write_claim(store.folder, found)
        if before is not None and (changed := changed_since(before, found.fingerprint)):
            self.remarks[name].append(f"{changed} It was made again.")
        self.remarks[name] += registered(
            plan.claim, registration(store.folder, name), self._known, times_of(plan, records, computed)
        )
        return found

    def _computed(self, plan: ClaimPlan, store: Store) -> dict[str, ComputedNumbers]:
        there = {
            part.part.name: computed_numbers(store.folder, plan.claim.name, part.part.name) for part in plan.computed
        }
        return {part: numbers for part, numbers in there.items() if numbers is not None}

    def _missing(self, store: Store) -> dict[str, Trial]:
        missing: dict[str, Trial] = {}
        for options, trials in self._groups():
            judge = judge_of(self._known, store.extras, options.extras)
            for trial in (trial for trial in trials if trial.id in self._trials):
                try:
                    record = store.read(trial.id)
                except DamagedRecord:
                    record = None
                if judge(trial, record) is not Freshness.FRESH:
                    missing[trial.id] = trial
        return missing

    def _predicted(self, store: Store, missing: Mapping[str, Trial]) -> float:
        from benchsuite.cli.pace import Pace
        from benchsuite.execution import Forecast, learn_from, others_of

        forecast = Forecast(self._known, missing.values())
        if missing:
            learn_from(forecast, others_of(store, ()))
        pace = Pace(self._options.workers)
        pace.planned(forecast.seconds, len(missing))
        return pace.remaining() if missing else 0.0


def times_of(plan: ClaimPlan, records: Mapping[str, Record], computed: Mapping[str, ComputedNumbers]) -> list[str]:
    """Return when each result of a claim was there: each trial, and each number that was computed.

    Args:
        plan: The claim with its trials.
        records: Id → record, of those that are there.
        computed: Part → what was computed.
    """
    trained = [records[id].environment.finished_at for id in plan.trials if id in records]
    numbers = [one.computed_at for found in computed.values() for one in found.numbers.values()]
    return trained + numbers
