"""What a forger does to an honest bundle, with our own writer, all hashes and ids made anew; and which rule finds it.

``AGAIN`` in place of a rule: nothing in the bundle gives it away, and only training it again does; with one of ``BY_SAMPLE`` a rule
finds it that looks at what was trained again.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from benchsuite.record import Record
from benchsuite.record_json import record_from_json
from benchsuite.searches import Search, Tried
from benchsuite.seed_numbers import FIRST_TUNING_SEED
from benchsuite.study_files import StudyFile
from benchsuite.trial import identity

AGAIN = "trained again"
BY_SAMPLE = ("hardware explains what differs", "time and memory ran out")
"""Rules that look at what was trained again."""
Data = dict[str, Any]


@dataclass(frozen=True)
class Held:
    """What a bundle holds.

    Args:
        records: Its records.
        searches: Its searches.
        studies: Its study files.
    """

    records: tuple[Record, ...]
    searches: tuple[Search, ...] = ()
    studies: tuple[StudyFile, ...] = ()

    def of(self, optimizer: str, seed: int) -> Record:
        """Return the evaluation trial of an optimizer."""
        return next(one for one in self.records if name_of(one) == optimizer and one.trial.seed == seed)

    def but(self, *ids: str) -> Held:
        """Return it without some records."""
        return replace(self, records=tuple(one for one in self.records if one.id not in ids))

    def with_record(self, old: Record, data: Data) -> Held:
        """Return it with another record in place of one."""
        new = record_from_json(json.dumps(data).encode())
        return replace(self, records=tuple(new if one.id == old.id else one for one in self.records))

    def with_search(self, **fields: Any) -> Held:
        """Return it with other fields of its first search, which stays the one that its study asked for."""
        first, *others = self.searches
        new = replace(first, **fields)
        asked = tuple(
            replace(one, searches=tuple(new.id if id == first.id else id for id in one.searches))
            for one in self.studies
        )
        return replace(self, searches=(new, *others), studies=asked)


Forge = Callable[[Held], Held]
PLAIN: dict[str, tuple[Forge, str]] = {}
"""Of a bundle of one study without searches: name → what is done, and the rule that finds it."""
TUNED: dict[str, tuple[Forge, str]] = {}
"""Of a bundle with searches, likewise."""


def forgery(where: dict[str, tuple[Forge, str]], found_by: str) -> Callable[[Forge], Forge]:
    def kept(forge: Forge) -> Forge:
        where[forge.__name__] = forge, found_by
        return forge

    return kept


def name_of(record: Record) -> str:
    return record.trial.recipe.one("optimizer").name


def with_last(record: Record, measure: str, value: float) -> Data:
    """Return a record that ends with another value, in curves and results alike."""
    data = record.to_json()
    curve = data["curves"][measure]
    data["curves"][measure] = [*curve[:-1], value]
    last = len(curve) - 1
    for row in ("final", "best"):
        if data["results"][row]["epoch"] == last:
            data["results"][row][measure] = value
    return data


def ended_as(record: Record, other: Record, *, keep: Sequence[str] = ()) -> Data:
    """Return a record with the numbers, costs and code of another one, but for what is kept of its own."""
    own, taken = record.to_json(), other.to_json()
    for key in ("outcome", "reason", "curves", "results", "costs", "environment", "fingerprints"):
        if key not in keep:
            own[key] = taken[key]
    return own


def reseeded(record: Record, seed: int) -> Data:
    """Return a record under another seed, with the id of that."""
    data = record.to_json()
    data["spec"] = {**data["spec"], "seed": seed}
    data["id"] = identity(data["spec"])
    return data


def unplanned(study: StudyFile, *ids: str, **options: Any) -> StudyFile:
    """Return a study that did not plan some trials."""
    planned = tuple(id for id in study.planned if id not in ids)
    return replace(study, planned=planned, options={**study.options, **options})


# A digit, a record, a seed.


@forgery(PLAIN, "shares are of whole examples")
def flipped_digit(held: Held) -> Held:
    one = held.of("adam", 0)
    return held.with_record(one, with_last(one, "test_accuracy", one.results.final["test_accuracy"] + 0.001))


@forgery(PLAIN, AGAIN)
def one_more_example_right(held: Held) -> Held:
    one = held.of("adam", 0)
    right = round(one.results.final["test_accuracy"] * 359) + 1
    return held.with_record(one, with_last(one, "test_accuracy", right / 359))


@forgery(PLAIN, AGAIN)
def flipped_digit_of_a_loss(held: Held) -> Held:
    one = held.of("sgd", 1)
    return held.with_record(one, with_last(one, "test_loss", one.results.final["test_loss"] - 1e-7))


@forgery(PLAIN, "every planned trial accounted for")
def dropped_failure(held: Held) -> Held:
    return held.but(held.of("sgd", 1).id)


@forgery(PLAIN, "plans are what was asked for")
def dropped_from_the_plan_as_well(held: Held) -> Held:
    lost = held.of("sgd", 1).id
    return replace(held.but(lost), studies=tuple(unplanned(one, lost) for one in held.studies))


@forgery(PLAIN, "all rows on the same seeds")
def dropped_from_the_plan_and_its_options(held: Held) -> Held:
    lost = held.of("sgd", 2).id
    return replace(held.but(lost), studies=tuple(unplanned(one, lost, seeds="2") for one in held.studies))


@forgery(PLAIN, "every planned trial accounted for")
def without_a_plan(held: Held) -> Held:
    return replace(held, studies=())


@forgery(PLAIN, "plans are what was asked for")
def a_whole_row_left_out(held: Held) -> Held:
    lost = [one.id for one in held.records if name_of(one) == "sgd"]
    return replace(held.but(*lost), studies=tuple(unplanned(one, *lost) for one in held.studies))


@forgery(PLAIN, "one start for one seed")
def luckier_seed_under_the_number_of_another(held: Held) -> Held:
    one, lucky = held.of("adam", 1), held.of("adam", 2)
    return held.with_record(one, ended_as(one, lucky))


@forgery(PLAIN, "no seed is a copy")
def lucky_seed_twice(held: Held) -> Held:
    one, lucky = held.of("adam", 1), held.of("adam", 2)
    return held.with_record(one, ended_as(one, lucky))


@forgery(PLAIN, "every planned trial accounted for")
def luckier_seed_by_its_own_number(held: Held) -> Held:
    one = held.of("adam", 1)
    return held.with_record(one, reseeded(one, 17))


@forgery(PLAIN, "plans are what was asked for")
def luckier_seed_that_was_planned_afterwards(held: Held) -> Held:
    one = held.of("adam", 1)
    data = reseeded(one, 17)
    planned = tuple(data["id"] if id == one.id else id for id in held.studies[0].planned)
    return replace(held.with_record(one, data), studies=(replace(held.studies[0], planned=planned),))


@forgery(PLAIN, "records agree inside")
def two_records_swapped(held: Held) -> Held:
    one, other = held.of("adam", 0), held.of("sgd", 0)
    return held.with_record(one, ended_as(one, other)).with_record(other, ended_as(other, one))


@forgery(PLAIN, "one size for all seeds")
def two_records_swapped_with_their_code(held: Held) -> Held:
    one, other = held.of("adam", 0), held.of("sgd", 0)
    kept = ("fingerprints",)
    return held.with_record(one, ended_as(one, other, keep=kept)).with_record(other, ended_as(other, one, keep=kept))


@forgery(PLAIN, AGAIN)
def two_records_swapped_with_all_but_their_numbers(held: Held) -> Held:
    one, other = held.of("adam", 0), held.of("sgd", 0)
    kept = ("fingerprints", "costs", "environment")
    return held.with_record(one, ended_as(one, other, keep=kept)).with_record(other, ended_as(other, one, keep=kept))


@forgery(PLAIN, "one start for one seed")
def two_seeds_swapped(held: Held) -> Held:
    one, other = held.of("adam", 0), held.of("adam", 1)
    return held.with_record(one, ended_as(one, other)).with_record(other, ended_as(other, one))


@forgery(PLAIN, "equal training budgets")
def twice_the_steps(held: Held) -> Held:
    one = held.of("adam", 0)
    data = one.to_json()
    data["results"]["steps_per_epoch"] *= 2
    data["curves"]["step"] = [2 * step for step in data["curves"]["step"]]
    for row in ("final", "best"):
        data["results"][row]["step"] *= 2
    data["results"]["targets"] = {
        target: reached and {**reached, "step": 2 * reached["step"]}
        for target, reached in data["results"]["targets"].items()
    }
    return held.with_record(one, data)


@forgery(PLAIN, "timings are possible")
def faster_than_the_clock(held: Held) -> Held:
    one = held.of("adam", 0)
    data = one.to_json()
    data["costs"]["train_seconds"] = data["costs"]["wall_seconds"] + 10
    return held.with_record(one, data)


@forgery(PLAIN, "timings are possible")
def made_after_the_bundle(held: Held) -> Held:
    one = held.of("adam", 0)
    data = one.to_json()
    data["environment"]["finished_at"] = "2099-01-01T00:00:00+00:00"
    return held.with_record(one, data)


# What the author says of machines, plans and verbs.


def of_another_machine(held: Held) -> Held:
    """Return it with numerics that nobody has, and all else of the machine as it was."""
    for one in held.records:
        data = one.to_json()
        data["environment"]["numerics"] = "0123456789abcdef"
        held = held.with_record(one, data)
    return held


def raised(held: Held, optimizer: str, seeds: Sequence[int], *, losses: bool) -> Held:
    """Return it with eight more right answers in some trials, and with losses that go with them."""
    for seed in seeds:
        one = held.of(optimizer, seed)
        data = with_last(one, "test_accuracy", (round(one.results.final["test_accuracy"] * 359) + 8) / 359)
        if losses:
            for part in ("train", "validation", "test"):
                name = f"{part}_loss"
                data["curves"][name] = [*data["curves"][name][:-1], data["curves"][name][-1] * 0.98]
                for row in ("final", "best"):
                    if data["results"][row]["epoch"] == len(data["curves"][name]) - 1:
                        data["results"][row][name] = data["curves"][name][-1]
        held = held.with_record(one, data)
    return held


@forgery(PLAIN, AGAIN)
def numerics_of_nobody_and_two_seeds_raised(held: Held) -> Held:
    return of_another_machine(raised(held, "adam", (0, 1), losses=False))


@forgery(PLAIN, "hardware explains what differs")
def numerics_of_nobody_and_two_seeds_raised_with_their_losses(held: Held) -> Held:
    return of_another_machine(raised(held, "adam", (0, 1), losses=True))


@forgery(PLAIN, "hardware explains what differs")
def numerics_of_nobody_and_a_whole_row_raised_with_its_losses(held: Held) -> Held:
    return of_another_machine(raised(held, "adam", (0, 1, 2), losses=True))


def in_two_studies(held: Held, optimizer: str, seeds: str) -> Held:
    """Return it with a study of its own for one row, of other seeds."""
    (study,) = held.studies
    own = [one.id for one in held.records if name_of(one) == optimizer]
    texts = [text for text in study.options["optimizer"] if text.startswith(optimizer)]
    others = [text for text in study.options["optimizer"] if text not in texts]
    rest = unplanned(study, *own, optimizer=tuple(others))
    mine = replace(
        study, planned=tuple(sorted(own)), options={**study.options, "optimizer": tuple(texts), "seeds": seeds}
    )
    return replace(held, studies=(rest, mine))


@forgery(PLAIN, "all rows on the same seeds")
def first_seed_cut_out_by_a_study_of_its_own(held: Held) -> Held:
    return in_two_studies(held.but(held.of("adam", 0).id), "adam", "1,2")


@forgery(PLAIN, "all rows on the same seeds")
def last_seed_cut_out_by_a_study_of_its_own(held: Held) -> Held:
    return in_two_studies(held.but(held.of("adam", 2).id), "adam", "2")


def stopped(record: Record, limit: str, seconds: float) -> Data:
    """Return a record that ran out of time before the end of its first epoch."""
    data = record.to_json()
    data["outcome"], data["reason"] = "timed_out", f"it took longer than {limit} seconds (--timeout)"
    data["curves"] = {name: values[:1] for name, values in data["curves"].items()}
    data["costs"]["train_seconds_at"] = data["costs"]["train_seconds_at"][:1]
    data["costs"]["wall_seconds"] = seconds
    data["results"] = {**data["results"], "final": None, "best": None, "targets": {}}
    data["results"]["failure"] = {"step": 10, "traceback": ""}
    return data


@forgery(PLAIN, "timings are possible")
def a_rival_out_of_time_before_its_limit(held: Held) -> Held:
    for seed in range(3):
        one = held.of("sgd", seed)
        held = held.with_record(one, stopped(one, "600", one.costs.wall_seconds))
    return held


@forgery(PLAIN, "time and memory ran out")
def a_rival_out_of_time(held: Held) -> Held:
    for seed in range(3):
        one = held.of("sgd", seed)
        held = held.with_record(one, stopped(one, "600", 600.5))
    return held


@forgery(PLAIN, "plans are what was asked for")
def a_row_left_out_under_another_verb(held: Held) -> Held:
    held = a_whole_row_left_out(held)
    return replace(held, studies=tuple(replace(one, verb="compare") for one in held.studies))


@forgery(PLAIN, "plans are what was asked for")
def a_row_left_out_under_a_verb_that_plans_nothing(held: Held) -> Held:
    held = a_whole_row_left_out(held)
    return replace(held, studies=tuple(replace(one, verb="variance") for one in held.studies))


# Searches.


@forgery(TUNED, "equal tuning budgets")
def bigger_budget(held: Held) -> Held:
    first, *_ = held.searches
    more = [
        replace(first.tried[0], values={**one.values, "optimizer.0.learning_rate": 0.0123}) for one in first.tried[:1]
    ]
    return held.with_search(tried=(*first.tried, *more))


@forgery(TUNED, "equal tuning budgets")
def costs_that_were_made_smaller(held: Held) -> Held:
    first, *_ = held.searches
    return held.with_search(tried=tuple(replace(one, cost=0.5) for one in first.tried))


@forgery(TUNED, "chosen by the rule")
def chosen_by_the_test_part(held: Held) -> Held:
    first, *_ = held.searches
    return held.with_search(chosen=_other(first))


@forgery(TUNED, "scores are those of the trials")
def chosen_by_the_test_part_with_scores_made_for_it(held: Held) -> Held:
    first, *_ = held.searches
    best = first.tried[first.chosen or 0].score
    assert best is not None
    place = _other(first)
    tried = tuple(replace(one, score=best + 0.01) if at == place else one for at, one in enumerate(first.tried))
    return held.with_search(tried=tried, chosen=place)


@forgery(TUNED, "evaluated as chosen")
def evaluated_with_another_setting(held: Held) -> Held:
    first, *_ = held.searches
    other = next(one for one in held.records if one.trial.seed == 0 and name_of(one) == first.selection)
    data = other.to_json()
    recipe = data["spec"]["recipe"]
    (setting,) = recipe["optimizer"]
    changed = {**setting, "hyperparameters": {**setting["hyperparameters"], "learning_rate": 0.0456}}
    data["spec"] = {**data["spec"], "recipe": {**recipe, "optimizer": [changed]}}
    data["id"] = identity(data["spec"])
    evaluated = tuple(data["id"] if id == other.id else id for id in first.evaluated)
    return held.with_record(other, data).with_search(evaluated=evaluated)


@forgery(TUNED, "tuning apart from evaluation")
def evaluated_on_tuning_trials(held: Held) -> Held:
    first, *_ = held.searches
    return held.with_search(evaluated=(*first.tried[first.chosen or 0].ids, *first.evaluated[1:]))


@forgery(TUNED, "searches come out again")
def a_setting_tried_that_no_tuner_proposed(held: Held) -> Held:
    """The last of the tuner's proposals makes room for a setting that somebody found elsewhere."""
    first, *_ = held.searches
    last = first.tried[-1]
    (old,) = (one for one in held.records if one.id == last.ids[0])
    data = old.to_json()
    recipe = data["spec"]["recipe"]
    (setting,) = recipe["optimizer"]
    changed = {**setting, "hyperparameters": {**setting["hyperparameters"], "learning_rate": 0.0321}}
    data["spec"] = {**data["spec"], "recipe": {**recipe, "optimizer": [changed]}}
    data["id"] = identity(data["spec"])
    values = {**last.values, "optimizer.0.learning_rate": 0.0321}
    return held.with_record(old, data).with_search(tried=(*first.tried[:-1], _tried(last, values, data["id"])))


@forgery(TUNED, "searches come out again")
def a_bad_setting_left_out(held: Held) -> Held:
    first, *_ = held.searches
    place = _other(first)
    chosen = first.chosen or 0
    tried = tuple(one for at, one in enumerate(first.tried) if at != place)
    return held.but(*first.tried[place].ids).with_search(tried=tried, chosen=chosen - (place < chosen))


@forgery(TUNED, "every planned trial accounted for")
def a_tuning_trial_left_out(held: Held) -> Held:
    return held.but(held.searches[0].tried[-1].ids[0])


@forgery(TUNED, "every planned trial accounted for")
def a_search_left_out(held: Held) -> Held:
    first, *others = held.searches
    return replace(held.but(*first.tuning_ids, *first.evaluated), searches=tuple(others))


@forgery(TUNED, "plans are what was asked for")
def a_search_left_out_of_the_plan_as_well(held: Held) -> Held:
    first, *others = held.searches
    studies = tuple(replace(one, searches=tuple(id for id in one.searches if id != first.id)) for one in held.studies)
    return replace(held.but(*first.tuning_ids, *first.evaluated), searches=tuple(others), studies=studies)


@forgery(TUNED, "plans are what was asked for")
def an_unlucky_evaluation_left_out(held: Held) -> Held:
    first, *_ = held.searches
    return held.but(first.evaluated[-1]).with_search(evaluated=first.evaluated[:-1])


@forgery(TUNED, "tuning trials have their budget")
def a_tuning_trial_that_says_it_was_stopped(held: Held) -> Held:
    first, *_ = held.searches
    last = first.tried[-1]
    return held.with_search(epochs=first.epochs + 1, tried=(*first.tried[:-1], last))


def _other(search: Search) -> int:
    """Return a setting that was not chosen."""
    return next(place for place, one in enumerate(search.tried) if place != search.chosen and one.score is not None)


def _tried(one: Tried, values: Data, id: str) -> Tried:
    return replace(one, values=values, ids=(id,))


def is_tuning(record: Record) -> bool:
    """Say whether a trial is one of tuning."""
    return record.trial.seed >= FIRST_TUNING_SEED
